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

func TestFindsWhatTwoServersAgreeOn(t *testing.T) {
	one, two := serve(t, "203.0.113.7:40000"), serve(t, "203.0.113.7:40000")
	liar := serve(t, "198.51.100.66:1")
	f, w := start(t, newNetwork("192.168.1.2"), one.name(), liar.name(), two.name())
	s := w.wait(t, "the public address", publicsAre("203.0.113.7"))
	if p := s.Public[0]; p.Source != FromSTUN || p.Port != 40000 {
		t.Errorf("found %+v", p)
	}
	if s.Problem != "" || s.CheckedAt.IsZero() || !s.Online || len(s.Interfaces) != 1 {
		t.Errorf("state %+v", s)
	}
	if got := f.State(); !got.same(s) {
		t.Errorf("State says %+v, OnChange %+v", got, s)
	}
}

func TestBothFamilies(t *testing.T) {
	four := []string{serve(t, "203.0.113.7:1").name(), serve(t, "203.0.113.7:1").name()}
	six := []string{serve(t, "[2001:db8::7]:1").name(), serve(t, "[2001:db8::7]:1").name()}
	_, w := start(t, newNetwork("192.168.1.2", "2001:db8::7"), append(four, six...)...)
	w.wait(t, "both addresses", publicsAre("203.0.113.7", "2001:db8::7"))
}

func TestPublicInterfacesNeedNoServer(t *testing.T) {
	_, w := start(t, newNetwork("192.168.1.2", "2001:db8::7", "fd00::1", "100.64.0.1"))
	s := w.wait(t, "the interface", publicsAre("2001:db8::7"))
	if s.Public[0].Source != FromInterface || s.Problem != ProblemOff || s.NAT != NATUnknown || !s.CheckedAt.IsZero() {
		t.Errorf("state %+v", s)
	}
}

func TestOneServerIsBelievedIfThereIsNoOther(t *testing.T) {
	one := serve(t, "203.0.113.7:40000")
	_, w := start(t, newNetwork("192.168.1.2"), one.name())
	if s := w.wait(t, "the address", publicsAre("203.0.113.7")); s.NAT != NATUnknown {
		t.Errorf("one server tells the kind of NAT: %s", s.NAT)
	}
}

func TestProblems(t *testing.T) {
	silent := serve(t, "")
	for _, test := range []struct {
		name    string
		network *network
		servers []string
		want    Problem
	}{
		{"silence", newNetwork("192.168.1.2"), []string{silent.name()}, ProblemNoAnswer},
		{"only one of two answers", newNetwork("192.168.1.2"), []string{silent.name(), serve(t, "203.0.113.7:1").name()}, ProblemNoAnswer},
		{"no two agree", newNetwork("192.168.1.2"), []string{serve(t, "203.0.113.7:1").name(), serve(t, "203.0.113.8:1").name()}, ProblemDisagree},
		{"names", newNetwork("192.168.1.2"), []string{"stun.example"}, ProblemNames},
		{"servers of the other family only", newNetwork("2001:db8::2"), []string{silent.name()}, ProblemNames},
		{"no network", newNetwork(), []string{silent.name()}, ProblemOffline},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, w := start(t, test.network, test.servers...)
			s := w.wait(t, string(test.want), func(s State) bool { return s.Problem == test.want })
			for _, p := range s.Public {
				if p.Source == FromSTUN {
					t.Errorf("and yet %v", p.Addr)
				}
			}
		})
	}
}

// Nothing is sent without a network, and it is found when it comes.
func TestWaitsForTheNetwork(t *testing.T) {
	server := serve(t, "203.0.113.7:40000")
	n := newNetwork()
	_, w := start(t, n, server.name())
	s := w.wait(t, "being offline", func(s State) bool { return s.Problem == ProblemOffline })
	if s.Online || server.asked() > 0 {
		t.Errorf("asked %d times, state %+v", server.asked(), s)
	}
	n.become("192.168.1.2")
	s = w.wait(t, "the address", publicsAre("203.0.113.7"))
	if !s.Online || s.Problem != "" {
		t.Errorf("state %+v", s)
	}
	n.become()
	s = w.wait(t, "being offline again", func(s State) bool { return s.Problem == ProblemOffline })
	if len(s.Public) > 0 {
		t.Errorf("the address is still there: %+v", s)
	}
}

// An interface that cannot be looked at is no reason to forget it.
func TestLookingFails(t *testing.T) {
	server := serve(t, "203.0.113.7:40000")
	n := newNetwork("192.168.1.2")
	f, w := start(t, n, server.name())
	w.wait(t, "the address", publicsAre("203.0.113.7"))
	n.mu.Lock()
	n.err = errors.New("no memory")
	n.mu.Unlock()
	before := server.asked()
	f.Recheck()
	await(t, "being asked again", func() bool { return server.asked() > before })
	if s := f.State(); len(s.Interfaces) != 1 || len(s.Public) != 1 {
		t.Errorf("state %+v", s)
	}
}

