package logfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret looks like a token.
const secret = "x7Qe9-TfWm_3hZ0aKpLr2vNbYcUd5sGiOjEw8tRq1Mk"

func TestClean(t *testing.T) {
	for _, text := range []string{
		"https://h.example:8443/j#t=" + secret + "&c=audio",
		"takoshome:https://h/j#i=" + secret[:22],
		"GET /_takos/v2/call?token=" + secret + " 101",
		"wss://h/_takos/v2/call?resume=" + secret + "&media=keep",
		"/_takos/v2/sessions/" + secret + "/",
		`{"token":"` + secret + `","room":"tea"}`,
		`{\"sessionId\": \"` + secret + `\"}`,
		"password=hunter2" + secret, `password = "a \" b ` + secret + `" x`, "api_key = 'tako " + secret + "'",
		"Authorization: Bearer " + secret, "authorization: Signature key=a,sign=" + secret, "bearer " + secret,
		"Cookie: a=b; sessionid=" + secret, "set-cookie: x=" + secret + "; HttpOnly",
		"https://user:" + secret + "@dyn.example/update", "https://" + secret + "@dyn.example/",
		"a=ice-pwd:" + secret, "icePwd: " + secret, "turn_credential: " + secret,
		"-----BEGIN EC PRIVATE KEY-----\n" + secret + "\n" + secret + "\n-----END EC PRIVATE KEY-----",
		"-----BEGIN PRIVATE KEY-----\n" + secret, "dns_api_token=" + secret, "hmac=" + secret,
		"it was " + secret + ".", strings.ToUpper(strings.NewReplacer("-", "", "_", "").Replace(secret))[:26],
		fmt.Sprintf("%x", sha256.Sum256([]byte(secret))),
	} {
		got := NewCleaner().Clean("before " + text + "\nafter")
		if strings.Contains(got, secret[:22]) || !strings.Contains(got, Removed) {
			t.Errorf("%s\nbecame %s", text, got)
		}
		if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, "after") && !strings.Contains(text, "BEGIN PRIVATE") {
			t.Errorf("%s\nlost its surroundings: %s", text, got)
		}
	}
}

// What is no secret stays as it is.
func TestCleanKeeps(t *testing.T) {
	for _, text := range []string{
		"", "hosting", "https://home.example:8443/j", "[2001:db8::1]:8443", "alice@a.example",
		"0198f2c4-7d3e-7c11-9a52-0f1e2d3c4b5a", "listen udp 127.0.0.1:8443: address already in use",
		"#t=" + Removed + "&c=audio&f=" + secret, "fingerprint " + secret, "sha-256 " + secret,
		"v0.0.0-20250603113521-ca66a66d8b58", "social.takos.home.links.desktop", "お茶の部屋",
		"/home/me/.local/share/takoshome/log/takoshome.log", "org.freedesktop.login1.Manager",
	} {
		if got := NewCleaner().Clean(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestIsSecret(t *testing.T) {
	for name, want := range map[string]bool{
		"token": true, "Token": true, "api_key": true, "apiKey": true, "password": true, "resume": true, "dns-api-token": true,
		"iceUfrag": false, "path": false, "keys": false, "key": false, "room": false, "fingerprint": false,
	} {
		if got := NewCleaner().IsSecret(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("x", "token=%s", "y")
	f.Add("-----BEGIN PRIVATE KEY-----", "%s", "-----END")
	f.Add(`password="`, `"token":"%s"`, `\"`)
	f.Add("https://a@", "Cookie: %s", "://")
	shapes := []string{
		"token=%s", "%s", `"password":"%s"`, "api_key = '%s'", "Bearer %s", "https://h/j#t=%s", "https://h/?x=1&resume=%s&y",
		"https://a:%s@h/", "Cookie: a=%s", "ice-pwd:%s",
	}
	clean := NewCleaner()
	f.Fuzz(func(t *testing.T, before, seed, after string) {
		sum := sha256.Sum256([]byte(seed))
		secret := base64.RawURLEncoding.EncodeToString(sum[:])
		for _, shape := range shapes {
			text := before + " " + fmt.Sprintf(shape, secret) + "\n" + after
			if got := clean.Clean(text); strings.Contains(got, secret) {
				t.Fatalf("%q became %q", text, got)
			}
		}
		if got := clean.Clean(before + after); len(got) > (len(before)+len(after)+1)*(len(Removed)+1) {
			t.Fatalf("%d bytes became %d", len(before)+len(after), len(got))
		}
	})
}

// secretive is what logs its own secret.
type secretive struct{}

func (secretive) String() string       { return "token=" + secret }
func (secretive) LogValue() slog.Value { return slog.StringValue("password: " + secret) }

// Security check 40: whatever is logged, and however, no secret is written down.
func TestSec40LoggerWritesNoSecrets(t *testing.T) {
	var stderr bytes.Buffer
	l := New(&stderr)
	path := filepath.Join(t.TempDir(), "log", "x.log")
	l.Logger().Info("early https://h/j#t="+secret, "n", 1)
	open(t, l, FileConfig{Path: path, MaxBytes: 1 << 20, MaxFiles: 2})
	log := l.Logger().With("token", secret).WithGroup("g").With("link", "https://h/j#i="+secret)
	log.Warn("it", "error", fmt.Errorf("dial: %w", errors.New("wss://h/?token="+secret)), "s", fmt.Stringer(secretive{}),
		"v", secretive{}, "bytes", []byte(secret), "list", []string{secret}, "password", 7,
		slog.Group("h", "authorization", "Bearer "+secret, "took", time.Second, "n", 3))
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	for name, text := range map[string]string{"stderr": stderr.String(), "file": read(t, path)} {
		if strings.Contains(text, secret) || strings.Count(text, "\n") != 2 {
			t.Errorf("%s:\n%s", name, text)
		}
		for _, want := range []string{"level=INFO msg=\"early ", "n=1", "level=WARN msg=it token=" + Removed, "g.h.took=1s", "g.h.n=3", "dial: wss://h/"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s:\n%s", name, want, text)
			}
		}
	}
	if info, err := os.Stat(path); err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestLevel(t *testing.T) {
	var stderr bytes.Buffer
	l := New(&stderr)
	l.Logger().Debug("1")
	l.SetLevel(slog.LevelDebug)
	l.Logger().Debug("2")
	l.SetLevel(slog.LevelError)
	l.Logger().Warn("3")
	if got := stderr.String(); strings.Contains(got, "msg=1") || !strings.Contains(got, "msg=2") || strings.Contains(got, "msg=3") {
		t.Errorf("got %s", got)
	}
}

func TestRotation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.log")
	l := New(&bytes.Buffer{})
	open(t, l, FileConfig{Path: path, MaxBytes: minFileBytes, MaxFiles: 3})
	for n := range 1000 {
		l.Logger().Info("line", "n", n)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) != 3 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files {
		if text := read(t, f); len(text) > minFileBytes || !strings.HasSuffix(text, "\n") || !strings.HasPrefix(text, "time=") {
			t.Errorf("%s has %d bytes", f, len(text))
		}
	}
	if !strings.Contains(read(t, path), "n=999") || strings.Contains(read(t, path+".1"), "n=999") {
		t.Error("the newest line is not in the newest file")
	}

	// The next start goes on in the newest file.
	l = New(&bytes.Buffer{})
	open(t, l, FileConfig{Path: path, MaxBytes: minFileBytes, MaxFiles: 1})
	l.Logger().Info("again")
	_ = l.Close()
	if text := read(t, path); !strings.Contains(text, "n=999") || !strings.Contains(text, "msg=again") {
		t.Error("the file was begun anew")
	}
}

func TestLinesOfManyGoroutinesStayWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.log")
	l := New(&safeBuffer{})
	open(t, l, FileConfig{Path: path, MaxBytes: 1 << 20, MaxFiles: 1})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				l.Logger().Info("a line")
			}
		})
	}
	group.Wait()
	_ = l.Close()
	if n := strings.Count(read(t, path), `msg="a line"`+"\n"); n != 800 {
		t.Errorf("%d lines", n)
	}
}

