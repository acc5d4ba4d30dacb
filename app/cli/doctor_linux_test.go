package cli

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"takoshome/app"
	"takoshome/app/reach/portmap/routertest"
)

// asPromiser has TestPromises be a router that promises ports: its address, the
// host's, and the one outside.
const asPromiser = "TAKOSHOME_TEST_AS_PROMISER"

// TestPromises promises whatever it is asked for, until it is killed: a part of other
// tests, in a namespace.
func TestPromises(t *testing.T) {
	text := os.Getenv(asPromiser)
	if text == "" {
		return
	}
	var addrs []netip.Addr
	for word := range strings.SplitSeq(text, ",") {
		addrs = append(addrs, netip.MustParseAddr(word))
	}
	router, err := routertest.NewAt(addrs[0], addrs[1], time.Now, routertest.Behaviour{PCP: true, External: addrs[2]})
	if err != nil {
		t.Fatal(err)
	}
	defer router.Close()
	fmt.Println("promises")
	select {}
}

// street is a home behind its router, and a friend's host in the internet:
//
//	home 192.168.77.2 ── 192.168.77.1 router 11.0.0.1 ── 11.0.0.2 friend
//
// With a provider in between the router has 100.64.0.2, and 11.0.0.1 is the provider's.
type street struct {
	t                              *testing.T
	home, router, provider, friend string // network namespaces
	ca                             *authority
}

// The addresses are public ones of somebody who announces them nowhere; nothing
// leaves the namespaces.
const (
	homeAddr   = "192.168.77.2"
	routerIn   = "192.168.77.1"
	routerOut  = "11.0.0.1"
	sharedAddr = "100.64.0.2"
	friendAddr = "11.0.0.2"
	// friendAddr6 is the friend's over IPv6, nextDoor that in the home network.
	friendAddr6 = "2620:11::2"
	nextDoor    = "192.168.78.1"
	doctorPort  = "8443"
)

// streets keeps their namespaces apart.
var streets atomic.Int32

func newStreet(t *testing.T, hasProvider bool) *street {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may make a network namespace")
	}
	s := &street{t: t, ca: newAuthority(t)}
	for _, n := range []struct {
		name *string
		word string
	}{{&s.home, "home"}, {&s.router, "router"}, {&s.provider, "provider"}, {&s.friend, "friend"}} {
		*n.name = fmt.Sprintf("takos-%s-%d-%d", n.word, os.Getpid(), streets.Add(1))
		s.run("ip", "netns", "add", *n.name)
		t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", *n.name).Run() })
		s.in(*n.name, "ip", "link", "set", "lo", "up")
	}
	s.link(s.home, homeAddr, s.router, routerIn)
	s.in(s.home, "ip", "route", "add", "default", "via", routerIn)
	outer := s.router
	if hasProvider {
		s.link(s.router, sharedAddr, s.provider, "100.64.0.1")
		s.in(s.router, "ip", "route", "add", "default", "via", "100.64.0.1")
		s.route(s.router)
		outer = s.provider
	}
	s.link(outer, routerOut, s.friend, friendAddr)
	s.route(outer)
	return s
}

// route has a namespace be a router whose inside has its address outside.
func (s *street) route(namespace string) {
	s.t.Helper()
	s.in(namespace, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
	s.nft(namespace, `table ip nat {
		chain in { type nat hook prerouting priority dstnat; }
		chain out { type nat hook postrouting priority srcnat; oifname != "to-home" masquerade; }
	}
	table ip filter { chain way { type filter hook forward priority filter; }; }`)
}

// tail names an interface by what is at its other end.
func tail(t *testing.T, namespace string) string {
	t.Helper()
	return strings.Split(namespace, "-")[1]
}

func (s *street) link(a, addrA, b, addrB string) {
	s.t.Helper()
	nameA, nameB := "to-"+tail(s.t, b), "to-"+tail(s.t, a)
	s.in(a, "ip", "link", "add", nameA, "type", "veth", "peer", "name", nameB, "netns", b)
	for _, end := range [][3]string{{a, nameA, addrA}, {b, nameB, addrB}} {
		s.in(end[0], "ip", "addr", "add", end[2]+"/24", "dev", end[1])
		s.in(end[0], "ip", "link", "set", end[1], "up")
	}
}

// forward has the router pass the ports on, as by hand.
func (s *street) forward() {
	s.t.Helper()
	s.nft(s.router, "add rule ip nat in ip daddr "+routerOut+" meta l4proto { tcp, udp } th dport "+doctorPort+" dnat to "+homeAddr)
}

// drop has the router drop what comes for the home, by protocol.
func (s *street) drop(protocols string) {
	s.t.Helper()
	s.nft(s.router, "add rule ip filter way ip daddr "+homeAddr+" meta l4proto { "+protocols+" } th dport "+doctorPort+" drop")
}

// promise has somebody in the router say yes to all ports, and do nothing.
func (s *street) promise(external string) {
	s.t.Helper()
	cmd := s.command(s.router, os.Args[0], "-test.run=^TestPromises$")
	cmd.Env = append(os.Environ(), asPromiser+"="+strings.Join([]string{routerIn, homeAddr, external}, ","))
	line, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	s.start(cmd)
	if _, err := line.Read(make([]byte, 64)); err != nil {
		s.t.Fatal("the router does not start: ", err)
	}
}

// host has the friend host, and try for others, with a certificate that the home trusts.
func (s *street) host() {
	s.t.Helper()
	of := &x509.Certificate{IPAddresses: []net.IP{net.ParseIP(friendAddr), net.ParseIP(friendAddr6), net.ParseIP(nextDoor)}}
	s.serve(s.program(s.friend, s.t.TempDir(), "[reach]\nmap_ports = false\nstun = []\n", "serve", "--tls", s.ca.filesOf(s.t, of)))
}

// serve waits until a host listens.
func (s *street) serve(cmd *exec.Cmd) {
	s.t.Helper()
	line, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	s.start(cmd)
	if _, err := line.Read(make([]byte, 512)); err != nil {
		s.t.Fatalf("it does not host: %v\n%s", err, cmd.Stderr)
	}
}

func (s *street) start(cmd *exec.Cmd) {
	s.t.Helper()
	cmd.Stderr = &bytes.Buffer{}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
	})
}

