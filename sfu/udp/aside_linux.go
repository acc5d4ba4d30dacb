package udp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// asideBufferBytes holds what comes between two reads.
const asideBufferBytes = 1 << 20

// Aside is a socket of a shared port for datagrams that can wait until there is
// time for them. Nobody is woken when one comes: the runtime's poller does not
// know of the socket, as it would wake up for each datagram although no goroutine
// waits.
type Aside struct {
	mu     sync.Mutex // protects all below
	fd     int
	inet6  bool
	closed bool
	reader *reader
	drops  uint64 // when it was closed
}

// listenAside opens the Aside, nil where that is not possible.
func listenAside(addr netip.AddrPort, sockets []*Socket, match Match) *Aside {
	first := sockets[0]
	if len(sockets) == 1 && !first.share() {
		return nil
	}
	fd, err := first.joinPort(addr)
	if err != nil {
		return nil
	}
	if err := first.steer(len(sockets), match); err != nil {
		_ = unix.Close(fd) // it was never used
		return nil
	}
	a := &Aside{fd: fd, inet6: first.inet6, reader: newReader(&Socket{})}
	a.reader.socket.uses.recvmmsg.Store(true)
	return a
}

// joinPort opens a further socket on the port of s, which listens on addr.
func (s *Socket) joinPort(addr netip.AddrPort) (fd int, err error) {
	family := unix.AF_INET
	if s.inet6 {
		family = unix.AF_INET6
	}
	fd, err = unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("listen udp: %w", os.NewSyscallError("socket", err))
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, asideBufferBytes) // it works with less
	err = setReusePort(uintptr(fd))
	unmapped := unmap(addr).Addr()
	if err == nil && s.inet6 {
		// As the net package does for the first: the unspecified address serves both.
		only := 1
		if unmapped.IsUnspecified() && s.isDual() {
			only = 0
		}
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only)
	}
	if err == nil {
		err = unix.Bind(fd, sockaddrOf(s.inet6, netip.AddrPortFrom(unmapped, s.localAddr.Port())))
	}
	if err != nil {
		return -1, errors.Join(fmt.Errorf("listen udp: %w", err), unix.Close(fd))
	}
	return fd, nil
}

// isDual reports whether an IPv6 socket serves IPv4 too.
func (s *Socket) isDual() (dual bool) {
	_ = s.raw.Control(func(fd uintptr) {
		only, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_V6ONLY)
		dual = err == nil && only == 0
	})
	return dual
}

func sockaddrOf(inet6 bool, addr netip.AddrPort) unix.Sockaddr {
	if !inet6 {
		return &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}
	}
	zone, _ := zoneNumber(addr.Addr().Zone()) // one by name fails to bind, and there is no Aside
	return &unix.SockaddrInet6{Port: int(addr.Port()), Addr: addr.Addr().As16(), ZoneId: zone}
}

// ReadReady is Socket.ReadBatch that does not wait: n is 0 where nothing has come.
func (a *Aside) ReadReady(ms []Message) (n int, err error) {
	if !haveBuffers(ms) {
		return 0, ErrNoBuffer
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return 0, fmt.Errorf("read udp: %w", net.ErrClosed)
	}
	a.reader.prepare(ms)
	if !a.reader.receive(uintptr(a.fd)) {
		return 0, nil
	}
	if a.reader.errno != 0 {
		return 0, fmt.Errorf("read udp: %w", a.reader.errno)
	}
	return a.reader.deliver(ms), nil
}

// ReadDrops is as Socket.ReadDrops.
func (a *Aside) ReadDrops() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return a.drops
	}
	return dropsOf(uintptr(a.fd))
}

// Close frees the socket. Closing again does nothing.
func (a *Aside) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil
	}
	a.drops, a.closed = dropsOf(uintptr(a.fd)), true
	if err := unix.Close(a.fd); err != nil {
		return fmt.Errorf("close udp: %w", err)
	}
	return nil
}
