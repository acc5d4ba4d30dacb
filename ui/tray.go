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
	Show()
	Hide()
	Enable()
	Disable()
}

// trayActions are what the entries of the tray's menu do.
type trayActions struct {
	open, start, stop, invite, quit func()
	mute                            func(muted bool)
	hangUp                          func()
}

// tray keeps icon and menu in step with the host. It changes them only when
// something is new, and entries in their place: each change travels over D-Bus,
// and a click on an entry that is being replaced would be lost.
type tray struct {
	host            trayHost
	actions         trayActions
	log             *slog.Logger
	hosting, invite trayEntry // nil until the menu is open for entries
	mute, hangUp    trayEntry // hidden while there is no call
	state           app.HostState
	call            trayCall
	drawn           *trayState
}

func newTray(host trayHost, actions trayActions, log *slog.Logger) *tray {
	return &tray{host: host, actions: actions, log: log}
}

// fill makes the entries. The desktop takes them only once Fyne's loop runs.
func (t *tray) fill() {
	t.host.Add(tr("tray.open"), t.actions.open)
	t.mute = t.host.Add(tr("tray.mute"), func() { t.actions.mute(!t.call.muted) })
	t.hangUp = t.host.Add(tr("tray.hangUp"), t.actions.hangUp)
	t.mute.Hide()
	t.hangUp.Hide()
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
	t.updateCall(callOf(s))
	state := trayState{hosting: t.state == app.HostRunning, muted: t.call.on && t.call.muted}
	switch {
	case t.call.on:
		state.hosting, state.people = true, t.call.people
	case state.hosting:
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

// trayCall is what the tray says of the call that the person is in.
type trayCall struct {
	on, muted bool
	people    int
}

func callOf(s *app.Snapshot) trayCall {
	if !isOn(s.Call.State) {
		return trayCall{}
	}
	return trayCall{on: true, muted: s.Call.Me.Muted, people: len(s.Call.People) + 1}
}

// updateCall shows the entries for a call while there is one.
func (t *tray) updateCall(call trayCall) {
	before := t.call
	t.call = call
	if before.muted != call.muted {
		title := tr("tray.mute")
		if call.muted {
			title = tr("tray.unmute")
		}
		t.mute.SetTitle(title)
	}
	if before.on == call.on {
		return
	}
	for _, entry := range []trayEntry{t.mute, t.hangUp} {
		if call.on {
			entry.Show()
		} else {
			entry.Hide()
		}
	}
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
