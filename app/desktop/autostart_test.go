package desktop

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAutostart(t *testing.T) {
	c := testConfig(t)
	path := filepath.Join(c.ConfigHome, "autostart", autostartName)
	c.Executable = filepath.Join(t.TempDir(), `a\b`)
	if err := os.WriteFile(c.Executable, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	want := func(want Autostart) {
		t.Helper()
		if got, err := c.Autostart(); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	set := func(a Autostart) {
		t.Helper()
		if err := c.SetAutostart(a); err != nil {
			t.Fatal(err)
		}
		want(a)
	}
	want(Autostart{})
	set(Autostart{On: true, Minimized: true})
	if text := read(t, path); !strings.Contains(text, "\" --minimized\n") ||
		!strings.Contains(text, "\nTryExec="+strings.ReplaceAll(c.Executable, `\`, `\\`)+"\n") {
		t.Errorf("got\n%s", text)
	}
	set(Autostart{On: true})
	if text := read(t, path); strings.Contains(text, "--minimized") {
		t.Errorf("got\n%s", text)
	}
	set(Autostart{})
	set(Autostart{})
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}

	// The program has moved.
	set(Autostart{On: true, Minimized: true})
	if err := os.Rename(c.Executable, c.Executable+"2"); err != nil {
		t.Fatal(err)
	}
	want(Autostart{On: true, Minimized: true, Gone: true})
	c.Executable += "2"
	set(Autostart{On: true, Minimized: true})
	if text := read(t, path); !strings.Contains(text, `b2" --minimized`) {
		t.Errorf("got\n%s", text)
	}

	// What desktops write to turn it off.
	for _, line := range []string{"Hidden=true", "X-GNOME-Autostart-enabled=false", "Hidden = true"} {
		if err := os.WriteFile(path, []byte(read(t, path)+line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		want(Autostart{Minimized: true})
		set(Autostart{On: true, Minimized: true})
	}
}

func TestAutostartFails(t *testing.T) {
	c := testConfig(t)
	c.Executable = "/a\nb"
	if err := c.SetAutostart(Autostart{On: true}); err == nil {
		t.Error("a path of two lines was taken")
	}
	if err := os.WriteFile(c.ConfigHome, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.Executable = "/a"
	if err := c.SetAutostart(Autostart{On: true}); err == nil {
		t.Error("a file is no folder")
	}
}

// A launch agent is well-formed whatever the program's path.
func TestLaunchAgent(t *testing.T) {
	f := agentFile{filepath.Join(t.TempDir(), "LaunchAgents", "x.plist")}
	if got, err := f.read(); err != nil || got.On {
		t.Errorf("got %+v, %v", got, err)
	}
	program := `/Applications/<Takos & Home>.app/Contents/MacOS/"takoshome"`
	want := Autostart{On: true, Minimized: true}
	if err := f.write(want, []string{program, minimized}); err != nil {
		t.Fatal(err)
	}
	if got, err := f.read(); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	var words []string
	decoder := xml.NewDecoder(strings.NewReader(read(t, f.path)))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
			words = append(words, string(text))
		}
	}
	if got := strings.Join(words, "|"); !strings.Contains(got, program+"|--minimized|RunAtLoad") {
		t.Errorf("got %s", got)
	}
	if err := f.write(Autostart{}, []string{program}); err != nil {
		t.Fatal(err)
	}
	if got, err := f.read(); err != nil || got.On {
		t.Errorf("got %+v, %v", got, err)
	}
}

// What a desktop's own starter makes of the entry: systemd's generator, which GNOME
// and KDE use, takes it for a unit with the same command.
func TestSystemdTakesTheEntry(t *testing.T) {
	generator := "/usr/lib/systemd/user-generators/systemd-xdg-autostart-generator"
	if _, err := os.Stat(generator); err != nil {
		t.Fatalf("the Debian package systemd is needed: %v", err)
	}
	c := testConfig(t)
	c.Executable = filepath.Join(t.TempDir(), "a b$c;e", "takoshome") // systemd 252 does not find a path with %
	if err := os.MkdirAll(filepath.Dir(c.Executable), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.Executable, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := c.SetAutostart(Autostart{On: true, Minimized: true}); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, generator, out, out, out)
	command.Env = append(os.Environ(), "XDG_CONFIG_HOME="+c.ConfigHome, "XDG_CONFIG_DIRS="+t.TempDir(), "HOME="+t.TempDir())
	if text, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	units, err := filepath.Glob(filepath.Join(out, "app-*.service"))
	if err != nil || len(units) != 1 {
		t.Fatalf("units %v, %v", units, err)
	}
	want := `"` + strings.ReplaceAll(c.Executable, "$", `\$`) + `" ` + minimized
	if text := read(t, units[0]); !strings.Contains(text, want) {
		t.Errorf("got\n%s", text)
	}
}
