package app

import (
	"net/netip"
	"net/url"
	"slices"

	"takoshome/app/config"
	"takoshome/app/reach/address"
	"takoshome/turn"
)

// openOutside begins to look how the internet reaches what this host has opened.
func (h *host) openOutside() (err error) {
	c := outsideConfig{
		settings: h.config.settings,
		open:     h.openPorts(),
		moved:    h.movedPorts(),
		domain:   h.config.domain,
		announce: h.sfu.SetAnnounced,
		onChange: h.config.onChange,
		onWay:    h.certificates.recheck,
		log:      h.config.log,
	}
	if h.relay != nil {
		c.announceRelay, c.relayStats = h.announceRelay, h.relay.Stats
	}
	h.outside, err = openOutside(c)
	return err
}

// movedPorts are those that another program has.
func (h *host) movedPorts() []MovedPort {
	moved := slices.Clone(h.config.moved)
	if wanted := h.config.settings.Relay.Listen.Port(); h.relay != nil && wanted != 0 && wanted != h.relayPort {
		moved = append(moved, MovedPort{useRelay, wanted, h.relayPort})
	}
	return moved
}

// announceRelay tells clients where the relay is. Where no way from outside is
// known, the best that is known at home has to do.
func (h *host) announceRelay(ways []relayWay) []turn.Endpoint {
	var list []turn.Endpoint
	for _, w := range ways {
		list = append(list, h.relayAt(w.host, w.udp, w.tcp, w.secure)...)
	}
	if own := h.relayHost(); len(list) == 0 && !isLoopback(own) {
		udp, tcp, secure := h.relayPorts()
		list = h.relayAt(own, udp, tcp, secure)
	}
	h.relay.Announce(list)
	return list
}

func (h *host) openPorts() openPorts {
	ports := openPorts{web: h.webAddr, media: unmapped(h.sfu.LocalAddr())}
	if h.sfu.PortStats().Tcp != nil {
		ports.mediaTCP = ports.media.Port()
	}
	if h.relay != nil {
		ports.relay = relayAddr(h.config.settings).Addr()
		ports.relayUDP, ports.relayTCP, ports.relayTLS = h.relayPorts()
	}
	if h.certificates.authority != nil {
		ports.acme = h.certificates.http.AddrPort
	}
	return ports
}

func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// base is what friends open: the public URL, the address outside where it is known
// that they get in there, or the best one at home.
func (h *host) base() string {
	if public := h.config.settings.PublicURL; public != "" {
		return string(public)
	}
	if named := h.namedBase(); named != "" {
		return named
	}
	if way := h.outside.way(); way.IsValid() {
		return baseAt(h.config.settings, way)
	}
	return h.homeBase()
}

// homeBase is what is opened at home, where not every router lets a public address
// lead back inside.
func (h *host) homeBase() string {
	settings := h.config.settings
	settings.PublicURL = ""
	return baseURLOf(settings, h.webAddr, h.ownAddrs())
}

// otherBase is homeBase where links lead to the router's outside: not every router
// lets that in from its inside. Empty: they do not.
func (h *host) otherBase() string {
	way := h.outside.way()
	if !way.IsValid() || h.base() != baseAt(h.config.settings, way) || slices.Contains(h.ownAddrs(), way.Addr()) {
		return ""
	}
	return h.homeBase()
}

// isAt tells whether a link's base is one of this host's.
func (h *host) isAt(base string) bool {
	if base == h.base() || base == h.homeBase() {
		return true
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != baseScheme(h.config.settings) {
		return false
	}
	at, err := netip.ParseAddrPort(u.Host)
	return err == nil && at.Port() == h.webAddr.Port() && slices.Contains(h.ownAddrs(), at.Addr())
}

// ownAddrs are this machine's addresses by which the home network reaches it; where
// the settings have addresses, those.
func (h *host) ownAddrs() []netip.Addr {
	bound := h.webAddr.Addr()
	if len(h.config.settings.Announce) > 0 || h.outside == nil {
		return h.addrs()
	}
	if !bound.IsUnspecified() {
		return []netip.Addr{bound}
	}
	own := slices.DeleteFunc(h.outside.interfaces(), func(a netip.Addr) bool { return !accepts(bound, a.Is6()) })
	if len(own) == 0 {
		return h.addrs() // nothing was looked at yet, or there is no network
	}
	return own
}

// reach tells how far away a friend may be now: without a way out nobody outside
// gets in, whatever is announced.
func (h *host) reach() Reach {
	reach := h.farthest()
	if reach == ReachWorld && h.outside != nil && !h.outside.finder.State().Online {
		return ReachHome
	}
	return reach
}

// farthest goes by what is known and no guess: an address of IPv6 that is valid
// everywhere may be behind the router's firewall.
func (h *host) farthest() Reach {
	settings := h.config.settings
	if len(settings.Announce) > 0 || h.outside == nil {
		return reachOf(h.webAddr.Addr(), h.addrs(), settings.PublicURL)
	}
	reach := reachOf(h.webAddr.Addr(), nil, settings.PublicURL)
	if h.outside.way().IsValid() {
		reach = ReachWorld
	}
	for _, a := range h.ownAddrs() {
		if address.IsPublic(a) && (a.Is6() || h.tls != nil) {
			reach = farther(reach, ReachHome) // more is what way tells
		} else {
			reach = farther(reach, reachOfAddr(a))
		}
	}
	return reach
}

func baseScheme(settings config.Config) string {
	if settings.TLS.Mode == config.TLSOff {
		return "http"
	}
	return "https"
}

// baseAt is the page's address, without the port that browsers take by themselves.
func baseAt(settings config.Config, at netip.AddrPort) string {
	scheme := baseScheme(settings)
	if scheme == "https" && at.Port() == 443 {
		host := netip.AddrPortFrom(at.Addr(), 1).String()
		return scheme + "://" + host[:len(host)-len(":1")]
	}
	return scheme + "://" + at.String()
}
