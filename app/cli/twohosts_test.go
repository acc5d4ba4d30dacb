package cli

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"takoshome/app"
	"takoshome/app/control"
)

// authority is a certificate authority of the test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{key: newKey(t), file: filepath.Join(t.TempDir(), "ca.pem")}
	a.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.write(t, a.file, a.cert, a.key)
	return a
}

// files are certificate and key of a domain, as --tls takes them.
func (a *authority) files(t *testing.T, domain string) string {
	t.Helper()
	return a.filesOf(t, &x509.Certificate{DNSNames: []string{domain}})
}

// filesOf are those of whatever the certificate is for.
func (a *authority) filesOf(t *testing.T, of *x509.Certificate) string {
	t.Helper()
	key, dir := newKey(t), t.TempDir()
	cert, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	of.SerialNumber, of.NotAfter = big.NewInt(2), time.Now().Add(time.Hour)
	a.write(t, cert, of, key)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, keyFile, "PRIVATE KEY", der)
	return cert + "," + keyFile
}

func (a *authority) write(t *testing.T, path string, cert *x509.Certificate, key *ecdsa.PrivateKey) {
	t.Helper()
	cert.NotBefore = time.Now().Add(-time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, cert, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, path, "CERTIFICATE", der)
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// gate is where others find a domain before its host has a port.
type gate struct {
	listener net.Listener
	mu       sync.Mutex
	target   string // empty: nobody is let in
	open     map[net.Conn]bool
	doors    sync.WaitGroup
}

func newGate(t *testing.T) *gate {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{listener: listener, open: map[net.Conn]bool{}}
	g.doors.Go(g.serve)
	t.Cleanup(func() {
		_ = listener.Close()
		g.shut()
		g.doors.Wait()
	})
	return g
}

func (g *gate) lead(target string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.target = target
}

// shut ends what is open, and lets nobody in.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.target = ""
	for conn := range g.open {
		_ = conn.Close()
	}
}

func (g *gate) serve() {
	for {
		conn, err := g.listener.Accept()
		if err != nil {
			return
		}
		g.doors.Go(func() { g.pass(conn) })
	}
}

func (g *gate) pass(from net.Conn) {
	defer func() { _ = from.Close() }()
	g.mu.Lock()
	target := g.target
	g.open[from] = true
	g.mu.Unlock()
	to, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer func() { _ = to.Close() }()
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(from, to)
		_ = from.Close()
	})
	_, _ = io.Copy(to, from)
	_ = to.Close()
	back.Wait()
}

// person is somebody with a host of their own, which is the real program.
type person struct {
	t    *testing.T
	dir  string
	gate *gate
	ca   *authority
}

// run gives what a command printed, which must have ended so.
func (p *person) run(status int, args ...string) result {
	p.t.Helper()
	got := call(p.t, withStdin("correct horse\n"), append(args, "--data-dir", p.dir)...)
	if got.status != status || (got.stderr != "" && !isOneSentence(got.stderr)) {
		p.t.Fatalf("%v: got %+v, want status %d", args, got, status)
	}
	return got
}

func (p *person) says(want string, args ...string) {
	p.t.Helper()
	if got := p.run(exitDone, args...); !strings.Contains(got.stdout, want) {
		p.t.Errorf("%v printed %q, want %q", args, got.stdout, want)
	}
}

func (p *person) refuses(want string, args ...string) {
	p.t.Helper()
	if got := p.run(exitFailed, args...); !strings.Contains(got.stderr, want) {
		p.t.Errorf("%v: %q, want %q", args, got.stderr, want)
	}
}

func tells[T any](p *person, args ...string) T {
	p.t.Helper()
	got := p.run(exitDone, append(args, "--json")...)
	var value T
	if err := json.Unmarshal([]byte(got.stdout), &value); err != nil {
		p.t.Fatalf("%v printed %q: %v", args, got.stdout, err)
	}
	return value
}

// eventually asks until a list is as wanted: what another server knows comes
// without a word to the command.
func eventually[T any](p *person, wanted func(T) bool, args ...string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		value := tells[T](p, args...)
		if wanted(value) {
			return
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("%v stays at %+v", args, value)
		case <-ticker.C:
		}
	}
}

func (p *person) lastCall(outcome string) {
	p.t.Helper()
	eventually(p, func(list []app.PastCall) bool { return len(list) > 0 && string(list[0].Outcome) == outcome }, "history")
}

