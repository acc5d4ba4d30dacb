package packaging

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const patience = time.Minute

// exposure is how much systemd may find open, in tenths of its scale to 10. A unit
// without any of that has 96.
const exposure = "16"

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, name, args...)
	command.Env = append(os.Environ(), "LC_ALL=C", "SYSTEMD_COLORS=0", "XDG_RUNTIME_DIR="+t.TempDir())
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v (it is of the Debian package systemd)\n%s", name, args, err, out)
	}
	return string(out)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// unit is a copy whose program is there, as the real one is not here.
func unit(t *testing.T, path string) string {
	t.Helper()
	text := read(t, path)
	const start = "ExecStart=/usr/local/bin/takoshome "
	if !strings.Contains(text, start) {
		t.Fatalf("%s starts something else", path)
	}
	fresh := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(fresh, []byte(strings.Replace(text, start, "ExecStart=/bin/true ", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	return fresh
}

func TestUnitsAreUnderstood(t *testing.T) {
	if out := run(t, "systemd-analyze", "verify", "--man=no", unit(t, "systemd/takoshome.service")); strings.Contains(out, "takoshome.service") {
		t.Errorf("systemd says\n%s", out)
	}
	if out := run(t, "systemd-analyze", "verify", "--user", "--man=no", unit(t, "systemd/user/takoshome.service")); strings.Contains(out, "takoshome.service") {
		t.Errorf("systemd says\n%s", out)
	}
}

func TestSystemUnitIsHardened(t *testing.T) {
	path := unit(t, "systemd/takoshome.service")
	out := run(t, "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold="+exposure, path)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	t.Log(lines[len(lines)-1])
}

// What the host needs stays allowed: sockets of all that it speaks, and the calls
// by which it reads and sends many packets at once.
func TestSystemUnitLetsTheHostWork(t *testing.T) {
	text := read(t, "systemd/takoshome.service")
	families := regexp.MustCompile(`(?m)^RestrictAddressFamilies=(.*)$`).FindStringSubmatch(text)
	if len(families) != 2 {
		t.Fatal("no families are named")
	}
	for _, wanted := range []string{"AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"} {
		if !strings.Contains(" "+families[1]+" ", " "+wanted+" ") {
			t.Errorf("%s is not allowed", wanted)
		}
	}
	allowed := run(t, "systemd-analyze", "syscall-filter",
		"@system-service", "@default", "@basic-io", "@file-system", "@io-event", "@ipc", "@network-io", "@process", "@signal", "@sync", "@timer")
	denied := run(t, "systemd-analyze", "syscall-filter", "@chown", "@clock", "@module", "@raw-io", "@reboot", "@swap", "@resources")
	for _, call := range []string{
		"sendmmsg", "recvmmsg", "sendmsg", "setsockopt", "epoll_wait", "flock", "fsync", "rename", "prlimit64", "sched_getaffinity", "futex", "clone3", "execve",
	} {
		isListed := regexp.MustCompile(`(?m)^\s+` + call + `$`)
		if !isListed.MatchString(allowed) {
			t.Errorf("%s is not among what systemd allows services", call)
		}
		if isListed.MatchString(denied) {
			t.Errorf("%s is denied", call)
		}
	}
}

// Both stages of the container are what docs/server.md says: Debian 12, without C, as
// a user of its own.
func TestContainerfile(t *testing.T) {
	text := read(t, "container/Containerfile")
	for _, wanted := range []string{
		"golang:1.26-bookworm AS build", "CGO_ENABLED=0", "-tags headless", "FROM docker.io/library/debian:12-slim",
		"\nUSER takoshome\n", "\nVOLUME /data\n", `ENTRYPOINT ["takoshome"]`, `CMD ["serve"]`,
	} {
		if !strings.Contains(text, wanted) {
			t.Errorf("%q is missing", wanted)
		}
	}
	module := read(t, "../go.mod")
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(module)
	if len(version) != 2 || !strings.Contains(text, "golang:"+version[1]+"-") {
		t.Errorf("go.mod wants Go %v", version)
	}
}

// The host alone is built without a C compiler, and lists no window.
func TestHeadlessBuildNeedsNoC(t *testing.T) {
	program := filepath.Join(t.TempDir(), "takoshome")
	ctx, cancel := context.WithTimeout(t.Context(), 10*patience)
	defer cancel()
	build := exec.CommandContext(ctx, "go", "build", "-tags", "headless", "-o", program, "takoshome")
	build.Dir = ".."
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, args := range [][]string{{"version"}, {"serve", "--help"}} {
		run(t, program, args...)
	}
	window := exec.CommandContext(ctx, program)
	window.Env = append(os.Environ(), "LC_ALL=C", "HOME="+t.TempDir())
	if out, err := window.CombinedOutput(); err == nil || !strings.Contains(string(out), "serve") {
		t.Errorf("without a window it says %s, %v", out, err)
	}
}
