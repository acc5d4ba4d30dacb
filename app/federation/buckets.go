package federation

import (
	"sync"
	"time"
)

// maxBuckets bounds how many keys a rate remembers.
const maxBuckets = 4096

// rate is how much somebody may do.
type rate struct {
	perSecond, burst float64
}

// buckets is a token bucket for each key, which is an address or a domain.
type buckets[K comparable] struct {
	rate rate

	mu   sync.Mutex
	left map[K]bucket // mu protects it
}

type bucket struct {
	left float64
	at   time.Time
}

func newBuckets[K comparable](r rate) *buckets[K] {
	return &buckets[K]{rate: r, left: map[K]bucket{}}
}

// take uses up one of key; false: there was none.
func (b *buckets[K]) take(now time.Time, key K) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	own, known := b.left[key]
	if !known {
		if len(b.left) >= maxBuckets {
			b.makeRoomLocked(now)
		}
		own = bucket{left: b.rate.burst, at: now}
	}
	own.left = b.filled(own, now)
	own.at = now
	isLeft := own.left >= 1
	if isLeft {
		own.left--
	}
	b.left[key] = own
	return isLeft
}

func (b *buckets[K]) filled(own bucket, now time.Time) float64 {
	return min(b.rate.burst, own.left+max(0, now.Sub(own.at).Seconds())*b.rate.perSecond)
}

// makeRoomLocked forgets who has the whole burst again, or, where nobody has,
// any eighth: so many are one attacker's.
func (b *buckets[K]) makeRoomLocked(now time.Time) {
	for key, own := range b.left {
		if b.filled(own, now) >= b.rate.burst {
			delete(b.left, key)
		}
	}
	for key := range b.left {
		if len(b.left) <= maxBuckets*7/8 {
			return
		}
		delete(b.left, key)
	}
}
