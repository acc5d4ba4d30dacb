package ui

import (
	"fyne.io/fyne/v2"

	"takoshome/app/session"
)

// bell tells the desktop of calls that come in, until they are gone.
type bell interface {
	// ring shows a call; stop takes it back. Both return at once, as miss does,
	// which tells of a call that nobody answered.
	ring(call session.Incoming)
	stop(id string)
	miss(note *fyne.Notification)
	// close takes everything back.
	close()
}

// bellActions are what a person may do with a call on the desktop; they run on
// a goroutine of the bell.
type bellActions struct {
	answer, decline func(id string)
	open, missed    func()
	// plain shows a notification without buttons, where the desktop has no better.
	plain func(*fyne.Notification)
}

// noBell is a desktop that takes no notifications of ours.
type noBell struct{}

func (noBell) ring(session.Incoming)   {}
func (noBell) stop(string)             {}
func (noBell) miss(*fyne.Notification) {}
func (noBell) close()                  {}

// followIncoming rings for calls that are new and stops for those that are gone.
func (f *frontend) followIncoming(calls []session.Incoming) {
	there := make(map[string]bool, len(calls))
	for _, call := range calls {
		there[call.ID] = true
		if !f.ringing[call.ID] {
			f.ringing[call.ID] = true
			f.bell.ring(call)
		}
	}
	for id := range f.ringing {
		if !there[id] {
			delete(f.ringing, id)
			f.bell.stop(id)
		}
	}
}

// bellActions are those of the window.
func (f *frontend) bellActions() bellActions {
	onFyne := func(do func(string)) func(string) {
		return func(id string) {
			fyne.Do(func() {
				if !f.feed.closed.Load() {
					do(id)
				}
			})
			f.idler.poke()
		}
	}
	missed := onFyne(func(string) { f.showMissed() })
	return bellActions{
		answer: onFyne(f.answer), decline: onFyne(f.decline), open: f.raise, plain: f.notify,
		missed: func() { missed("") },
	}
}

// plainBell is a notification without buttons.
func plainBell(call session.Incoming) *fyne.Notification {
	return fyne.NewNotification(incomingTitle(call), incomingWords(call))
}
