package tcp

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// A connection's memory for reading: one packet, and many once it has proved
	// itself.
	firstReadBytes = 2 << 10
	readBytes      = 16 << 10
	// systemBytes is the system's buffer for writing.
	systemBytes = 64 << 10
	// lingerTime is how long a client that was let go gets its last messages.
	lingerTime = 500 * time.Millisecond
	// flushTime is for what is queued when a connection ends.
	flushTime = 100 * time.Millisecond
)

// Conn is one connection of a client.
type Conn struct {
	listener *Listener
	conn     net.Conn
	id       uint64
	remote   netip.AddrPort
	opened   time.Time
	queue    *queue
	proved   atomic.Bool
	end      atomic.Pointer[time.Time] // when it ends; nil: that is not decided
}

func newConn(l *Listener, conn net.Conn, id uint64, remote netip.AddrPort) *Conn {
	if buffered, ok := conn.(interface{ SetWriteBuffer(bytes int) error }); ok {
		_ = buffered.SetWriteBuffer(systemBytes) // what lies there comes late; it works with more
	}
	return &Conn{
		listener: l, conn: conn, id: id, remote: remote, opened: time.Now(),
		queue: newQueue(l.config.Limits.QueueBytes),
	}
}

// ID is the connection's number: no other of its Listener ever has the same.
func (c *Conn) ID() uint64 { return c.id }

// RemoteAddr is the client's address.
func (c *Conn) RemoteAddr() netip.AddrPort { return c.remote }

// Send queues a datagram and does not wait. It reports false where it was
// dropped: the client is too slow, or gone.
func (c *Conn) Send(datagram []byte) bool { return c.queue.put(datagram) }

// LetGo ends the connection soon: what says goodbye is still written.
func (c *Conn) LetGo() { c.endAt(time.Now().Add(lingerTime)) }

func (c *Conn) endAt(end time.Time) {
	for {
		before := c.end.Load()
		if before != nil && !end.Before(*before) {
			return
		}
		if c.end.CompareAndSwap(before, &end) {
			_ = c.conn.SetReadDeadline(end) // it may be closed
			return
		}
	}
}

func (c *Conn) ending() bool { return c.end.Load() != nil }

// run is the connection's goroutine, which reads; it starts the one that writes
// and waits for it.
func (c *Conn) run() {
	var writer sync.WaitGroup
	writer.Go(c.write)
	err := c.read()
	c.listener.config.Logger.Debug("connection ended", "remote", c.remote, "proved", c.proved.Load(), "reason", err)
	c.endAt(time.Now())
	c.queue.close()
	c.hurry()
	writer.Wait()
	_ = c.conn.Close() // the writer may have done so
	c.listener.remove(c)
	c.listener.config.Handler.Closed(c)
}

// read hands over what comes until the connection ends.
func (c *Conn) read() error {
	var begun time.Time // of a frame that is not whole
	var datagrams [][]byte
	buf, used := make([]byte, firstReadBytes), 0
	for {
		if c.proved.Load() && len(buf) < readBytes {
			buf = append(make([]byte, 0, readBytes), buf[:used]...)[:readBytes]
		}
		c.setDeadline(begun)
		n, err := c.conn.Read(buf[used:])
		if err != nil {
			return reasonOf(err)
		}
		used += n
		rest := buf[:used]
		datagrams = datagrams[:0]
		for {
			var datagram []byte
			if datagram, rest, err = nextFrame(rest); err != nil {
				return err
			}
			if datagram == nil {
				break
			}
			if len(datagrams) == 0 && !c.proved.Load() && !isCheck(datagram) {
				return errUnproved
			}
			datagrams = append(datagrams, datagram)
		}
		if len(datagrams) > 0 {
			begun = time.Time{}
			if c.listener.config.Handler.Handle(c, datagrams) {
				c.listener.prove(c)
			}
		}
		used = copy(buf, rest)
		if used > 0 && begun.IsZero() {
			begun = time.Now()
		}
	}
}

func reasonOf(err error) error {
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return errNoMessage
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		return errEnded
	}
	return err
}

// setDeadline says how long the next read may wait.
func (c *Conn) setDeadline(begun time.Time) {
	limits := &c.listener.config.Limits
	deadline := c.opened.Add(limits.ProofTime)
	if c.proved.Load() {
		deadline = time.Now().Add(limits.IdleTime)
	}
	if !begun.IsZero() {
		deadline = earlier(deadline, begun.Add(limits.FrameTime))
	}
	_ = c.conn.SetReadDeadline(deadline) // the read tells of a closed one
	// That the connection ends may have been decided before, or meanwhile.
	if end := c.end.Load(); end != nil && end.Before(deadline) {
		_ = c.conn.SetReadDeadline(*end)
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// write is the goroutine that writes what is queued. A client that does not take
// it in time is cut off.
func (c *Conn) write() {
	for range c.queue.wake {
		for {
			frames, more := c.queue.take()
			if len(frames) == 0 {
				if !more {
					return
				}
				break
			}
			_ = c.conn.SetWriteDeadline(time.Now().Add(c.listener.config.Limits.WriteTime)) // the write tells of a closed one
			c.hurry()
			if _, err := c.conn.Write(frames); err != nil {
				_ = c.conn.Close() // ends the reader too
				c.queue.close()
				return
			}
			c.queue.done(frames)
		}
	}
}

// hurry bounds the last writes of a connection that ends.
func (c *Conn) hurry() {
	if end := c.end.Load(); end != nil {
		_ = c.conn.SetWriteDeadline(end.Add(flushTime))
	}
}
