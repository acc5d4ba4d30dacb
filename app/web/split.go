package web

import (
	"encoding/binary"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxMediaByte is the highest first byte of media over TCP: the upper half of
	// the length of a packet of 1,500 bytes (RFC 4571 section 2). TLS begins with 22
	// (RFC 8446 section 5.1), HTTP with a letter.
	maxMediaByte = 1500 >> 8
	// maxHandedOver are connections that wait to be taken.
	maxHandedOver = 64
)

// Split divides the connections of a listener by their first byte: those of web
// clients, and media over TCP, so that one port serves both. Closing web closes
// the listener; media ends with it, or before.
//
// Nobody waits for the first byte but whoever reads from a connection of web's.
func Split(listener net.Listener) (web, media net.Listener) {
	m := newMediaListener(listener)
	return &webListener{Listener: listener, media: m}, m
}

// SplitRelay is Split with a third part, of clients of a TURN server over TCP,
// which ends as media does. They are told by the cookie of their first message
// (RFC 8489 section 5), which in media is behind the length.
func SplitRelay(listener net.Listener) (web, media, relay net.Listener) {
	m, r := newMediaListener(listener), newMediaListener(listener)
	return &webListener{Listener: listener, media: m, relay: r}, m, r
}

func newMediaListener(listener net.Listener) *mediaListener {
	return &mediaListener{
		addr: listener.Addr(), connections: make(chan net.Conn, maxHandedOver), closed: make(chan struct{}),
	}
}

// isStun tells a STUN message that begins here. All of a first message comes
// together, but from clients that are no better off elsewhere.
func isStun(b []byte) bool {
	return len(b) >= 8 && b[0] <= 3 && binary.BigEndian.Uint32(b[4:]) == 0x2112A442
}

// webListener gives out connections that turn into media's once they say so.
type webListener struct {
	net.Listener
	media *mediaListener
	relay *mediaListener // nil where there is none
}

// Accept waits for a connection of either kind.
func (l *webListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &undecidedConn{Conn: conn, media: l.media, relay: l.relay}, nil
}

// Close ends the other parts too.
func (l *webListener) Close() error {
	_ = l.media.Close() // it never fails
	if l.relay != nil {
		_ = l.relay.Close()
	}
	return l.Listener.Close()
}

// undecidedConn is a web client's until its first byte says otherwise. From then
// on it seems to have ended, and touches the connection no more.
type undecidedConn struct {
	net.Conn
	media   *mediaListener
	relay   *mediaListener
	decided bool        // the reader's
	gone    atomic.Bool // handed over
}

// Read looks at the first byte.
func (c *undecidedConn) Read(b []byte) (int, error) {
	if c.gone.Load() {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(b)
	if n == 0 || c.decided {
		return n, err
	}
	c.decided = true
	if b[0] > maxMediaByte {
		return n, err
	}
	c.gone.Store(true)
	_ = c.Conn.SetDeadline(time.Time{}) // its new owner has others
	part := c.media
	if c.relay != nil && isStun(b[:n]) {
		part = c.relay
	}
	part.take(&mediaConn{Conn: c.Conn, first: append([]byte(nil), b[:n]...)})
	return 0, io.EOF
}

// Write writes nothing to a connection that was handed over.
func (c *undecidedConn) Write(b []byte) (int, error) {
	if c.gone.Load() {
		return 0, net.ErrClosed
	}
	return c.Conn.Write(b)
}

// Close leaves a connection that was handed over alone; so do the deadlines.
func (c *undecidedConn) Close() error {
	if c.gone.Load() {
		return nil
	}
	return c.Conn.Close()
}

// SetDeadline is as net.Conn's.
func (c *undecidedConn) SetDeadline(t time.Time) error { return c.unlessGone(c.Conn.SetDeadline, t) }

// SetReadDeadline is as net.Conn's.
func (c *undecidedConn) SetReadDeadline(t time.Time) error {
	return c.unlessGone(c.Conn.SetReadDeadline, t)
}

// SetWriteDeadline is as net.Conn's.
func (c *undecidedConn) SetWriteDeadline(t time.Time) error {
	return c.unlessGone(c.Conn.SetWriteDeadline, t)
}

func (c *undecidedConn) unlessGone(set func(time.Time) error, t time.Time) error {
	if c.gone.Load() {
		return nil
	}
	return set(t)
}

// mediaListener gives out the connections that turned out to be media's.
type mediaListener struct {
	addr        net.Addr
	connections chan net.Conn
	closed      chan struct{}

	mu    sync.Mutex // protects ended, and what goes into connections
	ended bool
}

func (l *mediaListener) take(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		select {
		case l.connections <- conn:
			return
		default: // nobody takes that many
		}
	}
	_ = conn.Close()
}

// Accept waits for the next connection of media.
func (l *mediaListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.connections:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends what waits to be taken. It is idempotent.
func (l *mediaListener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil
	}
	l.ended = true
	close(l.closed)
	for {
		select {
		case conn := <-l.connections:
			_ = conn.Close()
		default:
			return nil
		}
	}
}

// Addr is the listener's that both share.
func (l *mediaListener) Addr() net.Addr { return l.addr }

// mediaConn has back what was read to find out.
type mediaConn struct {
	net.Conn
	first []byte // the reader's
}

// Read begins with what was read before.
func (c *mediaConn) Read(b []byte) (int, error) {
	if len(c.first) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.first)
	c.first = c.first[n:]
	return n, nil
}

// SetWriteBuffer is the system's, where it is a TCP connection.
func (c *mediaConn) SetWriteBuffer(bytes int) error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		return tcp.SetWriteBuffer(bytes)
	}
	return nil
}
