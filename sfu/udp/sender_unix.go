//go:build unix

package udp

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// sender sends one datagram after another without ever waiting. The net
// package's own write parks the goroutine while the socket's buffer is full,
// and packets for a peer that vanished from the local network (its hardware
// address does not resolve) fill that buffer for seconds: one dead peer would
// delay everyone. Here such a packet is refused and counted.
type sender struct {
	socket *Socket
	raw    syscall.RawConn

	// Arguments and result of try, which is made once so that a send does
	// not allocate a closure.
	try    func(fd uintptr) (done bool)
	packet []byte
	to     unix.Sockaddr
	err    error

	inet4 unix.SockaddrInet4
	inet6 unix.SockaddrInet6
}

func newSender(s *Socket) *sender {
	out := &sender{socket: s, raw: s.raw}
	out.try = out.sendNow
	return out
}

func (s *sender) send(p []byte, to netip.AddrPort) error {
	if to.Addr().Zone() != "" || !s.setDestination(to) {
		// A link-local scope needs the net package's table of interfaces, and
		// an address of the wrong family gets its error message.
		_, err := s.socket.conn.WriteToUDPAddrPort(p, to)
		return err
	}
	s.packet = p
	err := s.raw.Write(s.try)
	if err == nil {
		err = s.err
	}
	s.packet, s.err = nil, nil
	return err
}

// sendNow reports done whatever happened: not done would mean to wait.
func (s *sender) sendNow(fd uintptr) (done bool) {
	s.err = unix.Sendto(int(fd), s.packet, unix.MSG_DONTWAIT, s.to)
	return true
}

func (s *sender) setDestination(to netip.AddrPort) (ok bool) {
	switch {
	case s.socket.inet6 && to.IsValid():
		s.inet6.Addr, s.inet6.Port = to.Addr().As16(), int(to.Port())
		s.to = &s.inet6
	case to.Addr().Is4():
		s.inet4.Addr, s.inet4.Port = to.Addr().As4(), int(to.Port())
		s.to = &s.inet4
	default:
		return false
	}
	return true
}
