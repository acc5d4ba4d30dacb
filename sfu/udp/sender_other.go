//go:build !unix

package udp

import "net/netip"

// sender sends through the net package, where the system has no send call
// that refuses to wait.
type sender struct {
	socket *Socket
}

func newSender(s *Socket) *sender {
	return &sender{socket: s}
}

func (s *sender) send(p []byte, _ netip.Addr, to netip.AddrPort) error {
	_, err := s.socket.conn.WriteToUDPAddrPort(p, to)
	return err
}
