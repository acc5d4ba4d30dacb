package ui

import (
	"fyne.io/fyne/v2"

	"takoshome/app"
	"takoshome/app/identity"
)

// asking remembers who asked to be friends, so that the desktop is told once.
type asking struct {
	known bool // a snapshot with friends has come
	by    map[identity.ID]bool
}

// followAsking tells the desktop who wants to be a friend. Who asked before the
// program started shows on the page alone.
func (f *frontend) followAsking(s *app.Snapshot) {
	if s.Identity.State == "" {
		return
	}
	before := f.asking
	f.asking = asking{known: true, by: make(map[identity.ID]bool)}
	var fresh []app.Friend
	for i := range s.People.Friends {
		friend := s.People.Friends[i]
		if friend.State != stateAsked {
			continue
		}
		f.asking.by[friend.ID] = true
		if !before.by[friend.ID] {
			fresh = append(fresh, friend)
		}
	}
	if before.known && len(fresh) > 0 {
		f.bell.tell(askingNote(fresh), aboutFriend)
	}
}

// askingNote says who wants to be a friend, or how many do.
func askingNote(fresh []app.Friend) *fyne.Notification {
	title := tr("asking.title")
	if len(fresh) > 1 {
		title = trCount("asking.many", len(fresh))
	}
	first := fresh[0]
	return fyne.NewNotification(title, tr("asking.words", "name", abridged(titleOf(first.ID, first.Title))))
}
