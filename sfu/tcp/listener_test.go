package tcp

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

const testTimeout = 20 * time.Second

// echo is a Handler that answers each datagram, and takes a check for proof.
type echo struct {
	mu     sync.Mutex
	closed map[uint64]bool
	got    int
}

func (e *echo) Handle(c *Conn, datagrams [][]byte) bool {
	proved := false
	e.mu.Lock()
	e.got += len(datagrams)
	e.mu.Unlock()
	for _, d := range datagrams {
		proved = proved || isCheck(d) && len(d) > 1
		c.Send(d)
	}
	return proved
}

func (e *echo) Closed(c *Conn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed == nil {
		e.closed = map[uint64]bool{}
	}
	e.closed[c.ID()] = true
}

func (e *echo) closedCount() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.closed)
}

func newTestListener(t *testing.T, limits Limits) (*Listener, *echo) {
	t.Helper()
	handler := &echo{}
	l, err := New(Config{Listener: listen(t), Handler: handler, Limits: limits})
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	l.Start()
	return l, handler
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func dial(t *testing.T, l *Listener) net.Conn {
	t.Helper()
	conn, err := net.DialTCP("tcp", nil, net.TCPAddrFromAddrPort(l.LocalAddr()))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	must(t, conn.SetDeadline(time.Now().Add(testTimeout)))
	return conn
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, conn net.Conn, datagrams ...string) {
	t.Helper()
	var stream []byte
	for _, d := range datagrams {
		stream = appendFrame(stream, []byte(d))
	}
	_, err := conn.Write(stream)
	must(t, err)
}

func wantDatagram(t *testing.T, conn net.Conn, want string) {
	t.Helper()
	got := make([]byte, lengthSize+len(want))
	_, err := io.ReadFull(conn, got)
	must(t, err)
	if string(got[lengthSize:]) != want {
		t.Errorf("got %q, want %q", got[lengthSize:], want)
	}
}

// wantEnd fails unless the server ends the connection.
func wantEnd(t *testing.T, conn net.Conn) {
	t.Helper()
	_, err := io.Copy(io.Discard, conn)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Error("the connection is still open")
	}
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testTimeout); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", testTimeout, what)
		}
	}
}

func TestDatagramsGoBothWays(t *testing.T) {
	l, handler := newTestListener(t, Limits{})
	conn := dial(t, l)
	write(t, conn, "\x00check", "\x80media", "\x81more")
	for _, want := range []string{"\x00check", "\x80media", "\x81more"} {
		wantDatagram(t, conn, want)
	}
	if s := l.Stats(); s != (Stats{Connections: 1}) {
		t.Errorf("stats %+v", s)
	}
	large := string(append([]byte{0x80}, make([]byte, maxDatagram-1)...))
	for range 100 { // more than a read takes
		write(t, conn, large)
		wantDatagram(t, conn, large)
	}
	must(t, conn.Close())
	eventually(t, "the end", func() bool { return handler.closedCount() == 1 && l.Stats().Connections == 0 })
}

// Each goes on when others are slow: a client that reads nothing loses packets,
// and is cut off.
func TestSlowReaderDelaysNobody(t *testing.T) {
	l, handler := newTestListener(t, Limits{WriteTime: 200 * time.Millisecond, QueueBytes: 64 << 10})
	slow, quick := dial(t, l), dial(t, l)
	write(t, slow, "\x00check")
	wantDatagram(t, slow, "\x00check")
	write(t, quick, "\x00check")
	wantDatagram(t, quick, "\x00check")
	flood := func() {
		if c := l.Conn(1); c != nil {
			for i := range uint32(200) {
				c.Send(rtpPacket(1, i, 1200))
			}
		}
	}
	eventually(t, "a full queue", func() bool { flood(); return l.Stats().Dropped > 0 })
	write(t, quick, "\x80still there")
	wantDatagram(t, quick, "\x80still there")
	eventually(t, "the end of the slow one", func() bool { flood(); return handler.closedCount() == 1 })
	if s := l.Stats(); s.Connections != 1 || s.Dropped == 0 {
		t.Errorf("stats %+v", s)
	}
}

// A connection that is let go gets what was queued before.
func TestLetGoSaysGoodbye(t *testing.T) {
	l, handler := newTestListener(t, Limits{})
	conn := dial(t, l)
	write(t, conn, "\x00check")
	wantDatagram(t, conn, "\x00check")
	c := l.Conn(1)
	c.LetGo()
	c.Send([]byte("goodbye"))
	wantDatagram(t, conn, "goodbye")
	wantEnd(t, conn)
	eventually(t, "the end", func() bool { return handler.closedCount() == 1 })
	if c.Send([]byte("more")) {
		t.Error("sent after the end")
	}
}

