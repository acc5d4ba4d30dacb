package rtpstream

import (
	"fmt"
	"time"

	"github.com/pion/rtp"
)

// recvRateWindow is long enough for screens that change once a second.
const recvRateWindow = 2500 * time.Millisecond

// RecvConfig describes a stream received from a producer.
type RecvConfig struct {
	Ssrc      uint32
	RtxSsrc   uint32 // 0: no retransmission stream
	ClockRate uint32 // Hz
	Nack      bool   // ask for lost packets again
	Video     bool   // losses that cannot be repaired call for a key frame

	// NackDelay is how long a skipped packet may be merely late before it is
	// asked for.
	NackDelay time.Duration
	// Inactivity is the silence after which the score drops to 0 until packets
	// return; 0 never does. mediasoup takes 1.5 s for simulcast, 5 s with DTX.
	Inactivity time.Duration
}

func (c RecvConfig) validate() error {
	switch {
	case c.Ssrc == 0:
		return fmt.Errorf("%w: receive stream without SSRC", ErrConfig)
	case c.Ssrc == c.RtxSsrc:
		return fmt.Errorf("%w: RTX has the SSRC of its stream", ErrConfig)
	case c.ClockRate == 0:
		return fmt.Errorf("%w: receive stream without clock rate", ErrConfig)
	case c.NackDelay < 0 || c.Inactivity < 0:
		return fmt.Errorf("%w: negative duration", ErrConfig)
	}
	return nil
}

// RecvStream is one RTP stream as received, with its retransmissions.
type RecvStream struct {
	feedbackCounts
	cfg       RecvConfig
	epoch     time.Time // arrival of the first packet
	seq       sequence
	rtxSeq    sequence
	nacks     nackList
	jitter    jitter
	report    lastReport
	health    recvHealth
	rate      RateCounter
	counts    recvCounts
	roundTrip time.Duration
	lost      uint8 // fraction of 256 in the last report

	restarts       uint64    // times the sender began anew
	keyFrameNeeded bool      // after such a restart
	lastAt         time.Time // of the newest accepted packet
}

// recvCounts are running totals over the stream's life.
type recvCounts struct {
	packets, bytes          uint64 // accepted, restored ones included
	discarded               uint64
	repaired, retransmitted uint64
}

// NewRecvStream returns the state of a stream that has not received anything.
func NewRecvStream(cfg RecvConfig) (*RecvStream, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	s := &RecvStream{cfg: cfg, rate: NewRateCounter(recvRateWindow)}
	s.health.score.reset(perfectScore)
	s.health.inactivity = cfg.Inactivity
	return s, nil
}

// Receive takes a packet of the stream's own SSRC; size is that of the whole
// RTP packet. It returns false for a packet to drop: a duplicate, one far too
// old, or the first of an implausible jump (RFC 3550 A.1). Two in a row after a
// jump mean that the sender restarted.
func (s *RecvStream) Receive(now time.Time, h *rtp.Header, size int) bool {
	if s.epoch.IsZero() {
		s.epoch = now
	}
	a := s.seq.receive(h.SequenceNumber)
	if a.verdict == seqDiscard || a.verdict == seqDuplicate {
		s.counts.discarded++
		return false
	}
	if a.verdict == seqRestart {
		s.restart()
	}
	if asked := s.follow(now, a); asked && s.cfg.RtxSsrc == 0 {
		s.counts.retransmitted++ // without RTX the packet itself comes again
		s.counts.repaired++
	} else {
		s.jitter.add(now.Sub(s.epoch), h.Timestamp, s.cfg.ClockRate)
	}
	s.accept(now, size)
	return true
}

// ReceiveRtx takes a packet of the RTX SSRC whose original sequence number is
// originalSeq (RFC 4588 §4); h and size are those of the RTX packet. It returns
// false for a packet to drop: one received already, or out of the stream's
// reach. Browsers also probe for bandwidth with packets that were never lost.
func (s *RecvStream) ReceiveRtx(now time.Time, h *rtp.Header, originalSeq uint16, size int) bool {
	rtx := s.rtxSeq.receive(h.SequenceNumber)
	if rtx.verdict == seqDiscard || rtx.verdict == seqDuplicate {
		s.counts.discarded++
		return false
	}
	a := s.seq.restore(originalSeq)
	if a.verdict == seqDiscard {
		s.counts.discarded++
		return false
	}
	s.counts.retransmitted++
	if a.verdict == seqDuplicate {
		return false
	}
	s.counts.repaired++
	s.follow(now, a)
	s.accept(now, size)
	return true
}

