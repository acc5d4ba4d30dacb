package address

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// patience is generous: machines that run tests are busy.
const patience = 20 * time.Second

// fakeServer is a STUN server on loopback that says what a test wants.
type fakeServer struct {
	conn *net.UDPConn
	done chan struct{}

	mu       sync.Mutex // protects all below
	mapped   netip.AddrPort
	reply    func(conn *net.UDPConn, request *stun.Message, from netip.AddrPort) // nil: a good answer
	requests int
	sources  map[netip.AddrPort]bool
}

func serve(t *testing.T, mapped string) *fakeServer {
	t.Helper()
	network := "udp4"
	addr := netip.MustParseAddrPort("127.0.0.1:0")
	if mapped != "" && !netip.MustParseAddrPort(mapped).Addr().Is4() {
		network, addr = "udp6", netip.MustParseAddrPort("[::1]:0")
	}
	conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(addr))
	if err != nil {
		t.Fatal(err)
	}
	s := &fakeServer{conn: conn, done: make(chan struct{}), sources: map[netip.AddrPort]bool{}}
	s.say(mapped)
	go s.run()
	t.Cleanup(func() {
		_ = conn.Close()
		<-s.done
	})
	return s
}

func (s *fakeServer) addr() netip.AddrPort { return s.conn.LocalAddr().(*net.UDPAddr).AddrPort() }
func (s *fakeServer) name() string         { return s.addr().String() }

// say makes it answer with an address from now on; "": not at all.
func (s *fakeServer) say(mapped string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mapped = netip.AddrPort{}
	if mapped != "" {
		s.mapped = netip.MustParseAddrPort(mapped)
	}
}

func (s *fakeServer) answerBy(reply func(*net.UDPConn, *stun.Message, netip.AddrPort)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reply = reply
}

func (s *fakeServer) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *fakeServer) run() {
	defer close(s.done)
	buffer := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		m := &stun.Message{Raw: append([]byte(nil), buffer[:n]...)}
		if m.Decode() != nil || m.Type != stun.BindingRequest {
			continue
		}
		s.mu.Lock()
		s.requests++
		s.sources[from] = true
		mapped, reply := s.mapped, s.reply
		s.mu.Unlock()
		switch {
		case reply != nil:
			reply(s.conn, m, from)
		case mapped.IsValid():
			_, _ = s.conn.WriteToUDPAddrPort(goodAnswer(m.TransactionID, mapped), from)
		}
	}
}

func goodAnswer(id [12]byte, mapped netip.AddrPort) []byte {
	m := stun.New()
	m.Type = stun.BindingSuccess
	m.TransactionID = id
	m.WriteHeader()
	xor := stun.XORMappedAddress{IP: mapped.Addr().AsSlice(), Port: int(mapped.Port())}
	if err := xor.AddTo(m); err != nil {
		panic(err)
	}
	return m.Raw
}

// network is the machine's interfaces as a test has them.
type network struct {
	mu      sync.Mutex // protects all below
	sight   sight
	err     error
	changed func()
	looks   int
}

func newNetwork(addrs ...string) *network {
	n := &network{changed: func() {}}
	n.sight = sightOf(addrs...)
	return n
}

func sightOf(addrs ...string) sight {
	var s sight
	for _, a := range addrs {
		s.addrs = append(s.addrs, netip.MustParseAddr(a))
	}
	s.online = len(addrs) > 0
	return s
}

func (n *network) look() (sight, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.looks++
	return n.sight, n.err
}

func (n *network) watch(changed func()) func() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.changed = changed
	return func() {}
}

// become changes the interfaces as the system would.
func (n *network) become(addrs ...string) {
	n.mu.Lock()
	n.sight = sightOf(addrs...)
	changed := n.changed
	n.mu.Unlock()
	changed()
}

// quick is the timing of tests.
func quick() timing {
	return timing{
		settle: time.Millisecond,
		sends:  []time.Duration{20 * time.Millisecond, 60 * time.Millisecond, 200 * time.Millisecond},
		keep:   time.Hour, lasting: time.Hour, full: time.Hour,
	}
}

// watcher collects states.
type watcher struct {
	mu     sync.Mutex
	states []State
	news   chan struct{}
}

func newWatcher() *watcher { return &watcher{news: make(chan struct{}, 1)} }

func (w *watcher) take(s State) {
	w.mu.Lock()
	w.states = append(w.states, s)
	w.mu.Unlock()
	wake(w.news)
}

func (w *watcher) all() []State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]State(nil), w.states...)
}

// wait returns the first state, from now or before, that is as wanted.
func (w *watcher) wait(t *testing.T, what string, wanted func(State) bool) State {
	t.Helper()
	deadline := time.After(patience)
	for {
		all := w.all()
		if n := len(all); n > 0 && wanted(all[n-1]) {
			return all[n-1]
		}
		select {
		case <-w.news:
		case <-deadline:
			t.Fatalf("%s: never, but %+v", what, all)
		}
	}
}

// start runs a Finder for a test.
func start(t *testing.T, n *network, servers ...string) (*Finder, *watcher) {
	t.Helper()
	return startWith(t, n, Config{Servers: servers})
}

func startWith(t *testing.T, n *network, c Config) (*Finder, *watcher) {
	t.Helper()
	w := newWatcher()
	c.OnChange, c.look, c.watch = w.take, n.look, n.watch
	if c.Interval == 0 {
		c.Interval = time.Hour
	}
	if c.resolve == nil {
		c.resolve = func(context.Context, string) ([]netip.Addr, error) { return nil, errors.New("no such name") }
	}
	if c.timing.sends == nil {
		c.timing = quick()
	}
	f, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	f.Start()
	return f, w
}

func publicsAre(want ...string) func(State) bool {
	return func(s State) bool {
		if len(s.Public) != len(want) {
			return false
		}
		for i, p := range s.Public {
			if p.Addr != netip.MustParseAddr(want[i]) {
				return false
			}
		}
		return true
	}
}
