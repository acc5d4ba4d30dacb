package app

import (
	"context"
	"sync"

	"takoshome/app/config"
)

// Language is the one of the texts for people.
type Language = config.Language

// Settings are those that the window can change.
type Settings struct {
	// File is where they are kept; empty: nowhere, and nothing can be changed.
	File string `json:"file,omitempty"`
	// Hosting says whether friends are let in from the start of the app.
	Hosting bool `json:"hosting"`
	// MapPorts has the router forward the ports.
	MapPorts bool `json:"mapPorts"`
	// Relay lends friends whose networks let nothing else through a way in.
	Relay    bool     `json:"relay"`
	Language Language `json:"language"`
	// Autostart is what this computer does when its owner logs in.
	Autostart Autostart `json:"autostart"`
	// HostingDiffers says that the host that runs was started with other settings,
	// LanguageDiffers that the window was.
	HostingDiffers  bool `json:"hostingDiffers,omitempty"`
	LanguageDiffers bool `json:"languageDiffers,omitempty"`
}

// Autostart is what this computer does when its owner logs in.
type Autostart struct {
	// Possible says that this system knows a way that the app knows too.
	Possible bool `json:"possible"`
	On       bool `json:"on"`
	// Minimised starts without a window, in the tray.
	Minimised bool `json:"minimised"`
}

// ChangeSettings writes settings into the file; nil leaves one as it is. Hosting
// that runs goes on as it was started, until RestartHosting.
type ChangeSettings struct {
	Hosting, MapPorts, Relay *bool
	Language                 *Language
}

// RestartHosting ends all calls, and hosts anew with the settings of now.
type RestartHosting struct{}

func (ChangeSettings) isCommand() {}
func (RestartHosting) isCommand() {}

// liveSettings are the settings as they have become since the start.
type liveSettings struct {
	mu  sync.Mutex // protects now; it is a leaf
	now config.Config
}

func (l *liveSettings) get() config.Config {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *liveSettings) change(change func(*config.Config)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.now)
}

// changeSettings writes the file first: what cannot be kept is not pretended.
func (a *App) changeSettings(c ChangeSettings) error {
	if a.config.SettingsFile == "" {
		return errNoSettingsFile
	}
	relay := a.config.Settings.Relay // as somebody has set it, or else as usual
	if !relay.Listen.IsValid() {
		relay = config.Default("").Relay
	}
	if err := config.Set(a.config.SettingsFile, c.values(relay)); err != nil {
		return err
	}
	a.live.change(func(to *config.Config) { c.apply(to, relay) })
	return nil
}

// values are the keys of the file with what they get; relay is one that is on.
func (c *ChangeSettings) values(relay config.Relay) map[string]any {
	values := map[string]any{}
	for key, value := range map[string]*bool{"hosting": c.Hosting, "reach.map_ports": c.MapPorts} {
		if value != nil {
			values[key] = *value
		}
	}
	if c.Relay != nil {
		values["relay.listen"] = "off"
		if *c.Relay {
			values["relay.listen"] = relay.Listen.String()
		}
	}
	if c.Language != nil {
		values["language"] = string(*c.Language)
	}
	return values
}

func (c *ChangeSettings) apply(to *config.Config, relay config.Relay) {
	if c.Hosting != nil {
		to.Hosting = *c.Hosting
	}
	if c.MapPorts != nil {
		to.Reach.MapPorts = *c.MapPorts
	}
	if c.Relay != nil {
		to.Relay = config.Relay{}
		if *c.Relay {
			to.Relay = relay
		}
	}
	if c.Language != nil {
		to.Language = *c.Language
	}
}

func (a *App) restartHosting(ctx context.Context) error {
	if err := a.stopHosting(ctx); err != nil {
		a.log.Warn("the host did not stop cleanly", "error", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	return a.startHosting(ctx)
}

// settingsView is what the window shows of the settings.
func (a *App) settingsView(running *host) Settings {
	now, started := a.live.get(), a.config.Settings
	view := Settings{
		File:            a.config.SettingsFile,
		Hosting:         now.Hosting,
		MapPorts:        now.Reach.MapPorts,
		Relay:           now.Relay.Listen.IsValid(),
		Language:        now.Language,
		Autostart:       a.autostartState(),
		LanguageDiffers: now.Language != started.Language,
	}
	if running != nil {
		with := running.config.settings
		view.HostingDiffers = with.Reach.MapPorts != now.Reach.MapPorts || with.Relay.Listen != now.Relay.Listen
	}
	return view
}
