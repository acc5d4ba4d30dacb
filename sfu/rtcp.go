package sfu

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtcp"
)

// maxReporters bounds the senders of RTCP that a transport listens to: the SRTCP
// context keeps each one for good.
const maxReporters = 1024

// reporters are the SSRCs that authentic RTCP has come from.
type reporters struct{ seen map[uint32]struct{} }

func (r *reporters) init() { r.seen = map[uint32]struct{}{} }

func (r *reporters) admits(ssrc uint32) bool {
	_, known := r.seen[ssrc]
	return known || len(r.seen) < maxReporters
}

// handleRtcp decrypts an RTCP compound and hands its packets to their streams. It
// reports whether the compound was the peer's.
func (t *WebRtcTransport) handleRtcp(now time.Time, raw []byte, r *reader) (authentic bool) {
	plain, ok := t.in.openRtcp(now, raw)
	authentic = ok
	for ok && len(plain) > 0 {
		var packet []byte
		if packet, plain, ok = nextRtcp(plain); ok {
			t.handleRtcpPacket(now, packet, r)
		}
	}
	if !ok {
		t.dropped.Add(1)
	}
	return authentic
}

func (in *inbound) openRtcp(now time.Time, raw []byte) (plain []byte, ok bool) {
	const headerAndSsrc = 8
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.srtp == nil || len(raw) < headerAndSsrc {
		return nil, false
	}
	sender := binary.BigEndian.Uint32(raw[4:])
	if !in.reports.admits(sender) {
		return nil, false
	}
	plain, err := in.srtp.DecryptRTCP(raw, raw, nil)
	if err != nil {
		return nil, false
	}
	in.reports.seen[sender] = struct{}{}
	in.rate.Add(now, len(raw))
	in.bytes += uint64(len(raw))
	return plain, true
}

// nextRtcp cuts the first packet off a compound (RFC 3550 section 6.1).
func nextRtcp(compound []byte) (packet, rest []byte, ok bool) {
	if len(compound) < 4 || compound[0]>>6 != 2 {
		return nil, nil, false
	}
	size := 4 * (int(binary.BigEndian.Uint16(compound[2:])) + 1)
	if size > len(compound) {
		return nil, nil, false
	}
	return compound[:size], compound[size:], true
}

// handleRtcpPacket reads only the packets that are acted on: reading some of
// the others costs far more than their bytes (transport-cc feedback of 60 bytes
// may announce 65,535 packets). A packet that cannot be read is passed over.
func (t *WebRtcTransport) handleRtcpPacket(now time.Time, raw []byte, r *reader) {
	format := raw[0] & 0x1F
	switch kind := rtcp.PacketType(raw[1]); {
	case kind == rtcp.TypeSenderReport:
		if p := (rtcp.SenderReport{}); p.Unmarshal(raw) == nil {
			t.in.handleSenderReport(now, &p)
			t.handleReports(now, p.Reports)
		}
	case kind == rtcp.TypeReceiverReport:
		if p := (rtcp.ReceiverReport{}); p.Unmarshal(raw) == nil {
			t.in.handleReceiverReport(now, p.SSRC)
			t.handleReports(now, p.Reports)
		}
	case kind == rtcp.TypeGoodbye:
		if p := (rtcp.Goodbye{}); p.Unmarshal(raw) == nil {
			t.in.handleGoodbye(now, p.Sources)
		}
	case kind == rtcp.TypeExtendedReport:
		t.in.handleExtendedReport(now, t.server.born, raw)
	case kind == rtcp.TypeTransportSpecificFeedback && format == rtcp.FormatTLN:
		if p := (rtcp.TransportLayerNack{}); p.Unmarshal(raw) == nil {
			if c := t.out.consumer(p.MediaSSRC); c != nil {
				c.handleNack(now, p.Nacks, r)
			}
		}
	case kind == rtcp.TypePayloadSpecificFeedback:
		t.handleKeyFrameRequest(now, format, raw)
	}
	// The receiver's bandwidth estimates (REMB, transport-cc) are not acted on.
}

