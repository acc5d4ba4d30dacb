package codec

// bitReader reads big-endian bit fields. Past the end it yields zeros and
// remembers that it failed, so that a parser checks once, at its end.
type bitReader struct {
	data    []byte
	next    int // place of the byte after the current one
	current byte
	left    uint8 // unread bits of the current byte
	failed  bool

	// skipEmulation drops the 03 of 00 00 03, which H.264 puts in so that no
	// start code appears inside a NAL unit (ITU-T H.264 §7.4.1).
	skipEmulation bool
	zeros         int // zero bytes in a row before next
}

// load makes the next byte the current one.
func (r *bitReader) load() {
	if r.skipEmulation && r.zeros >= 2 && r.next < len(r.data) && r.data[r.next] == 3 {
		r.next++
		r.zeros = 0
	}
	if r.next >= len(r.data) {
		r.failed = true
		r.current, r.left = 0, 8
		return
	}
	r.current, r.left = r.data[r.next], 8
	r.next++
	if r.current == 0 {
		r.zeros++
	} else {
		r.zeros = 0
	}
}

// bits reads n bits, at most 32, most significant first.
func (r *bitReader) bits(n uint8) uint32 {
	var value uint32
	for n > 0 {
		if r.left == 0 {
			r.load()
		}
		take := min(n, r.left)
		r.left -= take
		n -= take
		value = value<<take | uint32(r.current>>r.left)&(1<<take-1)
	}
	return value
}

func (r *bitReader) flag() bool {
	return r.bits(1) == 1
}

// ue reads an unsigned Exp-Golomb number (ITU-T H.264 §9.1): as many zeros,
// then as many bits behind a one.
func (r *bitReader) ue() uint32 {
	zeros := r.leadingZeros()
	if zeros >= 32 {
		r.failed = true
		return 0
	}
	return 1<<zeros - 1 + r.bits(zeros)
}

// se reads a signed Exp-Golomb number (ITU-T H.264 §9.1.1).
func (r *bitReader) se() int32 {
	k := r.ue()
	if k%2 == 0 {
		return -int32(k / 2)
	}
	return int32(k/2) + 1
}

// leadingZeros counts zeros up to the next one, which it takes too; 32 stands
// for as many and more.
func (r *bitReader) leadingZeros() uint8 {
	for zeros := uint8(0); zeros < 32; zeros++ {
		if r.flag() {
			return zeros
		}
		if r.failed {
			break
		}
	}
	return 32
}
