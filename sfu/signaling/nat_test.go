package signaling_test

import (
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// nat is the router of a client's home, for one of its transports.
type nat struct {
	t      *testing.T
	host   netip.AddrPort
	inside *net.UDPConn
	down   atomic.Bool // nothing passes
	// Since the last rebinding, in nanoseconds of the Unix clock: the first check
	// that went out, and the first packet that came back and is no answer to one.
	checkedAt, answeredAt atomic.Int64

	workers sync.WaitGroup
	mu      sync.Mutex // protects all below
	outside *net.UDPConn
	client  netip.AddrPort
}

// newNat puts a router before the host, and returns it once somebody is behind it.
func newNat(t *testing.T, host netip.AddrPort) *nat {
	t.Helper()
	n := &nat{t: t, host: host, inside: listenUDP(t)}
	n.rebind()
	n.workers.Go(n.outbound)
	t.Cleanup(func() {
		_ = n.inside.Close()
		n.mu.Lock()
		_ = n.outside.Close()
		n.mu.Unlock()
		n.workers.Wait()
	})
	return n
}

func listenUDP(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	must(t, err)
	return conn
}

// addr is where the client believes the host to be.
func (n *nat) addr() netip.AddrPort { return n.inside.LocalAddr().(*net.UDPAddr).AddrPort() }

// rebind gives the client another port; the old one is dead at once.
func (n *nat) rebind() {
	n.t.Helper()
	outside := listenUDP(n.t)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.outside != nil {
		_ = n.outside.Close()
	}
	n.outside = outside
	n.checkedAt.Store(0)
	n.answeredAt.Store(0)
	n.workers.Go(func() { n.inbound(outside) })
}

func (n *nat) outbound() {
	buf := make([]byte, 1<<16)
	for {
		size, from, err := n.inside.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		n.mu.Lock()
		n.client = from
		if size > 0 && !n.down.Load() {
			if buf[0] <= 3 {
				n.checkedAt.CompareAndSwap(0, time.Now().UnixNano())
			}
			_, _ = n.outside.WriteToUDPAddrPort(buf[:size], n.host) // lost, as on any network
		}
		n.mu.Unlock()
	}
}

func (n *nat) inbound(outside *net.UDPConn) {
	buf := make([]byte, 1<<16)
	for {
		size, _, err := outside.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		n.mu.Lock()
		if size > 0 && !n.down.Load() && n.client.IsValid() {
			if buf[0] > 3 && n.outside == outside {
				n.answeredAt.CompareAndSwap(0, time.Now().UnixNano())
			}
			_, _ = n.inside.WriteToUDPAddrPort(buf[:size], n.client)
		}
		n.mu.Unlock()
	}
}

// wire is a TCP connection's way to the host, which can be cut without a sign.
type wire struct {
	addr    string
	cut     atomic.Bool
	workers sync.WaitGroup
}

func newWire(t *testing.T, host string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	w := &wire{addr: listener.Addr().String()}
	var mu sync.Mutex
	var open []net.Conn
	w.workers.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp4", host)
			if err != nil {
				_ = near.Close()
				return
			}
			mu.Lock()
			open = append(open, near, far)
			mu.Unlock()
			w.workers.Go(func() { w.carry(far, near) })
			w.workers.Go(func() { w.carry(near, far) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for _, conn := range open {
			_ = conn.Close()
		}
		mu.Unlock()
		w.workers.Wait()
	})
	return w
}

func (w *wire) carry(to io.WriteCloser, from io.ReadCloser) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if w.cut.Load() {
			continueUntilClosed(from, err)
			return
		}
		if err != nil {
			_ = to.Close()
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			_ = from.Close()
			return
		}
	}
}

// continueUntilClosed reads what goes nowhere.
func continueUntilClosed(from io.ReadCloser, err error) {
	if err == nil {
		_, _ = io.Copy(io.Discard, from)
	}
}
