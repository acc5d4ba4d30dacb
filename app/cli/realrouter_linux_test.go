package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The home's router is one of another project, miniupnpd, which many routers run.
// It is asked in one way at a time.
func TestRealRouter(t *testing.T) {
	tests := []struct{ via, settings string }{
		{"pcp", "enable_natpmp=yes\nenable_upnp=no\n"},
		{"upnp", "enable_natpmp=no\nenable_upnp=yes\n"},
	}
	for _, test := range tests {
		t.Run(test.via, func(t *testing.T) {
			t.Parallel()
			n := newInternet(t)
			n.help(n.world, asStun, worldAddr+":3478", worldAddr+":3479")
			n.runMiniupnpd(test.settings)
			n.connect()
			h := n.serve()
			host := h.until("mapped", isMappedAt(firstPublic))
			if got := string(host.Outside.Router.Via); got != test.via {
				t.Errorf("mapped by %q", got)
			}
			if got := n.forwarded(); !slices.Equal(got, []string{"tcp 8443", "udp 3478", "udp 8443"}) {
				t.Errorf("the router forwards %q:\n%s", got, n.in(n.router, "nft", "list", "ruleset"))
			}
			h.visit(n.world, "--time", "2s")
			h.stop()
			if left := n.forwarded(); len(left) > 0 {
				t.Errorf("left in the router: %q", left)
			}
		})
	}
}

// runMiniupnpd runs it in the router's namespace, until the test ends.
func (n *internet) runMiniupnpd(settings string) {
	n.t.Helper()
	path := filepath.Join(n.t.TempDir(), "miniupnpd.conf")
	text := settings + "ext_ifname=out\nlistening_ip=in\next_ip=" + firstPublic + "\nsecure_mode=yes\nmin_lifetime=120\nmax_lifetime=86400\n" +
		"lease_file=" + filepath.Join(n.t.TempDir(), "leases") + "\nallow 1024-65535 192.168.77.0/24 1024-65535\ndeny 0-65535 0.0.0.0/0 0-65535\n" +
		"upnp_table_name=filter\nupnp_nat_table_name=nat\nupnp_forward_chain=miniupnpd\nupnp_nat_chain=prerouting_miniupnpd\nupnp_nat_postrouting_chain=postrouting_miniupnpd\nuuid=5f0d9d1e-6a0e-4a3b-9d3c-2f1f0c0a7b11\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		n.t.Fatal(err)
	}
	n.in(n.router, "nft", "delete table ip nat; add table inet filter; add chain inet filter miniupnpd; "+
		"add chain inet filter forward { type filter hook forward priority 0; }; add rule inet filter forward jump miniupnpd; "+
		"add table inet nat; add chain inet nat prerouting_miniupnpd; add chain inet nat postrouting_miniupnpd; "+
		"add chain inet nat pre { type nat hook prerouting priority -100; }; add rule inet nat pre iifname out jump prerouting_miniupnpd; "+
		"add chain inet nat post { type nat hook postrouting priority 100; }; add rule inet nat post jump postrouting_miniupnpd; "+
		"add rule inet nat post oifname out masquerade")
	cmd := exec.Command("ip", "netns", "exec", n.router, "miniupnpd", "-d", "-f", path, "-P", filepath.Join(n.t.TempDir(), "pid"))
	out := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if n.t.Failed() {
			n.t.Logf("%s", out)
		}
	})
}

// forwardRule has the number of the protocol, and the port outside.
var forwardRule = regexp.MustCompile(`@nh,72,8 (0x6|0x11) th dport (\d+) dnat`)

// forwarded are the ports that rules of the router lead to the home.
func (n *internet) forwarded() []string {
	n.t.Helper()
	var list []string
	for _, rule := range forwardRule.FindAllStringSubmatch(n.in(n.router, "nft", "list", "chain", "inet", "nat", "prerouting_miniupnpd"), -1) {
		list = append(list, map[string]string{"0x6": "tcp ", "0x11": "udp "}[rule[1]]+rule[2])
	}
	slices.Sort(list)
	return list
}
