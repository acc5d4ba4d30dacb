package ui

import (
	"log/slog"

	"fyne.io/fyne/v2"

	"takoshome/app"
)

// trayHost is the part of Fyne's desktop app that owns the tray.
type trayHost interface {
	SetSystemTrayMenu(menu *fyne.Menu)
	SetSystemTrayIcon(icon fyne.Resource)
}

// trayActions are what the entries of the tray's menu do.
type trayActions struct{ open, start, stop, invite, quit func() }

// tray keeps icon and menu in step with the host. It changes them only when
// something is new: each change travels over D-Bus and gives the entries new
// numbers.
type tray struct {
	host    trayHost
	actions trayActions
	log     *slog.Logger
	drawn   *trayState
	menuFor *app.HostState
	// tooltip sets the words shown under the pointer; it may be nil.
	tooltip func(string)
}

func newTray(host trayHost, actions trayActions, log *slog.Logger) *tray {
	return &tray{host: host, actions: actions, log: log}
}

// update shows the host of a snapshot.
func (t *tray) update(s *app.Snapshot) {
	running := s.Host.State == app.HostRunning
	state := trayState{hosting: running}
	if running {
		state.people = s.Totals.People
	}
	if hosting := s.Host.State; t.menuFor == nil || *t.menuFor != hosting {
		t.menuFor = &hosting
		t.host.SetSystemTrayMenu(t.menu(hosting))
	}
	if t.drawn != nil && *t.drawn == state {
		return
	}
	t.drawn = &state
	icon, err := trayIcon(state)
	if err != nil {
		t.log.Error("draw the tray icon", "err", err)
		return
	}
	t.host.SetSystemTrayIcon(fyne.NewStaticResource("tray.png", icon))
	if t.tooltip != nil {
		t.tooltip(trayWords(state))
	}
}

// trayWords is the state in words, for the pointer and for screen readers.
func trayWords(state trayState) string {
	switch {
	case !state.hosting:
		return tr("tray.off")
	case state.people == 0:
		return tr("tray.hosting")
	default:
		return trCount("tray.inCall", state.people)
	}
}

func (t *tray) menu(state app.HostState) *fyne.Menu {
	hosting := fyne.NewMenuItem(tr("tray.start"), t.actions.start)
	if state == app.HostRunning || state == app.HostStopping {
		hosting = fyne.NewMenuItem(tr("tray.stop"), t.actions.stop)
	}
	hosting.Disabled = state == app.HostStarting || state == app.HostStopping
	invite := fyne.NewMenuItem(tr("tray.invite"), t.actions.invite)
	invite.Disabled = state != app.HostRunning
	quit := fyne.NewMenuItem(tr("tray.quit"), t.actions.quit)
	quit.IsQuit = true
	return fyne.NewMenu("Takos Home",
		fyne.NewMenuItem(tr("tray.open"), t.actions.open),
		fyne.NewMenuItemSeparator(),
		hosting, invite,
		fyne.NewMenuItemSeparator(),
		quit,
	)
}