// goesIn opens the socket that a way into a call leads to.
func (p *person) goesIn(gates map[string]*gate, way string) {
	p.t.Helper()
	u, err := url.Parse(way)
	if err != nil || gates[u.Hostname()] == nil || u.Scheme != "wss" {
		p.t.Fatalf("no way into a call: %q", way)
	}
	roots := x509.NewCertPool()
	text, _ := os.ReadFile(p.ca.file)
	roots.AppendCertsFromPEM(text)
	conn, err := tls.Dial("tcp", gates[u.Hostname()].listener.Addr().String(), &tls.Config{ServerName: u.Hostname(), RootCAs: roots})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, "GET "+u.RequestURI()+" HTTP/1.1\r\nHost: "+u.Host+
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if err != nil {
		p.t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "101") {
		p.t.Fatalf("got %q, %v", line, err)
	}
}

// neighbours are alice at a.example and bob at b.example.
func neighbours(t *testing.T) (alice, bob *person, gates map[string]*gate) {
	t.Helper()
	freshHome(t)
	ca := newAuthority(t)
	gates = map[string]*gate{"a.example": newGate(t), "b.example": newGate(t)}
	start := func(name, domain, other string) *person {
		p := &person{t: t, dir: t.TempDir(), gate: gates[domain], ca: ca}
		program := startProgram(t, "serve", "--data-dir", p.dir, "--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0",
			"--domain", domain, "--name", name, "--tls", ca.files(t, domain), "--ca-file", ca.file,
			"--host", other+"="+gates[other].listener.Addr().String(), "--host", domain+"="+gates[domain].listener.Addr().String())
		t.Cleanup(func() {
			program.stop(t, syscall.SIGTERM)
			if t.Failed() {
				t.Logf("%s's log:\n%s", name, program.stderr)
			}
		})
		p.gate.lead(strings.TrimPrefix(program.listen.HTTP, "https://"))
		return p
	}
	return start("alice", "a.example", "b.example"), start("bob", "b.example", "a.example"), gates
}

func befriended(t *testing.T) (alice, bob *person, gates map[string]*gate) {
	t.Helper()
	alice, bob, gates = neighbours(t)
	alice.says("bob@b.example is asked to be friends", "friend", "add", "bob@b.example")
	bob.says("You and alice@a.example are friends now", "friend", "accept", "alice")
	return alice, bob, gates
}

func TestFriendsOfTwoHosts(t *testing.T) {
	alice, bob, _ := neighbours(t)
	alice.says("You are alice@a.example.", "identity", "show")
	alice.says("no friends here yet", "friend", "list")
	if now := tells[friendStands](alice, "friend", "add", "bob@b.example"); now.State != "requested" {
		t.Errorf("got %+v", now)
	}
	if list := tells[[]app.Friend](bob, "friend", "list"); len(list) != 1 || list[0].ID != "alice@a.example" || list[0].State != "asked" {
		t.Errorf("bob's list: %+v", list)
	}
	bob.refuses("You are not friends yet", "call", "alice")
	if now := tells[friendStands](bob, "friend", "accept", "alice"); now.State != "friends" {
		t.Errorf("got %+v", now)
	}
	if list := tells[[]app.Friend](alice, "friend", "list"); len(list) != 1 || list[0].State != "friends" {
		t.Errorf("alice's list: %+v", list)
	}
	alice.says("bob@b.example is called ボブ now.", "friend", "name", "bob", "ボブ")
	alice.says("ボブ", "friend", "list")
	alice.says("can neither ask nor ring", "friend", "block", "ボブ")
	alice.says("blocked", "friend", "list")
	bob.refuses("not friends", "call", "alice@a.example")
	alice.refuses("You have blocked them. `takoshome friend unblock`", "call", "bob@b.example")
	alice.says("may ask and be asked again", "friend", "unblock", "bob@b.example")
	alice.refuses("takes a name of 3 to 20 letters", "friend", "add", "bob")
	alice.refuses("Nobody at b.example has that ID", "friend", "add", "zoe@b.example")
	alice.refuses("That is you yourself", "friend", "add", "alice@a.example")
	alice.refuses("nowhere.invalid cannot be reached", "friend", "add", "zoe@nowhere.invalid")
}

