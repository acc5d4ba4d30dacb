package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"takoshome/app/config"
)

// The name's provider is told the addresses that the host has outside, and what it
// says is shown; off is off.
func TestNameFollowsTheAddress(t *testing.T) {
	announced := netip.MustParseAddr("203.0.113.7")
	for _, test := range []struct{ answer, state, problem string }{
		{"good 203.0.113.7", "current", ""},
		{"badauth", "stopped", "denied"},
	} {
		asked := make(chan string, 10)
		provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked <- r.URL.Query().Get("hostname") + " " + r.URL.Query().Get("myip")
			_, _ = io.WriteString(w, test.answer)
		}))
		defer provider.Close()
		a := startApp(t, func(c *Config) {
			c.Settings.HTTP, c.Settings.RTC = listenOn("0.0.0.0:0"), listenOn("0.0.0.0:0")
			c.Settings.Announce = []netip.Addr{netip.MustParseAddr("192.168.1.5"), announced}
			c.Settings.Dyndns = config.Dyndns{
				Provider: "dyndns2", URL: config.URL(provider.URL + "/nic/update"), Hostname: "home.test", User: "me", Password: "secret",
			}
		})
		s := waitFor(t, a, func(s *Snapshot) bool {
			return s.Host.Outside != nil && s.Host.Outside.Name != nil && s.Host.Outside.Name.State == test.state
		})
		if got := <-asked; got != "home.test 203.0.113.7" {
			t.Errorf("the provider was told %q", got)
		}
		if got := s.Host.Outside.Name; got.Problem != test.problem || got.Hostname != "home.test" {
			t.Errorf("%s: %+v", test.answer, got)
		}
	}
}

func TestNoNameNobodyIsTold(t *testing.T) {
	a := startApp(t, func(c *Config) { c.Settings.HTTP, c.Settings.RTC = listenOn("0.0.0.0:0"), listenOn("0.0.0.0:0") })
	s := waitFor(t, a, func(s *Snapshot) bool { return s.Host.Outside != nil })
	if s.Host.Outside.Name != nil {
		t.Errorf("a name from nowhere: %+v", s.Host.Outside.Name)
	}
}
