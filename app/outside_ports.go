package app

import (
	"cmp"
	"net/netip"
	"net/url"
	"slices"
	"strconv"

	"takoshome/app/config"
	"takoshome/app/reach/portmap"
	"takoshome/app/reach/portmap/gateway"
)

// Uses of ports.
const (
	useWeb   = "web"
	useMedia = "media"
	useRelay = "relay"
	useAcme  = "acme"
)

// openPorts are those that this host listens on.
type openPorts struct {
	web, media netip.AddrPort
	// mediaTCP is the port of media over TCP, which may be the page's; 0: none.
	mediaTCP uint16
	// relay is where it listens, and its ports; 0: none.
	relay                        netip.Addr
	relayUDP, relayTCP, relayTLS uint16
	// acme is where an authority looks, which comes to port 80; not valid: nowhere.
	acme netip.AddrPort
}

// isLocal means that only this computer is served.
func (o openPorts) isLocal() bool { return o.web.Addr().IsLoopback() && o.media.Addr().IsLoopback() }

// accepts tells whether one who listens at bound hears a family's packets that
// come from outside.
func accepts(bound netip.Addr, v6 bool) bool {
	switch {
	case !bound.IsValid() || bound.IsLoopback():
		return false
	case bound == netip.IPv6Unspecified():
		return true
	}
	return bound.Is6() == v6
}

// wanted are the ports to map. A page without encryption is not for the internet.
func (o openPorts) wanted(settings config.Config, domain string) []portmap.Port {
	var list []portmap.Port
	add := func(bound netip.Addr, proto portmap.Proto, internal, outside uint16) {
		p := portmap.Port{Proto: proto, Internal: internal, Wanted: outside}
		known := slices.ContainsFunc(list, func(o portmap.Port) bool { return o.Proto == proto && o.Internal == internal })
		if internal != 0 && bound.IsValid() && !bound.IsLoopback() && !known {
			list = append(list, p)
		}
	}
	add(o.media.Addr(), portmap.UDP, o.media.Port(), 0)
	if settings.TLS.Mode != config.TLSOff {
		add(o.web.Addr(), portmap.TCP, o.web.Port(), webOutside(settings, domain))
	}
	for port, bound := range map[uint16]netip.Addr{o.mediaTCP: o.media.Addr(), o.relayTCP: o.relay, o.relayTLS: o.relay} {
		if port != o.web.Port() { // else it has been said what becomes of it
			add(bound, portmap.TCP, port, 0)
		}
	}
	add(o.relay, portmap.UDP, o.relayUDP, 0)
	add(o.acme.Addr(), portmap.TCP, o.acme.Port(), 80)
	slices.SortStableFunc(list, func(a, b portmap.Port) int { return cmp.Compare(a.Internal, b.Internal) })
	return list
}

// webOutside is the port of what friends open: the public URL's, where no proxy
// has that; and other servers come to a domain's port 443 (docs/federation.md).
// 0: as here.
func webOutside(settings config.Config, domain string) uint16 {
	public, err := url.Parse(string(settings.PublicURL))
	switch {
	case err != nil, len(settings.TrustedProxies) > 0:
		return 0
	case public.Port() != "":
		port, err := strconv.ParseUint(public.Port(), 10, 16)
		if err != nil {
			return 0
		}
		return uint16(port)
	case public.Scheme == "http":
		return 80
	case public.Scheme == "https", domain != "", settings.TLS.Mode == config.TLSAcme:
		return 443
	}
	return 0
}

func (o openPorts) useOf(p portmap.Port) string {
	switch {
	case p.Proto == portmap.TCP && p.Internal == o.web.Port():
		return useWeb
	case p.Proto == portmap.TCP && p.Internal == o.acme.Port():
		return useAcme
	case p.Internal == o.media.Port(), p.Proto == portmap.TCP && p.Internal == o.mediaTCP:
		return useMedia
	}
	return useRelay
}

// routes are the ways out that lead to where this host listens.
func (o openPorts) routes(all func() ([]gateway.Route, error)) func() ([]gateway.Route, error) {
	if all == nil {
		all = gateway.Find
	}
	listens := func(local netip.Addr) bool {
		return slices.ContainsFunc([]netip.Addr{o.web.Addr(), o.media.Addr(), o.relay}, func(bound netip.Addr) bool {
			return accepts(bound, local.Is6()) && (bound.IsUnspecified() || bound == local)
		})
	}
	return func() ([]gateway.Route, error) {
		found, err := all()
		var routes []gateway.Route
		for _, r := range found {
			r.Locals = slices.DeleteFunc(slices.Clone(r.Locals), func(a netip.Addr) bool { return !listens(a) })
			if len(r.Locals) > 0 {
				routes = append(routes, r)
			}
		}
		return routes, err
	}
}
