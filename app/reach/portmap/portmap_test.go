package portmap

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"takoshome/app/reach/portmap/gateway"
	"takoshome/app/reach/portmap/routertest"
)

var methods = []Method{PCP, NATPMP, UPnP}

func entryText(e routertest.Entry) string {
	return fmt.Sprintf("%s %d>%d", e.Proto, e.External, e.Internal.Port())
}

func TestMapsAndEndsAll(t *testing.T) {
	for _, method := range methods {
		t.Run(string(method), func(t *testing.T) {
			h := newHome(t, method)
			s := h.wantState(Mapped)
			if s.External != outside || s.Gateway != h.router.Addr || len(s.Mappings) != 2 || s.Mappings[0].Method != method {
				t.Errorf("got %+v", s)
			}
			if got := s.Mappings[1]; got.External != netip.AddrPortFrom(outside, 443) || got.Local.Port() != 8443 {
				t.Errorf("got %+v", got)
			}
			h.wantEntries("TCP 443>8443", "UDP 40000>40000")
			h.close()
			h.wantEntries()
			h.wantState(Off)
		})
	}
}

// Every method keeps its mappings for a day, with leases of any length.
func TestRenews(t *testing.T) {
	for _, method := range methods {
		for _, most := range []time.Duration{0, 2 * time.Minute} {
			t.Run(fmt.Sprint(method, most), func(t *testing.T) {
				h := prepare(t, all(method))
				h.router.Change(func(b *routertest.Behaviour) { b.LeaseMost = most })
				h.start(Config{Methods: []Method{method}})
				for range 10 {
					h.pass(29 * time.Minute)
					h.wantEntries("TCP 443>8443", "UDP 40000>40000")
					h.wantState(Mapped)
				}
			})
		}
	}
}

// Fault 22: the router restarts and knows nothing; the web server of its UPnP
// has another port then.
func TestRouterRestarts(t *testing.T) {
	for _, method := range methods {
		t.Run(string(method), func(t *testing.T) {
			h := newHome(t, method)
			h.pass(time.Hour / 2)
			if err := h.router.Restart(); err != nil {
				t.Fatal(err)
			}
			h.wantEntries()
			h.pass(30 * time.Second)
			h.wantEntries("TCP 443>8443", "UDP 40000>40000")
			h.wantState(Mapped)
		})
	}
}

// Fault 22: the router empties its table now and then and says nothing. All is
// back within 30 seconds, however many ports there are.
func TestRouterForgets(t *testing.T) {
	for _, method := range methods {
		t.Run(string(method), func(t *testing.T) {
			h := prepare(t, all(method))
			h.start(Config{Methods: []Method{method}, Ports: []Port{media, web, {UDP, 3478, 0}, {TCP, 3478, 0}}})
			for range 3 {
				h.router.Clear()
				h.pass(30 * time.Second)
				h.wantEntries("TCP 443>8443", "TCP 3478>3478", "UDP 3478>3478", "UDP 40000>40000")
			}
		})
	}
}

// Fault 22: the router is silent for a while, as when it restarts or is replaced.
func TestRouterIsAway(t *testing.T) {
	h := newHome(t, UPnP)
	h.router.Change(func(b *routertest.Behaviour) { b.Silent = true })
	h.pass(31 * time.Second)
	if s := h.mapper.Status(); s.State != NoRouter {
		t.Fatalf("state %q of a router that is away", s.State)
	}
	h.pass(20 * time.Second)
	if err := h.router.Restart(); err != nil {
		t.Fatal(err)
	}
	h.router.Change(func(b *routertest.Behaviour) { b.Silent = false })
	h.pass(10 * time.Second)
	h.wantState(Mapped)
	h.wantEntries("TCP 443>8443", "UDP 40000>40000")
}

