package ui

import (
	"log/slog"
	"time"

	"fyne.io/fyne/v2"

	"takoshome/app"
)

// Names in Fyne's preferences, the only thing the ui remembers by itself.
const (
	prefRoom        = "room"        // the room of the last invitation
	prefTrayMissing = "trayMissing" // the person knows that there is no tray
)

// frontend is window and tray together. Everything in it belongs to Fyne's
// goroutine.
type frontend struct {
	app    App
	fyne   fyne.App
	window fyne.Window
	log    *slog.Logger
	shell  *shell
	tray   *tray // nil where there is none to ask for
	feed   feed
	idler  *idler
	// notify shows a notification of the desktop.
	notify func(*fyne.Notification)

	snapshot *app.Snapshot
	tree     *tree
	history  *history
	visible  bool
	question *message // stands over the app's notice
	copying  *copying
	talking  bool // the key of push-to-talk is down
	bell     bell
	ringing  map[string]bool // the calls that the desktop was told of
	missing  missing
	asking   asking
	tones    tones
}

// newFrontend makes window and content; nothing is shown yet.
func newFrontend(fyneApp fyne.App, a App, log *slog.Logger) *frontend {
	f := &frontend{
		app: a, fyne: fyneApp, log: log, idler: newIdler(),
		snapshot: &app.Snapshot{}, tree: &tree{}, history: newHistory(),
		bell: noBell{}, ringing: make(map[string]bool), tones: tones{ringer: noRinger{}},
	}
	f.feed.draw, f.feed.poke = f.draw, f.idler.poke
	// Away from Fyne's goroutine: the desktop's answer may take its time. The
	// end of the D-Bus connection ends the waiting.
	f.notify = func(n *fyne.Notification) { go fyneApp.SendNotification(n) }
	f.window = fyneApp.NewWindow(windowTitle)
	home := newHome(homeActions{
		start: f.start, stop: f.askStop, invite: f.invite, copy: f.copy, revoke: f.revoke,
		join: f.join, clipboard: f.clipboard, doctor: func() { f.shell.open(pageDoctor); f.redraw() },
	})
	actions := peopleActions{send: a.Send, copy: f.fyne.Clipboard().SetContent, confirm: f.confirm, changed: f.redraw}
	f.shell = newShell(pages{
		home: home, panel: newPanel(a.Send), rings: newRinging(f.answer, f.decline),
		calling: newOutgoing(a.Send), welcome: newWelcome(a.Send, f.redraw),
		people: newPeoplePage(actions), doctor: newDoctorPage(actions),
		settings: newSettingsPage(settingsActions{peopleActions: actions, rename: f.rename, restart: f.askRestart}),
		call: newCallPage(callActions{
			send: a.Send, show: a.Show, clipboard: f.clipboard, canvas: f.window.Canvas(), poke: f.idler.poke, redraw: f.redraw,
			copy: f.fyne.Clipboard().SetContent, typing: f.stopTalking, fill: func() { f.setFull(!f.shell.full) },
		}),
	}, f.askQuit, f.redraw)
	f.window.SetContent(f.shell.object)
	f.window.SetPadded(false)
	f.window.Resize(fyne.NewSize(980, 720))
	f.window.SetCloseIntercept(f.closing)
	f.addShortcuts()
	return f
}

// attachTray gives the frontend a tray.
func (f *frontend) attachTray(host trayHost) {
	f.tray = newTray(host, trayActions{
		open: f.show, start: f.start, stop: f.stop, invite: f.inviteAndCopy, quit: f.quit,
		mute:   func(muted bool) { f.app.Send(app.SetMuted{Muted: muted}) },
		hangUp: func() { f.app.Send(app.LeaveCall{}) },
	}, f.log)
}

// fillTray makes the tray's entries, once Fyne's loop runs.
func (f *frontend) fillTray() {
	if f.tray != nil {
		f.tray.fill()
		f.tray.update(f.snapshot)
	}
}

