package sfu

import (
	"fmt"
	"net"
	"net/netip"

	"takoshome/sfu/ice"
)

// candidatesFor lists what clients are told: the announced addresses; else the
// address the socket is bound to; else those of the machine's interfaces. TCP
// comes behind all UDP.
func candidatesFor(local netip.AddrPort, announce []netip.Addr, overTCP bool) ([]ice.Candidate, error) {
	if len(announce) == 0 && !local.Addr().IsUnspecified() {
		announce = []netip.Addr{local.Addr()}
	}
	if len(announce) == 0 {
		found, err := interfaceAddrs(local.Addr().Is4())
		if err != nil {
			return nil, err
		}
		announce = found
	}
	if len(announce) == 0 {
		return nil, ErrNoAddress
	}
	addrs := make([]netip.AddrPort, 0, len(announce))
	for _, a := range announce {
		addrs = append(addrs, netip.AddrPortFrom(a.Unmap(), local.Port()))
	}
	candidates := ice.HostCandidates(addrs)
	if overTCP {
		candidates = append(candidates, ice.TcpCandidates(addrs)...)
	}
	return candidates, nil
}

// interfaceAddrs are the machine's own unicast addresses without link-local
// ones, which mean nothing on another machine. Loopback serves only a machine
// that has nothing else.
func interfaceAddrs(onlyIPv4 bool) ([]netip.Addr, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("list the machine's addresses: %w", err)
	}
	var addrs, loopback []netip.Addr
	for _, a := range all {
		ipNet, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		addr, ok := netip.AddrFromSlice(ipNet.IP)
		addr = addr.Unmap()
		switch {
		case !ok || (onlyIPv4 && !addr.Is4()):
		case addr.IsLoopback():
			loopback = append(loopback, addr)
		case addr.IsGlobalUnicast():
			addrs = append(addrs, addr)
		}
	}
	if len(addrs) == 0 {
		return loopback, nil
	}
	return addrs, nil
}