// A file that cannot be written is told once, and again when it can.
func TestFileThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "log")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	var stderr bytes.Buffer
	l := New(&stderr)
	path := filepath.Join(blocked, "x.log")
	open(t, l, FileConfig{Path: path, MaxBytes: minFileBytes, MaxFiles: 2, now: func() time.Time { return now }})
	for range 5 {
		l.Logger().Info("lost")
		now = now.Add(retryInterval / 2)
	}
	if n := strings.Count(stderr.String(), "cannot be written"); n != 1 {
		t.Errorf("told %d times:\n%s", n, &stderr)
	}
	if err := os.Remove(blocked); err != nil {
		t.Fatal(err)
	}
	now = now.Add(retryInterval)
	l.Logger().Info("kept")
	if text := read(t, path); !strings.Contains(text, "msg=kept") || !strings.Contains(stderr.String(), "written again") {
		t.Errorf("file:\n%s\nstderr:\n%s", text, &stderr)
	}
	_ = l.Close()
}

// A full disk is like any other that cannot be written.
func TestDiskFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no device that is always full")
	}
	var stderr bytes.Buffer
	l := New(&stderr)
	open(t, l, FileConfig{Path: "/dev/full", MaxBytes: minFileBytes, MaxFiles: 1})
	for range 3 {
		l.Logger().Info("line")
	}
	if n := strings.Count(stderr.String(), "cannot be written"); n != 1 || strings.Count(stderr.String(), "msg=line") != 3 {
		t.Errorf("got\n%s", &stderr)
	}
	_ = l.Close()
}

func TestOpenRefuses(t *testing.T) {
	l := New(&bytes.Buffer{})
	for _, c := range []FileConfig{{}, {Path: "x", MaxBytes: 1, MaxFiles: 1}, {Path: "x", MaxBytes: minFileBytes}} {
		if err := l.Open(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
	for range 3 * maxEarly / 100 {
		l.Logger().Info(strings.Repeat("a", 100)) // nothing grows without bound
	}
	if l.early.Len() > maxEarly {
		t.Errorf("%d bytes are kept", l.early.Len())
	}
	_ = l.Close()
	if err := l.Open(FileConfig{Path: filepath.Join(t.TempDir(), "x"), MaxBytes: minFileBytes, MaxFiles: 1}); err == nil {
		t.Error("a closed log was opened")
	}
}

func open(t *testing.T, l *Log, c FileConfig) {
	t.Helper()
	if err := l.Open(c); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// safeBuffer is written by many goroutines.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}
