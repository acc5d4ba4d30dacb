//go:build linux || freebsd || openbsd || netbsd

package ui

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// patience is how long a test waits for what must come; a loaded machine is slow.
const patience = 60 * time.Second

// deskSession is a desktop of its own: an X server without a screen, a D-Bus, and
// if wanted somebody who shows tray icons.
type deskSession struct {
	display, bus string
	frame        string // the file that holds what the X server shows
	registered   chan string
	conn         *dbus.Conn
}

// newDeskSession starts a desktop that ends with the test. Its programs are part of
// what `make deps` installs: without them the test fails.
func newDeskSession(t testing.TB, withTray bool) *deskSession {
	t.Helper()
	folder := t.TempDir()
	s := &deskSession{frame: filepath.Join(folder, "Xvfb_screen0"), registered: make(chan string, 4)}
	s.display = ":" + start(t, "Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-fbdir", folder, "-nolisten", "tcp")
	s.bus = start(t, "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1")
	conn, err := dbus.Connect(s.bus)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s.conn = conn
	if withTray {
		s.showTrays(t)
	}
	return s
}

// start runs a program until the test ends and returns its first line.
func start(t testing.TB, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	complaints := new(bytes.Buffer)
	command.Stderr = complaints
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("%s is needed for this test (see `make deps`): %v", name, err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("stderr of %s:\n%s", name, complaints)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%s did not start: %v", name, err)
	}
	return strings.TrimSpace(line)
}

// watcher is a StatusNotifierWatcher that notes who registers.
type watcher struct{ registered chan string }

// RegisterStatusNotifierItem is the watcher's method of the specification.
func (w watcher) RegisterStatusNotifierItem(sender dbus.Sender, _ string) *dbus.Error {
	w.registered <- string(sender)
	return nil
}

func (s *deskSession) showTrays(t testing.TB) {
	t.Helper()
	if err := s.conn.Export(watcher{s.registered}, watcherPath, watcherName); err != nil {
		t.Fatal(err)
	}
	if _, err := s.conn.RequestName(watcherName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
}

// picture is what the X server shows: its frame buffer is a file in the format
// of xwd(1), 32 bits a pixel.
func (s *deskSession) picture(t testing.TB) *image.NRGBA {
	t.Helper()
	dump, err := os.ReadFile(s.frame)
	if err != nil {
		t.Fatal(err)
	}
	field := func(n int) int { return int(binary.BigEndian.Uint32(dump[4*n:])) }
	const headerSize, width, height, bytesPerLine, colors = 0, 4, 5, 12, 19
	pixels := dump[field(headerSize)+12*field(colors):]
	picture := image.NewNRGBA(image.Rect(0, 0, field(width), field(height)))
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			p := pixels[y*field(bytesPerLine)+4*x:]
			picture.SetNRGBA(x, y, color.NRGBA{p[2], p[1], p[0], 255})
		}
	}
	return picture
}

// showsWindow says whether anything but the black ground is on the screen.
func (s *deskSession) showsWindow(t testing.TB) bool {
	t.Helper()
	lit := 0
	for i, value := range s.picture(t).Pix {
		if i%4 != 3 && value > 0 {
			lit++
		}
	}
	return lit > 10_000
}

// saveScreen writes what the X server shows, if somebody wants to see it.
func (s *deskSession) saveScreen(t testing.TB, name string) {
	t.Helper()
	folder := os.Getenv("TAKOSHOME_SCREENSHOTS")
	if folder == "" {
		return
	}
	var out bytes.Buffer
	if err := png.Encode(&out, s.picture(t)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// child is the real window in a process of its own.
type child struct {
	orders io.Writer
	pid    int
	lines  chan string
	done   chan error
	errors *bytes.Buffer
}

// open starts the window on the session's desktop.
func (s *deskSession) open(t testing.TB, locale string) *child {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), childVariable+"=1", "DISPLAY="+s.display, "WAYLAND_DISPLAY=",
		"DBUS_SESSION_BUS_ADDRESS="+s.bus, "LANG="+locale, "LC_ALL=", "LC_MESSAGES=", "LANGUAGE=",
		"HOME="+t.TempDir(), "XDG_CONFIG_HOME=")
	c := &child{lines: make(chan string, 64), done: make(chan error, 1), errors: new(bytes.Buffer)}
	command.Stderr = c.errors
	orders, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.orders = orders
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	c.pid = command.Process.Pid
	go c.read(out, command)
	t.Cleanup(func() {
		_ = command.Process.Kill()
		if t.Failed() {
			t.Logf("stderr of the window:\n%s", c.errors)
		}
	})
	return c
}

func (c *child) read(out io.Reader, command *exec.Cmd) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		c.lines <- lines.Text()
	}
	close(c.lines)
	c.done <- command.Wait()
}

func (c *child) order(t testing.TB, order string) {
	t.Helper()
	if _, err := fmt.Fprintln(c.orders, order); err != nil {
		t.Fatal(err)
	}
}

// expect reads lines up to one that begins with start, and returns it.
func (c *child) expect(t testing.TB, start string) string {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case line, ok := <-c.lines:
			if !ok {
				t.Fatalf("the window ended before it said %q", start)
			}
			if strings.HasPrefix(line, start) {
				return line
			}
		case <-deadline:
			t.Fatalf("the window did not say %q", start)
		}
	}
}

// until asks again and again for something that comes by itself.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
