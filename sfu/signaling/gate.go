package signaling

import (
	"net/netip"
	"sync"
	"time"

	"takoshome/sfu/sockets"
)

// Limits bound the open sockets. A zero field means its default.
type Limits struct {
	Sockets    int // in all
	PerAddress int
}

func (l *Limits) fill() {
	if l.Sockets <= 0 {
		l.Sockets = maxSockets
	}
	if l.PerAddress <= 0 {
		l.PerAddress = maxSocketsPerHost
	}
}

// Limits of docs/protocol.md section 5, the first two where Config has no others.
const (
	maxSockets         = 512
	maxSocketsPerHost  = 32
	maxWrongTokens     = 10
	wrongTokenWindow   = time.Minute
	maxWrongTokenHosts = 4096 // addresses remembered at once
)

// gate counts sockets and wrong tokens by address. An IPv6 network of one
// customer (/64) counts as one address.
type gate struct {
	limits Limits

	mu    sync.Mutex
	total int                          // mu protects
	open  map[netip.Prefix]int         // mu protects
	wrong map[netip.Prefix]wrongTokens // mu protects
}

type wrongTokens struct {
	count int
	until time.Time // the count starts anew then
}

func newGate(limits Limits) *gate {
	return &gate{limits: limits, open: map[netip.Prefix]int{}, wrong: map[netip.Prefix]wrongTokens{}}
}

// enter takes a place for a socket, to be given back by leave.
func (g *gate) enter(addr netip.Addr) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	host := sockets.HostOf(addr)
	switch {
	case g.open[host] >= g.limits.PerAddress:
		return errTooManySockets
	case g.total >= g.limits.Sockets:
		return errFull
	}
	g.open[host]++
	g.total++
	return nil
}

func (g *gate) leave(addr netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	host := sockets.HostOf(addr)
	if g.open[host]--; g.open[host] == 0 {
		delete(g.open, host)
	}
	g.total--
}

// locked reports how long the address must wait before it may try a token.
func (g *gate) locked(now time.Time, addr netip.Addr) (wait time.Duration, locked bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := g.wrong[sockets.HostOf(addr)]
	if w.count < maxWrongTokens || !now.Before(w.until) {
		return 0, false
	}
	return w.until.Sub(now), true
}

// wrongToken notes a token that let nobody in.
func (g *gate) wrongToken(now time.Time, addr netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	host := sockets.HostOf(addr)
	w := g.wrong[host]
	if !now.Before(w.until) {
		w = wrongTokens{until: now.Add(wrongTokenWindow)}
	}
	w.count++
	if w.count == 1 {
		g.makeRoomLocked(now)
	}
	g.wrong[host] = w
}

// makeRoomLocked keeps the memory of wrong tokens bounded. If it is full of
// addresses that still count, half of them get away: 128 bits are not guessed
// from a few thousand addresses either.
func (g *gate) makeRoomLocked(now time.Time) {
	if len(g.wrong) < maxWrongTokenHosts {
		return
	}
	for host, w := range g.wrong {
		if !now.Before(w.until) {
			delete(g.wrong, host)
		}
	}
	for host := range g.wrong {
		if len(g.wrong) <= maxWrongTokenHosts/2 {
			return
		}
		delete(g.wrong, host)
	}
}
