package soundtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long anything here may take before the test fails.
const patience = 20 * time.Second

// Pulse is a private PulseAudio server.
type Pulse struct {
	t      testing.TB
	folder string
	stop   func() // nil while it is stopped
}

// Start runs a server for the length of the test, and points PULSE_SERVER of
// this process at it. It has no devices yet.
func Start(t testing.TB) *Pulse {
	t.Helper()
	// Not t.TempDir: its long names do not fit into the address of a socket.
	folder, err := os.MkdirTemp("", "sound")
	if err != nil {
		t.Fatalf("a folder for PulseAudio: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	p := &Pulse{t: t, folder: folder}
	for name, value := range p.environment() {
		t.Setenv(name, value)
	}
	p.Restart()
	t.Cleanup(p.Stop)
	return p
}

// None points this process at a server that does not run, so that a test finds
// no sound at all, whatever the machine has.
func None(t testing.TB) {
	t.Helper()
	t.Setenv("PULSE_SERVER", "unix:"+filepath.Join(t.TempDir(), "none"))
}

// Server is the server's address for PULSE_SERVER of other programs.
func (p *Pulse) Server() string { return "unix:" + filepath.Join(p.folder, "native") }

// environment keeps programs away from the user's own server and settings.
func (p *Pulse) environment() map[string]string {
	return map[string]string{
		"PULSE_SERVER":       p.Server(),
		"PULSE_CLIENTCONFIG": os.DevNull,
		"PULSE_COOKIE":       filepath.Join(p.folder, "cookie"),
	}
}

// Restart starts the server after Stop, at the same address and without devices.
func (p *Pulse) Restart() {
	p.t.Helper()
	if p.stop != nil {
		p.t.Fatal("PulseAudio runs already")
	}
	_ = os.Remove(filepath.Join(p.folder, "native"))
	command := exec.Command("pulseaudio", "-n", "-F", os.DevNull,
		"--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
		"--log-target=stderr", "--log-level=info", "--log-time=no",
		"-L", "module-native-protocol-unix socket="+filepath.Join(p.folder, "native")+" auth-anonymous=1",
		// As on a desktop: what nobody uses is switched off. A virtual speaker that
		// idles instead would be deaf to the first 2 s of sound.
		"-L", "module-suspend-on-idle timeout=0")
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.folder, "XDG_RUNTIME_DIR=" + p.folder, "LANG=C.UTF-8",
		"PULSE_RUNTIME_PATH=" + filepath.Join(p.folder, "run"), "PULSE_COOKIE=" + filepath.Join(p.folder, "cookie"),
		"DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(p.folder, "none"),
	}
	log, err := command.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	wait, err := startTied(command)
	if err != nil {
		p.t.Fatalf("pulseaudio (Debian package pulseaudio): %v", err)
	}
	up, ended := make(chan struct{}), make(chan string, 1)
	go follow(log, up, ended)
	p.stop = func() {
		_ = command.Process.Kill()
		wait()
		<-ended
	}
	select {
	case <-up:
	case said := <-ended:
		ended <- said
		p.Stop()
		p.t.Fatalf("PulseAudio did not start:\n%s", said)
	case <-time.After(patience):
		p.Stop()
		p.t.Fatal("PulseAudio takes too long to start")
	}
}

// follow reads the server's log to its end, tells when the server is up, and
// hands over the last lines.
func follow(log io.Reader, up chan<- struct{}, ended chan<- string) {
	var last []string
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "Daemon startup complete") {
			close(up)
		}
		if last = append(last, lines.Text()); len(last) > 20 {
			last = last[1:]
		}
	}
	ended <- strings.Join(last, "\n")
}

// Stop ends the server at once, as if it had crashed.
func (p *Pulse) Stop() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
}

// Suspend takes a speaker or microphone away from everybody, as a program does
// that uses the hardware by itself; or gives it back.
func (p *Pulse) Suspend(id string, suspended bool) {
	p.t.Helper()
	kind := "suspend-sink"
	if _, err := p.control("get-sink-mute", id); err != nil {
		kind = "suspend-source"
	}
	p.must(kind, id, fmt.Sprint(suspended))
}

// SetDefaultSpeaker makes a speaker the default.
func (p *Pulse) SetDefaultSpeaker(id string) { p.t.Helper(); p.must("set-default-sink", id) }

// SetDefaultMicrophone makes a microphone the default.
func (p *Pulse) SetDefaultMicrophone(id string) { p.t.Helper(); p.must("set-default-source", id) }

// Streams tells how many streams play and how many record, of all programs.
func (p *Pulse) Streams() (playing, recording int) {
	p.t.Helper()
	count := func(kind string) int { return strings.Count(p.must("list", "short", kind), "\n") }
	return count("sink-inputs"), count("source-outputs")
}

// Clients tells how many programs are connected, without those of this package.
func (p *Pulse) Clients() int {
	p.t.Helper()
	return strings.Count(p.must("list", "clients"), `application.name = "Takos Home"`)
}

// load loads a module and gives what unloads it.
func (p *Pulse) load(module string, arguments ...string) (unload func()) {
	p.t.Helper()
	number := strings.TrimSpace(p.must(append([]string{"load-module", module}, arguments...)...))
	return func() {
		p.t.Helper()
		p.must("unload-module", number)
	}
}

func (p *Pulse) must(arguments ...string) string {
	p.t.Helper()
	said, err := p.control(arguments...)
	if err != nil {
		p.t.Fatal(err)
	}
	return said
}

// control runs pactl.
func (p *Pulse) control(arguments ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, "pactl", arguments...)
	command.Env = p.clientEnv()
	var wrong strings.Builder
	command.Stderr = &wrong
	said, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("pactl %s: %w: %s", strings.Join(arguments, " "), err, wrong.String())
	}
	return string(said), nil
}

// clientEnv is the environment of programs that use the server.
func (p *Pulse) clientEnv() []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.folder, "XDG_RUNTIME_DIR=" + p.folder, "LANG=C.UTF-8"}
	for name, value := range p.environment() {
		env = append(env, name+"="+value)
	}
	return env
}

// description is a module's argument that names a device for people; a name
// cannot have quotes.
func description(kind, name string) string {
	return kind + `_properties='device.description="` + name + `"'`
}