func TestCallsOfTwoHosts(t *testing.T) {
	alice, bob, gates := befriended(t)

	// Declined.
	if got := tells[control.Call](alice, "call", "bob", "--type", "video"); got.State != control.CallRinging || got.CallType != "video" || got.Peer != "bob@b.example" || got.URL != "" {
		t.Errorf("got %+v", got)
	}
	bob.says("The call of alice@a.example is declined", "decline")
	alice.lastCall("declined")
	bob.lastCall("declined")

	// Cancelled.
	alice.says("It rings at bob@b.example's…", "call", "bob")
	alice.says("The call is taken back", "cancel")
	alice.refuses("not calling anybody", "cancel")
	alice.lastCall("cancelled")
	bob.lastCall("missed")
	bob.refuses("Nobody is calling", "answer")
	bob.says("missed (new)", "history", "--seen")
	bob.says("missed ", "history")

	// Answered, by who waits.
	waiting := make(chan result, 1)
	rings := make(chan struct{})
	go func() {
		var out, errs bytes.Buffer
		status := Run(t.Context(), Config{
			Args:   []string{"call", "bob", "--wait", "--json", "--data-dir", alice.dir},
			Stdout: io.MultiWriter(&out, &once{then: func() { close(rings) }}), Stderr: &errs,
		})
		waiting <- result{status, out.String(), errs.String()}
	}()
	<-rings
	var answered control.Call
	eventually(bob, func(s app.Snapshot) bool { return len(s.Call.Incoming) == 1 }, "status")
	answered = tells[control.Call](bob, "answer", "alice")
	got := <-waiting
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
	var accepted control.Call
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &accepted); err != nil || got.status != exitDone || accepted.ID == "" {
		t.Fatalf("call --wait: %+v", got)
	}
	if answered.URL == accepted.URL || answered.JoinURL != "" || !strings.Contains(accepted.JoinURL, "/j#t=") {
		t.Errorf("ways in: %+v, %+v", answered, accepted)
	}
	alice.goesIn(gates, accepted.URL)
	bob.goesIn(gates, answered.URL)

	// Nobody there.
	gates["b.example"].shut()
	alice.refuses("b.example cannot be reached", "friend", "add", "carl@b.example")
}

func TestWaitingForWhoDoesNotCome(t *testing.T) {
	alice, bob, _ := befriended(t)
	rings, ended := make(chan struct{}), make(chan int, 1)
	var out, errs bytes.Buffer
	go func() {
		ended <- Run(t.Context(), Config{
			Args:   []string{"call", "bob", "--wait", "--data-dir", alice.dir},
			Stdout: io.MultiWriter(&out, &once{then: func() { close(rings) }}), Stderr: &errs,
		})
	}()
	<-rings
	bob.says("is declined", "decline", "alice")
	if status := <-ended; status != exitNobody || errs.String() != "takoshome: bob@b.example has declined. Try again later, or ask when it suits.\n" {
		t.Errorf("got %d %s %s", status, &out, &errs)
	}
	bob.says("not among your friends any more", "friend", "remove", "alice")
	bob.refuses("not friends", "call", "alice@a.example")
}

func TestGroupsOfTwoHosts(t *testing.T) {
	alice, bob, gates := befriended(t)
	team := tells[app.Group](alice, "group", "new", "海の会")
	alice.says("bob@b.example is in “海の会” now", "group", "add", "海の会", "bob")
	alice.refuses("in the group already", "group", "add", "海の会", "bob")
	alice.says("is an admin of “海の会” now", "group", "role", "海の会", "bob", "admin")
	bob.says("“Sea” is among your groups now", "group", "follow", string(team.ID), "Sea")
	bob.says("on another server", "group", "list")
	bob.says("Its server knows the members", "group", "show", "Sea")
	bob.says("“Sea” is called “Meer” now", "group", "rename", "Sea", "Meer") // for him alone

	started := tells[control.Call](alice, "group", "call", "海の会", "--type", "video")
	alice.goesIn(gates, started.URL)
	joined := tells[control.Call](bob, "call", "meer")
	if joined.URL == started.URL {
		t.Errorf("started %+v, joined %+v", started, joined)
	}
	bob.goesIn(gates, joined.URL)
	eventually(alice, func(g app.Group) bool { return g.People == 2 }, "group", "show", "海の会")

	alice.says("“海の会” is called “山の会” now", "group", "rename", "海の会", "山の会")
	alice.says("bob@b.example is not in “山の会” any more", "group", "remove", "山の会", "bob")
	bob.refuses("does not count you among the group's members", "group", "call", "Meer")
	bob.says("not in “Meer” any more", "group", "leave", "Meer")
	alice.refuses("needs an owner", "group", "role", "山の会", "alice", "member")
	alice.says("“山の会” is no more", "group", "delete", "山の会")
	alice.says("in no groups yet", "group", "list")
}

