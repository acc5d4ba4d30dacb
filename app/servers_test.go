package app

import (
	"errors"
	"net/netip"
	"testing"

	"takoshome/app/calls"
	"takoshome/app/config"
	"takoshome/app/identity"
	"takoshome/app/participant"
)

// Security check 43, for the sockets of calls: whom another server has named is
// reached at public addresses alone, or where the settings say.
func TestSec43WaysToOtherServers(t *testing.T) {
	a := startApp(t, func(c *Config) {
		c.Settings.Hosting = false
		c.Settings.Federation.Hosts = map[string]netip.AddrPort{"b.example": netip.MustParseAddrPort("127.0.0.1:9")}
	})
	a.stay.begin(calls.Way{CallID: "1", Domain: "evil.example", Token: "named"})
	a.stay.leave("1") // the link is still on its way
	for _, test := range []struct {
		base, token string
		laid, near  bool // a way of its own, that may lead to this computer
	}{
		{"https://evil.example", "named", true, false},
		{"https://evil.example", "pasted", false, true},
		{"https://b.example", "pasted", true, true},
		{"https://b.example:8443", "pasted", false, true},
		{"http://127.0.0.1:8443", "pasted", false, true},
	} {
		way := a.wayTo(participant.Link{Base: test.base, Token: test.token, Secure: true})
		if (way != nil) != test.laid {
			t.Errorf("%s: the way is %+v", test.base, way)
			continue
		}
		if way == nil {
			continue
		}
		for _, address := range []string{"127.0.0.1:443", "192.168.1.5:443", "[::1]:443", "169.254.169.254:443"} {
			if conn, err := way.Dial(t.Context(), "tcp", address); err == nil {
				_ = conn.Close()
				t.Errorf("%s leads to %s", test.base, address)
			}
		}
	}
}

func TestStartRefusesServers(t *testing.T) {
	for name, set := range map[string]config.Federation{
		"no file":        {CAFile: "/nowhere/ca.pem"},
		"no certificate": {CAFile: "servers_test.go"},
		"no domain":      {Hosts: map[string]netip.AddrPort{"10.0.0.1": netip.MustParseAddrPort("10.0.0.1:443")}},
		"no port":        {Hosts: map[string]netip.AddrPort{"b.example": {}}},
	} {
		c := testConfig(t)
		c.Settings.Federation = set
		if _, err := New(c); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// A name of the settings that somebody of the household has already.
func TestStartRefusesATakenName(t *testing.T) {
	a := startApp(t, func(c *Config) { c.Settings.Federation = config.Federation{Domain: "a.example", Name: "alice"} })
	do(t, a, AddAccount{Name: "carol"})
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	c := a.config
	c.Settings.Federation.Name = "Carol"
	again, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Start(t.Context()); !errors.Is(err, identity.ErrTaken) {
		t.Errorf("got %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