// KeyFrame tells that a key frame begins with the packet numbered seq: packets
// before it need no repair once the list of missing ones is full.
func (s *RecvStream) KeyFrame(seq uint16) {
	if first := s.seq.extender.Peek(seq); first > s.nacks.keyFrame {
		s.nacks.keyFrame = first
	}
}

// Nacks appends to dst the sequence numbers to ask for now, in order: each at
// once or after NackDelay, then once a round trip, ten times in all. With
// keyFrameNeeded packets were given up and only a key frame brings the picture
// back. The caller sends both and counts them with CountNack and CountPli.
func (s *RecvStream) Nacks(now time.Time, dst []uint16) (due []uint16, keyFrameNeeded bool) {
	full := s.nacks.takeFull()
	keyFrameNeeded = s.cfg.Video && (full || s.keyFrameNeeded)
	s.keyFrameNeeded = false
	interval := s.roundTrip
	if interval == 0 {
		interval = defaultRoundTrip
	}
	interval = max(interval, minNackInterval)
	return s.nacks.due(now.Sub(s.epoch), s.cfg.NackDelay, interval, dst), keyFrameNeeded
}

// Restarts returns how often the sender restarted: its sequence numbers, and
// perhaps its timestamps, jumped. Whoever rewrites them needs to resynchronize;
// Rewriter does by itself.
func (s *RecvStream) Restarts() uint64 {
	return s.restarts
}

// Missing returns how many packets Nacks would still ask for.
func (s *RecvStream) Missing() int {
	return len(s.nacks.list)
}

// SetRtxSsrc sets the SSRC of the retransmissions where it is learned from
// their first packet, as in simulcast by RID. The stream's own SSRC and 0 are
// ignored.
func (s *RecvStream) SetRtxSsrc(ssrc uint32) {
	if ssrc == 0 || ssrc == s.cfg.Ssrc || ssrc == s.cfg.RtxSsrc {
		return
	}
	s.cfg.RtxSsrc = ssrc
	s.rtxSeq = sequence{}
}

// SetRoundTripTime sets the round trip to the sender that paces repeated NACKs;
// 0 stands for unknown.
func (s *RecvStream) SetRoundTripTime(d time.Duration) {
	s.roundTrip = min(max(d, 0), maxRoundTrip)
}

// Stats returns the stream's figures at now.
func (s *RecvStream) Stats(now time.Time) Stats {
	return Stats{
		Ssrc:                 s.cfg.Ssrc,
		RtxSsrc:              s.cfg.RtxSsrc,
		BitrateBps:           s.BitrateBps(now),
		PacketCount:          s.counts.packets,
		ByteCount:            s.counts.bytes,
		PacketsLost:          s.seq.lost(),
		PacketsDiscarded:     s.counts.discarded,
		FractionLost:         float64(s.lost) / 256,
		JitterMs:             millisecondsOf(s.jitter.ticks, s.cfg.ClockRate),
		RoundTripTimeMs:      s.roundTrip.Seconds() * 1000,
		PacketsRetransmitted: s.counts.retransmitted,
		NackCount:            s.nack,
		PliCount:             s.pli,
		FirCount:             s.fir,
		Score:                s.Score(now),
	}
}

// BitrateBps returns the received bits per second, restored packets included.
func (s *RecvStream) BitrateBps(now time.Time) uint64 {
	return s.rate.BitrateBps(now)
}

// follow keeps the list of missing packets in step with an accepted one, and
// reports whether that one had been asked for.
func (s *RecvStream) follow(now time.Time, a arrival) (asked bool) {
	switch {
	case !s.cfg.Nack:
	case a.verdict == seqLate:
		return s.nacks.remove(a.extended)
	case a.skipped < a.extended && !s.lastAt.IsZero() && now.Sub(s.lastAt) > maxNackPause:
		s.nacks.giveUp()
	case a.skipped < a.extended:
		s.nacks.add(a.skipped, a.extended, now.Sub(s.epoch))
	}
	return false
}

// restart forgets what held for the numbers before the sender began anew.
func (s *RecvStream) restart() {
	s.nacks.reset()
	s.jitter.resync()
	s.health.resync(s.counts)
	s.restarts++
	s.keyFrameNeeded = true
}

// accept counts a packet that goes on to the consumers.
func (s *RecvStream) accept(now time.Time, size int) {
	s.lastAt = now
	s.counts.packets++
	s.counts.bytes += uint64(max(size, 0))
	s.rate.Add(now, size)
	s.health.heard(now)
}
