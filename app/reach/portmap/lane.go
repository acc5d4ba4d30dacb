package portmap

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"time"

	"takoshome/app/reach/portmap/gateway"
)

const (
	leaseWanted = 2 * time.Hour // RFC 6886 section 3.3
	leaseMost   = 24 * time.Hour
	renewSoon   = 5 * time.Second // the soonest that anything is done again

	checkEvery = 20 * time.Second
	checkAgain = 5 * time.Second // after one without an answer
	missesMost = 3               // checks without an answer, until the router is searched anew

	searchFirst  = 5 * time.Second
	searchOften  = 10 * time.Second // at most, for a router that was there before
	searchSeldom = 5 * time.Minute  // at most, otherwise
	refusedWait  = 5 * time.Minute
)

// lane is one address of this machine, and its router.
type lane struct {
	mapper  *Mapper
	route   gateway.Route
	local   netip.Addr
	gateway netip.Addr

	services []service // in the order of preference
	router   string    // the name
	searched bool
	worked   bool // it has mapped something before
	searchAt time.Time
	wait     time.Duration

	held     map[Port]*held
	last     map[Port]netip.AddrPort // what it was before it was lost
	problems map[Port]Problem
	retryAt  map[Port]time.Time
	checkAt  time.Time
	turn     int
	misses   int
	// answeredAt is when the router last told its address outside.
	answeredAt time.Time
	restart    time.Time // until when another restart of the router is not believed
}

func newLane(m *Mapper, route gateway.Route, local netip.Addr) *lane {
	return &lane{
		mapper: m, route: route, local: local, gateway: route.Gateway,
		held: map[Port]*held{}, last: map[Port]netip.AddrPort{},
		problems: map[Port]Problem{}, retryAt: map[Port]time.Time{},
	}
}

// step does what is due, and tells when the next is.
func (l *lane) step(ctx context.Context, hurry bool) time.Time {
	if hurry {
		l.searchAt, l.checkAt, l.wait = time.Time{}, time.Time{}, 0
		clear(l.retryAt)
	}
	l.dropOthers(ctx)
	if len(l.services) == 0 {
		if l.now().Before(l.searchAt) {
			return l.searchAt
		}
		l.search(ctx)
	}
	if len(l.services) == 0 || ctx.Err() != nil {
		return l.searchAt
	}
	if !l.now().Before(l.checkAt) {
		l.check(ctx)
	}
	for _, p := range l.mapper.ports() {
		if len(l.services) > 0 && l.isDue(p) && ctx.Err() == nil {
			l.obtain(ctx, p)
		}
	}
	return l.next()
}

func (l *lane) now() time.Time { return l.mapper.config.Clock.Now() }

// next is when there is something to do again.
func (l *lane) next() time.Time {
	if len(l.services) == 0 {
		return l.searchAt
	}
	at := l.checkAt
	for _, p := range l.mapper.ports() {
		due := l.retryAt[p]
		if h := l.held[p]; h != nil {
			due = h.renewAt
		}
		if due.Before(at) {
			at = due
		}
	}
	return at
}

func (l *lane) isDue(p Port) bool {
	if h := l.held[p]; h != nil {
		return !l.now().Before(h.renewAt)
	}
	return !l.now().Before(l.retryAt[p])
}

// dropOthers ends mappings that are not wanted any more.
func (l *lane) dropOthers(ctx context.Context) {
	for p, h := range l.held {
		if !slices.Contains(l.mapper.ports(), p) {
			_ = h.by.remove(ctx, h) // it ends by itself otherwise
			delete(l.held, p)
		}
	}
}

// search looks for the router's services, and waits longer each time in vain.
func (l *lane) search(ctx context.Context) {
	l.services, l.router = l.mapper.discover(ctx, l)
	if ctx.Err() != nil {
		return
	}
	l.searched = true
	if len(l.services) > 0 {
		l.wait, l.misses, l.checkAt = 0, 0, l.now().Add(checkEvery)
		clear(l.retryAt)
		return
	}
	most := searchSeldom
	if l.worked {
		most = searchOften
	}
	l.wait = min(max(2*l.wait, searchFirst), most)
	l.searchAt = l.now().Add(l.wait)
}

// lose forgets a router that is not there, but not what it had given.
func (l *lane) lose() {
	for p, h := range l.held {
		l.last[p] = h.external
	}
	clear(l.held)
	clear(l.problems)
	l.services, l.router, l.misses, l.searched = nil, "", 0, false
	l.searchAt = l.now()
	l.mapper.config.Logger.Warn("the router does not answer any more", "gateway", l.gateway.String())
}

// missed counts a question without an answer. Until the next one is due, nothing
// is renewed: a router that is silent would be waited for once for each port.
func (l *lane) missed() {
	if l.misses++; l.misses >= missesMost {
		l.lose()
		return
	}
	l.checkAt = l.now().Add(checkAgain)
	for _, h := range l.held {
		if h.renewAt.Before(l.checkAt) {
			h.renewAt = l.checkAt
		}
	}
}

// again has all mappings made again, as after a restart of the router.
func (l *lane) again() {
	for _, h := range l.held {
		h.renewAt = l.now()
	}
}

