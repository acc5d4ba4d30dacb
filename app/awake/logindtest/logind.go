// Package logindtest is a logind for tests, on a bus of its own: it lends
// inhibitors, knows when they are given back, and tells of sleeps. Close ends the
// bus and awaits what was started.
package logindtest

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	path     = "/org/freedesktop/login1"
	manager  = "org.freedesktop.login1.Manager"
	patience = 20 * time.Second
	maxCalls = 64
)

// Inhibitor is what somebody asked for.
type Inhibitor struct{ What, Who, Why, Mode string }

// Logind is the fake.
type Logind struct {
	// Address is that of its bus, for DBUS_SYSTEM_BUS_ADDRESS.
	Address string
	bus     *dbus.Conn
	watches sync.WaitGroup

	mu      sync.Mutex
	refuses string // in mu: what nobody gets
	held    []Inhibitor
	changed chan struct{} // in mu: closed at each change
}

// New starts a bus with a logind; the test's end ends both.
func New(t *testing.T) *Logind {
	t.Helper()
	l := &Logind{Address: startBus(t), changed: make(chan struct{})}
	var err error
	if l.bus, err = dbus.Connect(l.Address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.watches.Wait)
	t.Cleanup(func() { _ = l.bus.Close() })
	reply, err := l.bus.RequestName("org.freedesktop.login1", dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the name: %v, %v", reply, err)
	}
	calls := make(chan *dbus.Message, maxCalls)
	l.bus.Eavesdrop(calls) // closes it at its end
	l.watches.Go(func() { l.serve(calls) })
	return l
}

// startBus runs dbus-daemon with a bus that lets everybody do everything.
func startBus(t *testing.T) (address string) {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "bus.conf")
	text := `<busconfig><type>session</type><listen>unix:tmpdir=` + dir + `</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy></busconfig>`
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	daemon := exec.CommandContext(ctx, "dbus-daemon", "--nofork", "--nopidfile", "--print-address=1", "--config-file="+config)
	daemon.Stderr = os.Stderr
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatalf("dbus-daemon, of the Debian package dbus, is needed: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		_ = daemon.Wait() // it was killed
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon told no address: %v", err)
	}
	return strings.TrimSpace(line)
}

// Refuse gives nobody an inhibitor whose what has the word in it.
func (l *Logind) Refuse(word string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refuses = word
}

// Held are the inhibitors that somebody has now.
func (l *Logind) Held() []Inhibitor {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.held)
}

// Await waits until so many inhibitors are held, and gives them.
func (l *Logind) Await(t *testing.T, n int) []Inhibitor {
	t.Helper()
	timeout := time.After(patience)
	for {
		l.mu.Lock()
		held, changed := slices.Clone(l.held), l.changed
		l.mu.Unlock()
		if len(held) == n {
			return held
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("%d inhibitors are held, not %d: %v", len(held), n, held)
		}
	}
}

// PrepareForSleep tells everybody that the computer goes to sleep (true) or has
// woken (false).
func (l *Logind) PrepareForSleep(t *testing.T, start bool) {
	t.Helper()
	if err := l.bus.Emit(path, manager+".PrepareForSleep", start); err != nil {
		t.Fatal(err)
	}
}

func (l *Logind) change(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do()
	close(l.changed)
	l.changed = make(chan struct{})
}

// serve is the goroutine that answers. The library's own way of serving does not
// tell when an answer has gone out, and only then may the file in it be closed.
func (l *Logind) serve(calls <-chan *dbus.Message) {
	for m := range calls {
		member, _ := m.Headers[dbus.FieldMember].Value().(string)
		if m.Type != dbus.TypeMethodCall || member != "Inhibit" || len(m.Body) != 4 {
			continue
		}
		var words [4]string
		if err := dbus.Store(m.Body, &words[0], &words[1], &words[2], &words[3]); err != nil {
			continue
		}
		l.inhibit(m, Inhibitor{words[0], words[1], words[2], words[3]})
	}
}

// inhibit lends one end of a pipe, and sees at the other when it is closed.
func (l *Logind) inhibit(asked *dbus.Message, held Inhibitor) {
	l.mu.Lock()
	refuses := l.refuses
	l.mu.Unlock()
	if refuses != "" && strings.Contains(held.What, refuses) {
		l.answer(asked, dbus.TypeError, "Permission denied")
		return
	}
	ours, theirs, err := os.Pipe()
	if err != nil {
		l.answer(asked, dbus.TypeError, err.Error())
		return
	}
	l.change(func() { l.held = append(l.held, held) })
	l.answer(asked, dbus.TypeMethodReply, dbus.UnixFD(theirs.Fd()))
	_ = theirs.Close() // the answer had a copy
	l.watches.Go(func() {
		_, _ = io.Copy(io.Discard, ours) // until the copy is closed
		_ = ours.Close()
		l.change(func() {
			if i := slices.Index(l.held, held); i >= 0 {
				l.held = slices.Delete(l.held, i, i+1)
			}
		})
	})
}

func (l *Logind) answer(asked *dbus.Message, kind dbus.Type, value any) {
	m := &dbus.Message{Type: kind, Body: []any{value}, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: asked.Headers[dbus.FieldSender],
		dbus.FieldReplySerial: dbus.MakeVariant(asked.Serial()),
		dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(value)),
	}}
	if kind == dbus.TypeError {
		m.Headers[dbus.FieldErrorName] = dbus.MakeVariant("org.freedesktop.DBus.Error.AccessDenied")
	}
	l.bus.Send(m, nil)
}
