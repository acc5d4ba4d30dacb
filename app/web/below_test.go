package web

import (
	"net/netip"
	"strings"
	"testing"
)

// A proxy may leave its folder in the path, or take it out.
func TestBelowAFolder(t *testing.T) {
	h, _ := testHandler(t, func(c *Config) {
		c.PublicURL = "https://home.example/calls"
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}
	})
	tests := []struct {
		path, location string
		status         int
	}{
		{"/j", "", 200},
		{"/calls/j", "", 200},
		{"/calls/j/app.js", "", 200},
		{"/calls/_takos/v2/call?token=x", "", 418},
		{"/calls/api/join/info", "", 404},
		{"/calls", "/calls/about", 303},
		{"/calls/", "/calls/about", 303},
		{"/", "/calls/about", 303},
		{"/calls/about", "", 200},
		{"/callsj", "", 404},
		{"/calls/calls/j", "", 404},
		{"/Calls/j", "", 404},
	}
	for _, test := range tests {
		r := request("GET", test.path, "")
		r.RemoteAddr = "10.0.0.1:5000"
		w := do(h, r)
		if w.Code != test.status || w.Header().Get("Location") != test.location {
			t.Errorf("%s: got %d to %q, want %d to %q", test.path, w.Code, w.Header().Get("Location"), test.status, test.location)
		}
	}
}

// Without a folder nothing is taken out of paths.
func TestBelowNothing(t *testing.T) {
	h, _ := testHandler(t, func(c *Config) { c.PublicURL = "https://home.example" })
	if w := do(h, request("GET", "/calls/j", "")); w.Code != 404 {
		t.Errorf("got %d", w.Code)
	}
	if w := do(h, request("GET", "/", "")); w.Header().Get("Location") != "/about" {
		t.Errorf("sent to %q", w.Header().Get("Location"))
	}
}

// The page's WebSocket is encrypted where the way to the proxy is.
func TestPolicyBehindAProxy(t *testing.T) {
	h, _ := testHandler(t, func(c *Config) {
		c.PublicURL = "https://home.example/calls"
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}
	})
	for from, want := range map[string]string{"10.0.0.1:5000": " wss://home.example;", "192.0.2.1:5000": " ws://home.example;"} {
		r := request("GET", "/j", "", "Host", "home.example", "X-Forwarded-For", "198.51.100.1")
		r.RemoteAddr = from
		if policy := do(h, r).Header().Get("Content-Security-Policy"); !strings.Contains(policy, want) {
			t.Errorf("from %s: %s", from, policy)
		}
	}
}
