package ui

import "time"

// historyLength is how many seconds a plot looks back.
const historyLength = 60

// history keeps the bit rates of the last minute, one pair a second, of
// everything the panel shows.
type history struct {
	series map[string]*series
	last   time.Time // of the newest sample
}

// series is a ring of rates in bit/s.
type series struct {
	in, out [historyLength]float32
	next    int
	filled  int
	seen    bool
}

func newHistory() *history {
	return &history{series: make(map[string]*series)}
}

// add takes a sample of every node of a tree, at most one a second, and says
// whether it did. Seconds in which nothing was heard count as unchanged.
// What is no longer in the tree is forgotten.
func (h *history) add(now time.Time, t *tree) bool {
	elapsed := now.Sub(h.last)
	if elapsed < 900*time.Millisecond {
		return false
	}
	steps := min(max(int((elapsed+500*time.Millisecond)/time.Second), 1), historyLength)
	h.last = now
	for _, s := range h.series {
		s.seen = false
	}
	for id, n := range t.nodes {
		s, ok := h.series[id]
		if !ok {
			s = new(series)
			h.series[id] = s
		}
		s.add(steps, n.inBps, n.outBps)
	}
	for id, s := range h.series {
		if !s.seen {
			delete(h.series, id)
		}
	}
	return true
}

// of returns the series of a node, nil when it has none yet.
func (h *history) of(id string) *series { return h.series[id] }

// add appends one sample, after repeating the one before for the seconds that
// were missed.
func (s *series) add(steps int, inBps, outBps uint64) {
	s.seen = true
	if s.filled > 0 {
		before := (s.next + historyLength - 1) % historyLength
		in, out := s.in[before], s.out[before]
		for range steps - 1 {
			s.push(in, out)
		}
	}
	s.push(float32(inBps), float32(outBps))
}

func (s *series) push(in, out float32) {
	s.in[s.next], s.out[s.next] = in, out
	s.next = (s.next + 1) % historyLength
	s.filled = min(s.filled+1, historyLength)
}

// values returns the samples from the oldest to the newest.
func (s *series) values() (in, out []float32) {
	if s == nil {
		return nil, nil
	}
	in = make([]float32, 0, s.filled)
	out = make([]float32, 0, s.filled)
	for i := range s.filled {
		at := (s.next - s.filled + i + historyLength) % historyLength
		in = append(in, s.in[at])
		out = append(out, s.out[at])
	}
	return in, out
}