// check looks after one mapping, the next one each time: a router that has lost
// one has mostly lost all. Where only a renewal tells, all are renewed, as the
// answer to one does not tell whether the others stand.
func (l *lane) check(ctx context.Context) {
	l.checkAt = l.now().Add(checkEvery)
	ports := slices.DeleteFunc(slices.Clone(l.mapper.ports()), func(p Port) bool { return l.held[p] == nil })
	if len(ports) == 0 {
		return
	}
	l.turn++
	h := l.held[ports[l.turn%len(ports)]]
	addr, err := h.by.check(ctx, h)
	switch {
	case ctx.Err() != nil:
	case errors.Is(err, errRenew):
		l.again()
	case errors.Is(err, errGone), errors.Is(err, errStolen):
		l.mapper.config.Logger.Warn("a port must be mapped again", "port", h.port.Internal, "error", err)
		l.again()
	case err != nil:
		l.missed()
	default:
		l.misses, h.checked, l.answeredAt = 0, true, l.now()
		for _, other := range l.held {
			if other.by == h.by {
				other.external = netip.AddrPortFrom(addr, other.external.Port())
			}
		}
	}
}

// obtain maps a port, or renews it, by the first service that does.
func (l *lane) obtain(ctx context.Context, p Port) {
	before := l.held[p]
	services := l.services
	if before != nil { // its own first: it alone can renew
		services = append([]service{before.by}, slices.DeleteFunc(slices.Clone(services), func(s service) bool { return s == before.by })...)
	}
	var failure error
	for _, s := range services {
		r := l.request(p, s)
		g, err := s.add(ctx, r)
		if ctx.Err() != nil {
			l.holdPerhaps(r, s)
			return
		}
		if err == nil {
			l.hold(p, s, g)
			return
		}
		if failure == nil {
			failure = err
		}
		// One that says nothing may have done it all the same: no other is asked
		// while a mapping of its may stand.
		if before != nil && !isRefusal(err) {
			break
		}
	}
	l.failed(p, failure)
}

func (l *lane) request(p Port, s service) request {
	r := request{port: p, local: netip.AddrPortFrom(l.local, p.Internal), lease: leaseWanted}
	r.external = netip.AddrPortFrom(netip.Addr{}, p.outside())
	if h := l.held[p]; h != nil {
		r.external = h.external
		if h.by == s {
			r.before = h
		}
	} else if last, ok := l.last[p]; ok {
		r.external = last
	}
	return r
}

func (l *lane) hold(p Port, s service, g grant) {
	now := l.now()
	h := &held{grant: g, by: s, port: p, local: netip.AddrPortFrom(l.local, p.Internal), renewed: now}
	if before := l.held[p]; before == nil || before.external != g.external {
		l.mapper.config.Logger.Info("port is mapped", "proto", string(p.Proto), "port", p.Internal, "external", g.external.String(), "method", string(s.method()))
	} else {
		h.checked = before.checked
	}
	lease := min(g.lease, leaseMost)
	h.renewAt, h.expires = now.Add(max(lease/2, renewSoon)), now.Add(lease)
	if g.lease == 0 {
		h.renewAt, h.expires = now.Add(leaseMost), time.Time{}
	}
	l.held[p], l.last[p] = h, g.external
	l.worked, l.misses, l.answeredAt = true, 0, now
	delete(l.problems, p)
	delete(l.retryAt, p)
	// A router whose count is of no use tells of a restart with each answer.
	if s.restarted() && !now.Before(l.restart) {
		l.restart = now.Add(checkEvery)
		l.again()
		h.renewAt = now.Add(max(lease/2, renewSoon))
	}
}

// holdPerhaps remembers what was asked for when Close came between, so that it
// is ended if the router has done it. Pinholes have no name before the answer.
func (l *lane) holdPerhaps(r request, s service) {
	if _, nameless := s.(*pinholeService); nameless || l.held[r.port] != nil {
		return
	}
	l.held[r.port] = &held{grant: grant{external: r.external}, by: s, port: r.port, local: r.local}
}

// failed keeps a mapping until its end where the router said nothing, and tries
// again before that.
func (l *lane) failed(p Port, err error) {
	l.mapper.once.log("port is not mapped: "+err.Error(), netip.AddrPortFrom(l.gateway, p.Internal))
	now := l.now()
	h := l.held[p]
	if h == nil || isRefusal(err) || errors.Is(err, errTaken) || errors.Is(err, errNotKept) || (!h.expires.IsZero() && !now.Before(h.expires)) {
		delete(l.held, p)
		l.problems[p] = problemOf(err)
		l.retryAt[p] = now.Add(checkEvery)
		if isRefusal(err) || errors.Is(err, errTaken) {
			l.retryAt[p] = now.Add(refusedWait)
		}
	} else {
		h.renewAt = now.Add(max(h.expires.Sub(now)/2, renewSoon))
		if h.expires.IsZero() {
			h.renewAt = now.Add(checkEvery)
		}
		h.renewAt = minTime(h.renewAt, now.Add(checkEvery))
	}
	if !isRefusal(err) && problemOf(err) == ProblemNoAnswer {
		l.missed()
	}
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// release ends all mappings; a router that does not answer is asked no more.
func (l *lane) release(ctx context.Context) {
	silent := map[service]bool{}
	for _, p := range slices.SortedFunc(maps.Keys(l.held), func(a, b Port) int { return int(a.Internal) - int(b.Internal) }) {
		h := l.held[p]
		if silent[h.by] || ctx.Err() != nil {
			continue
		}
		if err := h.by.remove(ctx, h); err != nil {
			silent[h.by] = !isRefusal(err)
			l.mapper.config.Logger.Warn("a mapping stays in the router", "port", p.Internal, "external", h.external.String(), "error", err)
		}
	}
	clear(l.held)
}
