package sfu

import (
	"time"

	"github.com/pion/srtp/v3"

	"takoshome/sfu/ice"
	"takoshome/sfu/ortc"
	"takoshome/sfu/rtpstream"
)

// TransportStats are the figures of one WebRtcTransport.
type TransportStats struct {
	ID        string `json:"id"`
	Direction string `json:"direction"` // "send" or "recv", seen from the peer
	IceState  string `json:"iceState"`
	DtlsState string `json:"dtlsState"`
	// Tuple is the peer's address in use, empty before ICE has selected one.
	Tuple string `json:"tuple,omitempty"`
	// Protocol is "udp" or "tcp", as the Tuple is, or "relay" for a Wire.
	Protocol        string  `json:"protocol,omitempty"`
	SrtpProfile     string  `json:"srtpProfile,omitempty"`
	RecvBitrateBps  uint64  `json:"recvBitrateBps"`
	SendBitrateBps  uint64  `json:"sendBitrateBps"`
	RecvByteCount   uint64  `json:"recvByteCount"`
	SendByteCount   uint64  `json:"sendByteCount"`
	DroppedPackets  uint64  `json:"droppedPackets"` // bad, replayed or unknown packets
	RoundTripTimeMs float64 `json:"roundTripTimeMs"`
	// SilentMs is how long nothing has come from a peer that was connected: a peer
	// that is there sends something every few seconds.
	SilentMs int64 `json:"silentMs,omitempty"`
}

// LayerStats are the figures of one RTP stream of a Producer: one simulcast
// layer, or the only stream.
type LayerStats struct {
	rtpstream.Stats
	Rid    string `json:"rid,omitempty"`
	Width  uint16 `json:"width,omitempty"`
	Height uint16 `json:"height,omitempty"`
}

// ProducerStats are the figures of one Producer.
type ProducerStats struct {
	ID       string         `json:"id"`
	Kind     ortc.MediaKind `json:"kind"`
	MimeType string         `json:"mimeType"`
	Type     string         `json:"type"` // "simple", "simulcast" or "svc"
	// Source tells a second video of one peer apart, such as "screen".
	Source string `json:"source,omitempty"`
	// Gone is true while the stream has ended at the peer without a word.
	Gone bool `json:"gone,omitempty"`
	// Paused is true while the peer has muted the stream.
	Paused     bool   `json:"paused,omitempty"`
	BitrateBps uint64 `json:"bitrateBps"`
	// OverLimit counts packets that were dropped because the peer sends far more
	// than it should.
	OverLimit uint64       `json:"overLimit,omitempty"`
	Score     uint8        `json:"score"`
	Layers    []LayerStats `json:"layers"`
}

// ConsumerStats are the figures of one Consumer.
type ConsumerStats struct {
	ID         string         `json:"id"`
	ProducerID string         `json:"producerId"`
	Kind       ortc.MediaKind `json:"kind"`
	MimeType   string         `json:"mimeType"`
	Score      uint8          `json:"score"`
	Layer      int            `json:"layer"` // index into the Producer's layers, -1 while none is forwarded
	// ProducerPaused is true while nothing is sent because the Producer is paused.
	ProducerPaused bool            `json:"producerPaused,omitempty"`
	Stream         rtpstream.Stats `json:"stream"`
}

// Stats are the transport's figures of this moment.
func (t *WebRtcTransport) Stats() TransportStats {
	now := time.Now()
	stats := TransportStats{ID: t.id, Direction: t.direction, DroppedPackets: t.dropped.Load()}
	t.in.mu.Lock()
	stats.IceState = string(t.in.ice.State())
	stats.DtlsState = string(t.dtls.state)
	if selected, ok := t.in.ice.Selected(); ok {
		stats.Tuple, stats.Protocol = selected.String(), protocolOf(selected)
	}
	if heard := t.in.ice.LastHeard(); t.dtls.state == DtlsStateConnected && !t.in.closed {
		stats.SilentMs = now.Sub(heard).Milliseconds()
	}
	stats.SrtpProfile = profileName(t.dtls.profile)
	stats.RecvBitrateBps, stats.RecvByteCount = t.in.rate.BitrateBps(now), t.in.bytes
	t.in.mu.Unlock()

	t.out.mu.Lock()
	defer t.out.mu.Unlock()
	stats.SendBitrateBps, stats.SendByteCount = t.out.rate.BitrateBps(now), t.out.bytes
	for _, c := range t.out.bySsrc {
		stats.RoundTripTimeMs = max(stats.RoundTripTimeMs, c.send.Stats(now).RoundTripTimeMs)
	}
	return stats
}

func protocolOf(tuple ice.Tuple) string {
	switch {
	case tuple.Stream == 0:
		return "udp"
	case tuple.Stream&wireBit != 0:
		return "relay"
	}
	return "tcp"
}

// profileName is the name of RFC 5764 section 4.1.2 and RFC 7714 section 14.2.
func profileName(profile srtp.ProtectionProfile) string {
	switch profile {
	case srtp.ProtectionProfileAeadAes128Gcm:
		return "AEAD_AES_128_GCM"
	case srtp.ProtectionProfileAes128CmHmacSha1_80:
		return "AES_CM_128_HMAC_SHA1_80"
	default:
		return ""
	}
}
