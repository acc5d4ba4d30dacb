package turn

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// readBytes is a connection's memory for reading: more than a message.
const readBytes = 4 << 10

// stream is a connection over TCP or TLS with a door before it. Each Read is one
// message for pion/turn, whole.
type stream struct {
	net.Conn
	server *Server
	door   *door
	from   netip.AddrPort
	finish func()

	// The reader's:
	buf         []byte
	start, used int       // what has come and was not looked at
	begun       time.Time // when a message began that is not whole
	since       time.Time // when the client last had no allocation
	writeMu     sync.Mutex
}

func newStream(s *Server, conn net.Conn, from netip.AddrPort) *stream {
	c := &stream{Conn: conn, server: s, from: from, buf: make([]byte, readBytes), since: time.Now()}
	c.door = newDoor(s, true)
	c.door.hangUp = c.hangUp
	c.door.send = func(b []byte, _ netip.AddrPort) { _, _ = c.write(b) } // the reader hears of the end
	s.engines.Add(1)
	c.finish = sync.OnceFunc(func() {
		c.server.streams.remove(c)
		s.engines.Done()
	})
	return c
}

// hangUp ends the connection; its reader hears of it. Whoever calls does not wait:
// TLS would say goodbye first, to a client that may take nothing.
func (c *stream) hangUp() {
	if secure, ok := c.Conn.(interface{ NetConn() net.Conn }); ok {
		_ = secure.NetConn().Close()
		return
	}
	_ = c.Conn.Close()
}

// Close is called by pion/turn when it is done with the connection.
func (c *stream) Close() error {
	err := c.Conn.Close()
	if asking := c.door.client(c.from); asking != nil {
		if r := asking.forget(); r != nil {
			r.shut()
		}
	}
	c.finish()
	return err
}

// Read waits for a message for pion/turn.
func (c *stream) Read(b []byte) (int, error) {
	if n := c.door.settle(b); n > 0 {
		return n, nil
	}
	for {
		frame, _, err := nextFrame(c.buf[c.start:c.used])
		if err != nil {
			return 0, err
		}
		if frame != nil {
			c.start += len(frame)
			c.begun = time.Time{}
			if n := c.door.admit(b, frame, c.from); n > 0 {
				return n, nil
			}
			continue
		}
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
}

// fill reads more, for no longer than a client may be silent.
func (c *stream) fill() error {
	if c.start > 0 { // the message that was handed on is done with
		c.used = copy(c.buf, c.buf[c.start:c.used])
		c.start = 0
	}
	if c.used > 0 && c.begun.IsZero() {
		c.begun = time.Now()
	}
	now, times := time.Now(), &c.server.config.Times
	if c.door.client(c.from) != nil {
		c.since = now
	}
	deadline := c.since.Add(times.Proof)
	if c.since.Equal(now) {
		deadline = now.Add(times.Allocation + times.Proof)
	}
	if !c.begun.IsZero() && c.begun.Add(times.Frame).Before(deadline) {
		deadline = c.begun.Add(times.Frame)
	}
	_ = c.SetReadDeadline(deadline) // the read tells of a closed one
	n, err := c.Conn.Read(c.buf[c.used:])
	c.used += n
	if n > 0 {
		return nil
	}
	return err
}

// Write sends what pion/turn has for the client. A client that does not take it
// in time is cut off.
func (c *stream) Write(b []byte) (int, error) {
	if c.door.intercept(b) {
		return len(b), nil
	}
	return c.write(b)
}

func (c *stream) write(b []byte) (int, error) {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	_ = c.SetWriteDeadline(time.Now().Add(c.server.config.Times.Write)) // the write tells of a closed one
	n, err := c.Conn.Write(b)
	if err != nil {
		c.hangUp()
	}
	return n, err
}
