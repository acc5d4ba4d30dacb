//go:build unix

package udp

import (
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"
)

// sender sends one datagram after another without ever waiting. The net
// package's own write parks the goroutine while the socket's buffer is full,
// and packets for a peer that vanished from the local network (its hardware
// address does not resolve) fill that buffer for seconds: one dead peer would
// delay everyone. Here such a packet is refused and counted.
type sender struct {
	socket *Socket

	// Arguments and result of sendNow, which is made once so that a send does
	// not allocate a closure.
	withDescriptor func(fd uintptr)
	packet         []byte
	to             unix.Sockaddr
	source         control // of sourceSize bytes
	sourceSize     int
	err            error

	inet4 unix.SockaddrInet4
	inet6 unix.SockaddrInet6
}

func newSender(s *Socket) *sender {
	out := &sender{socket: s}
	out.withDescriptor = out.sendNow
	return out
}

func (s *sender) send(p []byte, from netip.Addr, to netip.AddrPort) error {
	if !s.setDestination(to) {
		// A zone by name needs the net package's table of interfaces, and an
		// address of the wrong family gets its error message.
		_, err := s.socket.conn.WriteToUDPAddrPort(p, to)
		return err
	}
	s.packet, s.sourceSize = p, s.source.setSource(s.socket.inet6, from)
	err := s.socket.raw.Control(s.withDescriptor)
	if err == nil {
		err = s.err
	}
	s.packet, s.err = nil, nil
	return err
}

func (s *sender) sendNow(fd uintptr) {
	if s.sourceSize == 0 {
		s.err = unix.Sendto(int(fd), s.packet, unix.MSG_DONTWAIT, s.to)
		return
	}
	_, s.err = unix.SendmsgN(int(fd), s.packet, s.source.bytes(s.sourceSize), s.to, unix.MSG_DONTWAIT)
}

func (s *sender) setDestination(to netip.AddrPort) (ok bool) {
	zone, ok := zoneNumber(to.Addr().Zone())
	switch {
	case !ok:
		return false
	case s.socket.inet6 && to.IsValid():
		s.inet6.Addr, s.inet6.Port, s.inet6.ZoneId = to.Addr().As16(), int(to.Port()), zone
		s.to = &s.inet6
	case to.Addr().Is4():
		s.inet4.Addr, s.inet4.Port = to.Addr().As4(), int(to.Port())
		s.to = &s.inet4
	default:
		return false
	}
	return true
}

// zoneNumber is the number of the interface in a zone that is one: those of
// addresses that datagrams came from, on Linux.
func zoneNumber(zone string) (index uint32, ok bool) {
	if zone == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(zone, 10, 32)
	return uint32(n), err == nil
}
