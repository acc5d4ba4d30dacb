package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"takoshome/app"
)

// copyPatience is how long a link that was asked for is waited for.
const copyPatience = 10 * time.Second

// copying is an invitation that was asked for by the tray and goes to the
// clipboard as soon as it is there.
type copying struct {
	wanted app.NewInvitation
	before map[string]bool // the invitations that were there when it was asked
	until  time.Time
}

// invite asks for a new invitation; the home page shows it when it comes.
func (f *frontend) invite(wanted app.NewInvitation) {
	f.fyne.Preferences().SetString(prefRoom, wanted.Room)
	f.app.Send(wanted)
}

// copy puts a link into the clipboard.
func (f *frontend) copy(i app.Invitation) {
	f.fyne.Clipboard().SetContent(i.JoinURL)
}

// inviteAndCopy asks for a link to the last room for several guests.
func (f *frontend) inviteAndCopy() {
	wanted := app.NewInvitation{
		Room:     f.fyne.Preferences().StringWithFallback(prefRoom, tr("invite.defaultRoom")),
		CallType: "video",
	}
	f.copying = &copying{wanted: wanted, before: make(map[string]bool), until: time.Now().Add(copyPatience)}
	for _, i := range f.snapshot.Invitations {
		f.copying.before[i.ID] = true
	}
	f.app.Send(wanted)
}

// finishCopying takes the link that was asked for out of a snapshot.
func (f *frontend) finishCopying(now time.Time) {
	c := f.copying
	if c == nil {
		return
	}
	if now.After(c.until) {
		f.copying = nil
		return
	}
	for _, i := range f.snapshot.Invitations {
		if c.before[i.ID] || i.Room != c.wanted.Room || i.User != c.wanted.User || i.CallType != c.wanted.CallType {
			continue
		}
		f.copying = nil
		f.copy(i)
		f.notify(fyne.NewNotification(tr("tray.copied"), invitationTitle(i)+"\n"+invitationTerms(i, now)))
		return
	}
}
