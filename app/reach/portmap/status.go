package portmap

import (
	"net/netip"
	"slices"
	"time"
)

// State is how far mapping has come.
type State string

// States.
const (
	Off       State = "off"       // the owner wants none, or it was closed
	Waiting   State = "waiting"   // there is no network
	Searching State = "searching" // for a router that maps ports
	NoRouter  State = "no_router" // none answers; it is asked again now and then
	Failed    State = "failed"    // a router answers, and maps no port
	Partly    State = "partly"    // it maps some
	Mapped    State = "mapped"    // it maps all; whether they are open is not known
)

// Status is what the router does for this host. It holds for IPv4 where the
// machine has that; Mappings has all.
type Status struct {
	State   State      `json:"state"`
	Gateway netip.Addr `json:"gateway"`
	Router  string     `json:"router"` // what the router calls itself, or nothing
	// External is the router's address outside, as it says. One that is not
	// public means another router, or the provider's, between it and the internet.
	External netip.Addr `json:"external"`
	// AnsweredAt is when it last said so, zero before; Silent says that it has not
	// answered the last question.
	AnsweredAt time.Time `json:"answeredAt,omitzero"`
	Silent     bool      `json:"silent,omitempty"`
	Mappings   []Mapping `json:"mappings"`
}

// Mapping is what became of one port at one address of this machine.
type Mapping struct {
	Port     Port           `json:"port"`
	Local    netip.AddrPort `json:"local"`
	External netip.AddrPort `json:"external"` // not valid: not mapped
	Method   Method         `json:"method"`
	// Expires is when the router ends it if it is not renewed; zero: never.
	Expires time.Time `json:"expires"`
	Problem Problem   `json:"problem"`
}

// same leaves out when mappings end and when the router answered, which changes all
// the time.
func (s Status) same(o Status) bool {
	alike := func(a, b Mapping) bool {
		a.Expires, b.Expires = time.Time{}, time.Time{}
		return a == b
	}
	return s.State == o.State && s.Gateway == o.Gateway && s.Router == o.Router && s.External == o.External && s.Silent == o.Silent &&
		slices.EqualFunc(s.Mappings, o.Mappings, alike)
}

// status puts together what all lanes have.
func (m *Mapper) status() Status {
	if len(m.lanes) == 0 {
		return Status{State: Waiting}
	}
	first := m.lanes[0]
	s := Status{
		State: first.state(m.ports()), Gateway: first.gateway, Router: first.router,
		External: first.external(), AnsweredAt: first.answeredAt, Silent: first.misses > 0,
	}
	for _, l := range m.lanes {
		s.Mappings = append(s.Mappings, l.mappings(m.ports())...)
	}
	return s
}

func (l *lane) state(ports []Port) State {
	var mapped int
	for _, p := range ports {
		if l.held[p] != nil {
			mapped++
		}
	}
	switch {
	case len(l.services) == 0 && l.searched:
		return NoRouter
	case len(l.services) == 0:
		return Searching
	case mapped == len(ports):
		return Mapped
	case mapped > 0:
		return Partly
	default:
		return Failed
	}
}

func (l *lane) mappings(ports []Port) []Mapping {
	var list []Mapping
	for _, p := range ports {
		m := Mapping{Port: p, Local: netip.AddrPortFrom(l.local, p.Internal), Problem: l.problems[p]}
		if h := l.held[p]; h != nil {
			m.External, m.Method, m.Expires, m.Problem = h.external, h.by.method(), h.expires, ProblemNone
		} else if m.Problem == ProblemNone && l.searched {
			m.Problem = ProblemNoAnswer
		}
		list = append(list, m)
	}
	return list
}

// external is what the router's address outside is by its mappings; all of one
// router are alike, or the latest counts.
func (l *lane) external() netip.Addr {
	var latest *held
	for _, h := range l.held {
		if latest == nil || h.renewed.After(latest.renewed) {
			latest = h
		}
	}
	if latest == nil {
		return netip.Addr{}
	}
	return latest.external.Addr()
}
