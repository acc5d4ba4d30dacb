package ui

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
)

// homeActions are what the home page asks the frontend for.
type homeActions struct {
	start, stop func()
	doctor      func() // opens the page Doctor
	invite      func(app.NewInvitation)
	copy        func(app.Invitation)
	revoke      func(app.Invitation)
	join        func(link string)
	clipboard   func() string
}

// home is the first page: the host, a new invitation, the open ones.
type home struct {
	object     *container.Scroll
	host       *hostCard
	form       *inviteForm
	view       *invitationView
	viewRule   fyne.CanvasObject
	list       *invitationList
	inviteCard *fyne.Container
	listCard   *fyne.Container
	join       *joinForm
	chosen     string          // the invitation that is shown large
	known      map[string]bool // the invitations of the last snapshot
	drawn      string          // what was drawn last, to draw only what is new
	snapshot   *app.Snapshot
}

func newHome(actions homeActions) *home {
	h := &home{
		host:     newHostCard(actions.start, actions.stop, actions.doctor),
		form:     newInviteForm(actions.invite),
		view:     newInvitationView(actions),
		viewRule: newRule(),
	}
	h.list = newInvitationList(h.copier(actions.copy), h.show, actions.revoke)
	h.inviteCard = newCard(container.New(columnLayout{spaceMedium},
		newBoldLine(tr("invite.heading"), textTitle),
		newParagraph(tr("invite.hint"), 14, colorMuted),
		h.form.object, h.viewRule, h.view.object,
	), spaceLarge)
	h.listCard = newCard(h.list.object, spaceLarge)
	h.join = newJoinForm(false, actions.clipboard, actions.join)
	column := container.New(newBoardLayout(spaceMedium, 1000),
		h.host.object, h.inviteCard, newJoinCard(h.join), h.listCard)
	h.object = container.NewVScroll(container.New(widthLayout{most: 1240, margin: spaceLarge}, column))
	return h
}

// copier copies a link of the list, and lets the large view confirm it when it
// shows the same.
func (h *home) copier(toClipboard func(app.Invitation)) func(app.Invitation) {
	return func(i app.Invitation) {
		toClipboard(i)
		h.show(i)
		h.view.markCopied()
	}
}

// show makes an invitation the large one.
func (h *home) show(i app.Invitation) {
	h.chosen = i.ID
	h.drawn = ""
	h.update(h.snapshot, time.Now())
	h.object.ScrollToTop()
}

// update draws a snapshot.
func (h *home) update(s *app.Snapshot, now time.Time) {
	h.snapshot = s
	state := fmt.Sprint(hostState(s, now), s.Totals.People, s.Invitations, dayOf(now.Local()))
	if h.drawn == state {
		return
	}
	h.drawn = state
	h.host.update(s, now)
	h.updateChosen(s.Invitations)
	running := s.Host.State == app.HostRunning
	setVisible(h.inviteCard, running)
	setVisible(h.listCard, len(s.Invitations) > 1 || !running && len(s.Invitations) > 0)
	h.host.stand(!h.inviteCard.Visible() && !h.listCard.Visible())
	setVisible(h.view.object, h.chosen != "")
	setVisible(h.viewRule, h.chosen != "")
	for _, i := range s.Invitations {
		if i.ID == h.chosen {
			h.view.update(i, now)
		}
	}
	h.list.update(s.Invitations, h.chosen, now)
	h.object.Content.Refresh()
	h.object.Refresh()
}

// hostState is all of a snapshot's host that the page shows. What Outside points
// to would be printed as an address.
func hostState(s *app.Snapshot, now time.Time) string {
	return fmt.Sprint(s.Host.State, wordsOf(s, now), wantsDoctor(s))
}

// updateChosen goes to a new invitation as soon as it appears, else keeps the
// one that is shown as long as it is there.
func (h *home) updateChosen(invitations []app.Invitation) {
	before := h.known
	h.known = make(map[string]bool, len(invitations))
	for _, i := range invitations {
		h.known[i.ID] = true
	}
	switch {
	case len(invitations) == 0:
		h.chosen = ""
	case !before[invitations[0].ID] || !h.known[h.chosen]:
		h.chosen = invitations[0].ID
	}
}

func setVisible(object fyne.CanvasObject, visible bool) {
	if object.Visible() == visible {
		return
	}
	if visible {
		object.Show()
	} else {
		object.Hide()
	}
}