func (t *WebRtcTransport) handleKeyFrameRequest(now time.Time, format uint8, raw []byte) {
	switch format {
	case rtcp.FormatPLI:
		if p := (rtcp.PictureLossIndication{}); p.Unmarshal(raw) == nil {
			if c := t.out.consumer(p.MediaSSRC); c != nil {
				c.handlePli(now)
			}
		}
	case rtcp.FormatFIR:
		p := rtcp.FullIntraRequest{}
		if p.Unmarshal(raw) != nil {
			return
		}
		for _, entry := range p.FIR {
			if c := t.out.consumer(entry.SSRC); c != nil {
				c.handleFir(now)
			}
		}
	}
}

func (t *WebRtcTransport) handleReports(now time.Time, reports []rtcp.ReceptionReport) {
	for _, report := range reports {
		if c := t.out.consumer(report.SSRC); c != nil {
			c.handleReceptionReport(now, report)
		}
	}
}

func (in *inbound) handleSenderReport(now time.Time, report *rtcp.SenderReport) {
	in.mu.Lock()
	defer in.mu.Unlock()
	src, ok := in.listener.bySsrc[report.SSRC]
	if !ok || src.rtx {
		return
	}
	src.stream.handleSenderReportLocked(now, report)
}

// handleReceiverReport: Chromium goes on with receiver reports, and stops
// sender reports, for a stream it does not send any more.
func (in *inbound) handleReceiverReport(now time.Time, sender uint32) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if src, ok := in.listener.bySsrc[sender]; ok {
		src.stream.producer.presence.ReceiverReport(now)
	}
}

// handleGoodbye believes a peer about its own streams only: others' SSRCs are
// not in this transport's table.
func (in *inbound) handleGoodbye(now time.Time, sources []uint32) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, ssrc := range sources {
		if src, ok := in.listener.bySsrc[ssrc]; ok && !src.rtx {
			src.stream.producer.presence.Bye(now)
		}
	}
}

// handleExtendedReport takes the round trip from a DLRR block, the answer to
// our receiver reference time (RFC 3611 section 4.5).
//
//	|     BT=5      |   reserved    |         block length          |
//	|                 SSRC of the receiver (ours)                   |
//	|                         last RR (LRR)                         |
//	|                   delay since last RR (DLRR)                  |
func (in *inbound) handleExtendedReport(now, born time.Time, raw []byte) {
	const headerSize, blockHeaderSize, dlrr = 8, 4, 5
	for blocks := raw[min(headerSize, len(raw)):]; len(blocks) >= blockHeaderSize; {
		size := blockHeaderSize + 4*int(binary.BigEndian.Uint16(blocks[2:]))
		if size > len(blocks) {
			return
		}
		if blocks[0] == dlrr && size >= blockHeaderSize+12 {
			in.setRoundTrip(now, born, binary.BigEndian.Uint32(blocks[8:]), binary.BigEndian.Uint32(blocks[12:]))
		}
		blocks = blocks[size:]
	}
}

// setRoundTrip takes times in 1/65536 s, wrapping around.
func (in *inbound) setRoundTrip(now, born time.Time, lastReport, delay uint32) {
	const longest = 10 * time.Second // more is a lie, or an answer to nothing of ours
	units := uint32(referenceTime(now, born)>>16) - lastReport - delay
	roundTrip := time.Duration(uint64(units) * uint64(time.Second) >> 16)
	if lastReport == 0 || roundTrip > longest {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, src := range in.listener.bySsrc {
		if src.stream.recv != nil {
			src.stream.recv.SetRoundTripTime(roundTrip)
		}
	}
}

// referenceTime is our clock as an NTP timestamp: 32.32 fixed point seconds. It
// runs with the monotonic clock, so that a round trip survives a clock step.
func referenceTime(now, born time.Time) uint64 {
	const ntpEpoch = 2208988800 // seconds from 1900 to 1970
	at := born.Add(now.Sub(born))
	seconds := uint64(at.Unix()) + ntpEpoch
	return seconds<<32 | uint64(at.Nanosecond())<<32/uint64(time.Second)
}
