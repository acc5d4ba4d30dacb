package gateway

import (
	"net"
	"net/netip"
	"slices"
)

// maxLocals is how many IPv6 addresses are worth a mapping each: a lasting one,
// one for today, and one more of each after a change of prefix.
const maxLocals = 4

// Route is a way out of this machine.
type Route struct {
	Interface string // its name
	Index     int    // its number
	// Gateway is the router, with its zone where it is a link-local address.
	Gateway netip.Addr
	// Locals are the machine's addresses that packets may come to this way: one
	// of IPv4, or those of IPv6 that are known in the whole internet.
	Locals []netip.Addr
	// LinkLocal is the machine's own link-local address of IPv6, with its zone.
	LinkLocal netip.Addr
}

// Find gives the best way out for IPv4 and the best one for IPv6, in this
// order; a family without one is missing. Without a network there is none.
func Find() ([]Route, error) {
	hops, err := defaults()
	if err != nil {
		return nil, err
	}
	var routes []Route
	for _, wants6 := range []bool{false, true} {
		if hop, ok := best(hops, wants6); ok {
			if route, ok := describe(hop); ok {
				routes = append(routes, route)
			}
		}
	}
	return routes, nil
}

// hop is a default route of the system's table.
type hop struct {
	name    string // of the interface, or
	index   int    // its number
	gateway netip.Addr
	metric  uint32
}

// best is the hop of a family with the lowest metric.
func best(hops []hop, wants6 bool) (hop, bool) {
	var found hop
	for _, h := range hops {
		fits := h.gateway.IsValid() && !h.gateway.IsUnspecified() && h.gateway.Is6() == wants6
		if fits && (!found.gateway.IsValid() || h.metric < found.metric) {
			found = h
		}
	}
	return found, found.gateway.IsValid()
}

func describe(h hop) (Route, bool) {
	device, err := interfaceOf(h)
	if err != nil {
		return Route{}, false
	}
	addrs, err := device.Addrs()
	if err != nil {
		return Route{}, false
	}
	r := Route{Interface: device.Name, Index: device.Index, Gateway: h.gateway}
	if r.Gateway.Is6() {
		r.Locals, r.LinkLocal = locals6(addrs, device.Name)
		if r.Gateway.IsLinkLocalUnicast() {
			r.Gateway = r.Gateway.WithZone(device.Name)
		}
	} else if local, ok := local4(addrs, r.Gateway); ok {
		r.Locals = []netip.Addr{local}
	}
	return r, len(r.Locals) > 0
}

func interfaceOf(h hop) (*net.Interface, error) {
	if h.name != "" {
		return net.InterfaceByName(h.name)
	}
	return net.InterfaceByIndex(h.index)
}

// local4 is the address in the router's own network, or any.
func local4(addrs []net.Addr, gateway netip.Addr) (netip.Addr, bool) {
	var first netip.Addr
	for _, a := range addrs {
		prefix, ok := prefixOf(a)
		if !ok || !prefix.Addr().Is4() {
			continue
		}
		if prefix.Contains(gateway) {
			return prefix.Addr(), true
		}
		if !first.IsValid() {
			first = prefix.Addr()
		}
	}
	return first, first.IsValid()
}

// locals6 are the addresses known in the whole internet (RFC 4193 ones are
// not), and the link-local one.
func locals6(addrs []net.Addr, zone string) (global []netip.Addr, linkLocal netip.Addr) {
	for _, a := range addrs {
		prefix, ok := prefixOf(a)
		if !ok || !prefix.Addr().Is6() {
			continue
		}
		addr := prefix.Addr()
		switch {
		case addr.IsLinkLocalUnicast():
			linkLocal = addr.WithZone(zone)
		case addr.IsGlobalUnicast() && !addr.IsPrivate() && len(global) < maxLocals:
			global = append(global, addr)
		}
	}
	slices.SortFunc(global, netip.Addr.Compare) // the order of the system is not lasting
	return global, linkLocal
}

func prefixOf(a net.Addr) (netip.Prefix, bool) {
	network, ok := a.(*net.IPNet)
	if !ok {
		return netip.Prefix{}, false
	}
	addr, ok := netip.AddrFromSlice(network.IP)
	if !ok {
		return netip.Prefix{}, false
	}
	ones, bits := network.Mask.Size()
	if addr.Is4In6() && bits == 128 {
		ones -= 96
	}
	prefix := netip.PrefixFrom(addr.Unmap(), ones)
	return prefix, prefix.IsValid()
}
