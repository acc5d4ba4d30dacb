package sfu

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"

	"takoshome/sfu/ice"
)

// maxAddresses bounds how many addresses of a kind clients are told; a machine
// with more has bridges that nobody is behind.
const maxAddresses = 16

// Announced is an address by which clients outside reach the media port: a
// router's, which sends it on to us, or one that a tunnel has.
type Announced struct {
	Addr netip.Addr
	// UDPPort and TCPPort are the ports there; 0 is the one that is listened on.
	UDPPort, TCPPort uint16
}

// candidates are what clients are told, which changes while the server runs.
type candidates struct {
	changing sync.Mutex // held by who changes them
	tells    bool       // changing protects; packets are told apart by the address they came to

	mu        sync.RWMutex // protects all below
	list      []ice.Candidate
	announced []Announced
	listeners map[*func()]struct{}
}

// Candidates are the addresses told to clients, the preferred first: UDP before
// TCP, and of each the machine's own before those announced.
func (s *WebRtcServer) Candidates() []ice.Candidate {
	s.candidates.mu.RLock()
	defer s.candidates.mu.RUnlock()
	return slices.Clone(s.candidates.list)
}

// SetAnnounced replaces what clients are told beside the machine's own
// addresses, or beside Config.Announce where that is given, and looks at the
// machine's own addresses anew. Call it, with the same list too, when they have
// changed. At most 16 are told of, the first ones.
func (s *WebRtcServer) SetAnnounced(announced []Announced) {
	s.candidates.changing.Lock()
	defer s.candidates.changing.Unlock()
	s.candidates.mu.Lock()
	s.candidates.announced = slices.Clone(announced[:min(len(announced), maxAddresses)])
	s.candidates.mu.Unlock()
	changed, err := s.listCandidates()
	if err != nil {
		s.log.Warn("the machine's addresses cannot be listed", "error", err)
	}
	if changed {
		for _, listener := range s.candidates.allListeners() {
			listener()
		}
	}
}

// OnCandidates calls f whenever Candidates has become another list, never twice
// at once, until stop is called. f must return at once, and not call stop or
// SetAnnounced.
func (s *WebRtcServer) OnCandidates(f func()) (stop func()) {
	s.candidates.mu.Lock()
	defer s.candidates.mu.Unlock()
	if s.candidates.listeners == nil {
		s.candidates.listeners = map[*func()]struct{}{}
	}
	s.candidates.listeners[&f] = struct{}{}
	return func() {
		s.candidates.mu.Lock()
		defer s.candidates.mu.Unlock()
		delete(s.candidates.listeners, &f)
	}
}

func (c *candidates) allListeners() []func() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	list := make([]func(), 0, len(c.listeners))
	for f := range c.listeners {
		list = append(list, *f)
	}
	return list
}

// listCandidates makes the list anew and reports whether it has changed. Where
// the system cannot say what addresses there are, the list stays.
func (s *WebRtcServer) listCandidates() (changed bool, err error) {
	local := s.port.localAddr().Addr()
	own, err := addrsOf(local, s.config.Announce)
	if err != nil {
		return false, err
	}
	s.tellSeveralApart(local)
	s.candidates.mu.Lock()
	defer s.candidates.mu.Unlock()
	list := s.candidatesOf(own, s.candidates.announced)
	if slices.Equal(list, s.candidates.list) {
		return false, nil
	}
	s.candidates.list = list
	return true, nil
}

// tellSeveralApart lets packets be answered from the address that they came to, on
// a machine with several of a family: the one that the system likes best may be
// another, and the client takes nothing from there. It stays so from then on.
func (s *WebRtcServer) tellSeveralApart(local netip.Addr) {
	if s.candidates.tells || !local.IsUnspecified() {
		return
	}
	all, err := interfaceAddrs(local.Is4())
	if err != nil {
		return
	}
	of := map[bool]int{}
	for _, addr := range all {
		of[addr.Is4()]++
	}
	if s.candidates.tells = of[true] > 1 || of[false] > 1; s.candidates.tells {
		s.port.tellLocal()
	}
}

func (s *WebRtcServer) candidatesOf(own []netip.Addr, announced []Announced) []ice.Candidate {
	own = own[:min(len(own), maxAddresses)]
	udp := s.port.localAddr().Port()
	list := ice.HostCandidates(endpointsOf(own, announced, udp, func(a Announced) uint16 { return a.UDPPort }))
	if s.port.streams == nil {
		return list
	}
	tcp := s.port.streams.LocalAddr().Port()
	return append(list, ice.TcpCandidates(endpointsOf(own, announced, tcp, func(a Announced) uint16 { return a.TCPPort }))...)
}

// endpointsOf is each address with its port, once.
func endpointsOf(own []netip.Addr, announced []Announced, listening uint16, port func(Announced) uint16) []netip.AddrPort {
	list := make([]netip.AddrPort, 0, len(own)+len(announced))
	add := func(addr netip.Addr, port uint16) {
		if one := netip.AddrPortFrom(addr.Unmap(), port); !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	for _, addr := range own {
		add(addr, listening)
	}
	for _, a := range announced {
		add(a.Addr, cmp.Or(port(a), listening))
	}
	return list
}

// addrsOf are the machine's part of it: those that the configuration announces;
// else the one that the port is bound to; else those of the interfaces, of which
// there may be none until there is a network.
func addrsOf(local netip.Addr, announce []netip.Addr) ([]netip.Addr, error) {
	switch {
	case len(announce) > 0:
		return announce, nil
	case !local.IsUnspecified():
		return []netip.Addr{local}, nil
	}
	return interfaceAddrs(local.Is4())
}

// interfaceAddrs are the machine's own unicast addresses without link-local
// ones, which mean nothing on another machine, and those of interfaces that are
// off. Loopback serves only a machine that has nothing else.
func interfaceAddrs(onlyIPv4 bool) ([]netip.Addr, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list the machine's interfaces: %w", err)
	}
	var all []net.Addr
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagRunning == 0 {
			continue
		}
		if addrs, err := i.Addrs(); err == nil { // else it has just gone
			all = append(all, addrs...)
		}
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
