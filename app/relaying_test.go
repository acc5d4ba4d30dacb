package app

import (
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/stun/v3"
	pionturn "github.com/pion/turn/v5"

	"takoshome/app/config"
	"takoshome/app/control"
	"takoshome/sfu/room"
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
	t.Parallel() // it waits for most of its time
	for _, kind := range []struct{ name, beginning, end string }{
		{"udp", "turn:localhost:", "?transport=udp"},
		{"tcp", "turn:localhost:", "?transport=tcp"},
		{"tls", "turns:localhost:", "?transport=tcp"},
	} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
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

// skewedClock is the relay's clock, which a test turns on.
type skewedClock struct{ ahead atomic.Int64 }

func (c *skewedClock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func readOn(t *testing.T, heard *callertest.RemoteTrack, long time.Duration) {
	t.Helper()
	for end := time.Now().Add(long); time.Now().Before(end); {
		heard.Read()
	}
}

// A call through nothing but the relay goes on when its credentials have long let
// nobody in any more. Who is then put out of it has nothing left at once.
func TestRelayedCallOutlastsItsCredentials(t *testing.T) {
	t.Parallel()                 // it waits for most of its time
	const life = 8 * time.Second // of an allocation; refreshed after half of it
	clock := &skewedClock{}
	a := startRelayed(t, func(c *Config) { c.relay = turn.Config{Times: turn.Times{Allocation: life}, Now: clock.now} })
	relay := relayOf(t, a)
	url := socketOf(t, a, "alice")
	alice := callertest.JoinBy(t, url, callertest.Shipped, by("turn:", "=udp"))
	bob := callertest.JoinBy(t, socketOf(t, a, "bob"), callertest.Shipped, by("turns:", "=tcp"))
	audio, _ := alice.Publish("audio")
	heard := bob.Receive(audio)
	heard.Read()

	clock.ahead.Store(int64(time.Hour))
	before := relay.Stats()
	readOn(t, heard, life+2*time.Second)
	if now := relay.Stats(); now.Allocations != before.Allocations || now.BytesSent <= before.BytesSent {
		t.Errorf("before %+v, now %+v", before, now)
	}
	own := alice.Init.Transport.Send.IceServers[0]
	if err := allocateBy(t, own); err == nil {
		t.Error("credentials of an hour ago let a new allocation in")
	}
	do(t, a, RemovePeer{Room: "den", Peer: "alice"})
	if stats := relay.Stats(); stats.Peers != 1 {
		t.Errorf("alice is still there: %+v", stats)
	}
	wantSoon(t, "alice's allocation is still there", func() bool { return relay.Stats().Allocations == before.Allocations-1 })
	if err := allocateBy(t, own); err == nil {
		t.Error("credentials of who is out let a new allocation in")
	}
	// Whoever comes again has credentials of now.
	again := callertest.JoinBy(t, socketOf(t, a, "alice"), callertest.Shipped, by("turn:", "=tcp"))
	if err := allocateBy(t, again.Init.Transport.Send.IceServers[0]); err != nil {
		t.Error(err)
	}
}

// allocateBy asks for an allocation over UDP with the credentials of an init.
func allocateBy(t *testing.T, server callertest.IceServer) error {
	t.Helper()
	uri, err := stun.ParseURI(server.URLs[0])
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	at := net.JoinHostPort("127.0.0.1", strconv.Itoa(uri.Port))
	client, err := pionturn.NewClient(&pionturn.ClientConfig{
		STUNServerAddr: at, TURNServerAddr: at, Conn: conn, Username: server.Username, Password: server.Credential,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Listen(); err != nil {
		t.Fatal(err)
	}
	relayed, err := client.Allocate()
	if err != nil {
		return err
	}
	return relayed.Close()
}

// Off means off: nobody is told of a relay, and the page's port has none.
func TestRelayOff(t *testing.T) {
	a := startRelayed(t, func(c *Config) { c.Settings.Relay.Listen = config.RelayListen{} })
	if a.running().relay != nil {
		t.Error("there is a relay")
	}
	caller := callertest.AwaitInit(callertest.Dial(t, socketOf(t, a, "alice")))
	if servers := caller.Transport.Send.IceServers; servers != nil {
		t.Errorf("init tells of %v", servers)
	}
}

// A port that is taken is passed over; where all are, the page's has to do.
func TestRelayPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	addr := addrOf(taken)
	a := startRelayed(t, func(c *Config) { c.Settings.Relay.Listen = config.RelayListen{AddrPort: addr} })
	udp, tcp, secure := a.running().relayPorts()
	if udp == addr.Port() || tcp == 0 || tcp != secure {
		t.Errorf("the relay is at %d, %d and %d; %d was taken", udp, tcp, secure, addr.Port())
	}
}

// What a client is told depends on how it came.
func TestRelayNear(t *testing.T) {
	h := startRelayed(t, func(c *Config) { c.Settings.Relay.Listen = config.RelayListen(listenOn("0.0.0.0:0")) }).running()
	own := strconv.Itoa(int(h.relayPort))
	for via, want := range map[string][]string{
		"localhost:443":      nil, // who comes from this computer
		"[::1]:8443":         nil,
		"127.0.0.1:8443":     nil,
		"192.168.1.5:8443":   {"turn:192.168.1.5:" + own + "?transport=udp", "turn:192.168.1.5:8443?transport=tcp"},
		"home.example:443":   {"turn:home.example:" + own + "?transport=udp", "turn:home.example:443?transport=tcp"},
		"[2001:db8::1]:8443": {"turn:[2001:db8::1]:" + own + "?transport=udp", "turn:[2001:db8::1]:8443?transport=tcp"},
	} {
		endpoints, needed := h.relayNear(via)
		var urls []string
		for _, e := range endpoints {
			urls = append(urls, e.URL())
		}
		if !slices.Equal(urls, want) || needed != (want != nil) {
			t.Errorf("%s: %v, %v", via, urls, needed)
		}
	}
	for _, unknown := range []string{"", "home.example", "home.example:99999", "[fe80::1%eth0]:8443"} {
		if endpoints, needed := h.relayNear(unknown); endpoints != nil || !needed {
			t.Errorf("%q: %v, %v", unknown, endpoints, needed)
		}
	}
}

// Coturn's client gets an allocation from the whole host by each transport, and
// reaches nothing but the media port.
func TestRelayWithCoturnsClient(t *testing.T) {
	t.Parallel() // it waits for most of its time
	a := startRelayed(t, nil)
	h, relay := a.running(), relayOf(t, a)
	udp, tcp, _ := h.relayPorts()
	ways := map[string][]string{
		"udp": {"-p", portText(udp)}, "tcp": {"-t", "-p", portText(tcp)}, "tls": {"-t", "-S", "-p", portText(tcp)},
		"tcp at its own port": {"-t", "-p", portText(h.relayPort)},
	}
	run := func(name, peer string) string {
		c, err := relay.Issue(name)
		if err != nil {
			return err.Error()
		}
		args := append([]string{
			"-u", c.Username, "-w", c.Password, "-e", peer, "-r", portText(h.sfu.LocalAddr().Port()), "-c", "-s", "-n", "5", "-m", "1", "-l", "300",
		}, ways[name]...)
		out, err := exec.CommandContext(t.Context(), "turnutils_uclient", append(args, "127.0.0.1")...).CombinedOutput()
		return fmt.Sprintf("%s\n%v", out, err)
	}
	var all sync.WaitGroup // they wait for answers that the media server does not give
	for name := range ways {
		all.Go(func() {
			if out := run(name, "127.0.0.1"); !strings.Contains(out, "403") {
				t.Errorf("%s: this computer is reached:\n%s", name, out)
			}
			if out := run(name, nowhere); strings.Contains(out, "403") {
				t.Errorf("%s: the media server is not reached:\n%s", name, out)
			}
		})
	}
	all.Wait()
	if got := relay.Stats().BytesReceived; got < uint64(len(ways)*5*300) {
		t.Errorf("%d bytes", got)
	}
}

func portText(port uint16) string { return strconv.Itoa(int(port)) }

// A person in this program gets through by the relay too, also where the host made
// its certificate itself.
func TestAppUsesTheRelay(t *testing.T) {
	host := startCaller(t, func(c *Config) {
		c.Settings.Announce = []netip.Addr{netip.MustParseAddr(nowhere)}
		c.Settings.Relay.Listen = config.RelayListen(listenOn("127.0.0.1:0"))
		c.Settings.TLS = config.TLS{Mode: config.TLSSelfSigned}
	})
	guest := startCaller(t, func(c *Config) { c.Settings.Hosting = false })
	link := host.roomLink(t, room.CallVideo)
	host.keepSpeaking(t, "hana")
	guest.keepSpeaking(t, "bob")
	_, port, _ := strings.Cut(strings.TrimPrefix(host.Snapshot().Host.HTTP, "https://"), ":")
	guest.join(t, "https://127.0.0.1:"+port+link[strings.Index(link, "/j#"):], "Bob")
	host.join(t, link, "花子")
	eventually(t, "both hear and see each other", func() bool {
		return host.hears("bob") && guest.hears("hana") && host.sees() && guest.sees()
	})
	for _, r := range host.Snapshot().Rooms {
		for _, p := range r.Peers {
			for _, transport := range p.Transports {
				if by := transport.Protocol; (by == "relay") != (p.ID == "Bob") {
					t.Errorf("%s by %s", p.ID, by)
				}
			}
		}
	}
}
