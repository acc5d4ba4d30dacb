package loadtest

import (
	"context"
	"errors"
	"time"
)

const (
	// What is lost or late beyond this is heard and seen.
	mostLost  = 0.01
	mostDelay = 150 // ms, of the 99th percentile
)

// FitConfig says how to find out how many friends fit.
type FitConfig struct {
	// Most is where the search ends, Step how long each size is measured.
	Most int
	Step time.Duration
	// OnProgress is called about once a second, OnStep with each result.
	OnProgress func(people int, elapsed time.Duration, received uint64)
	OnStep     func(Result)
}

// Limit is why no more friends fit.
type Limit string

// The limits.
const (
	LimitNone    Limit = "none"    // as many as were tried fit
	LimitLoss    Limit = "loss"    // packets were lost
	LimitDelay   Limit = "delay"   // packets came late
	LimitRefused Limit = "refused" // the host lets no more in
)

// Fit is how many people can be in one call, all of whom send and receive.
type Fit struct {
	// People is the largest size that went well, 0 where none did; Limit is why the
	// next did not.
	People int   `json:"people"`
	Limit  Limit `json:"limit"`
	// Steps are the sizes that were tried.
	Steps []Result `json:"steps"`
}

// Fit lets ever more people in, who all see and hear each other, until packets
// are lost or late, or the host refuses. It begins with nobody in the test.
func (t *Test) Fit(ctx context.Context, c FitConfig) (Fit, error) {
	fit := Fit{Limit: LimitNone, Steps: []Result{}}
	for people := range sizes(c.Most) {
		if err := t.Join(ctx, Person, people-t.count()); err != nil {
			if errors.Is(err, ErrRefused) && fit.People > 0 {
				fit.Limit = LimitRefused
				return fit, nil
			}
			return fit, err
		}
		r, err := t.Measure(ctx, Measurement{
			WarmUp: warmUpTime, Duration: c.Step,
			OnProgress: func(elapsed time.Duration, received uint64) { c.OnProgress(people, elapsed, received) },
		})
		if err != nil {
			return fit, err
		}
		fit.Steps = append(fit.Steps, r)
		c.OnStep(r)
		if fit.Limit = r.limit(); fit.Limit != LimitNone {
			return fit, nil
		}
		fit.People = people
	}
	return fit, nil
}

// warmUpTime is for keyframes and for the first second of estimates.
const warmUpTime = 1500 * time.Millisecond

// sizes grow by one at first, later by a quarter.
func sizes(most int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for n := 2; n <= most; n += max(n/4, 1) {
			if !yield(n) {
				return
			}
		}
	}
}

// limit is what of a measurement is not as it should be.
func (r *Result) limit() Limit {
	switch {
	case r.Received == 0, r.LostShare() > mostLost:
		return LimitLoss
	case r.DelayMs.P99 > mostDelay:
		return LimitDelay
	}
	return LimitNone
}

// LostShare is the part of the expected packets that did not come.
func (r *Result) LostShare() float64 {
	if r.Expected == 0 {
		return 0
	}
	return float64(r.Lost) / float64(r.Expected)
}
