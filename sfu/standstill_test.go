package sfu

import (
	"testing"
	"time"
)

// Fault 10: what waited while the process stood still is not forwarded, whoever wakes
// first, and what comes after that is.
func TestStandstill(t *testing.T) {
	const second = time.Second
	for _, test := range []struct {
		name  string
		steps func(s *standstill)
		at    time.Duration
		stale bool
	}{
		{"no ticker", func(*standstill) {}, 60 * second, false},
		{"all is well", func(s *standstill) { s.tick(second) }, second + 20*time.Millisecond, false},
		{"a busy computer", func(s *standstill) { s.tick(second) }, 3 * second, false},
		{"the reader wakes first", func(s *standstill) { s.tick(second) }, 11 * second, true},
		{"the ticker wakes first", func(s *standstill) { s.tick(second); s.tick(11 * second) }, 11*second + 1, true},
		{"the reader, then the ticker", func(s *standstill) {
			s.tick(second)
			s.isStale(11 * second)
			s.tick(11*second + 1)
		}, 11*second + 50*time.Millisecond, true},
		{"after a rest", func(s *standstill) { s.tick(second); s.tick(11 * second) }, 11*second + standstillRest, false},
		{"the ticker was stopped", func(s *standstill) { s.tick(second); s.stop() }, 60 * second, false},
		{"and began anew", func(s *standstill) { s.tick(second); s.stop(); s.tick(60 * second) }, 60*second + 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s standstill
			test.steps(&s)
			if got := s.isStale(test.at); got != test.stale {
				t.Errorf("stale: %v", got)
			}
		})
	}
}
