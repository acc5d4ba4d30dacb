package bundle

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"time"
)

// system tells of the program and the computer.
func (b *bundle) system(w io.Writer) error {
	host, _ := os.Hostname()
	zone, offset := b.source.Now.Zone()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	lines := [][2]string{
		{"made at", b.source.Now.Format(time.RFC3339)},
		{"zone", fmt.Sprintf("%s %+d s", zone, offset)},
		{"version", b.source.Version},
		{"go", runtime.Version()},
		{"system", runtime.GOOS + "/" + runtime.GOARCH},
		{"computer", host},
		{"cores", fmt.Sprint(runtime.NumCPU())},
		{"goroutines", fmt.Sprint(runtime.NumGoroutine())},
		{"memory of this process", fmt.Sprintf("%d KiB", memory.Sys>>10)},
		{"data folder", b.source.DataDir},
	}
	if program, err := os.Executable(); err == nil {
		lines = append(lines, [2]string{"program", program})
	}
	lines = append(lines, systemFacts()...)
	// Of the environment only what is known to be harmless.
	for _, name := range []string{
		"LANG", "LC_ALL", "LANGUAGE", "XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE", "DESKTOP_SESSION", "WAYLAND_DISPLAY", "DISPLAY",
		"APPIMAGE", "FLATPAK_ID", "SNAP_NAME", "container", "NOTIFY_SOCKET", "INVOCATION_ID",
	} {
		if value, ok := os.LookupEnv(name); ok {
			lines = append(lines, [2]string{name, value})
		}
	}
	lines = append(lines, interfaces()...)
	for _, line := range lines {
		if err := say(w, b.cleaner.Clean(line[0]+": "+strings.TrimSpace(line[1]))+"\n"); err != nil {
			return err
		}
	}
	return b.build(w)
}

// build tells what the program was made of.
func (b *bundle) build(w io.Writer) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	var text strings.Builder
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			s.Value = s.Value[:min(12, len(s.Value))] // the whole would be taken for a secret
		}
		fmt.Fprintf(&text, "build %s: %s\n", s.Key, s.Value)
	}
	for _, m := range info.Deps {
		fmt.Fprintf(&text, "module %s: %s\n", m.Path, m.Version)
	}
	return say(w, b.cleaner.Clean(text.String()))
}

// systemFacts are those that Linux keeps in files; elsewhere there are none.
func systemFacts() [][2]string {
	var facts [][2]string
	for _, name := range []string{"/proc/version", "/proc/uptime", "/proc/loadavg"} {
		if text, err := os.ReadFile(name); err == nil {
			facts = append(facts, [2]string{name, string(text)})
		}
	}
	for name, wanted := range map[string][]string{
		"/etc/os-release": {"PRETTY_NAME="}, "/proc/meminfo": {"MemTotal:", "MemAvailable:"},
	} {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			for _, prefix := range wanted {
				if strings.HasPrefix(line, prefix) {
					facts = append(facts, [2]string{name, line})
				}
			}
		}
	}
	return facts
}

func interfaces() [][2]string {
	all, err := net.Interfaces()
	if err != nil {
		return [][2]string{{"interfaces", err.Error()}}
	}
	var lines [][2]string
	for _, i := range all {
		addrs, _ := i.Addrs()
		words := []string{i.Flags.String(), fmt.Sprintf("mtu %d", i.MTU)}
		for _, a := range addrs {
			words = append(words, a.String())
		}
		lines = append(lines, [2]string{"interface " + i.Name, strings.Join(words, ", ")})
	}
	return lines
}

// goroutines are counted by where they are; what they carry is not shown.
func goroutines(w io.Writer) error { return pprof.Lookup("goroutine").WriteTo(w, 1) }
