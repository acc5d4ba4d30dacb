package app

import (
	"sync"
	"time"
)

// minCPUSpan is the shortest time over which a share of a core means anything.
const minCPUSpan = 500 * time.Millisecond

// cpuMeter tells how much of one core the process uses, measured from one
// question to the next.
type cpuMeter struct {
	used func() (time.Duration, bool) // the process's time on all cores so far

	// mu protects all that follows.
	mu       sync.Mutex
	at       time.Time
	usedAt   time.Duration
	lastSeen float64
}

func newCPUMeter(used func() (time.Duration, bool)) *cpuMeter {
	return &cpuMeter{used: used}
}

// percent is 0 until the second question, and where the system does not tell.
func (m *cpuMeter) percent(now time.Time) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	span := now.Sub(m.at)
	if !m.at.IsZero() && span < minCPUSpan {
		return m.lastSeen
	}
	used, ok := m.used()
	if !ok {
		return 0
	}
	if !m.at.IsZero() {
		m.lastSeen = 100 * float64(used-m.usedAt) / float64(span)
	}
	m.at, m.usedAt = now, used
	return m.lastSeen
}
