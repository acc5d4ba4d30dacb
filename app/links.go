package app

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"takoshome/app/config"
	"takoshome/sfu/room"
)

const callPath = "/_takos/v2/call"

// joinURL is the link that opens the join page (docs/protocol.md section 1.3),
// empty where there is no host or the secret is not kept. fingerprint is that of
// a certificate that nobody else vouches for, empty for another.
func joinURL(base, token, code string, callType room.CallType, fingerprint string) string {
	link := ""
	switch {
	case base == "":
		return ""
	case token != "" && callType == room.CallAudio:
		// The page learns a room link's type by itself, a token's only from
		// the call: too late not to have asked for the camera.
		link = base + "/j#t=" + token + "&c=audio"
	case token != "":
		link = base + "/j#t=" + token
	case code != "":
		link = base + "/j#i=" + code
	default:
		return ""
	}
	if fingerprint != "" {
		link += "&f=" + fingerprint
	}
	return link
}

// socketURL is where a client of the call protocol connects.
func socketURL(base, token string) string {
	u := "ws" + strings.TrimPrefix(base, "http") + callPath
	if token != "" {
		u += "?token=" + url.QueryEscape(token)
	}
	return u
}

// baseURLOf is what friends open: the public URL, or the machine's best address.
func baseURLOf(settings config.Config, web netip.AddrPort, announced []netip.Addr) string {
	if settings.PublicURL != "" {
		return string(settings.PublicURL)
	}
	host := web.Addr()
	if host.IsUnspecified() {
		host = bestAddr(announced, host.Is4())
	}
	return baseAt(settings, netip.AddrPortFrom(host, web.Port()))
}

// bestAddr is the first address, of IPv4 if there is one: it is easier to read
// out to somebody, and every home has it.
func bestAddr(addrs []netip.Addr, onlyIPv4 bool) netip.Addr {
	for _, a := range addrs {
		if a.Is4() {
			return a
		}
	}
	if len(addrs) > 0 && !onlyIPv4 {
		return addrs[0]
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// reachOf tells how far away a friend may be. A page that only this computer
// can open lets nobody else in, however far media would get.
func reachOf(web netip.Addr, announced []netip.Addr, public config.URL) Reach {
	if public == "" && web.IsLoopback() {
		return ReachComputer
	}
	reach := ReachComputer
	if host := public.Host(); host != "" {
		reach = reachOfHost(host)
	}
	for _, a := range announced {
		reach = farther(reach, reachOfAddr(a))
	}
	return reach
}

func reachOfHost(host string) Reach {
	if addr, err := netip.ParseAddr(host); err == nil {
		return reachOfAddr(addr)
	}
	switch {
	case host == "localhost":
		return ReachComputer
	case strings.HasSuffix(host, ".local") || !strings.Contains(host, "."):
		return ReachHome
	}
	return ReachWorld
}

// reachOfAddr takes for private what RFC 1918, RFC 4193, RFC 3927 and, for the
// shared addresses of providers, RFC 6598 set aside.
func reachOfAddr(a netip.Addr) Reach {
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10)
	switch {
	case a.IsLoopback():
		return ReachComputer
	case a.IsPrivate() || a.IsLinkLocalUnicast() || shared.Contains(a):
		return ReachHome
	}
	return ReachWorld
}

func farther(a, b Reach) Reach {
	rank := map[Reach]int{ReachComputer: 0, ReachHome: 1, ReachWorld: 2}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// interfaceAddrs are the machine's own addresses that another one could use.
func interfaceAddrs() []netip.Addr {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var addrs []netip.Addr
	for _, a := range all {
		ipNet, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		if addr, ok := netip.AddrFromSlice(ipNet.IP); ok && addr.Unmap().IsGlobalUnicast() {
			addrs = append(addrs, addr.Unmap())
		}
	}
	return addrs
}
