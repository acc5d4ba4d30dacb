package rtpstream

import "sort"

// maxSpans, a power of two, is how many runs of forwarded packets are remembered. With every
// frame's last packets left out, that is 4 s at 60 frames a second: longer than
// a packet stays in the cache.
const maxSpans = 256

// span is a run of input numbers forwarded without a packet left out:
//
//	input   in     in+1   in+2  (left out)  in+4
//	output  out    out+1  out+2             out+3
//	        '------ span -----'             '--- next span
//
// It ends where the next one's output begins; the newest has no end.
type span struct {
	in, out  uint64 // extended numbers of its first packet
	tsOffset uint32
	epoch    uint32 // the Sync it belongs to
	stream   int
}

// spanRing holds the newest spans in order of output, which within an epoch is
// also the order of input. Old ones are overwritten. Most streams have one span
// for all their life: the memory grows with their number.
type spanRing struct {
	ring  []span // its length is a power of two
	start int
	count int
}

// get returns the i-th span from the oldest.
func (r *spanRing) get(i int) *span {
	return &r.ring[(r.start+i)&(len(r.ring)-1)]
}

func (r *spanRing) push(s span) {
	switch {
	case r.count < len(r.ring):
	case len(r.ring) < maxSpans:
		r.grow()
	default:
		r.start = (r.start + 1) & (len(r.ring) - 1)
		r.count--
	}
	r.count++
	*r.get(r.count - 1) = s
}

// grow doubles the ring.
func (r *spanRing) grow() {
	larger := make([]span, max(2*len(r.ring), 1))
	for i := range r.count {
		larger[i] = *r.get(i)
	}
	r.ring, r.start = larger, 0
}

// at returns the span that holds the output number.
func (r *spanRing) at(out uint64) (*span, bool) {
	after := sort.Search(r.count, func(i int) bool { return r.get(i).out > out })
	if after == 0 {
		return nil, false
	}
	return r.get(after - 1), true
}

// find returns the index of the span of the epoch that holds the input number;
// false if the number was left out or is too old.
func (r *spanRing) find(epoch uint32, in uint64) (int, bool) {
	for i := r.count - 1; i >= 0; i-- {
		s := r.get(i)
		if s.epoch != epoch {
			return 0, false
		}
		if in < s.in {
			continue
		}
		return i, i == r.count-1 || s.out+(in-s.in) < r.get(i+1).out
	}
	return 0, false
}

// outputOf returns the output number of an input number of the epoch.
func (r *spanRing) outputOf(epoch uint32, in uint64) (uint64, bool) {
	i, ok := r.find(epoch, in)
	if !ok {
		return 0, false
	}
	s := r.get(i)
	return s.out + (in - s.in), true
}

// cut leaves out an input number that the i-th span holds; the output numbers
// after it move down by one.
func (r *spanRing) cut(i int, in uint64) {
	for later := i + 1; later < r.count; later++ {
		r.get(later).out--
	}
	s := r.get(i)
	freed := s.out + (in - s.in)
	switch {
	case in == s.in:
		s.in++
	case i+1 == r.count || freed != r.get(i+1).out:
		rest := *s
		rest.in, rest.out = in+1, freed
		r.insertAfter(i, rest)
	}
}

// insertAfter puts a span behind the i-th.
func (r *spanRing) insertAfter(i int, s span) {
	behind := r.count - 1 - i
	r.push(s)
	for at := r.count - 1; behind > 0; at, behind = at-1, behind-1 {
		*r.get(at), *r.get(at - 1) = *r.get(at - 1), *r.get(at)
	}
}

// truncate forgets the output numbers from out on.
func (r *spanRing) truncate(out uint64) {
	for r.count > 0 && r.get(r.count-1).out >= out {
		r.count--
	}
}
