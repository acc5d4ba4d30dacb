package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"takoshome/app"
)

// typed takes the keys that nothing else took.
func (f *frontend) typed(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeyEscape:
		f.escape()
	case fyne.KeyF11:
		f.setFull(!f.shell.full)
	}
}

// escape goes back one step: out of full screen, out of a panel, away from a
// question.
func (f *frontend) escape() {
	room := f.shell.call.room
	switch {
	case f.shell.full:
		f.setFull(false)
	case f.onCallPage() && room.open != panelNone:
		room.toggle(panelNone)
	default:
		f.forget()
		f.shell.panel.table.widget.UnselectAll()
	}
}

// onCallPage says whether the call is what the person sees.
func (f *frontend) onCallPage() bool {
	return f.visible && f.shell.page == pageCall && inCall(f.snapshot.Call.State)
}

// setFull gives the whole screen to the call, or takes it back.
func (f *frontend) setFull(full bool) {
	full = full && f.onCallPage()
	if f.shell.full == full {
		return
	}
	f.shell.fill(full)
	f.window.SetFullScreen(full)
}

// keyDown takes keys that go down outside a text field: M mutes, Space talks
// while push-to-talk is on.
func (f *frontend) keyDown(event *fyne.KeyEvent) {
	if !f.onCallPage() || modified() {
		return
	}
	me := f.snapshot.Call.Me
	switch event.Name {
	case fyne.KeyM:
		if !holdsToTalk(me) {
			f.app.Send(app.SetMuted{Muted: !me.Muted})
		}
	case fyne.KeySpace:
		if me.PushToTalk && !f.talking {
			f.talking = true
			f.app.Send(app.Talk{Down: true})
		}
	}
}

// keyUp ends talking.
func (f *frontend) keyUp(event *fyne.KeyEvent) {
	if event.Name == fyne.KeySpace {
		f.stopTalking()
	}
}

// stopTalking ends push-to-talk where the key went up unseen too: in another
// window, in a text field, in a window that is gone.
func (f *frontend) stopTalking() {
	if f.talking {
		f.talking = false
		f.app.Send(app.Talk{Down: false})
	}
}

// modified says whether Control, Alt or the like is held.
func modified() bool {
	driver, ok := fyne.CurrentApp().Driver().(desktop.Driver)
	return ok && driver.CurrentKeyModifiers()&^fyne.KeyModifierShift != 0
}
