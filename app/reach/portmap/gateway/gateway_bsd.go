//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package gateway

import (
	"net/netip"
	"syscall"

	"golang.org/x/net/route"
)

func defaults() ([]hop, error) {
	rib, err := route.FetchRIB(syscall.AF_UNSPEC, route.RIBTypeRoute, 0)
	if err != nil {
		return nil, err
	}
	messages, err := route.ParseRIB(route.RIBTypeRoute, rib)
	if err != nil {
		return nil, err
	}
	const needs = syscall.RTF_UP | syscall.RTF_GATEWAY
	var hops []hop
	for i, message := range messages {
		m, ok := message.(*route.RouteMessage)
		if !ok || m.Flags&needs != needs || len(m.Addrs) <= syscall.RTAX_NETMASK {
			continue
		}
		to, router, mask := m.Addrs[syscall.RTAX_DST], m.Addrs[syscall.RTAX_GATEWAY], m.Addrs[syscall.RTAX_NETMASK]
		if !isZero(to) || !isZero(mask) {
			continue
		}
		// The table has no metric: the system's first is its best.
		hops = append(hops, hop{index: m.Index, gateway: addrOf(router), metric: uint32(i)})
	}
	return hops, nil
}

func isZero(a route.Addr) bool {
	addr := addrOf(a)
	return a == nil || (addr.IsValid() && addr.IsUnspecified())
}

func addrOf(a route.Addr) netip.Addr {
	switch a := a.(type) {
	case *route.Inet4Addr:
		return netip.AddrFrom4(a.IP)
	case *route.Inet6Addr:
		return netip.AddrFrom16(a.IP)
	default:
		return netip.Addr{}
	}
}
