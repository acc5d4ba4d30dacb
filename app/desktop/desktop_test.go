package desktop

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func testConfig(t *testing.T) Config {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("links are registered on Linux only")
	}
	home := t.TempDir()
	return Config{
		Executable: filepath.Join(home, "takoshome"),
		Icon:       []byte("PNG"),
		DataHome:   filepath.Join(home, "data"),
		ConfigHome: filepath.Join(home, "config"),
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRegister(t *testing.T) {
	c := testConfig(t)
	if err := Register(c); err != nil {
		t.Fatal(err)
	}
	entry := filepath.Join(c.DataHome, "applications", entryName)
	text := read(t, entry)
	for _, line := range []string{
		`Exec="` + c.Executable + `" %u`, "MimeType=x-scheme-handler/takoshome;",
		"Icon=" + filepath.Join(c.DataHome, "icons/hicolor/256x256/apps", iconName),
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("%s is missing in\n%s", line, text)
		}
	}
	list := filepath.Join(c.ConfigHome, "mimeapps.list")
	if got := read(t, list); got != "[Default Applications]\nx-scheme-handler/takoshome="+entryName+"\n" {
		t.Errorf("got %s", got)
	}

	// Again: nothing is written.
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	for _, path := range []string{entry, list} {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := Register(c); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{entry, list} {
		if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(old) {
			t.Errorf("%s was written again", path)
		}
	}

	// The program has moved.
	c.Executable += "2"
	if err := Register(c); err != nil || !strings.Contains(read(t, entry), `takoshome2" %u`) {
		t.Errorf("got %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(c.DataHome, "applications", ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestRegisterKeepsOtherSettings(t *testing.T) {
	c := testConfig(t)
	real := filepath.Join(c.ConfigHome, "real.list")
	if err := os.MkdirAll(c.ConfigHome, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(real, []byte("[Added Associations]\na/b=c.desktop;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(c.ConfigHome, "mimeapps.list")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	if err := Register(c); err != nil {
		t.Fatal(err)
	}
	if got := read(t, real); !strings.HasPrefix(got, "[Added Associations]\na/b=c.desktop;\n") || !strings.Contains(got, entryName) {
		t.Errorf("got %s", got)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	if info, err := os.Stat(real); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("the mode has changed")
	}
}

func TestRegisterFails(t *testing.T) {
	c := testConfig(t)
	if err := os.WriteFile(c.DataHome, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Register(c); err == nil {
		t.Error("a file is no folder")
	}
	for _, path := range []string{"takoshome", "/a\nb", "/a=b"} {
		c.Executable = path
		if err := Register(c); err == nil {
			t.Errorf("%q was taken", path)
		}
	}
}

func TestWithDefault(t *testing.T) {
	const line = scheme + "=" + entryName + "\n"
	for text, want := range map[string]string{
		"":                       "[Default Applications]\n" + line,
		"[Default Applications]": "[Default Applications]\n" + line,
		"[Default Applications]\na/b=c\n\n[Other]\nx=y\n":            "[Default Applications]\n" + line + "a/b=c\n\n[Other]\nx=y\n",
		"[Other]\nx-scheme-handler/takoshome=x\n":                    "[Other]\nx-scheme-handler/takoshome=x\n\n[Default Applications]\n" + line,
		"[Default Applications]\nx-scheme-handler/takoshome = other": "[Default Applications]\nx-scheme-handler/takoshome = other",
	} {
		got := string(withDefault([]byte(text)))
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if again := string(withDefault([]byte(got))); again != got {
			t.Errorf("%q: not the same again: %q", text, again)
		}
	}
}

func TestPresent(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/d")
	t.Setenv("XDG_CONFIG_HOME", "relative")
	t.Setenv("HOME", "/h")
	t.Setenv("APPIMAGE", "")
	c, err := Present([]byte("x"))
	if runtime.GOOS != "linux" {
		t.Skip("folders are others here")
	}
	if err != nil || c.DataHome != "/d" || c.ConfigHome != "/h/.config" || !filepath.IsAbs(c.Executable) {
		t.Errorf("got %+v, %v", c, err)
	}
	t.Setenv("APPIMAGE", "/x/Takos.AppImage")
	if c, err = Present(nil); err != nil || c.Executable != "/x/Takos.AppImage" {
		t.Errorf("got %+v, %v", c, err)
	}
}

// What the desktops' own tools make of it, where they are.
func TestDesktopsAgree(t *testing.T) {
	c := testConfig(t)
	// A path with every character that has a meaning somewhere.
	c.Executable = filepath.Join(t.TempDir(), "a b$c`d\"e\\fg'h;i", "takoshome")
	ran := filepath.Join(t.TempDir(), "ran")
	if err := os.MkdirAll(filepath.Dir(c.Executable), 0o700); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\nprintf %s \"$*\" >'" + ran + ".part' && mv '" + ran + ".part' '" + ran + "'\n"
	if err := os.WriteFile(c.Executable, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Register(c); err != nil {
		t.Fatal(err)
	}
	run := func(name string, args ...string) (string, bool) {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Logf("%s is not here", name)
			return "", false
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		command := exec.CommandContext(ctx, path, args...)
		command.Env = append(os.Environ(), "XDG_DATA_HOME="+c.DataHome, "XDG_CONFIG_HOME="+c.ConfigHome,
			"HOME="+t.TempDir(), "XDG_CURRENT_DESKTOP=", "LC_ALL=C", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
		out, err := command.CombinedOutput()
		if err != nil {
			t.Logf("%s %v: %v", name, args, err)
		}
		return string(out), true
	}
	if got, ok := run("xdg-mime", "query", "default", scheme); ok && strings.TrimSpace(got) != entryName {
		t.Errorf("xdg-mime says %q", got)
	}
	if got, ok := run("gio", "mime", scheme); ok && !strings.Contains(got, entryName) {
		t.Errorf("gio says %q", got)
	}
	if got, ok := run("desktop-file-validate", filepath.Join(c.DataHome, "applications", entryName)); ok && strings.Contains(got, "error") {
		t.Errorf("desktop-file-validate says %q", got)
	}
	const link = "takoshome:https://h.example/j#t=x&c=audio&f=y"
	if _, ok := run("gio", "open", link); !ok {
		return
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		text, err := os.ReadFile(ran)
		if err == nil {
			if string(text) != link {
				t.Errorf("started with %q", text)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the link started nothing")
		}
		<-time.After(10 * time.Millisecond)
	}
}