func TestAccountsAndIdentity(t *testing.T) {
	alice, bob, _ := befriended(t)
	alice.says("mom has an account now", "account", "add", "mom")
	alice.refuses("That name is taken", "account", "add", "Mom")
	alice.says("has the new password", "account", "password", "mom")
	if list := tells[[]app.Account](alice, "account", "list"); len(list) != 2 || !list[0].Owner || !list[1].HasPassword {
		t.Errorf("accounts %+v", list)
	}
	alice.refuses("owner's account cannot be removed", "account", "remove", "alice")
	alice.refuses("3 to 20 letters", "account", "add", "x")

	file := filepath.Join(t.TempDir(), "export.json")
	alice.says("Everything is in "+file, "identity", "export", file)
	alice.refuses("There is a file at "+file+" already", "identity", "export", file)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the export: %v, %v", info, err)
	}
	alice.says("The account mom is gone", "account", "remove", "mom")
	alice.says("You are alice2@a.example now. Your friends know the old ID alone", "identity", "set", "--name", "alice2")
	alice.says("Everything is as in the file: you are alice@a.example", "identity", "import", "--yes", file)
	if list := tells[[]app.Account](alice, "account", "list"); len(list) != 2 || list[0].Name != "alice" {
		t.Errorf("accounts %+v", list)
	}
	alice.says("It rings", "call", "bob")
	bob.says("is declined", "decline")

	bad := filepath.Join(t.TempDir(), "bad.json")
	writeSettings(t, bad, "{}")
	alice.refuses("no whole export", "identity", "import", "--yes", bad)
	alice.refuses("The file "+bad+"2 cannot be used: no such file or directory. ", "identity", "import", "--yes", bad+"2")
	alice.refuses("That is no domain", "identity", "set", "--domain", "https://a.example")
	alice.says("The history is empty now", "history", "--clear")
	alice.says("no calls yet", "history")
}

// A file that cannot be read is told, and calls by links go on.
func TestServeWithABrokenIdentity(t *testing.T) {
	freshHome(t)
	p := &person{t: t, dir: t.TempDir()}
	file := filepath.Join(p.dir, "identity.db")
	writeSettings(t, file, strings.Repeat("junk", 9999))
	program := startProgram(t, append(serveArgs(p.dir), "--domain", "a.example", "--name", "alice")...)
	p.refuses(file+" is damaged, and was left as it is", "identity", "show")
	if got := tells[app.Identity](p, "identity", "show"); got.State != app.IdentityBroken {
		t.Errorf("got %+v", got)
	}
	p.says("What is stored about you and your friends cannot be read", "status")
	for _, args := range []string{"friend add bob@b.example", "call bob@b.example", "group new Team", "account add mom", "history --seen", "friend list", "group list", "account list", "history", "answer"} {
		p.refuses("and was left as it is", strings.Fields(args)...)
	}
	p.says("/j#i=", "invite", "--room", "tea")
	program.stop(t, syscall.SIGTERM)
	if text, err := os.ReadFile(file); err != nil || string(text) != strings.Repeat("junk", 9999) {
		t.Errorf("the file was touched: %v", err)
	}
}

// Without a domain one is somebody all the same.
func TestServeWithoutADomain(t *testing.T) {
	freshHome(t)
	p := &person{t: t, dir: t.TempDir()}
	program := startProgram(t, append(serveArgs(p.dir), "--name", "alice")...)
	p.says("`takoshome identity set --", "identity", "show")
	for _, args := range []string{"friend add bob@b.example", "call bob@b.example"} {
		p.refuses("takoshome identity set", strings.Fields(args)...)
	}
	p.says("You are alice, without a domain", "identity", "set", "--name", "alice")
	p.refuses("has no domain", "call", "bob@b.example")
	p.says("You are alice@a.example", "identity", "set", "--domain", "a.example")
	p.says("You are alice@a.example", "status")
	p.says("You are alice, without a domain", "identity", "set", "--domain=")
	program.stop(t, syscall.SIGTERM)
}

// once does something at the first writing.
type once struct {
	then func()
	done sync.Once
}

func (o *once) Write(p []byte) (int, error) {
	o.done.Do(o.then)
	return len(p), nil
}