// Whoever compares the router's address with what others see must know how old its
// word is, and hear the answer to Recheck even where that is the same.
func TestTellsWhenTheRouterAnswered(t *testing.T) {
	for _, method := range methods {
		t.Run(string(method), func(t *testing.T) {
			h := newHome(t, method)
			first := h.mapper.Status()
			h.clock.jump(time.Second)
			heard := h.heard()
			h.clock.after(t, h.mapper.Recheck)
			s := h.mapper.Status()
			if s.Silent || !s.AnsweredAt.After(first.AnsweredAt) || h.heard() <= heard {
				t.Fatalf("answered at %v, before at %v, told %d times", s.AnsweredAt, first.AnsweredAt, h.heard()-heard)
			}
			h.router.Change(func(b *routertest.Behaviour) { b.Silent = true })
			h.clock.jump(time.Second)
			h.clock.after(t, h.mapper.Recheck)
			if now := h.mapper.Status(); !now.Silent || now.External != outside || now.AnsweredAt != s.AnsweredAt {
				t.Errorf("got %+v of a router that is away", now)
			}
		})
	}
}

// Fault 22: refused leases.
func TestRefused(t *testing.T) {
	tests := []struct {
		code int
		want Problem
	}{
		{606, ProblemRefused},
		{728, ProblemFull},
		{501, ProblemRefused},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.code), func(t *testing.T) {
			h := prepare(t, all(UPnP))
			h.router.Change(func(b *routertest.Behaviour) { b.Refuse = test.code })
			h.start(Config{Methods: []Method{UPnP}})
			for _, m := range h.wantState(Failed).Mappings {
				if m.Problem != test.want || m.External.IsValid() {
					t.Errorf("got %+v, want problem %q", m, test.want)
				}
			}
			h.router.Change(func(b *routertest.Behaviour) { b.Refuse = 0 })
			h.clock.after(t, h.mapper.Recheck)
			h.wantState(Mapped)
		})
	}
}

func TestNextMethodWhereOneRefuses(t *testing.T) {
	h := prepare(t, all(methods...))
	h.router.Change(func(b *routertest.Behaviour) { b.PCPResult = 8 })
	h.start(Config{})
	if s := h.wantState(Mapped); s.Mappings[0].Method != UPnP || s.Router != "Test Router" {
		t.Errorf("got %+v", s)
	}
	h.pass(time.Hour)
	h.wantState(Mapped)
}

// Fault 22: routers with lasting mappings alone, those that forget all others
// and those that do not tell what they have.
func TestOddUPnP(t *testing.T) {
	tests := []struct {
		name    string
		change  func(*routertest.Behaviour)
		lasting bool
	}{
		{"permanent only", func(b *routertest.Behaviour) { b.PermanentOnly = true }, true},
		{"leases forgotten", func(b *routertest.Behaviour) { b.LeaseForgotten = true }, true},
		{"renewal is a conflict", func(b *routertest.Behaviour) { b.RenewIsConflict = true }, false},
		{"tells nothing", func(b *routertest.Behaviour) { b.NoGet = true }, false},
		{"inside and outside mixed up at renewal", func(b *routertest.Behaviour) { b.ForgetsInside = true }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := prepare(t, all(UPnP))
			h.router.Change(test.change)
			h.start(Config{Methods: []Method{UPnP}})
			h.pass(time.Minute)
			for range 5 {
				h.pass(time.Hour + time.Minute)
				h.wantState(Mapped)
				h.wantEntries("TCP 443>8443", "UDP 40000>40000")
			}
			if e := h.router.Entries()[0]; e.Expires.IsZero() != test.lasting {
				t.Errorf("got %+v, want lasting %v", e, test.lasting)
			}
			h.close()
			h.wantEntries()
		})
	}
}

func TestSamePortsOnly(t *testing.T) {
	h := prepare(t, all(UPnP))
	h.router.Change(func(b *routertest.Behaviour) { b.SamePortsOnly = true })
	h.start(Config{Methods: []Method{UPnP}})
	h.wantState(Mapped)
	h.wantEntries("TCP 8443>8443", "UDP 40000>40000")
}

func TestSaysYesAndMapsNothing(t *testing.T) {
	h := prepare(t, all(UPnP))
	h.router.Change(func(b *routertest.Behaviour) { b.AddDoesNothing = true })
	h.start(Config{Methods: []Method{UPnP}})
	if s := h.wantState(Failed); s.Mappings[0].Problem != ProblemNotKept {
		t.Errorf("got %+v", s)
	}
}

