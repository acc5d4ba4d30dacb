package web

import (
	"net"
	"net/netip"
	"testing"
	"time"
)

// Security check 35: one address is held to its share, others are not, and
// time heals it.
func TestSec35RequestsOfOneAddress(t *testing.T) {
	h, c := testHandler(t, nil)
	for i := range requestBurst {
		if w := do(h, request("GET", "/j", "")); w.Code != 200 {
			t.Fatalf("request %d: %d", i, w.Code)
		}
	}
	w := do(h, request("GET", "/j", ""))
	if w.Code != 429 || w.Header().Get("Retry-After") != "1" || w.Body.String() != `{"error":"tooMany"}` {
		t.Errorf("got %d, Retry-After %q, %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
	other := request("GET", "/j", "")
	other.RemoteAddr = "203.0.113.10:5000"
	if w := do(h, other); w.Code != 200 {
		t.Errorf("another address: %d", w.Code)
	}
	c.add(time.Second)
	if w := do(h, request("GET", "/j", "")); w.Code != 200 {
		t.Errorf("a second later: %d", w.Code)
	}
}

func TestTrustedProxy(t *testing.T) {
	h, _ := testHandler(t, func(c *Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	tests := []struct{ name, from, forwarded, want string }{
		{"no proxy", "203.0.113.9:5000", "198.51.100.1", "203.0.113.9:5000"},
		{"proxy", "10.0.0.1:5000", "198.51.100.1", "198.51.100.1:0"},
		{"client makes up a list", "10.0.0.1:5000", "127.0.0.1, 198.51.100.1", "198.51.100.1:0"},
		{"two proxies", "10.0.0.1:5000", "198.51.100.1, 10.0.0.2", "198.51.100.1:0"},
		{"IPv6 client", "10.0.0.1:5000", "2001:db8::1", "[2001:db8::1]:0"},
		{"no header", "10.0.0.1:5000", "", "10.0.0.1:5000"},
		{"rubbish", "10.0.0.1:5000", "unknown", "10.0.0.1:5000"},
		{"mapped proxy address", "[::ffff:10.0.0.1]:5000", "198.51.100.1", "198.51.100.1:0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := request("GET", "/_takos/v2/call", "", "X-Forwarded-For", test.forwarded)
			r.RemoteAddr = test.from
			if got := do(h, r).Header().Get("X-Seen-Client"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	viaProxy := request("GET", "/j", "", "Host", "backend.internal")
	viaProxy.RemoteAddr = "10.0.0.1:5000"
	if w := do(h, viaProxy); w.Code != 200 {
		t.Errorf("the proxy's own name for this host: %d", w.Code)
	}
}

// Security check 35: connections that say nothing are bounded.
func TestSec35ConnectionsOfOneAddress(t *testing.T) {
	l := newConnLimit(4, 2, []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")})
	a, b, proxy := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("10.0.0.1")
	steps := []struct {
		addr netip.Addr
		want bool
	}{
		{a, true}, {a, true}, {a, false}, {b, true}, {proxy, true}, {b, false},
	}
	for i, step := range steps {
		if got := l.enter(step.addr); got != step.want {
			t.Errorf("step %d: %v, want %v", i, got, step.want)
		}
	}
	l.leave(a)
	if !l.enter(proxy) || l.enter(proxy) {
		t.Error("a place that was left is for one")
	}
	for _, addr := range []netip.Addr{a, b, proxy, proxy} {
		l.leave(addr)
	}
	if l.open != 0 || len(l.byAddr) != 0 {
		t.Errorf("%d open, %v", l.open, l.byAddr)
	}
}

func TestConnectionOverTheLimitIsClosed(t *testing.T) {
	listener := &limitedListener{Listener: listen(t), limit: newConnLimit(8, 1, nil)}
	defer func() { _ = listener.Close() }()
	first := dial(t, listener.Addr())
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	second := dial(t, listener.Addr())
	next := make(chan net.Conn, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			next <- conn
		}
		close(next)
	}()
	if _, err := second.Read(make([]byte, 1)); err == nil {
		t.Error("the connection over the limit was served")
	}
	for range 2 {
		_ = accepted.Close() // twice: a place is given back once
	}
	third := dial(t, listener.Addr())
	conn, ok := <-next
	if !ok {
		t.Fatal("the free place was not given")
	}
	for _, c := range []net.Conn{first, second, third, conn} {
		_ = c.Close()
	}
	if listener.limit.open != 0 {
		t.Errorf("%d connections still count", listener.limit.open)
	}
}

func TestLimiterIsBounded(t *testing.T) {
	l := newLimiter(1, 2)
	busy := netip.MustParseAddr("192.0.2.1")
	addr := netip.MustParseAddr("10.0.0.0")
	for range 2 * maxBuckets {
		l.take(start, addr)
		addr = addr.Next()
	}
	if len(l.buckets) > maxBuckets {
		t.Errorf("%d addresses remembered", len(l.buckets))
	}
	later := start.Add(time.Minute)
	l.take(later, busy)
	if len(l.buckets) != 1 {
		t.Errorf("%d addresses remembered though all have rested", len(l.buckets))
	}
}

func TestLimiterCountsIPv6Households(t *testing.T) {
	l := newLimiter(1, 1)
	if l.take(start, netip.MustParseAddr("2001:db8::1")) > 0 {
		t.Error("first request refused")
	}
	if l.take(start, netip.MustParseAddr("2001:db8::ffff")) == 0 {
		t.Error("the same /64 got a second share")
	}
	if l.take(start, netip.MustParseAddr("2001:db8:0:1::1")) > 0 {
		t.Error("another /64 was refused")
	}
}