// draw takes a new snapshot. While the window is hidden only the tray changes.
func (f *frontend) draw(s *app.Snapshot) {
	now := time.Now()
	s = withTitles(s)
	f.snapshot = s
	f.tree = treeOf(s)
	f.history.add(now, f.tree)
	if f.tray != nil {
		f.tray.update(s)
	}
	f.finishCopying(now)
	f.followCall(&s.Call)
	f.followIncoming(s.Call.Incoming)
	f.followMissed(s, now)
	f.followAsking(s)
	f.tones.follow(s)
	f.redraw()
}

// redraw draws the newest snapshot if somebody can see it.
func (f *frontend) redraw() {
	if !f.visible {
		return
	}
	f.shell.update(f.snapshot, f.tree, f.history, time.Now())
	f.updateBar()
}

func (f *frontend) updateBar() {
	if f.question != nil {
		f.shell.say(f.question)
		return
	}
	if m := noticeMessage(f.snapshot, f.app.Send); m != nil {
		f.shell.say(m)
		return
	}
	f.shell.say(f.callMessage())
}

// ask shows a question of the window itself; nil takes it back.
func (f *frontend) ask(m *message) {
	f.question = m
	f.updateBar()
}

func (f *frontend) forget() { f.ask(nil) }

// confirm asks before something that cannot be taken back.
func (f *frontend) confirm(question, button string, do func()) {
	f.ask(&message{text: question, button: button, dismiss: f.forget, do: func() { f.forget(); do() }})
}

// show brings the window to the front.
func (f *frontend) show() {
	f.visible = true
	f.idler.work()
	f.redraw()
	f.window.Show()
	f.window.RequestFocus()
}

// raise is show for other goroutines.
func (f *frontend) raise() {
	fyne.Do(func() {
		if !f.feed.closed.Load() {
			f.show()
		}
	})
	f.idler.poke()
}

// hide leaves the app in the tray. A field that kept the focus would go on
// blinking its cursor.
func (f *frontend) hide() {
	f.visible = false
	f.forget()
	f.setFull(false)
	f.stopTalking()
	f.shell.call.rest()
	f.shell.people.rest()
	f.window.Canvas().Unfocus()
	f.window.Hide()
	f.idler.rest()
}

func (f *frontend) start() { f.app.Send(app.StartHosting{}) }
func (f *frontend) stop()  { f.app.Send(app.StopHosting{}) }

func (f *frontend) revoke(i app.Invitation) { f.app.Send(app.RevokeInvitation{ID: i.ID}) }

// askStop stops hosting, after a question where that ends a call.
func (f *frontend) askStop() {
	if f.snapshot.Totals.People == 0 {
		f.stop()
		return
	}
	f.ask(&message{
		text: trCount("ask.stop", f.snapshot.Totals.People), button: tr("host.stop"), dismiss: f.forget,
		do: func() { f.forget(); f.stop() },
	})
}

// askRestart starts hosting anew, after a question where that ends a call.
func (f *frontend) askRestart() {
	restart := func() { f.app.Send(app.RestartHosting{}) }
	if f.snapshot.Totals.People == 0 {
		restart()
		return
	}
	f.confirm(trCount("ask.restart", f.snapshot.Totals.People), tr("settings.restart"), restart)
}

// rename opens the form for the own name.
func (f *frontend) rename() {
	f.shell.open(pagePeople)
	f.redraw()
	if own := f.shell.people.own; !own.open && f.snapshot.Identity.State != app.IdentityNew {
		own.change.onTapped()
	}
}

// askQuit ends the program, after a question where that ends a call.
func (f *frontend) askQuit() {
	question := ""
	switch {
	case f.snapshot.Totals.People > 0:
		question = trCount("ask.quit", f.snapshot.Totals.People)
	case isOn(f.snapshot.Call.State):
		question = tr("ask.quitCall")
	default:
		f.quit()
		return
	}
	f.ask(&message{text: question, button: tr("nav.quit"), dismiss: f.forget, do: f.quit})
}

func (f *frontend) quit() {
	f.feed.close()
	f.tones.ringer.Silence()
	f.idler.work()
	f.fyne.Quit()
}