// Fault 22: the port outside is mapped to somebody else; theirs is left alone.
func TestStolen(t *testing.T) {
	h := newHome(t, UPnP)
	thief := routertest.Entry{Proto: "TCP", External: 443, Internal: netip.MustParseAddrPort("192.168.1.99:80"), Description: "console"}
	h.router.Put(thief)
	h.pass(41 * time.Second)
	s := h.wantState(Mapped)
	if port := s.Mappings[1].External.Port(); port == 443 || port < firstOther {
		t.Errorf("still at %d", port)
	}
	if got := h.router.Entries(); len(got) != 3 || got[0] != thief {
		t.Errorf("got %+v", got)
	}
	h.close()
	h.wantEntries("TCP 443>80")
}

func TestTakenFromTheStart(t *testing.T) {
	h := prepare(t, all(UPnP))
	h.router.Put(routertest.Entry{Proto: "UDP", External: 40000, Internal: netip.MustParseAddrPort("192.168.1.99:1"), Description: "game"})
	h.start(Config{Methods: []Method{UPnP}})
	h.wantState(Mapped)
	h.close()
	h.wantEntries("UDP 40000>1")
}

// Fault 22: PCP's nonce is the same at the end and after a crash.
func TestCrashAndStartAgain(t *testing.T) {
	for _, method := range methods {
		t.Run(string(method), func(t *testing.T) {
			h := prepare(t, all(method))
			h.router.Change(func(b *routertest.Behaviour) { b.PermanentOnly = true })
			secret := []byte("of this host")
			h.start(Config{Methods: []Method{method}, Secret: secret})
			h.crash()
			h.wantEntries("TCP 443>8443", "UDP 40000>40000")
			if method == PCP {
				h.start(Config{Methods: []Method{method}, Secret: []byte("of another")})
				if s := h.wantState(Failed); s.Mappings[0].Problem != ProblemRefused {
					t.Errorf("got %+v", s)
				}
				h.crash()
			}
			h.start(Config{Methods: []Method{method}, Secret: secret})
			h.wantState(Mapped)
			h.wantEntries("TCP 443>8443", "UDP 40000>40000")
			h.close()
			h.wantEntries()
		})
	}
}

// Another address of this machine must not leave the old one mapped for ever.
func TestLocalAddressChanges(t *testing.T) {
	h := newHome(t, UPnP)
	h.mu.Lock()
	h.routes[0].Locals = []netip.Addr{h.router.Local.Next()}
	h.mu.Unlock()
	h.clock.after(t, h.mapper.Recheck)
	h.wantState(Mapped)
	for _, e := range h.router.Entries() {
		if e.Internal.Addr() != h.router.Local.Next() {
			t.Errorf("left: %+v", e)
		}
	}
	h.close()
	h.wantEntries()
}

func TestAddressOutsideChanges(t *testing.T) {
	for _, method := range methods {
		t.Run(string(method), func(t *testing.T) {
			h := newHome(t, method)
			now := netip.MustParseAddr("198.51.100.1")
			h.router.Change(func(b *routertest.Behaviour) { b.External = now })
			h.pass(30 * time.Second)
			if s := h.mapper.Status(); s.External != now {
				t.Errorf("still %v", s.External)
			}
			h.router.Change(func(b *routertest.Behaviour) { b.External = netip.IPv4Unspecified() })
			h.pass(10 * time.Minute) // the provider is away: no crash, and back afterwards
			h.router.Change(func(b *routertest.Behaviour) { b.External = outside })
			h.pass(10 * time.Minute)
			if s := h.wantState(Mapped); s.External != outside {
				t.Errorf("got %+v", s)
			}
		})
	}
}

// Faults 10 and 15: the machine sleeps past the end of all leases.
func TestSleep(t *testing.T) {
	for _, method := range methods {
		t.Run(string(method), func(t *testing.T) {
			h := newHome(t, method)
			h.clock.jump(10 * time.Hour)
			h.wantEntries()
			h.clock.after(t, h.mapper.Recheck)
			h.pass(30 * time.Second)
			h.wantEntries("TCP 443>8443", "UDP 40000>40000")
		})
	}
}

