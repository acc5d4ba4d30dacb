package app

import (
	"cmp"
	"net/netip"
	"slices"

	"takoshome/app/config"
	"takoshome/app/reach/address"
	"takoshome/app/reach/portmap"
	"takoshome/sfu"
)

// maxRelayWays is how many are told: a browser tries all of them, in each call.
const maxRelayWays = 3

// knowledge is all that is known of the way from outside.
type knowledge struct {
	settings config.Config
	open     openPorts
	domain   string
	router   portmap.Status
	address  address.State
	proof    proof
}

// proof is what somebody outside has found out.
type proof struct {
	isKnown bool
	isSure  bool           // no single friend's word is all there is
	at      netip.AddrPort // where the page was opened; not valid: nowhere
	of      netip.Addr     // this host's address outside then
}

// holds is whether it is still the same address that was tried. Whoever has tried says
// which one that was: friends are sent to no other than this host's for that, and
// where none is known, to one that a friend alone tells they are not sent either.
func (p proof) holds(k knowledge) bool {
	at := p.at.Addr()
	switch {
	case !p.isKnown || p.of != k.public4():
		return false
	case at.Is6():
		return slices.Contains(k.address.Interfaces, at)
	}
	return !at.IsValid() || at == p.of || (!p.of.IsValid() && p.isSure)
}

// plan is what follows of it.
type plan struct {
	announced []sfu.Announced
	relay     []relayWay
	// web is where friends outside open the page, not valid where that is not
	// known; external the router's address outside, v4 and v6 those for a name.
	web            netip.AddrPort
	external       netip.Addr
	named4, named6 netip.Addr
}

func planOf(k knowledge) plan {
	p := plan{web: k.web(), external: k.router.External, announced: k.announced()}
	p.named4, p.named6 = k.named()
	p.relay = k.relayWays()
	return p
}

// cgnat tells whether another router is between ours and the internet.
func (k knowledge) cgnat() (cgnat, known bool) {
	return address.IsCGNAT(k.router.External, k.seen())
}

// seen are the public addresses, without those that servers have seen before they
// stopped to answer: the router knows better then.
func (k knowledge) seen() []address.Public {
	list := slices.Clone(k.address.Public)
	if k.address.Problem == "" {
		return list
	}
	return slices.DeleteFunc(list, func(p address.Public) bool { return p.Source == address.FromSTUN && k.router.External.IsValid() })
}

// mapped is where a port is reached from outside, as the router says, not valid
// where it is not mapped.
func (k knowledge) mapped(proto portmap.Proto, port uint16, v6 bool) netip.AddrPort {
	for _, m := range k.router.Mappings {
		if m.Port.Proto == proto && m.Port.Internal == port && m.Local.Addr().Is6() == v6 && m.External.IsValid() {
			return m.External
		}
	}
	return netip.AddrPort{}
}

// public4 is this host's address outside: what servers see counts more than what
// the router says, as only they are outside.
func (k knowledge) public4() netip.Addr {
	if addr, ok := fromSTUN(k.seen()); ok {
		return addr
	}
	if address.IsPublic(k.router.External) && k.router.External.Is4() {
		return k.router.External
	}
	return k.own(false)
}

// own is an address of an interface that is valid in the whole internet.
func (k knowledge) own(v6 bool) netip.Addr {
	for _, a := range k.address.Interfaces {
		if a.Is6() == v6 && address.IsPublic(a) {
			return a
		}
	}
	return netip.Addr{}
}

// fromSTUN is the first IPv4 address that servers outside have seen.
func fromSTUN(list []address.Public) (netip.Addr, bool) {
	for _, p := range list {
		if p.Source == address.FromSTUN && p.Addr.Unmap().Is4() {
			return p.Addr.Unmap(), true
		}
	}
	return netip.Addr{}, false
}

// announced are the addresses outside by which media may come. Only a try tells
// whether it does; clients try them all. Where the settings have addresses, those
// are told alone.
func (k knowledge) announced() []sfu.Announced {
	if len(k.settings.Announce) > 0 || k.open.media.Addr().IsLoopback() {
		return nil
	}
	var list []sfu.Announced
	add := func(addr netip.Addr, v6 bool) {
		known := slices.ContainsFunc(list, func(a sfu.Announced) bool { return a.Addr == addr })
		if !addr.IsValid() || !address.IsPublic(addr) || known || !accepts(k.open.media.Addr(), v6) {
			return
		}
		list = append(list, sfu.Announced{
			Addr:    addr,
			UDPPort: k.mapped(portmap.UDP, k.open.media.Port(), v6).Port(),
			TCPPort: k.mapped(portmap.TCP, k.open.mediaTCP, v6).Port(),
		})
	}
	add(k.public4(), false)
	add(k.mapped(portmap.UDP, k.open.media.Port(), false).Addr(), false)
	for _, p := range k.seen() {
		if p.Addr.Is6() {
			add(p.Addr, true)
		}
	}
	return list
}

