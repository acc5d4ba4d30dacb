package sfu

import (
	"sync/atomic"
	"time"
)

const (
	// standstillAfter is how long the ticker may be late on a busy computer. Later than
	// that, the process was stopped, or the computer it runs on was.
	standstillAfter = 3 * time.Second
	// standstillRest is how long afterwards what arrives has most likely waited in the
	// socket: it holds some megabytes, which are read in a fraction of that.
	standstillRest = 100 * time.Millisecond
)

// standstill notices that the process has stood still. The media that came meanwhile
// waits in the socket's buffer, and would go to everybody as one burst of what is long
// over: the clients' jitter buffers would play or decode it all. Clocks are the time
// since the server was born.
type standstill struct {
	beat atomic.Int64 // the ticker's newest; 0: it does not run
	rest atomic.Int64 // until when media is stale
}

// tick takes the ticker's beat.
func (s *standstill) tick(now time.Duration) {
	before := s.beat.Swap(int64(now))
	s.look(before, now)
}

// stop ends looking until the next tick.
func (s *standstill) stop() { s.beat.Store(0) }

// isStale says of a packet that is read just now whether it waited for long. The
// reader may be awake before the ticker.
func (s *standstill) isStale(now time.Duration) bool {
	s.look(s.beat.Load(), now)
	return int64(now) < s.rest.Load()
}

func (s *standstill) look(beat int64, now time.Duration) {
	if beat != 0 && int64(now)-beat > int64(standstillAfter) {
		s.rest.Store(int64(now + standstillRest))
	}
}
