package app

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"takoshome/app/config"
)

// Settings of the window are kept in the file, and a host that runs goes on with
// its own until it is started anew.
func TestChangingSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.toml")
	a := startApp(t, func(c *Config) {
		c.SettingsFile, c.Settings.Hosting = file, true
		c.Settings.Relay.Listen = config.RelayListen{}
	})
	before := a.Snapshot()
	if s := before.Settings; s.File != file || !s.Hosting || s.Relay || s.HostingDiffers || s.LanguageDiffers {
		t.Fatalf("at the start: %+v", s)
	}
	do(t, a, ChangeSettings{Relay: new(true), Hosting: new(false), Language: new(config.LanguageJapanese)})
	s := a.Snapshot().Settings
	if !s.Relay || s.Hosting || s.Language != config.LanguageJapanese || !s.HostingDiffers || !s.LanguageDiffers {
		t.Errorf("after the change: %+v", s)
	}
	read, err := config.Load(file, config.Default("/data"))
	if err != nil || read.Hosting || read.Language != config.LanguageJapanese || read.Relay != config.Default("").Relay {
		t.Errorf("the file says %+v, %v", read, err)
	}
	do(t, a, ChangeSettings{Relay: new(false), MapPorts: new(false)})
	if a.Snapshot().Settings.HostingDiffers {
		t.Error("all is as the host was started, and still it differs")
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "\nlisten = 'off'\n") || !strings.Contains(string(text), "\nmap_ports = false\n") {
		t.Errorf("the file is %s, %v", text, err)
	}
	do(t, a, ChangeSettings{Language: new(config.LanguageAuto), Hosting: new(true)})
	do(t, a, RestartHosting{})
	after := a.Snapshot()
	if after.Host.State != HostRunning || !after.Host.Since.After(before.Host.Since) || after.Settings.HostingDiffers {
		t.Errorf("after starting anew: %+v %+v", after.Host, after.Settings)
	}
}

// A relay that is switched off and on again is where it was.
func TestRelayKeepsItsPort(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.toml")
	a := startApp(t, func(c *Config) {
		c.SettingsFile, c.Settings.Hosting = file, false
		c.Settings.Relay.Listen.AddrPort = netip.MustParseAddrPort("127.0.0.1:5349")
	})
	do(t, a, ChangeSettings{Relay: new(false)})
	do(t, a, ChangeSettings{Relay: new(true)})
	read, err := config.Load(file, config.Default("/data"))
	if err != nil || read.Relay.Listen.Port() != 5349 || a.live.get().Relay != read.Relay {
		t.Errorf("the file says %+v, %v", read.Relay, err)
	}
}

func TestSettingsThatCannotBeKept(t *testing.T) {
	for name, file := range map[string]func(t *testing.T) string{
		"no place": func(*testing.T) string { return "" },
		"a broken file": func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "config.toml")
			if err := os.WriteFile(path, []byte("hosting = maybe"), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := startApp(t, func(c *Config) { c.SettingsFile = file(t) })
			a.Send(ChangeSettings{Hosting: new(false)})
			s := waitFor(t, a, func(s *Snapshot) bool { return s.Notice != nil })
			if s.Notice.Key != "notice.settingsFailed" || !s.Notice.Bad || !s.Settings.Hosting {
				t.Errorf("got %+v %+v", s.Notice, s.Settings)
			}
		})
	}
}
