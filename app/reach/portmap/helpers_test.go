package portmap

import (
	"bytes"
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"takoshome/app/reach/portmap/gateway"
	"takoshome/app/reach/portmap/routertest"
)

var (
	media   = Port{UDP, 40000, 0}
	web     = Port{TCP, 8443, 443}
	outside = netip.MustParseAddr("203.0.113.7")
)

// clock passes only when the test says so, and from one thing that is due to the
// next.
type clock struct {
	mu      sync.Mutex
	changed *sync.Cond
	now     time.Time
	round   int // how often the mapper has gone to sleep
	asleep  bool
	due     time.Time
	wake    chan time.Time
	late    bool
}

func newClock(t *testing.T) *clock {
	c := &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	c.changed = sync.NewCond(&c.mu)
	limit := time.AfterFunc(100*time.Second, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.late = true
		c.changed.Broadcast()
	})
	t.Cleanup(func() { limit.Stop() })
	return c
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) After(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.round++
	c.asleep, c.due, c.wake = true, c.now.Add(d), make(chan time.Time, 1)
	c.changed.Broadcast()
	return c.wake, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.asleep = false
	}
}

func (c *clock) sleptLocked(t *testing.T, round int) {
	t.Helper()
	for (!c.asleep || c.round <= round) && !c.late {
		c.changed.Wait()
	}
	if c.late {
		t.Fatal("the mapper is busy for ever")
	}
}

// pass lets d go by.
func (c *clock) pass(t *testing.T, d time.Duration) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	until := c.now.Add(d)
	for {
		c.sleptLocked(t, 0)
		if c.due.After(until) {
			c.now = until
			return
		}
		c.now, c.asleep = c.due, false
		c.wake <- c.now
	}
}

// jump is a sleep of the whole machine.
func (c *clock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// after waits for a whole round that begins with do.
func (c *clock) after(t *testing.T, do func()) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sleptLocked(t, 0)
	round := c.round
	c.mu.Unlock()
	do()
	c.mu.Lock()
	c.sleptLocked(t, round)
}

type home struct {
	t      *testing.T
	clock  *clock
	router *routertest.Router
	mapper *Mapper
	log    *lockedBuffer

	mu       sync.Mutex
	statuses []Status // mu protects it
	routes   []gateway.Route
}

type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) count(what string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Count(b.text.Bytes(), []byte(what))
}

func all(methods ...Method) routertest.Behaviour {
	return routertest.Behaviour{
		PCP: slices.Contains(methods, PCP), NATPMP: slices.Contains(methods, NATPMP), UPnP: slices.Contains(methods, UPnP), External: outside,
	}
}

// newHome has a router that knows the methods, and a mapper that tries them.
func newHome(t *testing.T, methods ...Method) *home {
	t.Helper()
	h := prepare(t, all(methods...))
	h.start(Config{Methods: methods})
	return h
}

func prepare(t *testing.T, behaviour routertest.Behaviour) *home {
	t.Helper()
	h := &home{t: t, clock: newClock(t), log: &lockedBuffer{}}
	router, err := routertest.New(h.clock.Now, behaviour)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(router.Close)
	h.router = router
	h.routes = routesTo(router)
	return h
}

func routesTo(r *routertest.Router) []gateway.Route {
	return []gateway.Route{{Interface: "lo", Index: 1, Gateway: r.Addr, Locals: []netip.Addr{r.Local}}}
}

// start fills in what is the same in all tests, and waits for the first round.
func (h *home) start(config Config) {
	h.t.Helper()
	if config.Ports == nil {
		config.Ports = []Port{media, web}
	}
	config.Clock = h.clock
	config.Logger = slog.New(slog.NewTextHandler(h.log, nil))
	config.Routes = func() ([]gateway.Route, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		return slices.Clone(h.routes), nil
	}
	config.OnChange = func(s Status) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.statuses = append(h.statuses, s)
	}
	m, err := New(config)
	if err != nil {
		h.t.Fatal(err)
	}
	h.mapper = m
	m.Start()
	h.t.Cleanup(h.close)
	if !config.Off {
		h.pass(0)
	}
}

// heard is how often the mapper has told something.
func (h *home) heard() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.statuses)
}

func (h *home) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	h.mapper.Close(ctx)
}

// crash ends the mapper without a word to the router.
func (h *home) crash() {
	h.mapper.cancel()
	<-h.mapper.done
	h.mapper.lanes = nil
	h.clock.mu.Lock()
	defer h.clock.mu.Unlock()
	h.clock.asleep = false
}

func (h *home) pass(d time.Duration) {
	h.t.Helper()
	h.clock.pass(h.t, d)
}

func (h *home) wantState(want State) Status {
	h.t.Helper()
	s := h.mapper.Status()
	if s.State != want {
		h.t.Fatalf("state %q, want %q: %+v", s.State, want, s)
	}
	return s
}

// wantEntries are the router's mappings, as "proto external>internal".
func (h *home) wantEntries(want ...string) {
	h.t.Helper()
	got := []string{}
	for _, e := range h.router.Entries() {
		got = append(got, entryText(e))
	}
	if !slices.Equal(got, want) {
		h.t.Fatalf("the router has %q, want %q", got, want)
	}
}
