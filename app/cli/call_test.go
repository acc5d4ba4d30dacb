package cli

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"takoshome/app"
	takingpart "takoshome/app/session"
)

// Nothing listens on port 9 of this computer.
const deadLink = "http://127.0.0.1:9/j#i=abcdefghijklmnopqrstuv"

func windowArgs(dir string) []string {
	return []string{"--data-dir", dir, "--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0", "--tls", "off"}
}

// openWindow starts an app whose window ends with the test.
func openWindow(t *testing.T, args ...string) (a *app.App, raised <-chan struct{}) {
	t.Helper()
	apps, quit, ended := make(chan *app.App), make(chan struct{}), make(chan result, 1)
	go func() {
		ended <- call(t, func(c *Config) {
			c.Window = func(a *app.App, _ WindowOptions) error {
				apps <- a
				<-quit
				return nil
			}
		}, args...)
	}()
	select {
	case a = <-apps:
	case got := <-ended:
		t.Fatalf("no window: %+v", got)
	}
	t.Cleanup(func() {
		close(quit)
		if got := <-ended; got.status != exitDone {
			t.Errorf("the window ended with %+v", got)
		}
	})
	return a, a.RaiseRequests()
}

// waitForCall gives the first snapshot of the call that is as wanted.
func waitForCall(t *testing.T, a *app.App, wanted func(app.Call) bool) app.Call {
	t.Helper()
	found := make(chan app.Call, 1)
	stop := a.Watch(func(s *app.Snapshot) {
		if wanted(s.Call) {
			select {
			case found <- s.Call:
			default:
			}
		}
	})
	defer stop()
	ctx, cancel := contextFor(t)
	defer cancel()
	select {
	case c := <-found:
		return c
	case <-ctx.Done():
		t.Fatalf("it did not come about; now: %+v", a.Snapshot().Call)
		return app.Call{}
	}
}

func TestJoinHandsTheLinkOver(t *testing.T) {
	freshHome(t)
	dir := t.TempDir()
	a, raised := openWindow(t, windowArgs(dir)...)
	for _, args := range [][]string{
		{"join", deadLink, "--data-dir", dir, "--camera", "film.y4m", "--microphone", "tone:440", "--speaker", "none", "--name", "Me"},
		{"takoshome:" + deadLink, "--data-dir", dir},
		{"join", "takoshome:" + deadLink, "--data-dir", dir},
	} {
		if got := call(t, fakeWindow(os.ErrInvalid), args...); got.status != exitDone {
			t.Fatalf("%v: %+v", args, got)
		}
		<-raised
		c := waitForCall(t, a, func(c app.Call) bool { return c.State == takingpart.StateEnded })
		if c.Host != "127.0.0.1:9" || c.Problem == nil || c.Problem.Key != takingpart.ProblemUnreachable {
			t.Errorf("%v: %+v", args, c)
		}
		if args[0] == "join" && len(args) > 4 && (c.Me.Name != "Me" || c.Choice.Microphone != "tone:440" ||
			c.Choice.Speaker != "none" || !filepath.IsAbs(c.Choice.Camera)) {
			t.Errorf("the wishes are lost: %+v", c)
		}
		if err := a.Do(t.Context(), app.LeaveCall{}); err != nil {
			t.Error(err)
		}
	}
}

// The window says what is wrong with a link.
func TestJoinWithNoLink(t *testing.T) {
	freshHome(t)
	a, _ := openWindow(t, append([]string{"join", "hello"}, windowArgs(t.TempDir())...)...)
	c := waitForCall(t, a, func(c app.Call) bool { return c.State == takingpart.StateEnded })
	if c.Problem == nil || c.Problem.Key != takingpart.ProblemBadLink {
		t.Errorf("got %+v", c)
	}
}

func TestJoinStartsTheWindow(t *testing.T) {
	freshHome(t)
	a, _ := openWindow(t, append([]string{"join", deadLink, "--now", "--name", "Me"}, windowArgs(t.TempDir())...)...)
	waitForCall(t, a, func(c app.Call) bool { return c.State == takingpart.StateEnded && c.Me.Name == "Me" })
}

func TestCallCommands(t *testing.T) {
	freshHome(t)
	dir := t.TempDir()
	for _, args := range [][]string{{"mute"}, {"unmute"}, {"ptt", "on"}, {"ptt", "off"}, {"hangup"}} {
		got := call(t, nil, append(args, "--data-dir", dir)...)
		if got.status != exitFailed || !strings.Contains(got.stderr, "No Takos Home is running") {
			t.Errorf("%v: %+v", args, got)
		}
	}
	openWindow(t, windowArgs(dir)...)
	for language, want := range map[string]string{"C": "There is no call now", "ja_JP.UTF-8": "いまは通話中ではありません"} {
		t.Setenv("LANG", language)
		for _, args := range [][]string{{"mute"}, {"unmute"}, {"ptt", "on"}, {"ptt", "off"}, {"hangup"}} {
			got := call(t, nil, append(args, "--data-dir", dir)...)
			if got.status != exitFailed || !isOneSentence(got.stderr) || !strings.Contains(got.stderr, want) {
				t.Errorf("%v: %+v", args, got)
			}
		}
	}
}

func TestJoinRefuses(t *testing.T) {
	freshHome(t)
	dir := t.TempDir()
	for _, args := range [][]string{{"join"}, {"ptt"}, {"ptt", "perhaps"}, {"https://h.example/j#i=x"}} {
		if got := call(t, fakeWindow(os.ErrInvalid), args...); got.status != exitUsage || !isOneSentence(got.stderr) {
			t.Errorf("%v: %+v", args, got)
		}
	}
	p := startProgram(t, serveArgs(dir)...)
	got := call(t, fakeWindow(os.ErrInvalid), "join", deadLink, "--data-dir", dir, "--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0")
	if got.status != exitFailed || !strings.Contains(got.stderr, "without a window") {
		t.Errorf("beside a serve: %+v", got)
	}
	p.stop(t, os.Interrupt)
}

func TestBareLink(t *testing.T) {
	for _, test := range []struct{ args, want []string }{
		{[]string{"takoshome:https://h/j#i=x"}, []string{"join", "takoshome:https://h/j#i=x"}},
		{[]string{"TakosHome:x", "--data-dir", "d"}, []string{"join", "TakosHome:x", "--data-dir", "d"}},
		{[]string{"takoshome:"}, []string{"takoshome:"}},
		{[]string{"status", "takoshome:x"}, []string{"status", "takoshome:x"}},
		{nil, nil},
	} {
		if got := withBareLink(test.args); !slices.Equal(got, test.want) {
			t.Errorf("%v: got %v", test.args, got)
		}
	}
}

// A link that a web page wrote has no say in how it is joined.
func TestLinksAreNoFlags(t *testing.T) {
	freshHome(t)
	a, _ := openWindow(t, append([]string{"takoshome:" + deadLink + " --now"}, windowArgs(t.TempDir())...)...)
	c := waitForCall(t, a, func(c app.Call) bool { return c.State == takingpart.StateEnded || c.State == takingpart.StatePreparing })
	if c.State == takingpart.StateInCall || c.State == takingpart.StateJoining {
		t.Errorf("got %+v", c)
	}
}

func contextFor(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), patience)
}