func TestOffSendsNothing(t *testing.T) {
	n := newNetwork("192.168.1.2")
	resolved := false
	f, w := startWith(t, n, Config{Interval: time.Millisecond, resolve: func(context.Context, string) ([]netip.Addr, error) {
		resolved = true
		return nil, nil
	}})
	w.wait(t, "the interfaces", func(s State) bool { return len(s.Interfaces) == 1 })
	f.Recheck()
	await(t, "more looks", func() bool {
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.looks > 3
	})
	f.Close()
	if s := f.State(); resolved || s.Problem != ProblemOff || !s.CheckedAt.IsZero() {
		t.Errorf("resolved %v, state %+v", resolved, s)
	}
}

// The router got another address: found by one server asked now and then, and
// confirmed by all.
func TestFollowsTheAddress(t *testing.T) {
	servers := []*fakeServer{serve(t, "203.0.113.7:1"), serve(t, "203.0.113.7:1"), serve(t, "203.0.113.7:1")}
	_, w := startWith(t, newNetwork("192.168.1.2"), Config{
		Servers: []string{servers[0].name(), servers[1].name(), servers[2].name()}, Interval: 5 * time.Millisecond,
	})
	if first := w.wait(t, "the address", publicsAre("203.0.113.7")); !first.MovedAt.IsZero() {
		t.Errorf("moved at %v", first.MovedAt)
	}
	for _, s := range servers {
		s.say("203.0.113.99:1")
	}
	if other := w.wait(t, "the other address", publicsAre("203.0.113.99")); other.MovedAt.IsZero() {
		t.Error("nobody knows when it moved")
	}
}

// Between changes only one server is asked at a time, each in its turn.
func TestIsModest(t *testing.T) {
	servers := []*fakeServer{serve(t, "203.0.113.7:1"), serve(t, "203.0.113.7:1"), serve(t, "203.0.113.7:1")}
	f, w := startWith(t, newNetwork("192.168.1.2"), Config{
		Servers: []string{servers[0].name(), servers[1].name(), servers[2].name()}, Interval: time.Millisecond,
		// Answers may come late on a busy machine: nobody is asked twice.
		timing: timing{sends: []time.Duration{patience}, settle: time.Millisecond, keep: time.Hour, lasting: time.Hour, full: time.Hour},
	})
	w.wait(t, "the address", publicsAre("203.0.113.7"))
	await(t, "ten turns", func() bool { return servers[0].asked() > 10 })
	f.Close()
	counts := []int{servers[0].asked(), servers[1].asked(), servers[2].asked()}
	for _, n := range counts {
		if n < counts[0]-1 || n > counts[0]+1 {
			t.Errorf("asked %v times", counts)
		}
	}
}

// A network that stumbles is no news; one that stays away is, after a while.
func TestKeepsTheAddressForAWhile(t *testing.T) {
	server := serve(t, "203.0.113.7:40000")
	clock := &fakeClock{now: time.Unix(1_800_000_000, 0)}
	c := Config{Servers: []string{server.name()}, Now: clock.read}
	c.timing = quick()
	c.timing.keep = time.Minute
	f, w := startWith(t, newNetwork("192.168.1.2"), c)
	w.wait(t, "the address", publicsAre("203.0.113.7"))
	server.say("")
	f.Recheck()
	s := w.wait(t, "silence", func(s State) bool { return s.Problem == ProblemNoAnswer })
	if !publicsAre("203.0.113.7")(s) {
		t.Errorf("forgotten at once: %+v", s)
	}
	clock.add(time.Hour)
	f.Recheck()
	w.wait(t, "being forgotten", publicsAre())
}

// Recheck asks everybody, as after a sleep.
func TestRecheckAsksEverybody(t *testing.T) {
	servers := []*fakeServer{serve(t, "203.0.113.7:1"), serve(t, "203.0.113.7:1")}
	f, w := start(t, newNetwork("192.168.1.2"), servers[0].name(), servers[1].name())
	w.wait(t, "the address", publicsAre("203.0.113.7"))
	before := []int{servers[0].asked(), servers[1].asked()}
	f.Recheck()
	await(t, "both being asked", func() bool { return servers[0].asked() > before[0] && servers[1].asked() > before[1] })
}

// A clock that jumps by a year, either way, neither asks without end nor never
// again.
func TestClockJumps(t *testing.T) {
	servers := []*fakeServer{serve(t, "203.0.113.7:1"), serve(t, "203.0.113.7:1")}
	clock := &fakeClock{now: time.Now()}
	_, w := startWith(t, newNetwork("192.168.1.2"), Config{
		Servers: []string{servers[0].name(), servers[1].name()}, Interval: time.Millisecond, Now: clock.read,
	})
	w.wait(t, "the address", publicsAre("203.0.113.7"))
	for _, jump := range []time.Duration{-365 * 24 * time.Hour, 2 * 365 * 24 * time.Hour} {
		clock.add(jump)
		before := servers[0].asked()
		await(t, "being asked again", func() bool { return servers[0].asked() > before+2 })
	}
}

