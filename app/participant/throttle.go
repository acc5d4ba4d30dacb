package participant

import (
	"sync"
	"time"
)

// throttle does something at most once an interval. What is asked for too early
// is done when the interval is over, and never dropped.
type throttle struct {
	interval time.Duration
	do       func()

	mu      sync.Mutex
	last    time.Time   // mu protects
	timer   *time.Timer // mu protects; nil: nothing waits
	stopped bool        // mu protects
}

func newThrottle(interval time.Duration, do func()) *throttle {
	return &throttle{interval: interval, do: do}
}

// ask does it now or soon.
func (t *throttle) ask(now time.Time) {
	if t.isDue(now) {
		t.do()
	}
}

func (t *throttle) isDue(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	wait := t.interval - now.Sub(t.last)
	switch {
	case t.stopped || t.timer != nil:
		return false
	case t.last.IsZero() || wait <= 0:
		t.last = now
		return true
	}
	t.timer = time.AfterFunc(wait, t.late)
	return false
}

// late is the timer's goroutine.
func (t *throttle) late() {
	t.mu.Lock()
	stopped := t.stopped
	t.timer, t.last = nil, time.Now()
	t.mu.Unlock()
	if !stopped {
		t.do()
	}
}

// stop drops what waits.
func (t *throttle) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
	if t.timer != nil {
		t.timer.Stop()
	}
}
