package ui

import (
	"fyne.io/fyne/v2"

	"takoshome/app/session"
)

// bell tells the desktop of calls that come in, until they are gone.
type bell interface {
	// ring shows a call; stop takes it back. Both return at once, as tell does,
	// which tells of something to look at.
	ring(call session.Incoming)
	stop(id string)
	tell(note *fyne.Notification, about subject)
	// close takes everything back.
	close()
}

// subject is what a notification without a call is about.
type subject uint8

const (
	aboutMissed subject = iota // a call that nobody answered
	aboutFriend                // somebody who wants to be a friend
)

// bellActions are what a person may do with a call on the desktop; they run on
// a goroutine of the bell.
type bellActions struct {
	answer, decline func(id string)
	open            func()
	// look shows what a notification is about.
	look func(subject)
	// plain shows a notification without buttons, where the desktop has no better.
	plain func(*fyne.Notification)
}

// noBell is a desktop that takes no notifications of ours.
type noBell struct{}

func (noBell) ring(session.Incoming)            {}
func (noBell) stop(string)                      {}
func (noBell) tell(*fyne.Notification, subject) {}
func (noBell) close()                           {}

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
	return bellActions{
		answer: onFyne(f.answer), decline: onFyne(f.decline), open: f.raise, plain: f.notify,
		look: func(about subject) { onFyne(func(string) { f.lookAt(about) })("") },
	}
}

// lookAt brings the window up with what a notification is about.
func (f *frontend) lookAt(about subject) {
	tab := tabCalls
	if about == aboutFriend {
		tab = tabFriends
	}
	f.shell.open(pagePeople)
	f.shell.people.open(tab)
	f.show()
}

// plainBell is a notification without buttons.
func plainBell(call session.Incoming) *fyne.Notification {
	return fyne.NewNotification(incomingTitle(call), incomingWords(call))
}
