package calls

import "time"

// maxRates bounds how many keys a rate remembers.
const maxRates = 4096

// rate is how often something may be done for a key: count times in a burst, and
// as often again in each period. The lock of its Exchange protects it.
type rate[K comparable] struct {
	count  float64
	period time.Duration
	used   map[K]usage
}

type usage struct {
	left float64
	at   time.Time
}

func newRate[K comparable](count int, period time.Duration) *rate[K] {
	return &rate[K]{count: float64(count), period: period, used: map[K]usage{}}
}

// may says whether take would be fine.
func (r *rate[K]) may(now time.Time, key K) bool { return r.left(now, key) >= 1 }

// take uses one up.
func (r *rate[K]) take(now time.Time, key K) {
	if len(r.used) >= maxRates {
		r.forget(now)
	}
	r.used[key] = usage{left: r.left(now, key) - 1, at: now}
}

func (r *rate[K]) left(now time.Time, key K) float64 {
	u, known := r.used[key]
	if !known {
		return r.count
	}
	since := max(0, now.Sub(u.at))
	return min(r.count, u.left+r.count*float64(since)/float64(r.period))
}

// forget drops who may do all again, or, where nobody may, an eighth of them.
func (r *rate[K]) forget(now time.Time) {
	for key := range r.used {
		if r.left(now, key) >= r.count {
			delete(r.used, key)
		}
	}
	for key := range r.used {
		if len(r.used) <= maxRates*7/8 {
			return
		}
		delete(r.used, key)
	}
}