func TestIgnoresWhatIsNotAnAnswer(t *testing.T) {
	mapped := netip.MustParseAddrPort("203.0.113.66:6")
	stranger, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stranger.Close() })
	edited := func(edit func(m *stun.Message)) func(*net.UDPConn, *stun.Message, netip.AddrPort) {
		return func(conn *net.UDPConn, request *stun.Message, from netip.AddrPort) {
			m := &stun.Message{Raw: goodAnswer(request.TransactionID, mapped)}
			if m.Decode() != nil {
				panic("cannot read own answer")
			}
			edit(m)
			_, _ = conn.WriteToUDPAddrPort(m.Raw, from)
		}
	}
	saying := func(addr string) func(*net.UDPConn, *stun.Message, netip.AddrPort) {
		return func(conn *net.UDPConn, request *stun.Message, from netip.AddrPort) {
			_, _ = conn.WriteToUDPAddrPort(goodAnswer(request.TransactionID, netip.MustParseAddrPort(addr)), from)
		}
	}
	for name, reply := range map[string]func(*net.UDPConn, *stun.Message, netip.AddrPort){
		"another's address": func(_ *net.UDPConn, request *stun.Message, from netip.AddrPort) {
			_, _ = stranger.WriteToUDPAddrPort(goodAnswer(request.TransactionID, mapped), from)
		},
		"another transaction": edited(func(m *stun.Message) { m.Raw[8] ^= 1 }),
		"an error":            edited(func(m *stun.Message) { m.SetType(stun.BindingError) }),
		"a request":           edited(func(m *stun.Message) { m.SetType(stun.BindingRequest) }),
		"cut short":           edited(func(m *stun.Message) { m.Raw = m.Raw[:len(m.Raw)-3] }),
		"a length that lies":  edited(func(m *stun.Message) { m.Raw[3] = 0xFC }),
		"no address":          edited(func(m *stun.Message) { m.Raw = m.Raw[:20]; m.Raw[3] = 0 }),
		"nothing":             edited(func(m *stun.Message) { m.Raw = nil }),
		"a huge one":          edited(func(m *stun.Message) { m.Raw = make([]byte, 60_000) }),
		"the other family":    saying("[2001:db8::66]:6"),
		"a private address":   saying("192.168.1.66:6"),
		"a provider's":        saying("100.64.1.66:6"),
		"loopback":            saying("127.0.0.1:6"),
		"multicast":           saying("224.0.0.1:6"),
		"nobody":              saying("0.0.0.0:6"),
		"port 0":              saying("203.0.113.66:0"),
	} {
		t.Run(name, func(t *testing.T) {
			bad := serve(t, "")
			bad.answerBy(reply)
			good := []*fakeServer{serve(t, "203.0.113.7:1"), serve(t, "203.0.113.7:1")}
			f, w := start(t, newNetwork("192.168.1.2"), bad.name())
			w.wait(t, "no answer", func(s State) bool { return s.Problem == ProblemNoAnswer })
			if bad.asked() == 0 {
				t.Error("nobody was asked")
			}
			f.Close()
			_, w = start(t, newNetwork("192.168.1.2"), bad.name(), good[0].name(), good[1].name())
			w.wait(t, "the address", publicsAre("203.0.113.7"))
		})
	}
}

// Each request has an ID that nobody can guess, and goes from a new port.
func TestRequestsDiffer(t *testing.T) {
	server := serve(t, "")
	var mu sync.Mutex
	ids := map[[12]byte]bool{}
	server.answerBy(func(conn *net.UDPConn, m *stun.Message, from netip.AddrPort) {
		mu.Lock()
		ids[m.TransactionID] = true
		mu.Unlock()
		if len(m.Attributes) > 0 {
			t.Errorf("the request tells %v", m.Attributes)
		}
		_, _ = conn.WriteToUDPAddrPort(goodAnswer(m.TransactionID, netip.MustParseAddrPort("203.0.113.7:1")), from)
	})
	f, w := startWith(t, newNetwork("192.168.1.2"), Config{Servers: []string{server.name()}, Interval: time.Millisecond})
	w.wait(t, "the address", publicsAre("203.0.113.7"))
	await(t, "more questions", func() bool { return server.asked() >= 8 })
	f.Close()
	mu.Lock()
	defer mu.Unlock()
	if len(ids) < 4 {
		t.Errorf("%d IDs for %d requests", len(ids), server.asked())
	}
}

// Close does not wait for servers that say nothing.
func TestCloseIsQuick(t *testing.T) {
	server := serve(t, "")
	c := Config{Servers: []string{server.name()}}
	c.timing = quick()
	c.timing.sends = []time.Duration{time.Hour}
	f, _ := startWith(t, newNetwork("192.168.1.2"), c)
	await(t, "being asked", func() bool { return server.asked() > 0 })
	done := make(chan struct{})
	go func() {
		f.Close()
		f.Close()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("it waits")
	}
	f.Start() // does nothing any more
	f.Recheck()
}

func TestCloseWithoutStart(t *testing.T) {
	f, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	f.Start()
}

type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *fakeClock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// await waits for something that happens elsewhere.
func await(t *testing.T, what string, happened func() bool) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(patience)
	for !happened() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("%s: never", what)
		}
	}
}
