package rtpstream

import (
	"fmt"
	"time"
)

// minOutput is where extended output numbers begin, one cycle up so that the
// numbers before the first do not fall below zero.
const minOutput = seqCycle

// RewriterConfig describes the output stream.
type RewriterConfig struct {
	ClockRate uint32 // Hz, the same for input and output
	FirstSeq  uint16 // of the output; it should be random (RFC 3550 §5.1)
}

// Rewriter makes one continuous stream of several input streams, one at a time:
// the layers of a simulcast producer, or one producer after a pause. Sequence
// numbers go on by one over switches and over packets left out on purpose;
// packets lost on the way in leave their gaps, so that the receiver asks for
// them. Timestamps keep the time between frames.
type Rewriter struct {
	spans     spanRing
	timeline  timeline
	epoch     uint32 // counts switches; spans of earlier ones take no more input
	input     Extender
	forwarded uint64 // highest input number forwarded in the epoch
	firstOut  uint64
	output    uint64 // highest output number; 0 before the first packet
}

// NewRewriter returns a rewriter that forwards nothing until Sync.
func NewRewriter(cfg RewriterConfig) (*Rewriter, error) {
	if cfg.ClockRate == 0 {
		return nil, fmt.Errorf("%w: rewriter without clock rate", ErrConfig)
	}
	return &Rewriter{
		timeline: timeline{clockRate: cfg.ClockRate},
		firstOut: minOutput + uint64(cfg.FirstSeq),
	}, nil
}

// Sync makes stream the current input, beginning with the packet of sequence
// number seq and timestamp ts, which is then given to Rewrite. It is called
// before the first packet, at a switch (with a key frame's first packet), and
// when the current stream goes on after a pause.
//
// The first stream keeps its timestamps. A stream switched to is aligned by the
// sender reports of the stream left (previous) and of the new one (next); where
// one is unknown, or they contradict the clock, by the time passed since the
// last Sync. The new timestamp always comes after the last one.
func (r *Rewriter) Sync(now time.Time, stream int, seq uint16, ts uint32, previous, next ReportMapping) {
	r.timeline.align(now, stream, ts, previous, next)
	r.begin(seq)
}

// Skip leaves out the next output number, before a Sync: the receiver then knows
// that something is missing where the stream left ends in the middle of a frame.
func (r *Rewriter) Skip() {
	if r.output != 0 {
		r.output++
	}
}

// Synced reports whether stream is the current input.
func (r *Rewriter) Synced(stream int) bool {
	return r.epoch > 0 && r.timeline.stream == stream
}

// Rewrite returns the output numbers of a packet to forward. ok is false for a
// packet not to forward: of another stream than the current one, from before
// the last Sync, or dropped before. A jump of the numbers, or of the timestamps
// backwards, that only a restart of the sender explains resynchronizes by itself.
func (r *Rewriter) Rewrite(stream int, seq uint16, ts uint32) (outSeq uint16, outTs uint32, ok bool) {
	if !r.Synced(stream) {
		return 0, 0, false
	}
	if r.jumped(seq) || r.input.Peek(seq) > r.forwarded && r.timeline.wentBack(ts) {
		r.timeline.jump(ts)
		r.begin(seq)
	}
	number := r.input.Extend(seq)
	out, ok := r.spans.outputOf(r.epoch, number)
	if !ok {
		return 0, 0, false
	}
	r.forwarded = max(r.forwarded, number)
	r.output = max(r.output, out)
	return uint16(out), r.timeline.apply(ts), true
}

// Drop leaves out a packet of the current stream on purpose: the numbers after
// it close up. It returns false when that is too late, because a packet after
// it was forwarded already; the receiver then sees a gap, so the caller does
// better to forward the packet, or an empty one in its place.
func (r *Rewriter) Drop(seq uint16) bool {
	if r.epoch == 0 || r.jumped(seq) {
		return true // nothing sent depends on this number
	}
	number := r.input.Extend(seq)
	run, present := r.spans.find(r.epoch, number)
	if !present {
		return true
	}
	if number <= r.forwarded {
		return false
	}
	r.spans.cut(run, number)
	return true
}

// Original returns which input packet became the output packet outSeq, and what
// was added to its timestamp. ok is false for a number not sent, or sent too
// long ago.
func (r *Rewriter) Original(outSeq uint16) (stream int, inSeq uint16, tsOffset uint32, ok bool) {
	behind := SeqDiff(uint16(r.output), outSeq)
	if r.output == 0 || behind < 0 {
		return 0, 0, 0, false
	}
	s, ok := r.spans.at(r.output - uint64(behind))
	if !ok {
		return 0, 0, 0, false
	}
	return s.stream, uint16(s.in + r.output - uint64(behind) - s.out), s.tsOffset, true
}

// begin opens a new epoch in which the number seq follows the last output.
func (r *Rewriter) begin(seq uint16) {
	next := r.firstOut
	if r.output != 0 {
		next = r.output + 1
	}
	r.epoch++
	r.input = Extender{}
	first := r.input.Extend(seq)
	r.forwarded = first - 1
	r.spans.truncate(next)
	r.spans.push(span{
		in: first, out: next,
		tsOffset: r.timeline.offset, stream: r.timeline.stream, epoch: r.epoch,
	})
}

// jumped reports whether seq is so far from the highest input that only a
// sender's restart explains it; the bounds are those of RecvStream, which lets
// no stray packet through.
func (r *Rewriter) jumped(seq uint16) bool {
	highest, _ := r.input.Highest()
	ahead := seq - uint16(highest)
	return ahead >= maxDropout && ahead <= seqCycle-maxMisorder
}
