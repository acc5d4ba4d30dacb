package portmap

import (
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"takoshome/app/reach/portmap/routertest"
)

// Security check 45: descriptions and locations that are no good lead nowhere,
// and are logged once.
func TestSec45BadRouters(t *testing.T) {
	tests := []struct {
		name   string
		change func(*routertest.Behaviour)
		logged string
	}{
		{"no service of ours", func(b *routertest.Behaviour) {
			b.Description = func(string) string { return "<root><device><friendlyName>x</friendlyName></device></root>" }
		}, ""},
		{"bomb", func(b *routertest.Behaviour) {
			b.Description = func(c string) string { return `<!DOCTYPE a [<!ENTITY b "c">]>` + routertest.Description(c) }
		}, "DOCTYPE"},
		{"huge", func(b *routertest.Behaviour) {
			b.Description = func(c string) string { return routertest.Description(c) + strings.Repeat(" ", 1<<20) }
		}, "too long"},
		{"orders elsewhere", func(b *routertest.Behaviour) {
			b.Description = func(string) string { return routertest.Description("http://127.0.0.1:9/control") }
		}, ""},
		{"location elsewhere", func(b *routertest.Behaviour) {
			b.Location = func(string) string { return "http://127.0.0.1:9/desc.xml" }
		}, "address is not the router"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := prepare(t, all(UPnP))
			h.router.Change(test.change)
			h.start(Config{Methods: []Method{UPnP}})
			h.clock.after(t, h.mapper.Recheck)
			h.wantState(NoRouter)
			h.wantEntries()
			if test.logged != "" && h.log.count(test.logged) != 1 {
				t.Errorf("logged %d times: %s", h.log.count(test.logged), h.log.text.String())
			}
		})
	}
}

// Security check 45: somebody in the network who is not the router answers the
// search that goes to everybody; the router, which hears only that, is found.
func TestSec45SearchAnswerFromAnother(t *testing.T) {
	if ranAlone(t) {
		return
	}
	behaviour := all(UPnP)
	behaviour.Multicast, behaviour.Deaf = true, true
	behaviour.Stranger = netip.MustParseAddr("127.45.2.1")
	h := prepare(t, behaviour)
	h.start(Config{Methods: []Method{UPnP}})
	h.wantState(NoRouter)
	h.router.Change(func(b *routertest.Behaviour) { b.Deaf = false })
	h.clock.after(t, h.mapper.Recheck)
	h.wantState(Mapped)
	if n := h.log.count("not from the router"); n != 1 {
		t.Errorf("the stranger was logged %d times", n)
	}
}

// ranAlone runs the test once more in a network of its own, where no other program
// hears what goes to everybody. That needs Linux and root; others use what is there.
func ranAlone(t *testing.T) bool {
	t.Helper()
	const mark = "TAKOSHOME_TEST_ALONE"
	if runtime.GOOS != "linux" || os.Getuid() != 0 || os.Getenv(mark) != "" {
		return false
	}
	cmd := exec.CommandContext(t.Context(), "unshare", "--net", "sh", "-c", `ip link set lo up && exec "$0" "$@"`,
		os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), mark+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("alone: %v\n%s", err, out)
	}
	return true
}
