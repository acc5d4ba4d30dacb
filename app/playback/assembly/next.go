package assembly

import "time"

// Next gives the next frame, if there is one by now.
func (a *Assembler) Next(now time.Time) (Frame, bool) {
	a.stuck = time.Time{}
	for a.next <= a.highest {
		if a.needKey && !a.seekKey(now) {
			return Frame{}, false
		}
		end, state := a.survey()
		switch state {
		case whole:
			if f, ok := a.collect(end); ok {
				return f, true
			}
		case broken:
			if !a.skipBroken(now, end) {
				a.stuck = a.slot(end).at
				return Frame{}, false
			}
		case growing:
			return Frame{}, false
		}
	}
	return Frame{}, false
}

// state is how far a frame is.
type state int

const (
	growing state = iota // all is here so far
	whole
	broken // something is missing
)

// survey walks the frame that begins at next. end is its last packet, or the
// one that is missing.
func (a *Assembler) survey() (end uint64, _ state) {
	var stamp uint32
	begun := false
	for seq := a.next; seq <= a.highest; seq++ {
		s := a.slot(seq)
		switch {
		case !s.filled:
			return seq, broken
		case s.isPadding():
			continue
		case begun && s.stamp != stamp:
			return seq - 1, whole
		case s.marker:
			return seq, whole
		}
		stamp, begun = s.stamp, true
	}
	return a.highest, growing
}

func (s *slot) isPadding() bool { return len(s.body) == 0 && !s.bad }

// collect makes the frame up to end, unless it is not worth decoding.
func (a *Assembler) collect(end uint64) (Frame, bool) {
	f := Frame{Alone: true}
	size, spoilt := 0, false
	for ; a.next <= end; a.next++ {
		s := a.slot(a.next)
		if !s.isPadding() {
			f.Timestamp = s.stamp
			spoilt = spoilt || (len(f.Parts) == 0 && !s.start)
			f.KeyFrame = f.KeyFrame || s.key
			f.Alone = f.Alone && s.alone
			f.add(s)
		}
		size += len(s.body)
		spoilt = spoilt || s.bad || size > maxFrame
		if s.at.After(f.At) {
			f.At = s.at
		}
		*s = slot{}
	}
	if len(f.Parts) == 0 && !spoilt {
		return Frame{}, false // nothing but padding
	}
	for _, part := range f.Parts {
		spoilt = spoilt || !a.format.fits(part)
	}
	if spoilt {
		a.needKey = a.needKey || !f.Alone
		return Frame{}, false
	}
	a.needKey = false
	return f, true
}

// add appends a packet; where a layer begins, a part does.
func (f *Frame) add(s *slot) {
	if len(f.Parts) == 0 || s.layer {
		f.Parts = append(f.Parts, s.body)
		return
	}
	last := len(f.Parts) - 1
	f.Parts[last] = append(f.Parts[last], s.body...)
}

// skipBroken gives up what is missing when a keyframe behind it is whole, or it
// has been waited for long enough.
func (a *Assembler) skipBroken(now time.Time, missing uint64) bool {
	if key, found := a.wholeKey(missing); found {
		a.drop(key)
		return true
	}
	if now.Sub(a.slot(missing).at) < a.patience.limit() {
		return false
	}
	end, alone := a.endOfBroken(missing)
	a.drop(end)
	a.needKey = a.needKey || !alone
	return true
}

// endOfBroken finds where the frame with the missing packet ends. It is alone
// if the packets on both sides of the gap belong to one frame that no other
// builds on.
func (a *Assembler) endOfBroken(missing uint64) (next uint64, alone bool) {
	next = missing
	for next <= a.highest && !a.slot(next).filled {
		next++
	}
	if next > a.highest || missing == a.next {
		return next, false
	}
	before, behind := a.slot(missing-1), a.slot(next)
	if !before.alone || !behind.alone || before.stamp != behind.stamp {
		return next, false
	}
	for next <= a.highest && a.slot(next).filled && a.slot(next).stamp == behind.stamp {
		next++
	}
	return next, true
}

// wholeKey finds the last keyframe behind a missing packet, if all of it is here.
func (a *Assembler) wholeKey(missing uint64) (uint64, bool) {
	for seq := a.highest; seq > missing; seq-- {
		if s := a.slot(seq); !s.filled || !s.key {
			continue
		}
		probe := *a
		probe.next = seq
		_, state := probe.survey()
		return seq, state == whole
	}
	return 0, false
}

// seekKey moves next to a keyframe's beginning. Missing packets, which may be
// just that, are waited for.
func (a *Assembler) seekKey(now time.Time) bool {
	for seq := a.next; seq <= a.highest; seq++ {
		if s := a.slot(seq); s.filled && s.key {
			a.drop(seq)
			return true
		}
	}
	for a.next <= a.highest {
		s := a.slot(a.next)
		if !s.filled && now.Sub(s.at) < a.patience.limit() {
			return false
		}
		a.drop(a.next + 1)
	}
	return false
}

// drop forgets everything before a packet.
func (a *Assembler) drop(seq uint64) {
	for ; a.next < seq; a.next++ {
		*a.slot(a.next) = slot{}
	}
}
