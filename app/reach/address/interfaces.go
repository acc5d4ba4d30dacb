package address

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// maxInterfaces bounds how many addresses of its own a machine is taken to have.
const maxInterfaces = 32

// sight is what the machine's interfaces look like.
type sight struct {
	addrs  []netip.Addr // usable ones, those that packets to the internet leave by first
	online bool
}

func (s sight) same(o sight) bool { return s.online == o.online && slices.Equal(s.addrs, o.addrs) }

func (s sight) has(family family) bool { return slices.ContainsFunc(s.addrs, family.holds) }

// look asks the system; it sends nothing.
func look() (sight, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return sight{}, fmt.Errorf("list the machine's interfaces: %w", err)
	}
	var all []net.Addr
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagRunning == 0 {
			continue // nothing comes by it, whatever addresses it has
		}
		if addrs, err := i.Addrs(); err == nil { // else it has just gone
			all = append(all, addrs...)
		}
	}
	leaving := []netip.Addr{leavingBy("udp4", "192.0.2.1:9"), leavingBy("udp6", "[2001:db8::1]:9")}
	return order(usable(all), leaving), nil
}

// usable are the addresses that mean something to other machines.
func usable(all []net.Addr) []netip.Addr {
	var list []netip.Addr
	for _, a := range all {
		network, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		addr, ok := netip.AddrFromSlice(network.IP)
		addr = addr.Unmap()
		if ok && addr.IsGlobalUnicast() && !slices.Contains(list, addr) {
			list = append(list, addr)
		}
	}
	return list
}

// order puts the addresses first that packets to the internet leave by. The
// others are sorted, as the system's order is not lasting.
func order(addrs, leaving []netip.Addr) sight {
	slices.SortFunc(addrs, netip.Addr.Compare)
	var s sight
	for _, addr := range leaving {
		if slices.Contains(addrs, addr) {
			s.online = true
			s.addrs = append(s.addrs, addr)
		}
	}
	for _, addr := range addrs {
		if !slices.Contains(s.addrs, addr) && len(s.addrs) < maxInterfaces {
			s.addrs = append(s.addrs, addr)
		}
	}
	return s
}

// leavingBy is the address of ours that packets to the internet have: the system
// chooses it when a socket is connected, and nothing is sent. It is none where
// there is no route; what is asked for is an address that nobody has (RFC 5737,
// RFC 3849).
func leavingBy(network, to string) netip.Addr {
	conn, err := net.Dial(network, to)
	if err != nil {
		return netip.Addr{}
	}
	defer func() { _ = conn.Close() }()
	local, ok := conn.LocalAddr().(*net.UDPAddr)
	if !ok {
		return netip.Addr{}
	}
	return local.AddrPort().Addr().Unmap()
}
