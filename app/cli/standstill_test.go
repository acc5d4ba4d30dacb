//go:build unix

package cli

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"takoshome/app"
	"takoshome/app/config"
	calling "takoshome/app/session"
	"takoshome/app/session/devicetest"
	"takoshome/sfu/room"
)

// guest is somebody at another computer, who never stops talking.
type guest struct {
	*app.App
	name     string
	computer *devicetest.Computer
}

func newGuest(t *testing.T, name, link string) *guest {
	t.Helper()
	settings := config.Default(t.TempDir())
	settings.Hosting, settings.Reach, settings.KeepAwake = false, config.Reach{}, false
	settings.HTTP.AddrPort, settings.RTC.AddrPort = netip.AddrPort{}, netip.AddrPort{}
	g := &guest{name: name, computer: devicetest.New()}
	var err error
	if g.App, err = app.New(app.Config{Settings: settings, OpenDevices: g.computer.Open}); err != nil {
		t.Fatal(err)
	}
	if err := g.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		g.talk(stop)
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, command := range []app.Command{app.PrepareCall{Link: link}, app.JoinCall{Name: name}} {
		if err := g.Do(t.Context(), command); err != nil {
			t.Fatal(err)
		}
	}
	awaits(t, name+" is in the call", func() bool { return g.Snapshot().Call.State == calling.StateInCall })
	return g
}

func (g *guest) talk(stop <-chan struct{}) {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			if m := g.computer.Microphone(); m != nil {
				m.Speak([]byte(g.name))
			}
		}
	}
}

// heard counts all packets that came of somebody.
func (g *guest) heard(name string) (packets int) {
	playback := g.computer.Playback()
	if playback == nil {
		return 0
	}
	for _, v := range playback.Voices() {
		if n, payload := v.Received(); bytes.Equal(payload, []byte(name)) {
			packets += n
		}
	}
	return packets
}

// listens says that what somebody says arrives just now.
func (g *guest) listens(t *testing.T, name string) {
	t.Helper()
	before := g.heard(name)
	awaits(t, g.name+" hears "+name, func() bool {
		n := g.heard(name)
		before = min(before, n) // another stream has begun
		return n > before+10
	})
}

func awaits(t *testing.T, what string, is func() bool) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	timeout := time.After(patience)
	for !is() {
		select {
		case <-ticker.C:
		case <-timeout:
			t.Fatalf("in vain: %s", what)
		}
	}
}

// Fault 10: the host's process stands still in a call of two, as in a computer that
// sleeps. The call goes on afterwards, with nobody in it twice, and nobody hears what
// was said meanwhile.
func TestStandstill(t *testing.T) {
	freshHome(t)
	for _, test := range []struct {
		name string
		long time.Duration
	}{
		{"shorter than the clients' patience", 6 * time.Second},
		{"ten seconds", 10 * time.Second},
		{"longer than anybody waits", 35 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			standStill(t, test.long)
		})
	}
	t.Run("of the guests", func(t *testing.T) {
		t.Parallel()
		sleepingGuests(t)
	})
}

func standStill(t *testing.T, long time.Duration) {
	dir := t.TempDir()
	p := startProgram(t, serveArgs(dir)...)
	var link struct{ JoinURL string }
	got := call(t, nil, "invite", "--data-dir", dir, "--room", "tea", "--type", "audio", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &link); err != nil {
		t.Fatalf("%+v", got)
	}
	alice, bob := newGuest(t, "Alice", link.JoinURL), newGuest(t, "Bob", link.JoinURL)
	alice.listens(t, "Bob")
	bob.listens(t, "Alice")

	tellProcess(t, p, syscall.SIGSTOP)
	<-time.After(long)
	before, at := alice.heard("Bob"), time.Now()
	tellProcess(t, p, syscall.SIGCONT)
	<-time.After(time.Second) // a burst would be there at once
	came := alice.heard("Bob") - before
	// Two packets at 20 ms each are more than Bob says, and little beside the burst.
	if most := int(time.Since(at)/(10*time.Millisecond)) + 50; came > most {
		t.Errorf("%d packets came in %v, at most %d can be new", came, time.Since(at), most)
	}
	t.Logf("%d packets came in the first second", came)

	awaits(t, "both are in the call", func() bool {
		return alice.Snapshot().Call.State == calling.StateInCall && bob.Snapshot().Call.State == calling.StateInCall
	})
	t.Logf("both are in the call after %v", time.Since(at))
	alice.listens(t, "Bob")
	bob.listens(t, "Alice")
	awaits(t, "nobody is there twice, or as a ghost", func() bool {
		snapshot := showing(t, dir)
		return len(snapshot.Rooms) == 1 && len(snapshot.Rooms[0].Peers) == 2 && len(alice.Snapshot().Call.People) == 1 && len(bob.Snapshot().Call.People) == 1
	})
	p.stop(t, syscall.SIGTERM)
	if long >= 10*time.Second && !strings.Contains(p.stderr.String(), "awake again") {
		t.Errorf("the program did not notice:\n%s", p.stderr)
	}
}

// sleepingGuests: guests whose computer sleeps are seen to be silent, and are out of the call after a
// while; when they wake, nobody is the worse for it.
func sleepingGuests(t *testing.T) {
	dir := t.TempDir()
	p := startProgram(t, serveArgs(dir)...)
	guests := exec.CommandContext(t.Context(), os.Args[0], "loadtest", "--data-dir", dir, "--people", "2", "--time", "10m")
	guests.Env = append(os.Environ(), asProgram+"=1")
	if err := guests.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = guests.Wait() }) // killed by then
	awaits(t, "two are in the call", func() bool { return showing(t, dir).Totals.People == 2 })
	if err := guests.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	awaits(t, "they are seen to be silent", func() bool {
		rooms := showing(t, dir).Rooms
		return len(rooms) == 0 || slices.ContainsFunc(rooms[0].Peers, func(p room.PeerSnapshot) bool { return p.Unstable })
	})
	t.Logf("silent after %v", time.Since(at))
	awaits(t, "the room is empty", func() bool { return len(showing(t, dir).Rooms) == 0 })
	t.Logf("dropped after %v", time.Since(at))
	if err := guests.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	p.stop(t, syscall.SIGTERM)
}

// showing is what a host tells of itself.
func showing(t *testing.T, dir string) (snapshot app.Snapshot) {
	t.Helper()
	got := call(t, nil, "status", "--data-dir", dir, "--json")
	if err := json.Unmarshal([]byte(got.stdout), &snapshot); err != nil {
		t.Fatalf("%+v: %v", got, err)
	}
	return snapshot
}

func tellProcess(t *testing.T, p *program, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}
