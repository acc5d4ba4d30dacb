package clientapi

import (
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// maxBuckets bounds how many keys a limiter remembers.
const maxBuckets = 4096

// limiter is a token bucket for each key.
type limiter[K comparable] struct {
	perSecond, burst float64

	mu   sync.Mutex
	left map[K]bucket // mu protects it
}

type bucket struct {
	left float64
	at   time.Time
}

func newLimiter[K comparable](perSecond, burst float64) *limiter[K] {
	return &limiter[K]{perSecond: perSecond, burst: burst, left: map[K]bucket{}}
}

// take uses up one of key's tries; a wait above 0 says that none is left.
func (l *limiter[K]) take(now time.Time, key K) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	own, known := l.left[key]
	if !known {
		if len(l.left) >= maxBuckets {
			l.makeRoomLocked(now)
		}
		own = bucket{left: l.burst, at: now}
	}
	own = bucket{left: l.filled(own, now), at: now}
	if own.left < 1 {
		wait = time.Duration((1 - own.left) / l.perSecond * float64(time.Second))
	} else {
		own.left--
	}
	l.left[key] = own
	return wait
}

// giveBack undoes a take.
func (l *limiter[K]) giveBack(key K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if own, known := l.left[key]; known {
		own.left = min(l.burst, own.left+1)
		l.left[key] = own
	}
}

func (l *limiter[K]) filled(own bucket, now time.Time) float64 {
	return min(l.burst, own.left+max(0, now.Sub(own.at).Seconds())*l.perSecond)
}

// makeRoomLocked forgets who has all tries again, or, where nobody has, any
// eighth: so many are one attacker's.
func (l *limiter[K]) makeRoomLocked(now time.Time) {
	for key, own := range l.left {
		if l.filled(own, now) >= l.burst {
			delete(l.left, key)
		}
	}
	for key := range l.left {
		if len(l.left) <= maxBuckets*7/8 {
			return
		}
		delete(l.left, key)
	}
}

// householdOf is the client's address; of IPv6 the /64, which is one household's.
// Requests without one share one limit.
func householdOf(r *http.Request) netip.Addr {
	parsed, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := parsed.Addr().Unmap().WithZone("")
	if addr.Is6() {
		if prefix, err := addr.Prefix(64); err == nil {
			return prefix.Addr()
		}
	}
	return addr
}
