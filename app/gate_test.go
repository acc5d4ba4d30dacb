package app

import (
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
)

// gate is the door of a domain, whose address is known before its server runs. A
// test may shut it, as if the server were gone.
type gate struct {
	listener net.Listener
	doors    sync.WaitGroup

	mu     sync.Mutex
	target string // empty: shut
	open   map[net.Conn]bool
}

func newGate(t testing.TB) *gate {
	t.Helper()
	g := &gate{listener: must(net.Listen("tcp", "127.0.0.1:0"))(t), open: map[net.Conn]bool{}}
	g.doors.Go(g.serve)
	t.Cleanup(func() {
		_ = g.listener.Close()
		g.shut()
		g.doors.Wait()
	})
	return g
}

func (g *gate) addr() netip.AddrPort { return netip.MustParseAddrPort(g.listener.Addr().String()) }

// lead lets connections through to a server.
func (g *gate) lead(target string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.target = target
}

// shut ends what is open, and lets nobody through.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.target = ""
	for conn := range g.open {
		_ = conn.Close()
	}
	clear(g.open)
}

func (g *gate) serve() {
	for {
		conn, err := g.listener.Accept()
		if err != nil {
			return
		}
		g.doors.Go(func() { g.pass(conn) })
	}
}

func (g *gate) pass(outside net.Conn) {
	defer func() { _ = outside.Close() }()
	g.mu.Lock()
	target := g.target
	g.mu.Unlock()
	if target == "" {
		return
	}
	inside, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer func() { _ = inside.Close() }()
	if !g.enter(target, outside, inside) {
		return
	}
	defer g.leave(outside, inside)
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(outside, inside)
		_ = outside.Close()
	})
	_, _ = io.Copy(inside, outside)
	_ = inside.Close()
	back.Wait()
}

func (g *gate) enter(target string, conns ...net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.target != target {
		return false
	}
	for _, conn := range conns {
		g.open[conn] = true
	}
	return true
}

func (g *gate) leave(conns ...net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, conn := range conns {
		delete(g.open, conn)
	}
}
