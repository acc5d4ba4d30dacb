package echo

import (
	"net/netip"
	"time"
)

const (
	// One household asks a few times in a row, and then seldom; of all that many
	// friends do not ask at once.
	addressBurst     = 6
	addressPerSecond = 1.0 / 30
	allBurst         = 30
	allPerSecond     = 0.5
	maxAtOnce        = 8

	maxAddresses = 1024

	// maxHourBytes is what uploads may bring in an hour.
	maxHourBytes  = 256 << 20
	uploadsAtOnce = 2
)

// bucket is a token bucket.
type bucket struct {
	left float64
	at   time.Time
}

func (b *bucket) fill(now time.Time, perSecond, burst float64) {
	b.left = min(burst, b.left+max(0, now.Sub(b.at).Seconds())*perSecond)
	b.at = now
}

// limits say who may ask, and how often.
type limits struct {
	all       bucket
	addresses map[netip.Addr]bucket
	running   int
}

func newLimits(now time.Time) limits {
	return limits{all: bucket{left: allBurst, at: now}, addresses: map[netip.Addr]bucket{}}
}

// take lets a question in, which gives its place back by done.
func (l *limits) take(now time.Time, addr netip.Addr) bool {
	key := household(addr)
	one, known := l.addresses[key]
	if !known {
		if len(l.addresses) >= maxAddresses {
			l.forget(now)
		}
		one = bucket{left: addressBurst, at: now}
	}
	one.fill(now, addressPerSecond, addressBurst)
	l.all.fill(now, allPerSecond, allBurst)
	isFree := one.left >= 1 && l.all.left >= 1 && l.running < maxAtOnce
	if isFree {
		one.left--
		l.all.left--
		l.running++
	}
	l.addresses[key] = one
	return isFree
}

func (l *limits) done() { l.running-- }

// forget makes room: of those who may ask as often as strangers, and else of any.
func (l *limits) forget(now time.Time) {
	for key, b := range l.addresses {
		if b.fill(now, addressPerSecond, addressBurst); b.left >= addressBurst {
			delete(l.addresses, key)
		}
	}
	for key := range l.addresses {
		if len(l.addresses) <= maxAddresses*7/8 {
			return
		}
		delete(l.addresses, key)
	}
}

// household is who counts as one: an IPv4 address, or 64 bits of IPv6.
func household(addr netip.Addr) netip.Addr {
	if addr.Is6() {
		if prefix, err := addr.WithZone("").Prefix(64); err == nil {
			return prefix.Addr()
		}
	}
	return addr
}
