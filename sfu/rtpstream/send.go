package rtpstream

import (
	"fmt"
	"time"

	"github.com/pion/rtcp"
)

const (
	// maxReportAge is how old the newest packet may be for a sender report: the
	// timestamp of a stream that stopped cannot be told. Above any packet
	// interval, screens at 1 frame a second included.
	maxReportAge = 2 * time.Second
	// maxRoundTrip is the longest round trip to believe.
	maxRoundTrip = 10 * time.Second
	// maxCname is the longest SDES item (RFC 3550 §6.5).
	maxCname = 255
	// fixedHeaderSize is that of an RTP header without CSRCs and extensions
	// (RFC 3550 §5.1).
	fixedHeaderSize = 12
)

// SendConfig describes a stream sent to a consumer.
type SendConfig struct {
	Ssrc      uint32
	RtxSsrc   uint32 // 0: no retransmission stream
	ClockRate uint32 // Hz
	Cname     string

	// FirstRtxSeq is the first sequence number of the RTX stream; it should be
	// random (RFC 3550 §5.1).
	FirstRtxSeq uint16
	// Epoch is an instant shared by all streams of the process. Sender reports
	// count their NTP time from it by the monotonic clock, so that a step of
	// the wall clock does not part sound from picture. Zero: each report has
	// the wall time of its now.
	Epoch time.Time
}

func (c SendConfig) validate() error {
	switch {
	case c.Ssrc == 0:
		return fmt.Errorf("%w: send stream without SSRC", ErrConfig)
	case c.Ssrc == c.RtxSsrc:
		return fmt.Errorf("%w: RTX has the SSRC of its stream", ErrConfig)
	case c.ClockRate == 0:
		return fmt.Errorf("%w: send stream without clock rate", ErrConfig)
	case c.Cname == "" || len(c.Cname) > maxCname:
		return fmt.Errorf("%w: CNAME of %d bytes", ErrConfig, len(c.Cname))
	}
	return nil
}

// SendStream is one RTP stream as sent, with its retransmissions.
type SendStream struct {
	feedbackCounts
	cfg       SendConfig
	clock     mediaClock
	counts    sendCounts
	rate      RateCounter
	budget    retransmitBudget
	rtxSeq    uint16 // last one used
	remote    remoteReport
	score     score
	prior     sendCounts // at the last scoring
	priorLost int64
	sdes      rtcp.SourceDescription
}

// sendCounts are running totals over the stream's life.
type sendCounts struct {
	packets, bytes          uint64
	repaired, retransmitted uint64
}

// mediaClock knows the newest timestamp sent and when it was.
type mediaClock struct {
	seq     uint16
	ts      uint32
	at      time.Time
	started bool
}

// NewSendStream returns the state of a stream that has not sent anything.
func NewSendStream(cfg SendConfig) (*SendStream, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	s := &SendStream{
		cfg:    cfg,
		rtxSeq: cfg.FirstRtxSeq - 1,
		sdes:   *rtcp.NewCNAMESourceDescription(cfg.Ssrc, cfg.Cname),
	}
	s.score.reset(perfectScore)
	return s, nil
}

// Sent notes packets sent together for the first time: the numbers of the newest,
// how many they are, and the size of the whole RTP packets before SRTP.
func (s *SendStream) Sent(now time.Time, seq uint16, ts uint32, packets, size int) {
	s.clock.tick(now, seq, ts)
	s.counts.packets += uint64(max(packets, 0))
	s.counts.bytes += uint64(max(size, 0))
	s.rate.Add(now, size)
}

// SentRtx notes a retransmission, on the RTX SSRC or on the stream's own.
func (s *SendStream) SentRtx(_ time.Time, _ int) {
	s.counts.retransmitted++
}

// NextRtxSeq returns the sequence number for the next packet of the RTX SSRC.
func (s *SendStream) NextRtxSeq() uint16 {
	s.rtxSeq++
	return s.rtxSeq
}

// AllowRetransmit decides whether the packet numbered seq, of size bytes and at
// hand to be sent again, may go out: not within a round trip of the last time,
// and not over the retransmission budget, a share of the stream's bitrate.
func (s *SendStream) AllowRetransmit(now time.Time, seq uint16, size int) bool {
	roundTrip := s.remote.roundTrip
	if roundTrip == 0 {
		roundTrip = defaultRoundTrip
	}
	ok, first := s.budget.allow(now, seq, size, s.rate.BitrateBps(now), roundTrip)
	if ok && first {
		s.counts.repaired++
	}
	return ok
}

// Stats returns the stream's figures at now; loss, jitter and round trip are
// what the receiver reported last.
func (s *SendStream) Stats(now time.Time) Stats {
	return Stats{
		Ssrc:                 s.cfg.Ssrc,
		RtxSsrc:              s.cfg.RtxSsrc,
		BitrateBps:           s.BitrateBps(now),
		PacketCount:          s.counts.packets,
		ByteCount:            s.counts.bytes,
		PacketsLost:          s.remote.lost,
		FractionLost:         float64(s.remote.fraction) / 256,
		JitterMs:             millisecondsOf(float64(s.remote.jitter), s.cfg.ClockRate),
		RoundTripTimeMs:      s.remote.roundTrip.Seconds() * 1000,
		PacketsRetransmitted: s.counts.retransmitted,
		NackCount:            s.nack,
		PliCount:             s.pli,
		FirCount:             s.fir,
		Score:                s.score.value,
	}
}

// BitrateBps returns the sent bits per second, retransmissions not included.
func (s *SendStream) BitrateBps(now time.Time) uint64 {
	return s.rate.BitrateBps(now)
}

// tick follows the timestamps of packets sent. The first packet of a frame
// counts; the others come later than the frame's instant. A timestamp that goes
// back with a newer packet is a new timestamp base.
func (c *mediaClock) tick(now time.Time, seq uint16, ts uint32) {
	if c.started && !SeqLess(c.seq, seq) {
		return
	}
	if !c.started || ts != c.ts {
		c.ts, c.at = ts, now
	}
	c.seq, c.started = seq, true
}
