package address

import (
	"slices"
	"time"
)

// problem is that of the family which matters more: IPv4, where there is any.
func (f *Finder) problem() Problem {
	switch {
	case len(f.servers) == 0:
		return ProblemOff
	case len(f.sight.addrs) == 0:
		return ProblemOffline
	case f.sight.has(ipv4):
		return f.beliefs[ipv4].problem
	default:
		return f.beliefs[ipv6].problem
	}
}

// publish tells what is known where that has changed.
func (f *Finder) publish() {
	next := State{
		Interfaces: slices.Clone(f.sight.addrs),
		Public:     f.publics(),
		NAT:        f.beliefs[ipv4].nat,
		Online:     f.sight.online,
		Problem:    f.problem(),
	}
	if next.NAT == "" || !f.sight.has(ipv4) {
		next.NAT = NATUnknown
	}
	f.noteMove()
	next.MovedAt = f.movedAt
	f.mu.Lock()
	next.CheckedAt = f.state.CheckedAt
	changed := !f.state.same(next)
	f.state = next
	f.mu.Unlock()
	if changed {
		f.config.OnChange(next.clone())
	}
}

// noteMove notes when the IPv4 address became another. That it was not known in
// between makes no difference.
func (f *Finder) noteMove() {
	now := f.beliefs[ipv4].mapped.Addr()
	if !now.IsValid() || now == f.seen {
		return
	}
	if f.seen.IsValid() {
		f.movedAt = f.config.Now()
	}
	f.seen = now
}

func (f *Finder) checkedAt(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state.CheckedAt = now
}

// publics are what servers see, and what interfaces have besides.
func (f *Finder) publics() []Public {
	var list []Public
	for family := range families {
		b := f.beliefs[family]
		if b.mapped.IsValid() && f.sight.has(family) {
			list = append(list, Public{Addr: b.mapped.Addr(), Source: FromSTUN, Port: b.mapped.Port()})
		}
	}
	for _, addr := range f.sight.addrs {
		if IsPublic(addr) && !slices.ContainsFunc(list, func(p Public) bool { return p.Addr == addr }) {
			list = append(list, Public{Addr: addr, Source: FromInterface})
		}
	}
	return list
}

// samePublic leaves ports out: each check has another.
func samePublic(a, b []Public) bool {
	return slices.EqualFunc(a, b, func(a, b Public) bool { return a.Addr == b.Addr && a.Source == b.Source })
}
