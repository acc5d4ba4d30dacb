package rtpstream

// seqCycle is the number of sequence numbers before they wrap (RFC 3550 §5.1).
const seqCycle = 1 << 16

// SeqDiff returns how far sequence number a is ahead of b, negative if it is
// behind. Numbers exactly half a cycle apart have no order by distance and give
// -32768 either way round.
func SeqDiff(a, b uint16) int16 {
	return int16(a - b)
}

// SeqLess reports whether sequence number a comes before b. Of two numbers
// exactly half a cycle apart the smaller one does, so that this is a strict
// order for every pair.
func SeqLess(a, b uint16) bool {
	if a-b == 1<<15 {
		return a < b
	}
	return SeqDiff(a, b) < 0
}

// TimestampDiff returns how many ticks RTP timestamp a is ahead of b, negative
// if it is behind.
func TimestampDiff(a, b uint32) int32 {
	return int32(a - b)
}

// TimestampLess reports whether RTP timestamp a comes before b; ties at half a
// cycle go as in SeqLess.
func TimestampLess(a, b uint32) bool {
	if a-b == 1<<31 {
		return a < b
	}
	return TimestampDiff(a, b) < 0
}

// Extender unwraps 16-bit sequence numbers to 64 bits. Its zero value is ready;
// the first number extends to itself plus one cycle, so that numbers from
// before it do not fall below zero.
type Extender struct {
	highest uint64
	started bool
}

// Extend returns the extended number closest to the highest one so far, and
// remembers it if it is higher.
func (e *Extender) Extend(seq uint16) uint64 {
	extended := e.Peek(seq)
	if extended > e.highest {
		e.highest, e.started = extended, true
	}
	return extended
}

// Peek returns what Extend would, without remembering it.
func (e *Extender) Peek(seq uint16) uint64 {
	if !e.started {
		return seqCycle + uint64(seq)
	}
	return e.highest + uint64(int64(SeqDiff(seq, uint16(e.highest))))
}

// Highest returns the highest extended number, false before the first one.
func (e *Extender) Highest() (uint64, bool) {
	return e.highest, e.started
}

// Restart makes seq the highest number although it is too far from the last
// one to be told ahead or behind, as after a sender's restart. The extended
// numbers go on upwards.
func (e *Extender) Restart(seq uint16) uint64 {
	if !e.started {
		return e.Extend(seq)
	}
	e.highest += uint64(seq-uint16(e.highest)-1) + 1
	return e.highest
}