// web is where friends outside open the page: where somebody has done so, where
// the router says that it sends them here, or an IPv4 address of this machine's
// own. That of IPv6 counts only with an open port in the router's firewall.
func (k knowledge) web() netip.AddrPort {
	port, bound := k.open.web.Port(), k.open.web.Addr()
	if len(k.settings.Announce) > 0 || bound.IsLoopback() || k.settings.TLS.Mode == config.TLSOff {
		return netip.AddrPort{}
	}
	if k.proof.holds(k) {
		return k.proof.at
	}
	if cgnat, known := k.cgnat(); !known || !cgnat {
		if m := k.mapped(portmap.TCP, port, false); address.IsPublic(m.Addr()) && accepts(bound, false) {
			return m
		}
	}
	if own := k.own(false); own.IsValid() && accepts(bound, false) {
		return netip.AddrPortFrom(own, port)
	}
	if m := k.mapped(portmap.TCP, port, true); address.IsPublic(m.Addr()) && accepts(bound, true) {
		return m
	}
	return netip.AddrPort{}
}

// named are the addresses that a name should lead to. One that the provider
// shares among its customers leads to nobody.
func (k knowledge) named() (v4, v6 netip.Addr) {
	v4, v6 = k.public4(), k.own(true)
	if cgnat, _ := k.cgnat(); cgnat {
		v4 = netip.Addr{}
	}
	for _, a := range slices.Backward(k.settings.Announce) { // the first one counts
		switch {
		case !address.IsPublic(a):
		case a.Is4():
			v4 = a
		default:
			v6 = a
		}
	}
	bound := k.open.web.Addr()
	if bound.IsLoopback() { // a proxy on this machine has the port that others open
		bound = k.open.media.Addr()
	}
	if !accepts(bound, false) {
		v4 = netip.Addr{}
	}
	if !accepts(bound, true) {
		v6 = netip.Addr{}
	}
	return v4, v6
}

// relayWay is a name or address of this host, and where the relay's ports are
// there; 0: nowhere.
type relayWay struct {
	host             string
	udp, tcp, secure uint16
}

// relayWays are those from outside. Each client is told besides by which address
// it came, so that those of the home network need none.
func (k knowledge) relayWays() []relayWay {
	var list []relayWay
	add := func(host string, v6 bool) {
		at := func(proto portmap.Proto, port uint16) uint16 { return cmp.Or(k.mapped(proto, port, v6).Port(), port) }
		list = append(list, relayWay{
			host, at(portmap.UDP, k.open.relayUDP), at(portmap.TCP, k.open.relayTCP), at(portmap.TCP, k.open.relayTLS),
		})
	}
	if name := cmp.Or(k.settings.PublicURL.Host(), k.domain); name != "" && len(k.settings.TrustedProxies) == 0 {
		add(name, false)
	}
	for _, a := range k.relayAddrs() {
		add(a.String(), a.Is6())
	}
	return list[:min(len(list), maxRelayWays)]
}

func (k knowledge) relayAddrs() []netip.Addr {
	if len(k.settings.Announce) > 0 {
		return k.settings.Announce
	}
	var list []netip.Addr
	for _, a := range []netip.Addr{k.public4(), k.own(true)} {
		if a.IsValid() && accepts(k.open.relay, a.Is6()) {
			list = append(list, a)
		}
	}
	return list
}

// shown is all of it for people.
func shown(k knowledge) *Outside {
	s := &Outside{
		Named:  k.settings.PublicURL != "" || len(k.settings.Announce) > 0,
		Online: k.address.Online, Interfaces: append([]netip.Addr{}, k.address.Interfaces...), Public: []PublicAddress{},
		StunOff: len(k.settings.Reach.STUN) == 0, NAT: string(k.address.NAT),
		Router: k.shownRouter(),
	}
	if !s.StunOff {
		s.StunProblem = string(k.address.Problem)
	}
	s.CGNAT, s.CGNATKnown = k.cgnat()
	add := func(addr netip.Addr, source string) {
		known := slices.ContainsFunc(s.Public, func(p PublicAddress) bool { return p.Addr == addr })
		if addr.IsValid() && !known {
			s.Public = append(s.Public, PublicAddress{addr, source})
		}
	}
	for _, a := range k.settings.Announce {
		if address.IsPublic(a) {
			add(a, "settings")
		}
	}
	for _, p := range k.seen() {
		add(p.Addr, string(p.Source))
	}
	if address.IsPublic(k.router.External) {
		add(k.router.External, "router")
	}
	return s
}

func (k knowledge) shownRouter() Router {
	r := Router{
		State: k.router.State, Model: k.router.Router, Address: k.router.Gateway, External: k.router.External,
		Mappings: []RouterMapping{},
	}
	for _, m := range k.router.Mappings {
		if m.External.Addr().IsUnspecified() { // only the port is known
			m.External = netip.AddrPortFrom(k.public4(), m.External.Port())
		}
		r.Mappings = append(r.Mappings, RouterMapping{
			Proto: m.Port.Proto, Use: k.open.useOf(m.Port), Internal: m.Local, External: m.External,
			Via: m.Method, Problem: m.Problem, ExpiresAt: m.Expires,
		})
		r.Via, r.Problem = cmp.Or(r.Via, m.Method), cmp.Or(r.Problem, m.Problem)
	}
	return r
}