// examination is the doctor under way.
type examination struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
}

// examine starts the doctor at home, with these settings besides. Most of its time it
// waits, so that many do it at once.
func (s *street) examine(settings string, args ...string) *examination {
	s.t.Helper()
	if !strings.Contains(settings, "echo = ") {
		settings = strings.Replace(settings, "[reach]", "[reach]\necho = \"https://"+friendAddr+":"+doctorPort+"\"", 1)
	}
	settings = strings.Replace(settings, "[reach]", "[reach]\nstun = []", 1)
	e := &examination{cmd: s.program(s.home, s.t.TempDir(), settings, append([]string{"doctor", "--json", "--ca-file", s.ca.file}, args...)...)}
	e.cmd.Stdout, e.cmd.Stderr = &e.stdout, &e.stderr
	if err := e.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return e
}

// report is what it found.
func (e *examination) report(t *testing.T) (r app.DoctorReport, status int) {
	t.Helper()
	if err := e.cmd.Wait(); err != nil {
		exit := (*exec.ExitError)(nil)
		if !errors.As(err, &exit) {
			t.Fatal(err)
		}
		status = exit.ExitCode()
	}
	if err := json.Unmarshal(e.stdout.Bytes(), &r); err != nil {
		t.Fatalf("status %d, %q, %v\n%s", status, e.stdout.String(), err, e.stderr.String())
	}
	return r, status
}

// program is the test's binary as takoshome, with data and settings in dir.
func (s *street) program(namespace, dir, settings string, args ...string) *exec.Cmd {
	s.t.Helper()
	cmd := s.command(namespace, os.Args[0], append(args, "--data-dir", filepath.Join(dir, "data"))...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "HOME="+dir, "XDG_CONFIG_HOME="+dir, "LANG=C")
	writeSettings(s.t, filepath.Join(dir, "takoshome", "config.toml"), settings)
	return cmd
}

func (s *street) in(namespace, name string, args ...string) {
	s.t.Helper()
	s.run("ip", append([]string{"netns", "exec", namespace, name}, args...)...)
}

func (s *street) nft(namespace, rules string) {
	s.t.Helper()
	cmd := s.command(namespace, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(rules + "\n")
	if text, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("nft: %v: %s", err, text)
	}
}

func (s *street) command(namespace, name string, args ...string) *exec.Cmd {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	s.t.Cleanup(cancel)
	return exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", namespace, name}, args...)...)
}

func (s *street) run(name string, args ...string) {
	s.t.Helper()
	if text, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		s.t.Fatalf("%s %v: %v: %s", name, args, err, text)
	}
}

// wantFindings compares findings, written as "check state what".
func wantFindings(t *testing.T, r app.DoctorReport, want ...string) {
	t.Helper()
	for _, line := range want {
		check, rest, _ := strings.Cut(line, " ")
		state, what, _ := strings.Cut(rest, " ")
		for _, f := range r.Findings {
			if string(f.Check) == check && (string(f.State) != state || f.Key != "doctor."+check+"."+what) {
				t.Errorf("got %s %s %v, want %s", f.State, f.Key, f.Args, line)
			}
		}
	}
	if len(r.Findings) != r.Total || r.Running {
		t.Errorf("%d findings of %d, running: %v", len(r.Findings), r.Total, r.Running)
	}
}

