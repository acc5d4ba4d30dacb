package federation

import (
	"net/netip"
	"syscall"
)

// notPublic4 are the IPv4 networks that no server on the Internet is in (IANA's
// special-purpose address registry, RFC 6890).
func notPublic4() []netip.Prefix {
	return prefixes(
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	)
}

// notPublic6 are such networks within 2000::/3, outside of which all but NAT64
// is refused: protocol assignments with Teredo and ORCHID, and documentation.
func notPublic6() []netip.Prefix {
	return prefixes("2001::/23", "2001:db8::/32", "3fff::/20")
}

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for n, text := range texts {
		list[n] = netip.MustParsePrefix(text)
	}
	return list
}

// IsPublic says whether an address may be connected to because a stranger asks for
// it, or comes from it.
func IsPublic(addr netip.Addr) bool { return isPublic(addr) }

// isPublic says whether an address may be connected to because somebody else
// named it. An IPv6 address with an IPv4 one in it leads there, so that one is
// held to the same.
func isPublic(addr netip.Addr) bool {
	if !addr.IsValid() || addr.Zone() != "" {
		return false
	}
	addr = addr.Unmap() // ::ffff:0:0/96
	if addr.Is4() {
		return !isIn(addr, notPublic4())
	}
	b := addr.As16()
	global, nat64, sixToFour := netip.MustParsePrefix("2000::/3"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("2002::/16")
	switch {
	case nat64.Contains(addr): // RFC 6052
		return isPublic(netip.AddrFrom4([4]byte(b[12:])))
	case sixToFour.Contains(addr): // RFC 3056
		return isPublic(netip.AddrFrom4([4]byte(b[2:6])))
	case !global.Contains(addr): // ::/96 (v4-compatible), ::ffff:0:0:0/96, 64:ff9b:1::/48, fc00::/7, fe80::/10, ff00::/8 …
		return false
	case isISATAP(b):
		return isPublic(netip.AddrFrom4([4]byte(b[12:]))) && !isIn(addr, notPublic6())
	}
	return !isIn(addr, notPublic6())
}

// isISATAP knows an interface identifier with an IPv4 address (RFC 5214 section 6.1).
func isISATAP(b [16]byte) bool {
	return b[8]&^0x03 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}

func isIn(addr netip.Addr, list []netip.Prefix) bool {
	for _, prefix := range list {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// controlPublic is for net.Dialer.Control: it sees the very address that the
// socket is about to connect to, whatever the name has resolved to before.
func controlPublic(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || to.Port() != httpsPort || !isPublic(to.Addr()) {
		return errNotPublic
	}
	return nil
}