func TestCloseEndsAll(t *testing.T) {
	l, handler := newTestListener(t, Limits{})
	var conns []net.Conn
	for range 5 {
		conn := dial(t, l)
		write(t, conn, "\x00check")
		wantDatagram(t, conn, "\x00check")
		conns = append(conns, conn)
	}
	dial(t, l)
	eventually(t, "all connections", func() bool { return l.Stats().Connections == 6 })
	l.Conn(1).Send([]byte("last words"))
	must(t, l.Close())
	must(t, l.Close())
	wantDatagram(t, conns[0], "last words")
	for _, conn := range conns {
		wantEnd(t, conn)
	}
	if handler.closedCount() != 6 {
		t.Errorf("%d were closed", handler.closedCount())
	}
}

// Strangers, slow-lorises and broken frames are cut off in time, and one address
// has a bounded share.
func TestSec23(t *testing.T) {
	quick := Limits{ProofTime: 300 * time.Millisecond, FrameTime: 300 * time.Millisecond, IdleTime: time.Second}
	for name, bytes := range map[string]string{
		"silent":               "",
		"half a length":        "\x00",
		"half a frame":         "\x00\x05ab",
		"length 0":             "\x00\x00",
		"length 65535":         "\xff\xffabc",
		"no check":             "\x00\x02\x80a",
		"a check proves none":  "\x00\x01\x00",
		"web request":          "GET / HTTP/1.1\r\n\r\n",
		"idle after the proof": "\x00\x02\x00a",
		"slow after the proof": "\x00\x02\x00a\x01",
	} {
		t.Run(name, func(t *testing.T) {
			l, handler := newTestListener(t, quick)
			conn := dial(t, l)
			_, err := io.WriteString(conn, bytes)
			must(t, err)
			wantEnd(t, conn)
			eventually(t, "the end", func() bool { return handler.closedCount() == 1 && l.Stats().Connections == 0 })
		})
	}
	t.Run("a byte at a time", func(t *testing.T) {
		l, _ := newTestListener(t, quick)
		conn := dial(t, l)
		write(t, conn, "\x00check")
		wantDatagram(t, conn, "\x00check")
		for ended := false; !ended; time.Sleep(20 * time.Millisecond) {
			_, err := conn.Write([]byte{1})
			ended = err != nil // what is sent after the end fails
		}
	})
}

func TestSec23ThousandIdleConnections(t *testing.T) {
	l, handler := newTestListener(t, Limits{PerAddress: 20, ProofTime: 2 * time.Second})
	var conns []net.Conn
	for range 1000 {
		conn, err := net.DialTCP("tcp", nil, net.TCPAddrFromAddrPort(l.LocalAddr()))
		if err != nil {
			continue // refused already
		}
		t.Cleanup(func() { _ = conn.Close() })
		must(t, conn.SetDeadline(time.Now().Add(testTimeout)))
		conns = append(conns, conn)
	}
	if s := l.Stats(); s.Connections > 20 {
		t.Errorf("one address has %d connections", s.Connections)
	}
	for _, conn := range conns {
		wantEnd(t, conn)
	}
	eventually(t, "the end of all", func() bool { return l.Stats().Connections == 0 })
	s := l.Stats()
	if s.Refused < 500 || // as many as a slow machine lets in again
		s.Refused+uint64(handler.closedCount()) != 1000 || s.Unproved != uint64(handler.closedCount()) || s.Waiting != 0 {
		t.Errorf("stats %+v, %d were let in", s, handler.closedCount())
	}
	conn := dial(t, l) // the next client is welcome
	write(t, conn, "\x00check")
	wantDatagram(t, conn, "\x00check")
}

// Too many that wait: the oldest gives way, and who has proved himself stays.
func TestSec23NewcomersTakeThePlaceOfWhoWaits(t *testing.T) {
	l, _ := newTestListener(t, Limits{Waiting: 3, Connections: 10, ProofTime: testTimeout})
	proved := dial(t, l)
	write(t, proved, "\x00check")
	wantDatagram(t, proved, "\x00check")
	oldest := dial(t, l)
	eventually(t, "the oldest", func() bool { return l.Stats().Connections == 2 })
	for range 3 {
		dial(t, l)
	}
	wantEnd(t, oldest)
	eventually(t, "three that wait", func() bool { return l.Stats().Waiting == 3 })
	write(t, proved, "\x80still there")
	wantDatagram(t, proved, "\x80still there")
}

func TestConfigIsChecked(t *testing.T) {
	listener := listen(t)
	for name, c := range map[string]Config{
		"no listener": {Handler: &echo{}},
		"no handler":  {Listener: listener},
		"limit":       {Listener: listener, Handler: &echo{}, Limits: Limits{Waiting: -1}},
		"time":        {Listener: listener, Handler: &echo{}, Limits: Limits{IdleTime: -1}},
	} {
		if _, err := New(c); !errors.Is(err, ErrBadConfig) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestNetworks(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1": "fe80::/64",
	} {
		if got := networkOf(netip.MustParseAddr(addr)); got.String() != want {
			t.Errorf("%s: got %v", addr, got)
		}
	}
}
