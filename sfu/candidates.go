package sfu

import (
	"fmt"
	"net"
	"net/netip"

	"takoshome/sfu/ice"
)

// listCandidates makes the list of what clients are told: the announced
// addresses; else the one the port is bound to; else those of the machine's
// interfaces. TCP comes behind all UDP.
func (s *WebRtcServer) listCandidates() error {
	local := s.port.localAddr()
	addrs, err := addrsOf(local.Addr(), s.config.Announce)
	if err != nil {
		return err
	}
	s.candidates = ice.HostCandidates(withPort(addrs, local.Port()))
	if s.port.streams != nil {
		s.candidates = append(s.candidates, ice.TcpCandidates(withPort(addrs, s.port.streams.LocalAddr().Port()))...)
	}
	return nil
}

func withPort(addrs []netip.Addr, port uint16) []netip.AddrPort {
	list := make([]netip.AddrPort, 0, len(addrs))
	for _, a := range addrs {
		list = append(list, netip.AddrPortFrom(a.Unmap(), port))
	}
	return list
}

func addrsOf(local netip.Addr, announce []netip.Addr) ([]netip.Addr, error) {
	switch {
	case len(announce) > 0:
		return announce, nil
	case !local.IsUnspecified():
		return []netip.Addr{local}, nil
	}
	found, err := interfaceAddrs(local.Is4())
	if err == nil && len(found) == 0 {
		err = ErrNoAddress
	}
	return found, err
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
