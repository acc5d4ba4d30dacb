package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"takoshome/app"
	"takoshome/app/control"
)

// Addresses of the tests' internet. Those in public are of a block that is, as some
// routers do not take addresses for documentation; they are seen in namespaces alone.
const (
	insideAddr               = "192.168.77.20"
	secondAddr               = "192.168.78.20" // of the host's other cable, which leads to nobody's router
	routerAddr               = "192.168.77.1"
	firstPublic, otherPublic = "11.22.33.7", "11.22.33.8"
	worldAddr                = "11.22.33.1"

	// noticed is how long a change may go unnoticed: 30 seconds, and what a busy
	// machine needs on top.
	noticed = 45 * time.Second
)

// madeHomes keeps the names of namespaces and cables apart.
var madeHomes atomic.Int32

// internet is a home with a router of its own and the world behind it, each a
// network namespace: packets go nowhere else. It needs root, as namespaces do.
type internet struct {
	t                         *testing.T
	home, router, world, near string  // names of namespaces
	outside, inside           string  // the router's cables
	box                       *helper // what the router runs
	env                       []string
}

func newInternet(t *testing.T) *internet {
	t.Helper()
	folder := t.TempDir()
	id := fmt.Sprintf("%d%d", os.Getpid()%100_000, madeHomes.Add(1))
	n := &internet{t: t, home: "tkh" + id, router: "tkr" + id, world: "tkw" + id, near: "tkn" + id, outside: "out", inside: "in"}
	n.env = append(os.Environ(), "HOME="+folder, "XDG_CONFIG_HOME="+folder, "XDG_DATA_HOME="+folder, "LC_ALL=C.UTF-8")
	writeSettings(t, filepath.Join(folder, "takoshome", "config.toml"), "[reach]\nstun = [\""+worldAddr+":3478\", \""+worldAddr+":3479\"]\n")
	for _, name := range []string{n.home, n.router, n.world, n.near} {
		n.ip("netns", "add", name)
		t.Cleanup(func() { _ = exec.Command("ip", "netns", "delete", name).Run() })
		n.in(name, "ip", "link", "set", "lo", "up")
	}
	n.cable(n.router, n.inside, routerAddr, n.home, "eth0", "")
	n.cable(n.router, n.outside, firstPublic, n.world, "eth0", worldAddr)
	n.cable(n.near, "eth0", "192.168.78.2", n.home, "eth1", secondAddr)
	n.in(n.router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
	n.in(n.router, "nft", "add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; }; "+
		"add chain ip nat pre { type nat hook prerouting priority -100; }; add rule ip nat post oifname out masquerade")
	return n
}

// cable joins two namespaces; an end without an address is down.
func (n *internet) cable(a, aName, aAddr, b, bName, bAddr string) {
	n.t.Helper()
	n.in(a, "ip", "link", "add", aName, "type", "veth", "peer", "name", bName, "netns", b)
	for _, end := range [][3]string{{a, aName, aAddr}, {b, bName, bAddr}} {
		if end[2] != "" {
			n.in(end[0], "ip", "address", "add", end[2]+"/24", "dev", end[1])
			n.in(end[0], "ip", "link", "set", end[1], "up")
		}
	}
}

// connect plugs the home into its router, disconnect pulls that cable.
func (n *internet) connect() {
	n.t.Helper()
	n.in(n.home, "ip", "link", "set", "eth0", "up")
	n.in(n.home, "ip", "address", "replace", insideAddr+"/24", "dev", "eth0")
	n.in(n.home, "ip", "route", "replace", "default", "via", routerAddr)
}

func (n *internet) disconnect() {
	n.t.Helper()
	n.in(n.home, "ip", "address", "flush", "dev", "eth0")
	n.in(n.home, "ip", "link", "set", "eth0", "down")
}

// move gives the router another address outside, as providers do.
func (n *internet) move(to string) {
	n.t.Helper()
	n.in(n.router, "ip", "address", "flush", "dev", n.outside)
	n.in(n.router, "ip", "address", "add", to+"/24", "dev", n.outside)
}

func (n *internet) ip(args ...string) {
	n.t.Helper()
	n.run("ip", args...)
}

func (n *internet) in(namespace string, command ...string) string {
	n.t.Helper()
	return n.run("ip", append([]string{"netns", "exec", namespace}, command...)...)
}

func (n *internet) run(name string, args ...string) string {
	n.t.Helper()
	text, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		n.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, text)
	}
	return string(text)
}

// self runs this test's binary in a namespace, as the program or as one of the
// test's servers.
func (n *internet) self(namespace, as string, args ...string) *exec.Cmd {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	n.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", namespace, os.Args[0]}, args...)...)
	cmd.Env = append(slices.Clone(n.env), as+"=1")
	return cmd
}

// helper is a server of the test's: a line asks, a line answers.
type helper struct {
	t      *testing.T
	in     io.Writer
	out    *bufio.Reader
	stderr *bytes.Buffer
}

func (n *internet) help(namespace, as string, args ...string) *helper {
	n.t.Helper()
	cmd := n.self(namespace, as, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	h := &helper{t: n.t, in: in, out: bufio.NewReader(out), stderr: &bytes.Buffer{}}
	cmd.Stderr = h.stderr
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() {
		_ = in.Close() // ends it
		_ = cmd.Wait()
	})
	h.ask("ready")
	return h
}

