package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"takoshome/app"
)

// patience is for what takes a second at most, on a machine that is busy.
const patience = time.Minute

// program is `takoshome serve` as a process of its own.
type program struct {
	cmd    *exec.Cmd
	listen listening
	stderr *bytes.Buffer
	stdout *bufio.Reader
}

func startProgram(t *testing.T, args ...string) *program {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("there are no signals to send")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*patience)
	t.Cleanup(cancel)
	p := &program{cmd: exec.CommandContext(ctx, os.Args[0], args...), stderr: &bytes.Buffer{}}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	p.cmd.Stderr = p.stderr
	pipe, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdout = bufio.NewReader(pipe)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := p.stdout.ReadBytes('\n')
	if err != nil {
		_ = p.cmd.Wait()
		t.Fatalf("it said nothing: %v\n%s", err, p.stderr)
	}
	if err := json.Unmarshal(line, &p.listen); err != nil {
		t.Errorf("%q: %v", line, err)
	}
	return p
}

// stop sends the signal and gives what else was printed.
func (p *program) stop(t *testing.T, signal os.Signal) (rest string) {
	t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(p.stdout)
	if err != nil {
		t.Error(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v:\n%s", err, p.stderr)
	}
	return string(text)
}

func serveArgs(dir string) []string {
	return []string{"serve", "--data-dir", dir, "--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0", "--tls", "off"}
}

// The whole life of a host without a window, as a script sees it.
func TestServeInviteStatusStop(t *testing.T) {
	settings := freshHome(t)
	dir := filepath.Join(t.TempDir(), "data")
	p := startProgram(t, serveArgs(dir)...)
	if !strings.HasPrefix(p.listen.HTTP, "http://127.0.0.1:") || !strings.HasPrefix(p.listen.RTC, "127.0.0.1:") || strings.HasSuffix(p.listen.RTC, ":0") {
		t.Errorf("it listens on %+v", p.listen)
	}
	if text, err := os.ReadFile(settings); err != nil || !strings.Contains(string(text), `# http = ":8443"`) {
		t.Errorf("the settings file was not made: %v", err)
	}

	got := call(t, nil, "invite", "--data-dir", dir, "--room", "tea", "--user", "alice@a.example", "--type", "video", "--ttl", "1m", "--json")
	var link map[string]string
	if err := json.Unmarshal([]byte(got.stdout), &link); err != nil || got.status != 0 || strings.Count(got.stdout, "\n") != 1 {
		t.Fatalf("invite: %+v", got)
	}
	base := p.listen.HTTP
	if len(link) != 3 || link["joinUrl"] != base+"/j#t="+link["token"] ||
		link["url"] != "ws"+strings.TrimPrefix(base, "http")+"/_takos/v2/call?token="+link["token"] {
		t.Errorf("invite printed %s", got.stdout)
	}
	got = call(t, nil, "invite", "--data-dir", dir, "--room", "tea", "--uses", "3", "--ttl", "2h")
	if got.status != 0 || !strings.Contains(got.stdout, base+"/j#i=") || !strings.Contains(got.stdout, "tea") {
		t.Errorf("invite for people: %+v", got)
	}

	got = call(t, nil, "status", "--data-dir", dir, "--json")
	var snapshot app.Snapshot
	if err := json.Unmarshal([]byte(got.stdout), &snapshot); err != nil || got.status != 0 {
		t.Fatalf("status: %+v", got)
	}
	if snapshot.Host.HTTP != base || snapshot.Host.RTC != p.listen.RTC || len(snapshot.Invitations) != 2 || snapshot.Rooms == nil {
		t.Errorf("status printed %s", got.stdout)
	}
	if got := call(t, nil, "status", "--data-dir", dir); got.status != 0 || !strings.Contains(got.stdout, "Hosting at "+base) {
		t.Errorf("status for people: %+v", got)
	}

	if rest := p.stop(t, syscall.SIGTERM); rest != "" {
		t.Errorf("more than one line on stdout: %q", rest)
	}
	if got := call(t, nil, "status", "--data-dir", dir); got.status != exitFailed {
		t.Errorf("status after the end: %+v", got)
	}
}

// Security check 40: what stands in the log of a host that let somebody in.
func TestSec40ServeLogHasNoSecrets(t *testing.T) {
	freshHome(t)
	dir := t.TempDir()
	p := startProgram(t, serveArgs(dir)...)
	var link struct{ Token, JoinURL string }
	got := call(t, nil, "invite", "--data-dir", dir, "--room", "tea", "--user", "alice@a.example", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &link); err != nil {
		t.Fatal(err)
	}
	conn := openSocket(t, p.listen.HTTP, link.Token)
	_ = conn.Close()
	p.stop(t, syscall.SIGTERM)
	if strings.Contains(p.stderr.String(), link.Token) || !strings.Contains(p.stderr.String(), "hosting") {
		t.Errorf("log:\n%s", p.stderr)
	}
}

// Open calls do not keep the host from stopping.
func TestSignalEndsCalls(t *testing.T) {
	freshHome(t)
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		dir := t.TempDir()
		p := startProgram(t, serveArgs(dir)...)
		var link struct{ Token string }
		got := call(t, nil, "invite", "--data-dir", dir, "--room", "tea", "--user", "alice@a.example", "--json")
		if err := json.Unmarshal([]byte(got.stdout), &link); err != nil {
			t.Fatal(err)
		}
		conn := openSocket(t, p.listen.HTTP, link.Token)
		ended := make(chan error, 1)
		go func() {
			_, err := io.Copy(io.Discard, conn)
			ended <- err
		}()
		p.stop(t, signal)
		if err := <-ended; err != nil {
			t.Errorf("the call's socket: %v", err)
		}
		_ = conn.Close()
	}
}

