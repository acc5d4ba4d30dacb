package igd

import (
	"net/netip"
	"net/url"
	"strconv"
)

// Config says which router to look for.
type Config struct {
	Gateway netip.Addr // the router, with its zone where it is a link-local address
	Local   netip.Addr // this machine's address that ports are wanted for
	// LinkLocal is what the machine searches from where Local is of IPv6: the
	// router then answers from the address that it is known by.
	LinkLocal netip.Addr
	Interface int // the number of the network interface towards the router
	// Ignored hears of what came and did not count; it may be nil.
	Ignored func(why string, from netip.AddrPort)
}

func (c *Config) fill() {
	if c.Ignored == nil {
		c.Ignored = func(string, netip.AddrPort) {}
	}
	if !c.LinkLocal.IsValid() {
		c.LinkLocal = c.Local
	}
}

// owns tells whether a URL is the router's own: of its address, not a name.
func (c *Config) owns(u *url.URL) bool {
	if u.Scheme != "http" || u.User != nil || u.Opaque != "" {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	if err != nil || !c.ownsAddr(addr) {
		return false
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" || (err == nil && port > 0)
}

// ownsAddr holds for the router's own address. Routers describe themselves over
// IPv6 at a global address, though they route at a link-local one: that must be
// in this machine's network.
func (c *Config) ownsAddr(addr netip.Addr) bool {
	if addr.WithZone("") == c.Gateway.WithZone("") {
		return true
	}
	if !addr.Is6() || !c.Local.Is6() || !addr.IsGlobalUnicast() || addr == c.Local {
		return false
	}
	network, err := c.Local.Prefix(64)
	return err == nil && network.Contains(addr.WithZone(""))
}
