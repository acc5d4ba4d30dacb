package control

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeHost answers as told.
type fakeHost struct {
	joined  Join
	actions []Action
	asked   Invite
	err     error
	window  bool
	raised  int
}

func (h *fakeHost) Invite(_ context.Context, invite Invite) (Link, error) {
	h.asked = invite
	return Link{Token: "t", URL: "ws://a", JoinURL: "http://a/j#t=t"}, h.err
}

func (h *fakeHost) Status(context.Context) (any, error) {
	return map[string]int{"rooms": 2}, h.err
}

func (h *fakeHost) Raise() bool {
	h.raised++
	return h.window
}

func (h *fakeHost) Join(_ context.Context, join Join) error {
	h.joined = join
	return h.err
}

func (h *fakeHost) Call(_ context.Context, action Action) error {
	h.actions = append(h.actions, action)
	return h.err
}

func TestInviteAndStatus(t *testing.T) {
	host := &fakeHost{}
	dir := serve(t, host)
	c := NewClient(dir)
	want := Invite{Room: "茶", User: "alice@a.example", CallType: "video", Uses: 3, TTLMs: 60_000}
	link, err := c.Invite(t.Context(), want)
	if err != nil || link != (Link{Token: "t", URL: "ws://a", JoinURL: "http://a/j#t=t"}) {
		t.Errorf("got %+v, %v", link, err)
	}
	if host.asked != want {
		t.Errorf("the host was asked %+v, want %+v", host.asked, want)
	}
	status, err := c.Status(t.Context())
	if err != nil || strings.TrimSpace(string(status)) != `{"rooms":2}` {
		t.Errorf("got %s, %v", status, err)
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want Refusal
	}{
		{"with a code", &Refusal{Code: CodeBadRoom, Message: "no room"}, Refusal{Code: CodeBadRoom, Message: "no room"}},
		{"other", errors.New("broken"), Refusal{Code: CodeFailed, Message: "broken"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := NewClient(serve(t, &fakeHost{err: test.err}))
			_, inviteErr := c.Invite(t.Context(), Invite{})
			_, statusErr := c.Status(t.Context())
			for _, err := range []error{inviteErr, statusErr} {
				var refusal *Refusal
				if !errors.As(err, &refusal) || !reflect.DeepEqual(*refusal, test.want) {
					t.Errorf("got %v, want %+v", err, test.want)
				}
			}
		})
	}
}

func TestRaise(t *testing.T) {
	host := &fakeHost{window: true}
	c := NewClient(serve(t, host))
	if err := c.Raise(t.Context()); err != nil || host.raised != 1 {
		t.Errorf("raised %d times, %v", host.raised, err)
	}
	host.window = false
	if err := c.Raise(t.Context()); !errors.Is(err, ErrNoWindow) {
		t.Errorf("got %v, want ErrNoWindow", err)
	}
}

func TestCalls(t *testing.T) {
	host := &fakeHost{}
	c := NewClient(serve(t, host))
	want := Join{Link: "https://h/j#t=x", Name: "a", Microphone: "b", Speaker: "c", Camera: "d", Now: true}
	if err := c.Join(t.Context(), want); err != nil || host.joined != want {
		t.Errorf("got %+v, %v", host.joined, err)
	}
	for _, action := range []Action{ActionMute, ActionHangUp} {
		if err := c.Call(t.Context(), action); err != nil {
			t.Error(err)
		}
	}
	if len(host.actions) != 2 || host.actions[0] != ActionMute {
		t.Errorf("got %v", host.actions)
	}
	host.err = &Refusal{Code: CodeNoCall, Message: "no call"}
	var refusal *Refusal
	if err := c.Call(t.Context(), ActionMute); !errors.As(err, &refusal) || refusal.Code != CodeNoCall {
		t.Errorf("got %v", err)
	}
	host.err = &Refusal{Code: CodeNoWindow, Message: "no window"}
	if err := c.Join(t.Context(), want); !errors.Is(err, ErrNoWindow) {
		t.Errorf("got %v", err)
	}
}

// The second start may come while the first is between its lock and its socket.
func TestRaiseWaitsForAStartingHost(t *testing.T) {
	dir := t.TempDir()
	raised := make(chan error, 1)
	go func() { raised <- NewClient(dir).Raise(t.Context()) }()
	serveIn(t, dir, &fakeHost{window: true})
	if err := <-raised; err != nil {
		t.Error(err)
	}
}

