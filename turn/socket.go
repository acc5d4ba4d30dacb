package turn

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

const (
	// errorPause is after a failure of the system that is not the end of a socket.
	errorPause = 50 * time.Millisecond
	// maxTrail is more than the system says of one packet's way.
	maxTrail = 128
)

// socket is a socket of UDP with a door before it, for pion/turn to read.
//
// One on every address of the machine would answer from the address that the
// system likes best, such as a temporary one (RFC 8981), and clients drop what
// does not come from where they asked. So what the system says of a packet's way
// here (its trail) is given back to it with all that goes the other way.
type socket struct {
	net.PacketConn
	udp    *net.UDPConn // nil: a socket of another kind, which has no trails
	server *Server
	door   *door
	buf    [maxMessage + 1]byte
	trail  [maxTrail]byte // of the packet that is looked at
	known  int            // its length
	done   func()
}

func newSocket(s *Server, conn net.PacketConn) *socket {
	s.engines.Add(1)
	c := &socket{PacketConn: conn, server: s, door: newDoor(s, false), done: sync.OnceFunc(s.engines.Done)}
	if udp, ok := conn.(*net.UDPConn); ok {
		c.udp = udp
		// Either fails for a socket of the other family, and both on some systems.
		_ = ipv4.NewPacketConn(udp).SetControlMessage(ipv4.FlagDst, true)
		_ = ipv6.NewPacketConn(udp).SetControlMessage(ipv6.FlagDst, true)
	}
	c.door.send = func(b []byte, to netip.AddrPort) { // of the reader's
		_, _ = c.write(b, c.trail[:c.known], net.UDPAddrFromAddrPort(to)) // lost, as on a broken link
	}
	c.door.trail = func() []byte { return append([]byte(nil), c.trail[:c.known]...) }
	return c
}

// ReadFrom waits for what is for pion/turn.
func (c *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	if n := c.door.settle(b); n > 0 {
		return n, net.UDPAddrFromAddrPort(c.door.from), nil
	}
	for {
		n, addr, err := c.read()
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

func (c *socket) read() (n int, from net.Addr, err error) {
	if c.udp == nil {
		return c.PacketConn.ReadFrom(c.buf[:])
	}
	n, c.known, _, from, err = c.udp.ReadMsgUDP(c.buf[:], c.trail[:])
	withoutInterface(c.trail[:c.known])
	return n, from, err
}

// WriteTo sends what pion/turn has for a client.
func (c *socket) WriteTo(b []byte, to net.Addr) (int, error) {
	if c.door.intercept(b) {
		return len(b), nil
	}
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		return c.PacketConn.WriteTo(b, to)
	}
	var trail []byte
	if known := c.door.client(plain(udp.AddrPort())); known != nil {
		trail = known.trail
	}
	return c.write(b, trail, udp)
}

// write sends as the system likes best where the way back is closed meanwhile.
func (c *socket) write(b, trail []byte, to *net.UDPAddr) (int, error) {
	if c.udp != nil && len(trail) > 0 {
		if n, _, err := c.udp.WriteMsgUDP(b, trail, to); err == nil {
			return n, nil
		}
	}
	return c.PacketConn.WriteTo(b, to)
}
