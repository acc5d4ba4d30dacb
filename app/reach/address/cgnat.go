package address

import "net/netip"

// sharedSpace is what providers use between them and their customers (RFC 6598).
var sharedSpace = netip.AddrFrom4([4]byte{100, 64, 0, 0})

const sharedBits = 10

// IsShared reports whether an address is of 100.64.0.0/10, which providers use
// behind a NAT of their own (RFC 6598).
func IsShared(addr netip.Addr) bool {
	return netip.PrefixFrom(sharedSpace, sharedBits).Contains(addr.Unmap())
}

// IsCGNAT tells whether another NAT is between the router and the internet, so
// that ports mapped in the router lead nowhere: the address that the router has
// outside is not public, or is not the one that servers outside see. known is
// false where the two addresses do not say.
func IsCGNAT(routerExternal netip.Addr, publics []Public) (cgnat, known bool) {
	external := routerExternal.Unmap()
	if !external.Is4() || external.IsUnspecified() {
		return false, false
	}
	if !IsPublic(external) {
		return true, true
	}
	for _, p := range publics {
		if p.Source == FromSTUN && p.Addr.Unmap().Is4() {
			return p.Addr.Unmap() != external, true
		}
	}
	return false, false
}