const byHand = "[reach]\nmap_ports = false\n"

func TestDoctorBehindARouter(t *testing.T) {
	t.Parallel()
	var names []string
	var checks []func(*testing.T)
	for _, test := range []struct {
		name        string
		hasProvider bool
		prepare     func(*street)
		settings    string
		args        []string
		verdict     string
		status      int
		want        []string
	}{
		{
			name: "open", prepare: (*street).forward, settings: byHand, args: []string{"--uplink"}, verdict: "partly", status: exitWarned,
			want: []string{
				"network pass ok", "web pass ok", "media pass ok", "router pass byHand", "outside pass open", "outsideUDP pass open",
				"outsideTCP pass open", "certificate warn selfSigned", "clock pass ok", "uplink pass ok", "relay pass ok", "nat pass open", "announce warn home",
			},
		},
		{
			name: "firewall", prepare: func(s *street) { s.forward(); s.drop("tcp, udp") }, settings: byHand, verdict: "closed", status: exitShut,
			want: []string{"outside fail closed", "outsideUDP fail closed", "outsideTCP fail closed", "router unknown off", "web pass ok", "clock pass ok", "uplink unknown unmeasured"},
		},
		{
			name: "no UDP", prepare: func(s *street) { s.forward(); s.drop("udp") }, settings: byHand, verdict: "partly", status: exitShut,
			want: []string{"outside pass open", "outsideUDP fail closed", "outsideTCP pass open"},
		},
		{
			name: "wrong address", prepare: (*street).forward, settings: "announce = [\"11.0.0.77\"]\n" + byHand, verdict: "partly", status: exitShut,
			want: []string{"announce fail wrong", "outside pass open"},
		},
		{
			name: "promised and shut", prepare: func(s *street) { s.promise(routerOut) }, settings: "[reach]\n", verdict: "closed", status: exitShut,
			want: []string{"router fail closed", "outside fail closed", "outsideUDP fail closed", "nat pass none"},
		},
		{
			name: "promised and kept", prepare: func(s *street) { s.promise(routerOut); s.forward() }, settings: "[reach]\n", verdict: "open", status: exitWarned,
			want: []string{"router pass open", "outside pass open", "nat pass none", "announce pass auto"},
		},
		{
			name: "provider's router", hasProvider: true, prepare: func(s *street) {
				s.promise(sharedAddr)
				s.nft(s.router, "add rule ip nat in ip daddr "+sharedAddr+" meta l4proto { tcp, udp } th dport "+doctorPort+" dnat to "+homeAddr)
			}, settings: "[reach]\n", verdict: "closed", status: exitShut,
			want: []string{"nat fail provider", "outside fail closed", "outsideUDP fail closed", "router fail closed"},
		},
		{
			name: "asked next door", prepare: func(s *street) { s.link(s.home, "192.168.78.2", s.friend, nextDoor) },
			settings: "[reach]\nmap_ports = false\necho = \"https://" + nextDoor + ":" + doctorPort + "\"\n", verdict: "untested", status: exitWarned,
			want: []string{"outside unknown inside", "outsideUDP unknown inside", "outsideTCP unknown inside"},
		},
		{
			name: "nobody outside", prepare: func(s *street) { s.promise(routerOut); s.drop("tcp"); s.silence() }, settings: "[reach]\n", verdict: "untested", status: exitWarned,
			want: []string{"router unknown untested", "outside unknown noView", "outsideUDP unknown noView", "clock unknown uncompared"},
		},
	} {
		s := newStreet(t, test.hasProvider)
		s.host()
		test.prepare(s)
		e := s.examine(test.settings, test.args...)
		checks = append(checks, func(t *testing.T) {
			r, status := e.report(t)
			if string(r.Verdict) != test.verdict || status != test.status || (r.Seen != "" && r.Seen != routerOut) {
				t.Errorf("the verdict is %s, the status %d, seen at %s", r.Verdict, status, r.Seen)
			}
			wantFindings(t, r, test.want...)
			if test.args != nil && (r.UplinkBps == 0 || r.UplinkPeople < 2) {
				t.Errorf("the uplink is %d bit/s, for %d people", r.UplinkBps, r.UplinkPeople)
			}
		})
		names = append(names, test.name)
	}
	for i, check := range checks {
		t.Run(names[i], check)
	}
}

