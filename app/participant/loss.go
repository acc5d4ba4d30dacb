package participant

import (
	"sync"
	"time"
)

const (
	// lossSeconds is what a lossMeter looks back on.
	lossSeconds = 5
	// maxJump is more than any burst of loss: a sequence number that far away
	// begins a new count (RFC 3550 appendix A.1).
	maxJump = 3000
)

// lossMeter tells what of a stream was lost on the way, before retransmission.
type lossMeter struct {
	mu      sync.Mutex
	started bool                // mu protects all
	highest uint16              // the newest sequence number
	born    time.Time           // of the first packet; the system's clock may jump
	seconds [lossSeconds]second // by second since then
}

type second struct {
	at                 int64
	expected, received int
}

// count takes a packet of the stream itself.
func (m *lossMeter) count(now time.Time, sequence uint16) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.born.IsZero() {
		m.born = now
	}
	s := m.secondLocked(m.sinceLocked(now))
	step := int(int16(sequence - m.highest))
	switch {
	case !m.started || step > maxJump || step < -maxJump:
		m.started, m.highest = true, sequence
		s.expected++
	case step > 0:
		m.highest = sequence
		s.expected += step
	}
	s.received++
}

func (m *lossMeter) sinceLocked(now time.Time) int64 {
	return max(int64(now.Sub(m.born)/time.Second), 0)
}

func (m *lossMeter) secondLocked(at int64) *second {
	s := &m.seconds[at%lossSeconds]
	if s.at != at {
		*s = second{at: at}
	}
	return s
}

// counts are what came and what should have come in the last seconds.
func (m *lossMeter) counts(now time.Time) (expected, received int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.seconds {
		if m.sinceLocked(now)-s.at < lossSeconds {
			expected += s.expected
			received += s.received
		}
	}
	return expected, received
}

// lossOf is the part that was lost, from 0 to 1.
func lossOf(expected, received int) float64 {
	if expected <= 0 {
		return 0
	}
	return min(max(float64(expected-received)/float64(expected), 0), 1)
}
