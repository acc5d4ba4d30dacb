package cli

import (
	"archive/zip"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"takoshome/app"
)

// freshDesktop has no autostart of anybody's.
func freshDesktop(t *testing.T) (entry string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("this test must not change what really starts with the session")
	}
	settings := freshHome(t)
	t.Setenv("APPIMAGE", "")
	return filepath.Join(filepath.Dir(filepath.Dir(settings)), "autostart", "social.takos.home.desktop")
}

func TestAutostart(t *testing.T) {
	entry := freshDesktop(t)
	for _, step := range []struct {
		args []string
		says string
		on   bool
	}{
		{[]string{"status"}, "does not start by itself", false},
		{[]string{"on"}, "in the tray", true},
		{[]string{"status"}, "in the tray", true},
		{[]string{"on", "--window"}, "with its window", true},
		{[]string{"off"}, "does not start by itself", false},
	} {
		got := call(t, fakeWindow(nil), append([]string{"autostart"}, step.args...)...)
		if got.status != exitDone || !isOneSentence(got.stdout) && !strings.Contains(got.stdout, step.says) {
			t.Errorf("%v: %+v", step.args, got)
		}
		if !strings.Contains(got.stdout, step.says) {
			t.Errorf("%v says %s", step.args, got.stdout)
		}
		if _, err := os.Stat(entry); (err == nil) != step.on {
			t.Errorf("%v: the entry: %v", step.args, err)
		}
	}
	var state app.Autostart
	got := call(t, fakeWindow(nil), "autostart", "status", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &state); err != nil || state != (app.Autostart{Possible: true}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got := call(t, nil, "autostart", "on"); got.status != exitFailed || !strings.Contains(got.stderr, "takoshome serve") {
		t.Errorf("without a window: %+v", got)
	}
	if got := call(t, nil, "autostart", "maybe"); got.status != exitUsage {
		t.Errorf("got %+v", got)
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Dir(entry)), 0o700); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(filepath.Dir(entry))
	if err := os.WriteFile(filepath.Dir(entry), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := call(t, fakeWindow(nil), "autostart", "on"); got.status != exitFailed || !isOneSentence(got.stderr) {
		t.Errorf("a file is no folder: %+v", got)
	}
}

// A start with the session leaves alone what runs already; by hand it is raised.
func TestMinimizedSecondStart(t *testing.T) {
	freshHome(t)
	dir := t.TempDir()
	p := startProgram(t, serveArgs(dir)...)
	args := append([]string{"window"}, serveArgs(dir)[1:]...)
	if got := call(t, fakeWindow(nil), append(args, "--minimized")...); got.status != exitDone || got.stderr != "" {
		t.Errorf("minimized: %+v", got)
	}
	if got := call(t, fakeWindow(nil), args...); got.status != exitFailed {
		t.Errorf("by hand: %+v", got)
	}
	p.stop(t, syscall.SIGTERM)
}

// The log stands in a file too, for its owner alone, and without secrets.
func TestSec40LogFile(t *testing.T) {
	settings := freshHome(t)
	dir := t.TempDir()
	writeSettings(t, settings, "[log]\nlevel = \"debug\"\n")
	p := startProgram(t, serveArgs(dir)...)
	var link struct{ Token, JoinURL string }
	got := call(t, nil, "invite", "--data-dir", dir, "--room", "tea", "--user", "alice@a.example", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &link); err != nil {
		t.Fatal(err)
	}
	_ = openSocket(t, p.listen.HTTP, link.Token).Close()
	bundle := filepath.Join(t.TempDir(), "r.zip")
	if got := call(t, nil, "debug-bundle", "--data-dir", dir, "-o", bundle); got.status != exitDone || !strings.Contains(got.stdout, bundle) {
		t.Errorf("report: %+v", got)
	}
	if got := call(t, nil, "debug-bundle", "--data-dir", dir, "-o", bundle); got.status != exitFailed || !isOneSentence(got.stderr) {
		t.Errorf("a second report: %+v", got)
	}
	p.stop(t, syscall.SIGTERM)

	path := filepath.Join(dir, "log", "takoshome.log")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "msg=hosting ") || strings.Contains(string(text), link.Token) {
		t.Errorf("the log:\n%s", text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for name, text := range unzip(t, bundle) {
		if strings.Contains(text, link.Token) {
			t.Errorf("%s of the report has the token", name)
		}
		if strings.HasSuffix(name, "status.json") && !strings.Contains(text, `"state": "running"`) {
			t.Errorf("status of the report: %s", text)
		}
	}

	// Without a running app there is a report too, and off means off.
	if got := call(t, nil, "debug-bundle", "--data-dir", dir, "-o", bundle+"2"); got.status != exitDone {
		t.Errorf("report of an ended host: %+v", got)
	}
	quiet := t.TempDir()
	writeSettings(t, settings, "[log]\nfile = \"off\"\n")
	startProgram(t, serveArgs(quiet)...).stop(t, syscall.SIGTERM)
	if _, err := os.Stat(filepath.Join(quiet, "log")); err == nil {
		t.Error("a log was written that is off")
	}
	writeSettings(t, settings, "log = 3\n")
	if got := call(t, nil, "debug-bundle", "--data-dir", dir, "-o", bundle+"3"); got.status != exitDone {
		t.Errorf("report with broken settings: %+v", got)
	}
}

func unzip(t *testing.T, path string) map[string]string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	files := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
		files[f.Name] = string(text)
	}
	return files
}

// systemd hears that the host listens, that it lives, and that it ends.
func TestServiceNotifies(t *testing.T) {
	freshHome(t)
	address := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	t.Setenv("NOTIFY_SOCKET", address)
	t.Setenv("WATCHDOG_USEC", "100000")
	t.Setenv("WATCHDOG_PID", "")
	p := startProgram(t, serveArgs(t.TempDir())...)
	if err := socket.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	heard := func() string {
		word := make([]byte, 100)
		n, err := socket.Read(word)
		if err != nil {
			t.Fatal(err)
		}
		return string(word[:n])
	}
	for _, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1"} {
		if got := heard(); got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	}
	p.stop(t, syscall.SIGTERM)
	for got := heard(); got != "STOPPING=1"; got = heard() {
		if got != "WATCHDOG=1" {
			t.Fatalf("heard %q at the end", got)
		}
	}
}

func TestWatchdogInterval(t *testing.T) {
	for _, test := range []struct {
		micros, pid string
		want        time.Duration
	}{
		{"", "", 0}, {"60000000", "", 30 * time.Second}, {"x", "", 0}, {"-5", "", 0}, {"60000000", "1", 0},
	} {
		t.Setenv("WATCHDOG_USEC", test.micros)
		t.Setenv("WATCHDOG_PID", test.pid)
		if got := watchdogInterval(); got != test.want {
			t.Errorf("%+v: got %v", test, got)
		}
	}
}
