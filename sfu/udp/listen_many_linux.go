package udp

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// share lets further sockets of this user's have the same port (SO_REUSEPORT).
// It is set after the port was taken: a port that another program shares as
// well must be an error, not half of its datagrams.
func (s *Socket) share() (ok bool) {
	err := s.raw.Control(func(fd uintptr) { ok = setReusePort(fd) == nil })
	return err == nil && ok
}

// listenShared opens a further socket on the port of the first, which listens
// on addr.
func listenShared(addr netip.AddrPort, first *Socket) (*Socket, error) {
	addr = netip.AddrPortFrom(addr.Addr().Unmap(), first.LocalAddr().Port())
	config := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var err error
		if controlErr := raw.Control(func(fd uintptr) { err = setReusePort(fd) }); controlErr != nil {
			return controlErr
		}
		return err
	}}
	conn, err := config.ListenPacket(context.Background(), network(addr.Addr()), addr.String())
	if err != nil {
		return nil, fmt.Errorf("listen udp: %w", err)
	}
	udpConn, ok := conn.(*net.UDPConn)
	if !ok {
		_ = conn.Close()
		return nil, fmt.Errorf("listen udp: unexpected %T", conn)
	}
	return newSocket(udpConn, first.inet6)
}

func setReusePort(fd uintptr) error {
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
}
