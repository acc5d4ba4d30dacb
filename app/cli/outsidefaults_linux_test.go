package cli

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"takoshome/app"
)

// allPorts are what a host with nothing but a fresh settings file has mapped.
var allPorts = []string{"TCP:8443>8443", "UDP:3478>3478", "UDP:8443>8443"}

// prepare is a home with its router, known by the ways, and STUN servers outside.
func prepare(t *testing.T, ways ...string) (*internet, *helper) {
	t.Helper()
	t.Parallel()
	n := newInternet(t)
	n.box = n.help(n.router, asForwarder, append([]string{firstPublic}, ways...)...)
	n.help(n.world, asStun, worldAddr+":3478", worldAddr+":3479")
	return n, n.box
}

func wantEntries(t *testing.T, router *helper, want []string) {
	t.Helper()
	if got := router.entries(); !slices.Equal(got, want) {
		t.Errorf("the router has %q, want %q", got, want)
	}
}

// Fault 8: the provider gives the home another address; and at a graceful quit
// (fault 11) nothing stays mapped.
func TestFault08PublicAddressChanges(t *testing.T) {
	n, router := prepare(t, "pcp")
	n.connect()
	h := n.serve()
	h.until("mapped", isMappedAt(firstPublic))
	wantEntries(t, router, allPorts)
	h.visit(n.world, "--time", "2s")
	if link, home := h.link(), h.homeLink(); !strings.HasPrefix(link, "https://"+firstPublic) || !strings.HasPrefix(home, "https://"+insideAddr) {
		t.Errorf("links %s and, at home, %s", link, home)
	}

	n.move(otherPublic)
	router.ask("external " + otherPublic)
	host := h.until("the new address", isMappedAt(otherPublic))
	if slices.Contains(host.Announced, firstPublic) {
		t.Errorf("the old address is still told: %v", host.Announced)
	}
	if cgnat := host.Outside; cgnat.CGNAT || !cgnat.CGNATKnown {
		t.Errorf("taken for another router's: %+v", cgnat)
	}
	h.visit(n.world, "--time", "2s")
	h.stop()
	wantEntries(t, router, nil)
}

// Fault 8, where the router maps nothing: what servers outside see is followed.
func TestFault08WithoutMapping(t *testing.T) {
	n, _ := prepare(t)
	n.connect()
	h := n.serve()
	seen := func(addr string) func(app.Host) bool {
		return func(h app.Host) bool { return slices.Contains(h.Announced, addr) && h.Reach == app.ReachHome }
	}
	h.until("seen", seen(firstPublic))
	n.move(otherPublic)
	host := h.until("the new address", seen(otherPublic))
	if slices.Contains(host.Announced, firstPublic) || !strings.HasPrefix(host.HTTP, "https://"+insideAddr) {
		t.Errorf("announced %v, page at %s", host.Announced, host.HTTP)
	}
}

// Fault 9: the host's network goes away and comes back, and another one comes and
// goes: a call over a third is not disturbed.
func TestFault09NetworksComeAndGo(t *testing.T) {
	n, router := prepare(t, "natpmp")
	n.connect()
	h := n.serve()
	h.until("mapped", isMappedAt(firstPublic))
	near := strings.Replace(h.link(), firstPublic, secondAddr, 1)
	finish := h.visitAt(n.near, near, "--time", "20s")
	h.until("the call", func(app.Host) bool { return len(h.status().Rooms) == 1 })
	n.disconnect()
	h.until("without the network", func(host app.Host) bool {
		return !host.Outside.Online && !slices.Contains(host.Announced, insideAddr) && host.Outside.Router.State == "waiting"
	})
	n.in(n.home, "ip", "link", "add", "vpn0", "type", "veth", "peer", "name", "vpn1")
	n.in(n.home, "ip", "address", "add", "10.99.0.2/24", "dev", "vpn0")
	n.in(n.home, "ip", "link", "set", "vpn0", "up")
	n.in(n.home, "ip", "link", "set", "vpn1", "up")
	h.until("the other network", func(host app.Host) bool { return slices.Contains(host.Announced, "10.99.0.2") })
	n.in(n.home, "ip", "link", "delete", "vpn0")
	n.connect()
	h.until("back", func(host app.Host) bool {
		return isMappedAt(firstPublic)(host) && !slices.Contains(host.Announced, "10.99.0.2")
	})
	finish()
	wantEntries(t, router, allPorts)
	h.visit(n.world, "--time", "2s")
}

// Fault 14: no network at the start, and no address of IPv6 ever. It starts, and
// goes on as soon as there is a network.
func TestFault14NoNetworkAtTheStart(t *testing.T) {
	n, router := prepare(t, "upnp")
	n.in(n.home, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6")
	n.in(n.home, "ip", "link", "set", "eth1", "down")
	h := n.serve()
	h.until("waiting", func(host app.Host) bool { return !host.Outside.Online && host.Outside.Router.State == "waiting" })
	n.connect()
	h.until("mapped", isMappedAt(firstPublic))
	wantEntries(t, router, allPorts)
	h.visit(n.world, "--time", "2s")
}

// Fault 14: other programs have the ports.
func TestFault14PortsTaken(t *testing.T) {
	n, _ := prepare(t, "pcp")
	n.connect()
	n.otherOne("tcp", ":8443")
	n.otherOne("udp", ":8444")
	n.otherOne("udp", ":3478")
	h := n.serve()
	host := h.until("mapped", isMappedAt(firstPublic))
	want := []app.MovedPort{{Use: "web", Wanted: 8443, Got: 8445}, {Use: "media", Wanted: 8443, Got: 8445}, {Use: "relay", Wanted: 3478, Got: 3479}}
	if !slices.Equal(host.Outside.Moved, want) || host.HTTP != "https://"+firstPublic+":8445" {
		t.Errorf("page at %s, moved %+v", host.HTTP, host.Outside.Moved)
	}
	h.visit(n.world, "--time", "2s")
}

// Fault 14: what nobody can mend but the owner is one sentence.
func TestFault14OneSentence(t *testing.T) {
	n, _ := prepare(t)
	n.connect()
	n.otherOne("tcp", ":9000")
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"a chosen port", []string{"--http", ":9000"}, "Port 9000 (tcp) is in use by another program."},
		{"no right", []string{"--http", ":443"}, "Port 443 (tcp) needs more rights than Takos Home has."},
		{"no such address", []string{"--http", "192.168.99.1:8443"}, "192.168.99.1 is not an address of this computer now."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args := append([]string{"--bounding-set=-net_bind_service", os.Args[0], "serve", "--data-dir", t.TempDir()}, test.args...)
			cmd := exec.Command("ip", append([]string{"netns", "exec", n.home, "setpriv"}, args...)...)
			cmd.Env = append(slices.Clone(n.env), asProgram+"=1")
			text, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(text), test.want) {
				t.Errorf("%v: %s", err, text)
			}
		})
	}
}

// Fault 22: the router restarts in the middle of a call, and has lost all it had.
func TestFault22RouterRestarts(t *testing.T) {
	n, router := prepare(t, "upnp")
	n.connect()
	h := n.serve()
	h.until("mapped", isMappedAt(firstPublic))
	wantEntries(t, router, allPorts)
	router.ask("silent true")
	h.until("the router is missed", func(host app.Host) bool { return host.Outside.Router.State != "mapped" })
	router.ask("restart")
	wantEntries(t, router, nil)
	router.ask("silent false")
	h.until("mapped again", isMappedAt(firstPublic))
	wantEntries(t, router, allPorts)
	h.visit(n.world, "--time", "2s")
}