// Over IPv6 there is no mapping, but a firewall in the router.
func TestDoctorOverIPv6(t *testing.T) {
	const homeAddr6 = "2620:77::2"
	t.Parallel()
	var names []string
	var checks []func(*testing.T)
	for _, test := range []struct {
		name    string
		prepare func(*street)
		verdict string
		want    []string
	}{
		{"open", func(*street) {}, "open", []string{"outside pass open", "outsideUDP pass open", "outsideTCP pass open", "announce pass auto"}},
		{
			"firewall", func(s *street) {
				s.nft(s.router, `table ip6 filter { chain way { type filter hook forward priority filter; iifname "to-friend" ct state new drop; }; }`)
			}, "closed", []string{"outside fail closed", "outsideUDP fail closed", "outsideTCP fail closed"},
		},
	} {
		s := newStreet(t, false)
		for _, end := range [][3]string{
			{s.home, "to-router", homeAddr6}, {s.router, "to-home", "2620:77::1"}, {s.router, "to-friend", "2620:11::1"}, {s.friend, "to-router", friendAddr6},
		} {
			s.in(end[0], "ip", "addr", "add", end[2]+"/64", "dev", end[1], "nodad")
		}
		s.in(s.home, "ip", "-6", "route", "add", "default", "via", "2620:77::1")
		s.in(s.friend, "ip", "-6", "route", "add", "default", "via", "2620:11::1")
		s.in(s.router, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding")
		s.host()
		test.prepare(s)
		e := s.examine("[reach]\nmap_ports = false\necho = \"https://[" + friendAddr6 + "]:" + doctorPort + "\"\n")
		checks = append(checks, func(t *testing.T) {
			r, _ := e.report(t)
			if string(r.Verdict) != test.verdict || r.Seen != homeAddr6 {
				t.Errorf("the verdict is %s, seen at %s", r.Verdict, r.Seen)
			}
			wantFindings(t, r, test.want...)
		})
		names = append(names, test.name)
	}
	for i, check := range checks {
		t.Run(names[i], check)
	}
}

// What somebody outside has opened is what invitations lead to from then on.
func TestDoctorFindsTheWayIn(t *testing.T) {
	t.Parallel()
	s := newStreet(t, false)
	s.host()
	s.forward()
	dir := t.TempDir()
	settings := "[reach]\nmap_ports = false\nstun = []\necho = \"https://" + friendAddr + ":" + doctorPort + "\"\n"
	s.serve(s.program(s.home, dir, settings, "serve", "--ca-file", s.ca.file))
	base := func() string {
		text, err := s.program(s.home, dir, settings, "status", "--json").Output()
		if err != nil {
			t.Fatal(err)
		}
		var snapshot app.Snapshot
		if err := json.Unmarshal(text, &snapshot); err != nil {
			t.Fatal(err)
		}
		return snapshot.Host.HTTP
	}
	if got := base(); got != "https://"+homeAddr+":"+doctorPort {
		t.Errorf("before the examination friends open %s", got)
	}
	if text, err := s.program(s.home, dir, settings, "doctor").Output(); !strings.Contains(string(text), "got in from outside, at "+routerOut+":"+doctorPort) {
		t.Errorf("%v: %s", err, text)
	}
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(patience); base() != "https://"+routerOut+":"+doctorPort; <-look.C {
		if time.Now().After(deadline) {
			t.Fatalf("after the examination friends open %s", base())
		}
	}
}

// silence has the friend answer nobody.
func (s *street) silence() {
	s.t.Helper()
	s.nft(s.friend, `table ip filter { chain in { type filter hook input priority filter; ip saddr `+routerOut+` reject; }; }`)
}

// A host that runs is asked, and one that does not is started for the time of it.
func TestDoctorOfARunningHost(t *testing.T) {
	freshHome(t)
	dir := t.TempDir()
	args := append([]string{"doctor"}, serveArgs(dir)[1:]...)
	own := call(t, nil, args...)
	p := startProgram(t, serveArgs(dir)...)
	running := call(t, nil, "doctor", "--data-dir", dir)
	asJSON := call(t, nil, "doctor", "--data-dir", dir, "--json")
	p.stop(t, syscall.SIGTERM)
	for name, got := range map[string]result{"own": own, "running": running} {
		if got.status != exitWarned || got.stderr != "" || !strings.Contains(got.stdout, "!  Network ") ||
			!strings.Contains(got.stdout, "\nOnly this computer can reach the host.\n") || strings.ContainsAny(got.stdout, "\x1b") || strings.Contains(got.stdout, "doctor.") {
			t.Errorf("%s: status %d, %s\n%s", name, got.status, got.stderr, got.stdout)
		}
	}
	var report app.DoctorReport
	if err := json.Unmarshal([]byte(asJSON.stdout), &report); err != nil || asJSON.status != exitWarned || report.Verdict != "local" || strings.Count(asJSON.stdout, "\n") != 1 {
		t.Errorf("%v: %+v", err, asJSON)
	}
}
