package web

import (
	"crypto/tls"
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
	// maxStunByte is the highest first byte of a STUN message (RFC 8489 section 5).
	maxStunByte = 3
	// maxHandedOver are connections that wait to be taken.
	maxHandedOver = 64
)

// Parts says whose connections a port takes besides web clients'.
type Parts struct{ Media, Relay bool }

// Split divides the connections of a listener by their first bytes: those of web
// clients, of media over TCP, and of clients of a TURN server, so that one port
// serves them all. A Server that speaks TLS on web looks once more inside, where
// there is a relay. Parts that are not wanted are nil. Closing web closes the
// listener; the others end with it, or before.
//
// Nobody waits for the first bytes but whoever reads from a connection of web's.
func Split(listener net.Listener, wanted Parts) (web, media, relay net.Listener) {
	l := &webListener{Listener: listener}
	if wanted.Media {
		l.media = newPart(listener)
		media = l.media
	}
	if wanted.Relay {
		l.relay = newPart(listener)
		relay = l.relay
	}
	return l, media, relay
}

func newPart(listener net.Listener) *partListener {
	return &partListener{
		addr: listener.Addr(), connections: make(chan net.Conn, maxHandedOver), closed: make(chan struct{}),
	}
}

// isStun tells a STUN message that begins here by its cookie (RFC 8489 section 5),
// which in media over TCP is behind the length. All of a first message comes
// together, but from clients that are no better off elsewhere.
func isStun(b []byte) bool {
	return len(b) >= 8 && b[0] <= maxStunByte && binary.BigEndian.Uint32(b[4:]) == 0x2112A442
}

// webListener gives out connections that turn into another part's once they say so.
type webListener struct {
	net.Listener
	media, relay *partListener // nil where there is none
}

// Accept waits for a connection of any kind.
func (l *webListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &undecidedConn{Conn: conn, partOf: l.partOf}, nil
}

// partOf is nil for web clients.
func (l *webListener) partOf(first []byte) *partListener {
	switch {
	case l.relay != nil && (isStun(first) || l.media == nil && first[0] <= maxStunByte):
		return l.relay
	case first[0] <= maxMediaByte:
		return l.media
	}
	return nil
}

// Close ends the other parts too.
func (l *webListener) Close() error {
	for _, part := range []*partListener{l.media, l.relay} {
		if part != nil {
			_ = part.Close() // it never fails
		}
	}
	return l.Listener.Close()
}

// undecidedConn is a web client's until its first bytes say otherwise. From then
// on it seems to have ended, and touches the connection no more.
type undecidedConn struct {
	net.Conn
	partOf  func(first []byte) *partListener
	decided bool        // the reader's
	gone    atomic.Bool // handed over
}

// Read looks at the first bytes.
func (c *undecidedConn) Read(b []byte) (int, error) {
	if c.gone.Load() {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(b)
	if n == 0 || c.decided {
		return n, err
	}
	c.decided = true
	part := c.partOf(b[:n])
	if part == nil {
		return n, err
	}
	c.gone.Store(true)
	_ = c.Conn.SetDeadline(time.Time{}) // its new owner has others
	part.take(&partConn{Conn: c.Conn, first: append([]byte(nil), b[:n]...)})
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

// partListener gives out the connections that turned out to be one part's.
type partListener struct {
	addr        net.Addr
	connections chan net.Conn
	closed      chan struct{}

	mu    sync.Mutex // protects ended, and what goes into connections
	ended bool
}

func (l *partListener) take(conn net.Conn) {
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

// Accept waits for the next connection of the part.
func (l *partListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.connections:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends what waits to be taken. It is idempotent.
func (l *partListener) Close() error {
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

// Addr is the listener's that all share.
func (l *partListener) Addr() net.Addr { return l.addr }

// partConn has back what was read to find out.
type partConn struct {
	net.Conn
	first []byte // the reader's
}

// Read begins with what was read before.
func (c *partConn) Read(b []byte) (int, error) {
	if len(c.first) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.first)
	c.first = c.first[n:]
	return n, nil
}

// NetConn is what is below TLS, or the connection itself.
func (c *partConn) NetConn() net.Conn {
	if secure, ok := c.Conn.(*tls.Conn); ok {
		return secure.NetConn()
	}
	return c.Conn
}

// SetWriteBuffer is the system's, where it is a TCP connection.
func (c *partConn) SetWriteBuffer(bytes int) error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		return tcp.SetWriteBuffer(bytes)
	}
	return nil
}
