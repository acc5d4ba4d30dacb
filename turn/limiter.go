package turn

import (
	"net/netip"
	"sync"
	"time"
)

// maxSources is how many addresses are told apart; more strangers than that share
// what there is for all.
const maxSources = 4096

// limiter bounds what strangers make the server do: all of them, and those of one
// address, as nobody knows whether an address over UDP is whose it says.
type limiter struct {
	mu      sync.Mutex // protects all below
	all     bucket
	sources map[netip.Prefix]*bucket
	perSource,
	perSourceBurst float64
	swept time.Time
}

// bucket gives out so many tokens a second.
type bucket struct {
	tokens, burst, perSecond float64
	last                     time.Time
}

func newLimiter(now time.Time, all, perSource int) *limiter {
	return &limiter{
		all:       bucket{float64(all), float64(all), float64(all), now},
		perSource: float64(perSource), perSourceBurst: 2 * float64(perSource),
		sources: map[netip.Prefix]*bucket{}, swept: now,
	}
}

func (b *bucket) fill(now time.Time) {
	if passed := now.Sub(b.last); passed > 0 {
		b.tokens = min(b.burst, b.tokens+passed.Seconds()*b.perSecond)
		b.last = now
	}
}

func (b *bucket) take(now time.Time) bool {
	b.fill(now)
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// allow is whether one more message from there is looked at.
func (l *limiter) allow(now time.Time, from netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	source := l.sourceLocked(now, networkOf(from))
	return (source == nil || source.take(now)) && l.all.take(now)
}

func (l *limiter) sourceLocked(now time.Time, network netip.Prefix) *bucket {
	if b := l.sources[network]; b != nil {
		return b
	}
	if len(l.sources) >= maxSources {
		l.sweepLocked(now)
	}
	if len(l.sources) >= maxSources {
		return nil
	}
	b := &bucket{l.perSourceBurst, l.perSourceBurst, l.perSource, now}
	l.sources[network] = b
	return b
}

// sweepLocked forgets those who have not been here for a while, at most once a
// second.
func (l *limiter) sweepLocked(now time.Time) {
	if now.Sub(l.swept) < time.Second {
		return
	}
	l.swept = now
	for network, b := range l.sources {
		if b.fill(now); b.tokens >= b.burst {
			delete(l.sources, network)
		}
	}
}

// networkOf is what counts as one address: of IPv6 a client has 64 bits to choose
// from.
func networkOf(addr netip.Addr) netip.Prefix {
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits) // these are no more bits than an address has
	return prefix
}
