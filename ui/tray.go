package ui

import (
	"log/slog"

	"takoshome/app"
)

// trayHost is the desktop's side of the tray.
type trayHost interface {
	// Add appends an entry to the menu; action runs on Fyne's goroutine.
	Add(title string, action func()) trayEntry
	AddSeparator()
	SetIcon(png []byte)
	// SetTooltip sets the words under the pointer, for screen readers too.
	SetTooltip(words string)
}

// trayEntry is one entry of the tray's menu.
type trayEntry interface {
	SetTitle(title string)
	Enable()
	Disable()
}

// trayActions are what the entries of the tray's menu do.
type trayActions struct{ open, start, stop, invite, quit func() }

// tray keeps icon and menu in step with the host. It changes them only when
// something is new, and entries in their place: each change travels over D-Bus,
// and a click on an entry that is being replaced would be lost.
type tray struct {
	host            trayHost
	actions         trayActions
	log             *slog.Logger
	hosting, invite trayEntry // nil until the menu is open for entries
	state           app.HostState
	drawn           *trayState
}

func newTray(host trayHost, actions trayActions, log *slog.Logger) *tray {
	return &tray{host: host, actions: actions, log: log}
}

// fill makes the entries. The desktop takes them only once Fyne's loop runs.
func (t *tray) fill() {
	t.host.Add(tr("tray.open"), t.actions.open)
	t.host.AddSeparator()
	t.hosting = t.host.Add(tr("tray.start"), t.toggle)
	t.invite = t.host.Add(tr("tray.invite"), t.actions.invite)
	t.invite.Disable()
	t.host.AddSeparator()
	t.host.Add(tr("tray.quit"), t.actions.quit)
}

// toggle starts or stops hosting, whichever the entry says.
func (t *tray) toggle() {
	if stops(t.state) {
		t.actions.stop()
	} else {
		t.actions.start()
	}
}

// stops says whether the entry for hosting offers to stop it.
func stops(state app.HostState) bool {
	return state == app.HostRunning || state == app.HostStopping
}

// update shows the host of a snapshot.
func (t *tray) update(s *app.Snapshot) {
	if t.hosting == nil {
		return
	}
	if t.state != s.Host.State {
		t.state = s.Host.State
		t.updateEntries()
	}
	state := trayState{hosting: t.state == app.HostRunning}
	if state.hosting {
		state.people = s.Totals.People
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
	t.host.SetIcon(icon)
	t.host.SetTooltip(trayWords(state))
}

func (t *tray) updateEntries() {
	title := tr("tray.start")
	if stops(t.state) {
		title = tr("tray.stop")
	}
	t.hosting.SetTitle(title)
	enable(t.hosting, t.state != app.HostStarting && t.state != app.HostStopping)
	enable(t.invite, t.state == app.HostRunning)
}

func enable(entry trayEntry, enabled bool) {
	if enabled {
		entry.Enable()
	} else {
		entry.Disable()
	}
}

// trayWords is the state in words.
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
