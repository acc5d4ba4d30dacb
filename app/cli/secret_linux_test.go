package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"takoshome/app/control"
)

// pty is a terminal that a test types at.
type pty struct {
	keys, terminal *os.File
	shown          bytes.Buffer // what the terminal showed, once it is closed
	reading        sync.WaitGroup
}

// openPTY opens a pair of them (pty(7)).
func openPTY(t *testing.T) *pty {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := &pty{keys: keys, terminal: terminal}
	// Reading ends with an error once nobody has the terminal open.
	p.reading.Go(func() { _, _ = io.Copy(&p.shown, keys) })
	t.Cleanup(func() { p.close() })
	return p
}

// close gives what the terminal has shown.
func (p *pty) close() string {
	_ = p.terminal.Close()
	p.reading.Wait()
	_ = p.keys.Close()
	return p.shown.String()
}

func (p *pty) shows(t *testing.T) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(p.terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// waitUntil waits for the terminal to show what is typed, or not to.
func (p *pty) waitUntil(t *testing.T, shows bool) {
	t.Helper()
	ctx, cancel := contextFor(t)
	defer cancel()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for p.shows(t) != shows {
		select {
		case <-ctx.Done():
			t.Fatalf("the terminal does not come to show: %v", shows)
		case <-ticker.C:
		}
	}
}

func (p *pty) enter(t *testing.T, text string) {
	t.Helper()
	if _, err := p.keys.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func TestPasswordIsTypedTwiceAndNotShown(t *testing.T) {
	for _, test := range []struct {
		first, second string
		status        int
		err           string
	}{
		{"correct horse", "correct horse", exitDone, "The same again:"},
		{"correct horse", "correct house", exitFailed, "The two passwords are not the same"},
		{"", "", exitFailed, "No password was given"},
	} {
		f := &fakeApp{list: fixture(t, "people.json")}
		dir := startFake(t, f)
		p := openPTY(t)
		ended := make(chan result, 1)
		go func() {
			ended <- call(t, func(c *Config) { c.Stdin = p.terminal }, "account", "add", "mom", "--data-dir", dir)
		}()
		p.waitUntil(t, false)
		p.enter(t, test.first+"\n")
		if test.first != "" {
			// Between the two the terminal is as it was, for a moment.
			p.enter(t, test.second+"\n")
		}
		got := <-ended
		if got.status != test.status || !strings.Contains(got.stderr, "Password for mom:") || !strings.Contains(got.stderr, test.err) {
			t.Errorf("got %+v", got)
		}
		if !p.shows(t) {
			t.Error("the terminal shows no more what is typed")
		}
		wished := []control.Wish{{Verb: control.VerbAddAccount, Name: "mom", Password: "correct horse"}}
		if asked := f.wishes(); test.status == exitDone && !slices.Equal(asked, wished) || test.status != exitDone && len(asked) != 0 {
			t.Errorf("asked %+v", asked)
		}
		_ = p.close()
	}
}

// A password that is given up with Ctrl+C leaves a terminal that works.
func TestInterruptedPassword(t *testing.T) {
	dir := startFake(t, &fakeApp{list: fixture(t, "people.json")})
	p := openPTY(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "account", "add", "mom", "--data-dir", dir)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stdin = p.terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.waitUntil(t, false)
	p.enter(t, "secret\x03")
	if err := cmd.Wait(); err == nil {
		t.Error("it ended well")
	}
	if !p.shows(t) {
		t.Error("the terminal shows no more what is typed")
	}
	if shown := p.close(); strings.Contains(shown, "secret") {
		t.Errorf("the terminal showed %q", shown)
	}
}

func TestImportAsksFirst(t *testing.T) {
	for answer, status := range map[string]int{"y\n": exitDone, "はい\n": exitDone, "n\n": exitFailed, "\n": exitFailed} {
		f := &fakeApp{list: fixture(t, "people.json")}
		dir := startFake(t, f)
		p := openPTY(t)
		p.enter(t, answer)
		got := call(t, func(c *Config) { c.Stdin = p.terminal }, "identity", "import", "/x/y", "--data-dir", dir)
		if got.status != status || !strings.Contains(got.stderr, "Replace everything stored here (alice@a.example) with /x/y?") {
			t.Errorf("%q: got %+v", answer, got)
		}
		if asked := f.wishes(); (len(asked) == 1) != (status == exitDone) {
			t.Errorf("%q: asked %+v", answer, asked)
		}
		_ = p.close()
	}
}
