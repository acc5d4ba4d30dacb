package sockets

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFirstEndingCounts(t *testing.T) {
	e := NewEnding[int]()
	if e.HasBegun() {
		t.Error("it has begun by itself")
	}
	e.End(1001)
	e.End(1008)
	<-e.Begun()
	if !e.HasBegun() || e.Code() != 1001 {
		t.Errorf("it ends with %d", e.Code())
	}
}

// client is a connection that ends when it is told to, or only when it is cut.
type client struct {
	isStubborn bool
	stops      atomic.Int32
	ended      chan struct{}
}

func (c *client) Stop() {
	if c.stops.Add(1); !c.isStubborn {
		close(c.ended)
	}
}

func (c *client) Cut() { close(c.ended) }

// serve is a server's goroutine of a connection.
func serve(t *testing.T, o *Open[*client], c *client) {
	t.Helper()
	if !o.Begin() {
		t.Fatal("it may not begin")
	}
	o.Add(c)
	go func() {
		defer o.Done()
		defer o.Remove(c)
		<-c.ended
	}()
}

func TestCloseWaitsForAll(t *testing.T) {
	o := NewOpen[*client]()
	clients := []*client{{ended: make(chan struct{})}, {ended: make(chan struct{})}}
	for _, c := range clients {
		serve(t, o, c)
	}
	for range 2 {
		if err := o.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	for n, c := range clients {
		if got := c.stops.Load(); got != 1 {
			t.Errorf("client %d was told to stop %d times", n, got)
		}
	}
	if o.Begin() {
		t.Error("another one may begin")
	}
}

func TestCloseCutsWhoStays(t *testing.T) {
	o := NewOpen[*client]()
	serve(t, o, &client{isStubborn: true, ended: make(chan struct{})})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A request has begun, and becomes a connection only when all are closed.
func TestWhoComesLateIsStopped(t *testing.T) {
	o := NewOpen[*client]()
	late := &client{ended: make(chan struct{})}
	if !o.Begin() {
		t.Fatal("it may not begin")
	}
	closed := make(chan error)
	go func() { closed <- o.Close(t.Context()) }()
	for o.Begin() { // until Close has begun
		o.Done()
	}
	o.Add(late)
	<-late.ended
	o.Remove(late)
	o.Done()
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestHostOf(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.7":           "192.0.2.7/32",
		"::ffff:192.0.2.7":    "192.0.2.7/32",
		"2001:db8:1:2::7":     "2001:db8:1:2::/64",
		"fe80::1:2:3:4%eth0":  "fe80::/64",
		"2001:db8:1:2:ff::aa": "2001:db8:1:2::/64",
	} {
		if got := HostOf(netip.MustParseAddr(text)); got.String() != want {
			t.Errorf("%s counts as %s, want %s", text, got, want)
		}
	}
	if got := HostOf(netip.Addr{}); got != (netip.Prefix{}) {
		t.Errorf("an unknown one counts as %s", got)
	}
}

func TestIsTooDeep(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                               false,
		strings.Repeat("[", 32):                          false,
		strings.Repeat("[", 33):                          true,
		strings.Repeat("[]", 100):                        false,
		strings.Repeat("{", 33):                          true,
		`"` + strings.Repeat("[", 100) + `"`:             false,
		`"\"` + strings.Repeat("[", 100) + `"`:           false,
		`"\\"` + strings.Repeat("[", 33):                 true,
		strings.Repeat("]", 9) + strings.Repeat("[", 33): false, // no JSON; the decoder says so
	} {
		if got := IsTooDeep([]byte(text), 32); got != want {
			t.Errorf("%.60q: got %v, want %v", text, got, want)
		}
	}
}
