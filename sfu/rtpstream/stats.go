package rtpstream

// Stats are the figures of one stream, named as in mediasoup's statistics.
type Stats struct {
	Ssrc                 uint32  `json:"ssrc"`
	RtxSsrc              uint32  `json:"rtxSsrc,omitempty"`
	BitrateBps           uint64  `json:"bitrateBps"`
	PacketCount          uint64  `json:"packetCount"`
	ByteCount            uint64  `json:"byteCount"`
	PacketsLost          int64   `json:"packetsLost"`
	PacketsDiscarded     uint64  `json:"packetsDiscarded"`
	FractionLost         float64 `json:"fractionLost"` // 0 to 1, over the last report interval
	JitterMs             float64 `json:"jitterMs"`
	RoundTripTimeMs      float64 `json:"roundTripTimeMs"`
	PacketsRetransmitted uint64  `json:"packetsRetransmitted"`
	NackCount            uint64  `json:"nackCount"`
	PliCount             uint64  `json:"pliCount"`
	FirCount             uint64  `json:"firCount"`
	Score                uint8   `json:"score"` // 0 dead to 10 perfect
}

// feedbackCounts counts the RTCP feedback messages of a stream: those sent for
// a receive stream, those received for a send stream.
type feedbackCounts struct {
	nack, pli, fir uint64
}

// CountNack counts one generic NACK message (RFC 4585 §6.2.1).
func (f *feedbackCounts) CountNack() { f.nack++ }

// CountPli counts one picture loss indication (RFC 4585 §6.3.1).
func (f *feedbackCounts) CountPli() { f.pli++ }

// CountFir counts one full intra request (RFC 5104 §4.3.1).
func (f *feedbackCounts) CountFir() { f.fir++ }
