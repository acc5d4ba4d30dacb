package app

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestAutostartFromTheWindow(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this test must not change what really starts with the session")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	a := startApp(t, func(c *Config) { c.HasWindow = true })
	waitFor(t, a, func(s *Snapshot) bool { return s.Settings.Autostart == Autostart{Possible: true} })
	do(t, a, SetAutostart{On: true, Minimised: true})
	waitFor(t, a, func(s *Snapshot) bool {
		return s.Settings.Autostart == Autostart{Possible: true, On: true, Minimised: true}
	})
	if state, err := ReadAutostart(); err != nil || !state.On || !state.Minimised {
		t.Errorf("the system has %+v, %v", state, err)
	}
	do(t, a, SetAutostart{})
	waitFor(t, a, func(s *Snapshot) bool { return s.Settings.Autostart == Autostart{Possible: true} })

	if err := os.RemoveAll(filepath.Join(home, "config")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "config"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a.Send(SetAutostart{On: true})
	waitFor(t, a, func(s *Snapshot) bool {
		return s.Notice != nil && s.Notice.Key == "notice.autostartFailed" && s.Notice.Bad
	})
}

func TestReportFromTheWindow(t *testing.T) {
	a := startApp(t, nil)
	path := filepath.Join(t.TempDir(), "r.zip")
	do(t, a, SaveBundle{Path: path})
	s := waitFor(t, a, func(s *Snapshot) bool { return s.Notice != nil })
	if s.Notice.Key != "notice.bundleSaved" || s.Notice.Args["path"] != path || s.Notice.Bad {
		t.Errorf("notice %+v", s.Notice)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("no report: %v", err)
	}
	if err := a.Do(t.Context(), SaveBundle{Path: path}); !errors.Is(err, ErrBundleExists) {
		t.Errorf("got %v", err)
	}
	a.Send(SaveBundle{Path: path})
	waitFor(t, a, func(s *Snapshot) bool { return s.Notice.Key == "notice.bundleExists" })
	a.Send(SaveBundle{Path: filepath.Join(path, "x")})
	waitFor(t, a, func(s *Snapshot) bool { return s.Notice.Key == "notice.bundleFailed" && s.Notice.Args["reason"] != "" })
}
