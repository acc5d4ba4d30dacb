package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"takoshome/app"
)

// missing remembers which missed calls the desktop was told of.
type missing struct {
	known bool // a snapshot with a history has come
	count int
}

// followMissed tells the desktop of calls that nobody answered. What was missed
// before the program started shows on the page alone.
func (f *frontend) followMissed(s *app.Snapshot, now time.Time) {
	if s.Identity.State == "" {
		return
	}
	before := f.missing
	f.missing = missing{known: true, count: s.People.Missed}
	if !before.known || s.People.Missed <= before.count {
		return
	}
	for _, call := range s.People.History {
		if isMissed(call) && !call.Seen {
			f.bell.tell(missedNote(call, s, now), aboutMissed)
			return
		}
	}
}

// missedNote says who called.
func missedNote(call app.PastCall, s *app.Snapshot, now time.Time) *fyne.Notification {
	name := titlesOf(s)[call.Peer]
	if name == "" {
		name = titleOf(call.Peer, "")
	}
	title := tr("missed.title")
	if s.People.Missed > 1 {
		title = trCount("missed.many", s.People.Missed)
	}
	return fyne.NewNotification(title, tr("missed.words", "name", abridged(name), "clock", moment(call.StartedAt, now)))
}
