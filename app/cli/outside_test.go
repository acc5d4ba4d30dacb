package cli

import (
	"bytes"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"takoshome/app"
	"takoshome/app/config"
	"takoshome/app/reach/portmap"
	"takoshome/turn"
)

// outsides are ways from the internet, as `takoshome status` has to tell them.
func outsides() map[string]*app.Outside {
	local, external := netip.MustParseAddr("192.168.1.20"), netip.MustParseAddr("203.0.113.7")
	mapping := func(proto portmap.Proto, use string, port uint16) app.RouterMapping {
		return app.RouterMapping{
			Proto: proto, Use: use, Internal: netip.AddrPortFrom(local, port), External: netip.AddrPortFrom(external, port), Via: "upnp",
		}
	}
	web, media, relay := mapping("TCP", "web", 8443), mapping("UDP", "media", 8443), mapping("UDP", "relay", 3478)
	web.ExpiresAt = time.Date(2026, 11, 23, 14, 0, 0, 0, time.Local)
	relay.External, relay.Via, relay.Problem = netip.AddrPort{}, "", "full"
	return map[string]*app.Outside{
		"mapped": {
			Online: true, Interfaces: []netip.Addr{local}, NAT: "cone", CGNATKnown: true,
			Public: []app.PublicAddress{{Addr: external, Source: "stun"}, {Addr: netip.MustParseAddr("2001:db8::7"), Source: "interface"}},
			Router: app.Router{
				State: "partly", Via: "upnp", Model: "Home\x1b[2JBox", Address: netip.MustParseAddr("192.168.1.1"), External: external,
				Problem: "full", Mappings: []app.RouterMapping{web, media, relay},
			},
			Relay: &app.RelayState{
				Stats: turn.Stats{Peers: 4, Allocations: 2}, URLs: []string{"turn:203.0.113.7:3478?transport=udp"},
			},
			Name:  &app.NameState{Hostname: "home.example", State: "current", Addrs: []netip.Addr{external}},
			Moved: []app.MovedPort{{Use: "web", Wanted: 8443, Got: 8444}},
		},
		"shared": {
			Online: true, Interfaces: []netip.Addr{local}, NAT: "symmetric", CGNAT: true, CGNATKnown: true,
			Router: app.Router{State: "no_router", Problem: "no_answer", Address: netip.MustParseAddr("192.168.1.1")},
		},
		"homeonly": {StunOff: true, NAT: "unknown", Interfaces: []netip.Addr{local}, Router: app.Router{State: "waiting"}},
		"offline":  {StunOff: true, NAT: "unknown", Router: app.Router{State: "waiting"}},
	}
}

func TestOutsideGolden(t *testing.T) {
	for name, outside := range outsides() {
		for _, language := range []config.Language{config.LanguageEnglish, config.LanguageJapanese} {
			t.Run(name+" "+string(language), func(t *testing.T) {
				var out bytes.Buffer
				s := &session{Config: Config{Stdout: &out}, words: load(t, language)}
				err := s.printStatus(&app.Snapshot{Host: app.Host{
					State: app.HostRunning, HTTP: "https://203.0.113.7:8443", RTC: "[::]:8443", Reach: app.ReachHome, Outside: outside,
				}})
				if err != nil {
					t.Fatal(err)
				}
				wantGolden(t, filepath.Join("testdata", "status-outside-"+name+"."+string(language)+".txt"), out.Bytes())
			})
		}
	}
}

// Without media over TCP, people learn what that means and what to do.
func TestStatusWithoutMediaTCP(t *testing.T) {
	for language, want := range map[config.Language]string{config.LanguageEnglish: "choose another port", config.LanguageJapanese: "ポート（rtc）を変える"} {
		var out bytes.Buffer
		s := &session{Config: Config{Stdout: &out}, words: load(t, language)}
		if err := s.printStatus(&app.Snapshot{Host: app.Host{State: app.HostRunning, Port: &app.Port{}}}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %s", language, out.String())
		}
	}
}
