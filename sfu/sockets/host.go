package sockets

import "net/netip"

// HostOf is what an address counts as where limits are by address: an IPv6 network
// of one customer (/64) is one. It is zero for an address that is not known; all
// such count as one.
func HostOf(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 64
	if addr.Is4() {
		bits = 32
	}
	host, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return host
}
