package web

import (
	"net"
	"net/netip"
	"sync"
)

// connLimit bounds open connections, so that idle ones cannot use up the
// process's files.
type connLimit struct {
	all, perAddr int
	exempt       []netip.Prefix // proxies, behind which are many people

	mu     sync.Mutex
	open   int                // mu protects it
	byAddr map[netip.Addr]int // mu protects it
}

func newConnLimit(all, perAddr int, exempt []netip.Prefix) *connLimit {
	return &connLimit{all: all, perAddr: perAddr, exempt: exempt, byAddr: map[netip.Addr]int{}}
}

func (l *connLimit) enter(addr netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.all || (l.byAddr[addr] >= l.perAddr && !isTrusted(l.exempt, addr)) {
		return false
	}
	l.open++
	l.byAddr[addr]++
	return true
}

func (l *connLimit) leave(addr netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.byAddr[addr]--; l.byAddr[addr] <= 0 {
		delete(l.byAddr, addr)
	}
}

// limitedListener hangs up at once on whom connLimit has no room for.
type limitedListener struct {
	net.Listener
	limit *connLimit
}

// Accept gives the next connection within the limit.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		addr := household(remoteAddr(conn))
		if l.limit.enter(addr) {
			return &limitedConn{Conn: conn, leave: sync.OnceFunc(func() { l.limit.leave(addr) })}, nil
		}
		_ = conn.Close()
	}
}

type limitedConn struct {
	net.Conn
	leave func()
}

// Close gives the connection's place to another.
func (c *limitedConn) Close() error {
	c.leave()
	return c.Conn.Close()
}

func remoteAddr(conn net.Conn) netip.Addr {
	if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}
