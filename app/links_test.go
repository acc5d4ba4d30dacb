package app

import (
	"net/netip"
	"testing"

	"takoshome/app/config"
	"takoshome/sfu/room"
)

func TestBaseURL(t *testing.T) {
	home := []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("192.168.1.5")}
	tests := []struct {
		name, web string
		announced []netip.Addr
		change    func(*config.Config)
		want      string
	}{
		{"bound", "127.0.0.1:41001", home, nil, "https://127.0.0.1:41001"},
		{"bound IPv6", "[::1]:41001", home, nil, "https://[::1]:41001"},
		{"no TLS", "127.0.0.1:80", home, func(c *config.Config) { c.TLS.Mode = config.TLSOff }, "http://127.0.0.1:80"},
		{"everywhere", "[::]:8443", home, nil, "https://192.168.1.5:8443"},
		{"everywhere, IPv6 alone", "[::]:8443", home[:1], nil, "https://[2001:db8::1]:8443"},
		{"IPv4 everywhere, IPv6 announced", "0.0.0.0:8443", home[:1], nil, "https://127.0.0.1:8443"},
		{"nothing announced", "[::]:8443", nil, nil, "https://127.0.0.1:8443"},
		{"public", "127.0.0.1:8443", home, func(c *config.Config) { c.PublicURL = "https://home.example" }, "https://home.example"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			settings := config.Default("/data")
			if test.change != nil {
				test.change(&settings)
			}
			if got := baseURLOf(settings, netip.MustParseAddrPort(test.web), test.announced); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestReach(t *testing.T) {
	tests := []struct {
		name, web, announced string
		public               config.URL
		want                 Reach
	}{
		{"loopback", "127.0.0.1", "127.0.0.1", "", ReachComputer},
		{"page on loopback", "127.0.0.1", "203.0.113.7", "", ReachComputer},
		{"home", "::", "192.168.1.5", "", ReachHome},
		{"home IPv6", "::", "fd00::1", "", ReachHome},
		{"provider's shared address", "::", "100.64.0.1", "", ReachHome},
		{"public address", "::", "203.0.113.7", "", ReachWorld},
		{"public IPv6 address", "::", "2001:db8::1", "", ReachWorld},
		{"public name behind a proxy", "127.0.0.1", "192.168.1.5", "https://home.example", ReachWorld},
		{"home name", "::", "192.168.1.5", "https://pc.local", ReachHome},
		{"bare name", "::", "127.0.0.1", "https://pc", ReachHome},
		{"localhost", "127.0.0.1", "127.0.0.1", "http://localhost:8443", ReachComputer},
		{"home address as URL", "127.0.0.1", "127.0.0.1", "https://10.0.0.1", ReachHome},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := reachOf(netip.MustParseAddr(test.web), []netip.Addr{netip.MustParseAddr(test.announced)}, test.public)
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	const base = "https://home.example:8443"
	for _, test := range []struct{ got, want string }{
		{joinURL(base, "tok", "", room.CallVideo, ""), base + "/j#t=tok"},
		{joinURL(base, "tok", "", room.CallAudio, ""), base + "/j#t=tok&c=audio"},
		{joinURL(base, "", "code", room.CallAudio, ""), base + "/j#i=code"},
		{joinURL(base, "tok", "", room.CallAudio, "FP"), base + "/j#t=tok&c=audio&f=FP"},
		{joinURL(base, "", "code", room.CallVideo, "FP"), base + "/j#i=code&f=FP"},
		{joinURL(base, "", "", room.CallVideo, "FP"), ""},
		{joinURL(base, "", "", room.CallVideo, ""), ""},
		{joinURL("", "tok", "", room.CallVideo, ""), ""},
		{socketURL(base, "tok"), "wss://home.example:8443/_takos/v2/call?token=tok"},
		{socketURL("http://127.0.0.1:1", ""), "ws://127.0.0.1:1/_takos/v2/call"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}
