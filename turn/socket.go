package turn

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// errorPause is after a failure of the system that is not the end of a socket.
const errorPause = 50 * time.Millisecond

// socket is a socket of UDP with a door before it, for pion/turn to read.
type socket struct {
	net.PacketConn
	server *Server
	door   *door
	local  net.Addr
	buf    [maxMessage + 1]byte
	done   func()
}

func newSocket(s *Server, conn net.PacketConn) *socket {
	d := newDoor(s, false)
	d.send = func(b []byte, to netip.AddrPort) {
		_, _ = conn.WriteTo(b, net.UDPAddrFromAddrPort(to)) // lost, as on a broken link
	}
	s.engines.Add(1)
	return &socket{PacketConn: conn, server: s, door: d, local: conn.LocalAddr(), done: sync.OnceFunc(s.engines.Done)}
}

// ReadFrom waits for what is for pion/turn.
func (c *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	if n := c.door.settle(b); n > 0 {
		return n, net.UDPAddrFromAddrPort(c.door.from), nil
	}
	for {
		n, addr, err := c.PacketConn.ReadFrom(c.buf[:])
		if err != nil {
			if c.server.isStopped() || errors.Is(err, net.ErrClosed) {
				c.done()
				return 0, nil, err
			}
			c.server.pause(errorPause) // such as Windows tells of a port that is not there
			continue
		}
		udp, ok := addr.(*net.UDPAddr)
		if !ok {
			continue
		}
		if size := c.door.admit(b, c.buf[:n], plain(udp.AddrPort())); size > 0 {
			return size, addr, nil
		}
	}
}

// WriteTo sends what pion/turn has for a client.
func (c *socket) WriteTo(b []byte, to net.Addr) (int, error) {
	if c.door.intercept(b) {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, to)
}

// LocalAddr is the socket's.
func (c *socket) LocalAddr() net.Addr { return c.local }
