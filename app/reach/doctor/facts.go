package doctor

import (
	"crypto/x509"
	"net/netip"
	"slices"
	"time"

	"takoshome/app/reach/address"
	"takoshome/app/reach/doctor/echo"
)

// facts are what probes have brought; findings are judged from them alone.
type facts struct {
	Subject
	now time.Time

	name name
	web  web
	// media says for UDP and TCP whether the check was answered from here.
	udp, tcp error
	relay    []relayTry
	// views are those of others outside, one for each family that was tried, or two
	// where a friend's has found it shut.
	views []view
	// failures are partners that gave no view.
	failures []string
	// isInside says that one of them is in the same network.
	isInside bool
	// untrusted are those of them whose certificates nobody vouches for.
	untrusted []string

	uplink uplink
}

// name is what DNS says of the host of the URL.
type name struct {
	host  string
	isIP  bool
	addrs []netip.Addr
	// unknown says that DNS knows no such name, failed that it was not answered.
	unknown, failed bool
}

// web is what the web port answered with, from this machine.
type web struct {
	url   target
	local knock
	// public is the way that friends go, by the name or address of the URL.
	public knock
}

// target is a URL in parts.
type target struct {
	isTLS  bool
	host   string
	port   uint16
	folder string
}

// knock is one try at a web port.
type knock struct {
	at    netip.AddrPort
	tried bool
	err   error
	seen  echo.Seen
}

func (k knock) isOurs() bool { return k.tried && k.err == nil && k.seen.Proven }

// relayTry is what became of one address of the relay.
type relayTry struct {
	transport string // "UDP", "TCP" or "TLS"
	address   string
	err       error
}

// view is what a partner saw.
type view struct {
	partner string
	isNamed bool // the settings name the partner
	answer  echo.Answer
	at      time.Time // when the answer came
}

// uplink is what an upload measured.
type uplink struct {
	tried bool
	bps   uint64
	err   error
}

// own are all addresses by which this host may be seen.
func (f *facts) own() []netip.Addr {
	own := f.known()
	for _, v := range f.views {
		own = append(own, v.answer.Address)
	}
	return own
}

// known are those of them that no partner's word is needed for.
func (f *facts) known() []netip.Addr {
	known := append(slices.Clone(f.Public), f.Interfaces...)
	if f.Router.External.IsValid() {
		known = append(known, f.Router.External)
	}
	return known
}

// isOwn says whether an address leads here. Partners are asked for that only where
// nobody else knows any of its family.
func (f *facts) isOwn(addr netip.Addr) bool {
	isFamily := func(a netip.Addr) bool { return a.Is6() == addr.Is6() }
	if slices.ContainsFunc(f.Public, isFamily) {
		return slices.Contains(f.known(), addr)
	}
	return slices.Contains(f.own(), addr)
}

// public are those in the internet of one family.
func (f *facts) public(is6 bool) []netip.Addr {
	var list []netip.Addr
	add := func(addr netip.Addr) {
		if addr.Is6() == is6 && address.IsPublic(addr) && !slices.Contains(list, addr) {
			list = append(list, addr)
		}
	}
	for _, addr := range f.Public {
		add(addr)
	}
	for _, v := range f.views {
		add(v.answer.Address)
	}
	for _, addr := range f.Interfaces {
		add(addr)
	}
	return list
}

// best is the address in the internet that is told of, IPv4 first.
func (f *facts) best() (netip.Addr, bool) {
	if list := append(f.public(false), f.public(true)...); len(list) > 0 {
		return list[0], true
	}
	return netip.Addr{}, false
}

// hasOwn4 says that this machine itself has an IPv4 address in the internet.
func (f *facts) hasOwn4() bool {
	return slices.ContainsFunc(f.Interfaces, func(a netip.Addr) bool { return a.Is4() && address.IsPublic(a) })
}

// stateOf is what became of a kind of port, seen over one family.
func (v view) stateOf(kind echo.Kind) (state echo.State, port uint16, asked bool) {
	for _, r := range v.answer.Results {
		if r.Kind == kind {
			return r.State, r.Port, true
		}
	}
	return "", 0, false
}

// hasOpened says that a partner got in by a kind of port.
func (v view) hasOpened(kind echo.Kind) bool {
	state, _, asked := v.stateOf(kind)
	return asked && state == echo.Open
}

// isOpen says that somebody outside got in by a kind of port.
func (f *facts) isOpen(kind echo.Kind) bool {
	return slices.ContainsFunc(f.views, func(v view) bool { return v.hasOpened(kind) })
}

// certificates are those that friends are shown.
func (f *facts) certificates() []*x509.Certificate {
	if len(f.web.public.seen.Certificates) > 0 {
		return f.web.public.seen.Certificates
	}
	return f.web.local.seen.Certificates
}