// Fault 14: no network at the start.
func TestNoNetwork(t *testing.T) {
	h := prepare(t, all(NATPMP))
	h.routes = nil
	h.start(Config{Methods: []Method{NATPMP}})
	h.wantState(Waiting)
	h.mu.Lock()
	h.routes = routesTo(h.router)
	h.mu.Unlock()
	h.pass(20 * time.Second)
	h.wantState(Mapped)
	h.mu.Lock()
	h.routes = nil
	h.mu.Unlock()
	h.pass(20 * time.Second)
	h.wantState(Waiting)
}

func TestOffIsOff(t *testing.T) {
	h := prepare(t, all(methods...))
	h.start(Config{Off: true})
	h.mapper.Recheck()
	h.close()
	h.mapper.Start()
	if asked := h.router.Asked(); len(asked) > 0 || h.mapper.Status().State != Off {
		t.Errorf("asked for %q", asked)
	}
}

func TestPortsChange(t *testing.T) {
	h := newHome(t, PCP)
	h.clock.after(t, func() {
		if err := h.mapper.SetPorts([]Port{media, {UDP, 3478, 0}}); err != nil {
			t.Error(err)
		}
	})
	h.wantState(Mapped)
	h.wantEntries("UDP 3478>3478", "UDP 40000>40000")
}

// A router that lists a mapping and sends nothing needs it ended and made anew.
func TestRemake(t *testing.T) {
	h := newHome(t, UPnP)
	h.clock.after(t, h.mapper.Remake)
	h.wantState(Mapped)
	asked := strings.Join(h.router.Asked(), "\n")
	if !strings.Contains(asked, "DeletePortMapping UDP 40000") {
		t.Errorf("asked for\n%s", asked)
	}
	h.wantEntries("TCP 443>8443", "UDP 40000>40000")
}

func TestCloseWithoutAnswer(t *testing.T) {
	h := newHome(t, PCP)
	h.router.Change(func(b *routertest.Behaviour) { b.Silent = true })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	h.mapper.Close(ctx)
	h.wantState(Off)
}

func TestUnused(t *testing.T) {
	m, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	m.Close(t.Context())
	m.Start()
	if got := m.Status().State; got != Off {
		t.Errorf("state %q", got)
	}
}

func TestConfigRefused(t *testing.T) {
	tests := map[string][]Port{
		"no port":  {{UDP, 0, 1}},
		"no proto": {{"SCTP", 1, 1}},
		"twice":    {{UDP, 1, 1}, {UDP, 1, 2}},
		"too many": slices.Repeat([]Port{media}, maxPorts+1),
	}
	for name, ports := range tests {
		if _, err := New(Config{Ports: ports}); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestIPv6(t *testing.T) {
	local := netip.IPv6Loopback()
	for _, method := range []Method{PCP, UPnP} {
		t.Run(string(method), func(t *testing.T) {
			h := &home{t: t, clock: newClock(t), log: &lockedBuffer{}}
			router, err := routertest.NewAt(local, local, h.clock.Now, all(method))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(router.Close)
			h.router = router
			h.routes = []gateway.Route{{Interface: "lo", Index: 1, Gateway: local, Locals: []netip.Addr{local}, LinkLocal: local}}
			open := func() int { return router.Pinholes() + len(router.Entries()) }
			h.start(Config{Methods: []Method{method}, Ports: []Port{media, {TCP, 8443, 8443}}})
			s := h.wantState(Mapped)
			if s.Mappings[0].External != netip.AddrPortFrom(local, 40000) || open() != 2 {
				t.Errorf("%d open: %+v", open(), s)
			}
			h.pass(3 * time.Hour)
			router.Clear()
			h.pass(41 * time.Second)
			if h.wantState(Mapped); open() != 2 {
				t.Errorf("%d are open after the router forgot", open())
			}
			h.close()
			if open() != 0 {
				t.Errorf("%d are open still", open())
			}
		})
	}
}
