package turn

import (
	"errors"
	"net"
	"net/netip"
	"sync"
)

// listener takes connections, as many as the limits allow, for pion/turn to read.
type listener struct {
	net.Listener
	server *Server
	done   func()
}

func newListener(s *Server, from net.Listener) *listener {
	s.engines.Add(1)
	return &listener{Listener: from, server: s, done: sync.OnceFunc(s.engines.Done)}
}

// Accept waits for a connection within the limits.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			if l.server.isStopped() || errors.Is(err, net.ErrClosed) {
				l.done()
				return nil, err
			}
			l.server.log.Warn("cannot accept a connection", "error", err)
			l.server.pause(errorPause)
			continue
		}
		if s := l.server.streams.admit(l.server, conn); s != nil {
			return s, nil
		}
		l.server.counts.limited.Add(1)
		_ = conn.Close()
	}
}

// streams are the connections that are open.
type streams struct {
	mu     sync.Mutex // protects all below
	open   map[*stream]struct{}
	byAddr map[netip.Prefix]int
	closed bool
}

// admit returns nil for a connection beyond the limits.
func (all *streams) admit(s *Server, conn net.Conn) *stream {
	from, ok := addrOf(conn.RemoteAddr())
	if !ok {
		return nil
	}
	network := networkOf(from.Addr())
	all.mu.Lock()
	defer all.mu.Unlock()
	limits := &s.config.Limits
	if all.closed || len(all.open) >= limits.Connections || all.byAddr[network] >= limits.AddressConnections {
		return nil
	}
	c := newStream(s, conn, from)
	all.open[c] = struct{}{}
	all.byAddr[network]++
	return c
}

func (all *streams) remove(c *stream) {
	network := networkOf(c.from.Addr())
	all.mu.Lock()
	defer all.mu.Unlock()
	delete(all.open, c)
	if all.byAddr[network]--; all.byAddr[network] <= 0 {
		delete(all.byAddr, network)
	}
}

// close ends all, and lets no more in.
func (all *streams) close() {
	all.mu.Lock()
	all.closed = true
	open := make([]*stream, 0, len(all.open))
	for c := range all.open {
		open = append(open, c)
	}
	all.mu.Unlock()
	for _, c := range open {
		c.hangUp()
	}
}

func (all *streams) count() int {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.open)
}

func addrOf(addr net.Addr) (netip.AddrPort, bool) {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}, false
	}
	a := tcp.AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()), a.IsValid()
}
