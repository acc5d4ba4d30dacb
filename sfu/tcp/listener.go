package tcp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// acceptPause is before the next try when the system has no descriptor left.
const acceptPause = 50 * time.Millisecond

// Listener is a TCP port and its connections.
type Listener struct {
	config  Config
	stop    chan struct{}
	workers sync.WaitGroup

	mu          sync.Mutex // protects all below
	closed      bool
	connections map[uint64]*Conn
	byAddress   map[netip.Prefix]int
	waiting     int    // connections that have not proved themselves
	last        uint64 // the number of the newest connection
	counts      counts
}

// counts are over the Listener's life.
type counts struct{ refused, unproved, dropped uint64 }

// Stats are a Listener's figures.
type Stats struct {
	// Connections are those that are open, Waiting those of them that have not
	// proved themselves.
	Connections int `json:"connections"`
	Waiting     int `json:"waiting"`
	// Refused counts connections beyond a limit, Unproved those that ended without
	// proof.
	Refused  uint64 `json:"refused"`
	Unproved uint64 `json:"unproved"`
	// Dropped counts datagrams that a client was too slow for.
	Dropped uint64 `json:"dropped"`
}

// New prepares a Listener; nobody is let in before Start.
func New(config Config) (*Listener, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	return &Listener{
		config: config, stop: make(chan struct{}),
		connections: map[uint64]*Conn{}, byAddress: map[netip.Prefix]int{},
	}, nil
}

// Start lets clients in. It is called once.
func (l *Listener) Start() { l.workers.Go(l.accept) }

// LocalAddr is the address that is listened on.
func (l *Listener) LocalAddr() netip.AddrPort {
	return addrPortOf(l.config.Listener.Addr())
}

// Conn finds an open connection by its number.
func (l *Listener) Conn(id uint64) *Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.connections[id]
}

// Stats are the figures of this moment.
func (l *Listener) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := Stats{
		Connections: len(l.connections), Waiting: l.waiting,
		Refused: l.counts.refused, Unproved: l.counts.unproved, Dropped: l.counts.dropped,
	}
	for _, c := range l.connections {
		s.Dropped += c.queue.droppedCount()
	}
	return s
}

// Close ends all connections, with what is queued for them written as far as
// that goes at once, and waits for them. It is idempotent.
func (l *Listener) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	close(l.stop)
	for _, c := range l.connections {
		c.endAt(time.Now())
	}
	l.mu.Unlock()
	err := l.config.Listener.Close()
	l.workers.Wait()
	if err != nil {
		return fmt.Errorf("close tcp: %w", err)
	}
	return nil
}

// accept is the goroutine that takes connections.
func (l *Listener) accept() {
	for {
		conn, err := l.config.Listener.Accept()
		if err == nil {
			l.admit(conn)
			continue
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
		l.config.Logger.Warn("cannot accept a connection", "error", err)
		select {
		case <-l.stop:
			return
		case <-time.After(acceptPause):
		}
	}
}

// admit begins with a connection, or ends it.
func (l *Listener) admit(conn net.Conn) {
	c, evicted := l.add(conn)
	if c == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // nothing is owed to who was refused
		}
		_ = conn.Close()
		return
	}
	if evicted != nil {
		evicted.endAt(time.Now())
	}
	l.workers.Go(c.run)
}

// add returns nil for a connection beyond the limits.
func (l *Listener) add(conn net.Conn) (c, evicted *Conn) {
	remote := addrPortOf(conn.RemoteAddr())
	from := networkOf(remote.Addr())
	l.mu.Lock()
	defer l.mu.Unlock()
	limits := &l.config.Limits
	if l.closed || !remote.IsValid() || len(l.connections) >= limits.Connections || l.byAddress[from] >= limits.PerAddress {
		l.counts.refused++
		return nil, nil
	}
	if l.waiting >= limits.Waiting {
		evicted = l.oldestWaitingLocked()
	}
	l.last++
	c = newConn(l, conn, l.last, remote)
	l.connections[c.id] = c
	l.byAddress[from]++
	l.waiting++
	return c, evicted
}

func (l *Listener) oldestWaitingLocked() (oldest *Conn) {
	for _, c := range l.connections {
		if !c.proved.Load() && !c.ending() && (oldest == nil || c.id < oldest.id) {
			oldest = c
		}
	}
	return oldest
}

// prove notes that a connection does not wait any more.
func (l *Listener) prove(c *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !c.proved.Swap(true) {
		l.waiting--
	}
}

// remove forgets a connection that has ended.
func (l *Listener) remove(c *Conn) {
	from := networkOf(c.remote.Addr())
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.connections, c.id)
	if l.byAddress[from]--; l.byAddress[from] <= 0 {
		delete(l.byAddress, from)
	}
	if !c.proved.Load() {
		l.waiting--
		l.counts.unproved++
	}
	l.counts.dropped += c.queue.droppedCount()
}

// networkOf is what counts as one address: of IPv6 a client has 64 bits to choose
// from.
func networkOf(addr netip.Addr) netip.Prefix {
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits) // these are no more bits than an address has
	return prefix
}

func addrPortOf(addr net.Addr) netip.AddrPort {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	a := tcp.AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
