package takoscall

import (
	"net"
	"net/netip"
	"sync"

	"takoshome/sfu/sockets"
)

// Connections with a right key are far fewer (Limits.Connections).
const (
	maxConns        = 128
	maxConnsPerAddr = 32
)

// limitedListener hangs up at once on whom there is no room for, so that idle
// connections cannot use up the process's files.
type limitedListener struct {
	net.Listener

	mu     sync.Mutex
	open   int                  // mu protects
	byHost map[netip.Prefix]int // mu protects
}

func newLimitedListener(l net.Listener) *limitedListener {
	return &limitedListener{Listener: l, byHost: map[netip.Prefix]int{}}
}

// Accept gives the next connection within the limits.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host := sockets.HostOf(addrOf(conn.RemoteAddr().String()))
		if l.enter(host) {
			return &limitedConn{Conn: conn, leave: sync.OnceFunc(func() { l.leave(host) })}, nil
		}
		_ = conn.Close()
	}
}

func (l *limitedListener) enter(host netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= maxConns || l.byHost[host] >= maxConnsPerAddr {
		return false
	}
	l.open++
	l.byHost[host]++
	return true
}

func (l *limitedListener) leave(host netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.byHost[host]--; l.byHost[host] <= 0 {
		delete(l.byHost, host)
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

// addrOf is zero for what is no IP address with a port.
func addrOf(text string) netip.Addr {
	addr, err := netip.ParseAddrPort(text)
	if err != nil {
		return netip.Addr{}
	}
	return addr.Addr()
}
