package web

import (
	"net/netip"
	"sync"
	"time"
)

// maxBuckets bounds how many addresses are remembered.
const maxBuckets = 4096

// limiter is a token bucket for each client address (for IPv6 each /64, which
// is one household's).
type limiter struct {
	perSecond float64
	burst     float64

	mu      sync.Mutex
	buckets map[netip.Addr]*bucket // mu protects it and what is in it
}

type bucket struct {
	left float64
	at   time.Time
}

func newLimiter(perSecond, burst float64) *limiter {
	return &limiter{perSecond: perSecond, burst: burst, buckets: map[netip.Addr]*bucket{}}
}

// take uses up one request of addr; a wait above 0 says that none is left.
func (l *limiter) take(now time.Time, addr netip.Addr) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucketLocked(now, household(addr))
	b.left = min(l.burst, b.left+now.Sub(b.at).Seconds()*l.perSecond)
	b.at = now
	if b.left < 1 {
		return time.Duration((1 - b.left) / l.perSecond * float64(time.Second))
	}
	b.left--
	return 0
}

// giveBack undoes a take.
func (l *limiter) giveBack(addr netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.buckets[household(addr)]; b != nil {
		b.left = min(l.burst, b.left+1)
	}
}

func (l *limiter) bucketLocked(now time.Time, key netip.Addr) *bucket {
	b := l.buckets[key]
	if b == nil {
		if len(l.buckets) >= maxBuckets {
			l.makeRoomLocked(now)
		}
		b = &bucket{left: l.burst, at: now}
		l.buckets[key] = b
	}
	return b
}

// makeRoomLocked forgets the addresses that have their whole burst again, or,
// where none has, any eighth of them: so many addresses are one attacker's, and
// going through them all for each request would be the attack.
func (l *limiter) makeRoomLocked(now time.Time) {
	for key, b := range l.buckets {
		if b.left+now.Sub(b.at).Seconds()*l.perSecond >= l.burst {
			delete(l.buckets, key)
		}
	}
	if len(l.buckets) < maxBuckets {
		return
	}
	for key := range l.buckets {
		delete(l.buckets, key)
		if len(l.buckets) <= maxBuckets*7/8 {
			return
		}
	}
}

func household(addr netip.Addr) netip.Addr {
	if addr.Is6() && !addr.Is4In6() {
		prefix, err := addr.WithZone("").Prefix(64)
		if err == nil {
			return prefix.Addr()
		}
	}
	return addr
}
