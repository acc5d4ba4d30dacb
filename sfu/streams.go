package sfu

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"takoshome/sfu/ice"
	"takoshome/sfu/tcp"
)

// streams takes what comes over TCP. Its methods run on the connections' own
// goroutines.
type streams struct {
	server  *WebRtcServer
	readers sync.Pool // of *reader: there are far more connections than cores
}

// openTCP takes TCP too, for clients that UDP does not get through to: on the
// listener that is given, else on the media port, where that is free.
func (s *WebRtcServer) openTCP() error {
	listener := s.config.TcpListener
	if listener == nil && !s.config.Tcp {
		return nil
	}
	if listener == nil {
		var err error
		if listener, err = listenTCP(netip.AddrPortFrom(s.config.ListenAddr.Addr(), s.port.localAddr().Port())); err != nil {
			s.log.Warn("no media over TCP", "error", err)
			return nil
		}
	}
	handler := &streams{server: s}
	handler.readers.New = func() any { return newReader(s.port.sockets[0]) }
	streams, err := tcp.New(tcp.Config{Listener: listener, Handler: handler, Limits: s.config.TcpLimits, Logger: s.log})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	s.port.streams = streams
	return nil
}

func listenTCP(addr netip.AddrPort) (net.Listener, error) {
	network := "tcp"
	if addr.Addr().Is4() {
		network = "tcp4" // 0.0.0.0 is IPv4 alone, as with UDP
	}
	return (&net.ListenConfig{}).Listen(context.Background(), network, addr.String())
}

func tupleOf(c *tcp.Conn) ice.Tuple {
	return ice.Tuple{AddrPort: c.RemoteAddr(), Stream: c.ID()}
}

// Handle is called with what one read of a connection brought.
func (h *streams) Handle(c *tcp.Conn, datagrams [][]byte) (proved bool) {
	r, _ := h.readers.Get().(*reader)
	defer h.readers.Put(r)
	now, from := time.Now(), tupleOf(c)
	for _, datagram := range datagrams {
		h.server.demux(now, datagram, from, r)
	}
	r.flush()
	return h.server.transportAt(from) != nil
}

// Closed is called when a connection has ended: its client is not there any more.
func (h *streams) Closed(c *tcp.Conn) {
	tuple := tupleOf(c)
	if t := h.server.transportAt(tuple); t != nil {
		t.forget(tuple)
	}
}

// forget drops an address whose connection has ended.
func (t *WebRtcTransport) forget(tuple ice.Tuple) {
	t.in.mu.Lock()
	changed := !t.in.closed && t.in.ice.Forget(tuple)
	t.adoptTuplesLocked(changed)
	t.in.mu.Unlock()
	if changed {
		t.notifier.changed()
	}
}