func TestSecondServe(t *testing.T) {
	freshHome(t)
	dir := t.TempDir()
	p := startProgram(t, serveArgs(dir)...)
	got := call(t, nil, serveArgs(dir)...)
	if got.status != exitFailed || got.stdout != "" || !isOneSentence(got.stderr) || !strings.Contains(got.stderr, "already running") {
		t.Errorf("second serve: %+v", got)
	}
	got = call(t, fakeWindow(nil), append([]string{"window"}, serveArgs(dir)[1:]...)...)
	if got.status != exitFailed || !strings.Contains(got.stderr, "without a window") {
		t.Errorf("window beside a serve: %+v", got)
	}
	if answer, err := http.Get(p.listen.HTTP + "/j"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("the first is no more: %v", err)
	} else {
		_ = answer.Body.Close()
	}
	http.DefaultClient.CloseIdleConnections()
	p.stop(t, syscall.SIGTERM)
}

// A killed host leaves a socket behind; the next start is none the worse.
func TestStartAfterAKill(t *testing.T) {
	freshHome(t)
	dir := t.TempDir()
	p := startProgram(t, serveArgs(dir)...)
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
	if _, err := os.Stat(filepath.Join(dir, "control.sock")); err != nil {
		t.Fatalf("nothing was left behind: %v", err)
	}
	if got := call(t, nil, "status", "--data-dir", dir); got.status != exitFailed || !strings.Contains(got.stderr, "No Takos Home is running") {
		t.Errorf("asking a dead host: %+v", got)
	}
	startProgram(t, serveArgs(dir)...).stop(t, syscall.SIGTERM)
}

// Flags win over the file, the file over the defaults.
func TestFlagsWin(t *testing.T) {
	settings := freshHome(t)
	dir := t.TempDir()
	writeSettings(t, settings, `
data_dir = "`+dir+`"
http = "192.0.2.1:1"
rtc = "127.0.0.1:0"
announce = ["192.0.2.7"]
tls = "off"
public_url = "http://home.example:81"
`)
	p := startProgram(t, "serve", "--http", "127.0.0.1:0", "--announce", "127.0.0.1,192.0.2.8")
	if p.listen.HTTP != "http://home.example:81" {
		t.Errorf("public URL: %s", p.listen.HTTP)
	}
	got := call(t, nil, "status", "--json") // the file says in which folder
	var snapshot app.Snapshot
	if err := json.Unmarshal([]byte(got.stdout), &snapshot); err != nil {
		t.Fatalf("status: %+v", got)
	}
	if a := snapshot.Host.Announced; len(a) != 2 || a[0] != "127.0.0.1" || a[1] != "192.0.2.8" || snapshot.Host.TLS != "off" {
		t.Errorf("host %+v", snapshot.Host)
	}
	p.stop(t, syscall.SIGTERM)
}

// openSocket opens the call's WebSocket (RFC 6455 section 4.1).
func openSocket(t *testing.T, base, token string) net.Conn {
	t.Helper()
	host := strings.TrimPrefix(base, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(conn, "GET /_takos/v2/call?token="+token+" HTTP/1.1\r\nHost: "+host+
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "101") {
		t.Fatalf("got %q, %v", line, err)
	}
	return conn
}