func TestBadRequests(t *testing.T) {
	dir := serve(t, &fakeHost{})
	c := NewClient(dir)
	for _, route := range []string{"/v1/join", "/v1/call"} {
		_, err := c.do(t.Context(), http.MethodPost, route, []byte(`{"x":1}`))
		if refusal := (*Refusal)(nil); !errors.As(err, &refusal) || refusal.Code != CodeBadRequest {
			t.Errorf("%s: got %v, want a bad request", route, err)
		}
	}
	for _, body := range []string{"", "{", `{"room":1}`, `{"rooom":"a"}`, `{"room":"` + strings.Repeat("a", maxBodyBytes) + `"}`} {
		_, err := c.do(t.Context(), http.MethodPost, "/v1/invite", []byte(body))
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.Code != CodeBadRequest {
			t.Errorf("%.20q: got %v, want a bad request", body, err)
		}
	}
	if _, err := c.do(t.Context(), http.MethodGet, "/v1/none", nil); err == nil {
		t.Error("an unknown route was answered")
	}
}

func TestNotRunning(t *testing.T) {
	left := t.TempDir()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(left, socketName), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	_ = listener.Close()
	for name, dir := range map[string]string{"empty": t.TempDir(), "none": filepath.Join(t.TempDir(), "x"), "left behind": left} {
		t.Run(name, func(t *testing.T) {
			if _, err := NewClient(dir).Status(t.Context()); !errors.Is(err, ErrNotRunning) {
				t.Errorf("got %v, want ErrNotRunning", err)
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := NewClient(left).Raise(ctx); err == nil {
		t.Error("nobody was raised")
	}
}

// Security check 40: the folder and its socket are for their owner alone.
func TestSec40SocketMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps files apart by their folder")
	}
	dir := filepath.Join(t.TempDir(), "new", "data")
	serveIn(t, dir, &fakeHost{})
	for path, want := range map[string]os.FileMode{
		dir:                            0o700,
		filepath.Join(dir, socketName): 0o600,
		filepath.Join(dir, lockName):   0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(path), got, want)
		}
	}
}

func TestSingleInstance(t *testing.T) {
	dir := t.TempDir()
	first, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrRunning) {
		t.Errorf("second: %v, want ErrRunning", err)
	}
	if _, err := os.Stat(filepath.Join(dir, socketName)); err != nil {
		t.Errorf("the second start took the first's socket: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, socketName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is left behind: %v", err)
	}
}

// What a killed process leaves behind is replaced; anything else is not ours.
func TestStaleSocketIsReplaced(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, socketName)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	serveIn(t, dir, &fakeHost{})
	if _, err := NewClient(dir).Status(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	occupied := t.TempDir()
	if err := os.MkdirAll(filepath.Join(occupied, socketName, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, dir string
		want      error
	}{
		{"too long", filepath.Join(t.TempDir(), strings.Repeat("a", maxSocketPath)), ErrPathTooLong},
		{"a file", file, nil},
		{"below a file", filepath.Join(file, "x"), nil},
		{"socket cannot be made", occupied, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Open(test.dir)
			if err == nil || (test.want != nil && !errors.Is(err, test.want)) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
	if err := os.RemoveAll(filepath.Join(occupied, socketName)); err != nil {
		t.Fatal(err)
	}
	folder, err := Open(occupied)
	if err != nil {
		t.Fatalf("the lock was kept after a failure: %v", err)
	}
	_ = folder.Close()
}

func TestOpenRefusesAFolderOpenToOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	for mode, refused := range map[os.FileMode]bool{0o777: true, 0o1777: true, 0o775: false, 0o755: false, 0o700: false} {
		dir := t.TempDir()
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		folder, err := Open(dir)
		if errors.Is(err, ErrOpenToOthers) != refused {
			t.Errorf("mode %o: %v, want refused %v", mode, err, refused)
		}
		if err == nil {
			_ = folder.Close()
		}
	}
}

// A killed Raise must not hang on: a context that ends is an end.
func TestRaiseEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := NewClient(t.TempDir()).Raise(ctx); err == nil {
		t.Error("nobody was raised")
	}
}

func serve(t *testing.T, host Host) (dir string) {
	t.Helper()
	dir = t.TempDir()
	serveIn(t, dir, host)
	return dir
}

func serveIn(t *testing.T, dir string, host Host) {
	t.Helper()
	folder, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewServer(folder, host, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Serve()
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}
