package media

import "time"

// Pace lets through one in each interval, and a burst after a rest. One
// goroutine at a time uses it.
type Pace struct {
	Interval time.Duration
	Burst    int
	due      time.Time // when the next would come at an even pace
}

// Allow says whether one may pass now.
func (p *Pace) Allow(now time.Time) bool {
	earliest := now.Add(-time.Duration(p.Burst-1) * p.Interval)
	if p.due.Before(earliest) {
		p.due = earliest
	}
	if p.due.After(now) {
		return false
	}
	p.due = p.due.Add(p.Interval)
	return true
}