func (h *helper) ask(line string) string {
	h.t.Helper()
	if _, err := io.WriteString(h.in, line+"\n"); err != nil {
		h.t.Fatalf("%s: %v\n%s", line, err, h.stderr)
	}
	answer, err := h.out.ReadString('\n')
	if err != nil {
		h.t.Fatalf("%s: %v\n%s", line, err, h.stderr)
	}
	return strings.TrimSpace(answer)
}

// entries are what the router has mapped, such as "TCP:8443>8443".
func (h *helper) entries() []string { return strings.Fields(h.ask("entries")) }

// hosting is `takoshome serve` in the home.
type hosting struct {
	net     *internet
	dir     string
	cmd     *exec.Cmd
	stderr  *bytes.Buffer
	stopped bool
}

// serve starts it, with the tests' STUN servers unless more says otherwise.
func (n *internet) serve(args ...string) *hosting {
	n.t.Helper()
	h := &hosting{net: n, dir: filepath.Join(n.t.TempDir(), "data"), stderr: &bytes.Buffer{}}
	h.cmd = n.self(n.home, asProgram, append([]string{"serve", "--data-dir", h.dir}, args...)...)
	h.cmd.Stderr = h.stderr
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(h.stop)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		_ = h.cmd.Wait()
		n.t.Fatalf("it said nothing: %v\n%s", err, h.stderr)
	}
	return h
}

// stop ends it as an owner does.
func (h *hosting) stop() {
	h.net.t.Helper()
	if h.stopped {
		return
	}
	h.stopped = true
	_ = h.cmd.Process.Signal(syscall.SIGTERM)
	if err := h.cmd.Wait(); err != nil {
		h.net.t.Errorf("it ended with %v:\n%s", err, h.stderr)
	}
	if h.net.t.Failed() {
		h.net.t.Logf("%s", h.stderr)
	}
}

func (h *hosting) status() app.Snapshot {
	h.net.t.Helper()
	text, err := control.NewClient(h.dir).Status(h.net.t.Context())
	var s app.Snapshot
	if err := errors.Join(err, json.Unmarshal(text, &s)); err != nil {
		h.net.t.Fatalf("status: %v\n%s", err, h.stderr)
	}
	return s
}

// until waits for a status as wanted, and tells how long that took.
func (h *hosting) until(what string, wanted func(app.Host) bool) app.Host {
	h.net.t.Helper()
	began, tick := time.Now(), time.NewTicker(250*time.Millisecond)
	defer tick.Stop()
	for {
		host := h.status().Host
		if host.Outside != nil && wanted(host) {
			h.net.t.Logf("%s: after %v", what, time.Since(began).Round(time.Millisecond))
			return host
		}
		if time.Since(began) > noticed {
			text, _ := json.Marshal(host)
			h.net.t.Fatalf("%s: not within %v: %s\n%s", what, noticed, text, h.stderr)
		}
		<-tick.C
	}
}

// isMappedAt tells a host whose ports all lead to it from an address.
func isMappedAt(addr string) func(app.Host) bool {
	return func(h app.Host) bool {
		return h.Outside.Router.State == "mapped" && h.Outside.Router.External == netip.MustParseAddr(addr) &&
			h.Reach == app.ReachWorld && slices.Contains(h.Announced, addr) && strings.HasPrefix(h.HTTP, "https://"+addr)
	}
}

// visit holds a short call between two people of the world, by a link of the
// host's.
func (h *hosting) visit(namespace string, args ...string) {
	h.net.t.Helper()
	if h.net.box != nil {
		h.net.box.ask("forward") // a real router does so before it says yes
	}
	h.visitAt(namespace, h.link(), args...)()
}

func (h *hosting) link() string     { return h.invite().JoinURL }
func (h *hosting) homeLink() string { return h.invite().HomeURL }

func (h *hosting) invite() control.Link {
	h.net.t.Helper()
	link, err := control.NewClient(h.dir).Invite(h.net.t.Context(), control.Invite{Room: "tea", CallType: "video", Uses: 9})
	if err != nil {
		h.net.t.Fatalf("invite: %v", err)
	}
	return link
}

// visitAt begins such a call, and waits for its end when it is called back.
func (h *hosting) visitAt(namespace, link string, args ...string) (finish func()) {
	h.net.t.Helper()
	var out, errs bytes.Buffer
	cmd := h.net.self(namespace, asProgram, append([]string{"loadtest", link, "--people", "2", "--kbps", "200", "--json"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		h.net.t.Fatal(err)
	}
	return func() {
		h.net.t.Helper()
		if err := cmd.Wait(); err != nil {
			h.net.t.Fatalf("loadtest: %v\n%s\n%s", err, errs.String(), h.stderr)
		}
		var result struct{ Received, Expected, Lost uint64 }
		if err := json.Unmarshal(out.Bytes(), &result); err != nil || result.Received == 0 || result.Lost*20 > result.Expected {
			h.net.t.Fatalf("%v, of the call: %s", err, out.String())
		}
	}
}

// otherOne takes a port in the home, as another program does.
func (n *internet) otherOne(proto, addr string) {
	n.t.Helper()
	n.help(n.home, asOccupant, proto, addr)
}

// listenAs is what an occupant does.
func listenAs(proto, addr string) error {
	if proto == "udp" {
		_, err := net.ListenPacket(proto, addr)
		return err
	}
	_, err := net.Listen(proto, addr)
	return err
}
