package app

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"takoshome/app/config"
	"takoshome/app/control"
	"takoshome/sfu/signaling/callertest"
	"takoshome/turn"
)

// nowhere is an address for media that nobody reaches (RFC 5737).
const nowhere = "203.0.113.5"

// startRelayed starts a host whose media only its relay reaches. It is open to the
// name localhost, with a certificate that the system trusts.
func startRelayed(t *testing.T, change func(*Config)) *App {
	t.Helper()
	cert, key := systemAuthority.files(t, "localhost")
	return startApp(t, func(c *Config) {
		c.Settings.Announce = []netip.Addr{netip.MustParseAddr(nowhere)}
		c.Settings.Relay.Listen = config.RelayListen(listenOn("127.0.0.1:0"))
		c.Settings.TLS = config.TLS{Mode: config.TLSFiles, Cert: cert, Key: key}
		if change != nil {
			change(c)
		}
	})
}

// socketOf is where somebody enters the room den.
func socketOf(t *testing.T, a *App, user string) string {
	t.Helper()
	link, err := control.NewClient(a.config.Settings.DataDir).Invite(t.Context(), control.Invite{
		Room: "den", User: user, CallType: "video",
	})
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(a.Snapshot().Host.HTTP, "https://"), ":")
	return "wss://localhost:" + port + callPath + "?token=" + link.Token
}

func relayOf(t *testing.T, a *App) *turn.Server {
	t.Helper()
	h := a.running()
	if h == nil || h.relay == nil {
		t.Fatal("there is no relay")
	}
	return h.relay
}

// by wants one kind of address.
func by(beginning, end string) func(url string) bool {
	return func(url string) bool { return strings.HasPrefix(url, beginning) && strings.HasSuffix(url, end) }
}

func wantSoon(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begun := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(begun) > patience {
			t.Fatal(what)
		}
	}
}

// By each of the addresses that init tells, media goes both ways; over TCP and TLS
// that is the web page's own port. Whoever leaves has nothing more there.
func TestRelayOfTheHost(t *testing.T) {
	for _, kind := range []struct{ name, beginning, end string }{
		{"udp", "turn:localhost:", "?transport=udp"},
		{"tcp", "turn:localhost:", "?transport=tcp"},
		{"tls", "turns:localhost:", "?transport=tcp"},
	} {
		t.Run(kind.name, func(t *testing.T) {
			a := startRelayed(t, nil)
			relay := relayOf(t, a)
			wanted := by(kind.beginning, kind.end)
			alice := callertest.JoinBy(t, socketOf(t, a, "alice"), callertest.Shipped, wanted)
			bob := callertest.JoinBy(t, socketOf(t, a, "bob"), callertest.Shipped, wanted)
			audio, _ := alice.Publish("audio")
			bob.Receive(audio).Read()
			video, _ := bob.Publish("video")
			alice.Receive(video).Read()
			stats := relay.Stats()
			if stats.Allocations < 4 || stats.Peers != 2 || stats.BytesReceived == 0 || stats.BytesSent == 0 {
				t.Errorf("%+v", stats)
			}
			alice.HangUp()
			wantSoon(t, "alice's allocations are still there", func() bool { return relay.Stats().Peers == 1 })
			bob.HangUp()
			wantSoon(t, "allocations are left", func() bool {
				stats := relay.Stats()
				return stats.Peers == 0 && stats.Allocations == 0 && stats.Connections == 0
			})
		})
	}
}
