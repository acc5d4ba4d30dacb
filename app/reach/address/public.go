package address

import (
	"net/netip"
	"slices"
)

// notPublic are the networks that nobody in the internet is reached in (IANA's
// special-purpose address registries, RFC 6890), of IPv6 those within 2000::/3.
// Documentation's are not among them: an address there is a mistake of somebody's, as
// any other wrong one is. federation.IsPublic, which says whom a stranger may have this
// host talk to, refuses those too.
func notPublic() []netip.Prefix {
	var list []netip.Prefix
	for _, text := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
		"2001::/23",
	} {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

// IsPublic reports whether an address can be one in the whole internet. An IPv6
// address that leads to an IPv4 one is held to the same.
func IsPublic(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() {
		return false
	}
	if addr.Is6() {
		b := addr.As16()
		switch {
		case netip.MustParsePrefix("64:ff9b::/96").Contains(addr): // NAT64 (RFC 6052)
			return IsPublic(netip.AddrFrom4([4]byte(b[12:])))
		case netip.MustParsePrefix("2002::/16").Contains(addr): // 6to4 (RFC 3056)
			return IsPublic(netip.AddrFrom4([4]byte(b[2:6])))
		case !netip.MustParsePrefix("2000::/3").Contains(addr):
			return false
		}
	}
	return !slices.ContainsFunc(notPublic(), func(p netip.Prefix) bool { return p.Contains(addr) })
}
