package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// invitationTitle names a room and the type of its call.
func invitationTitle(i app.Invitation) string {
	return tr("invite.title", "room", shown(i.Room), "type", callTypeName(string(i.CallType)))
}

// invitationTerms says for whom a link is and how long it works.
func invitationTerms(i app.Invitation, now time.Time) string {
	until := moment(i.ExpiresAt, now)
	if i.User != "" {
		return tr("invite.termsUser", "user", shown(i.User), "until", until)
	}
	return trCount("invite.termsRoom", i.UsesLeft, "until", until)
}

// invitationView shows one invitation large: code, link, buttons.
type invitationView struct {
	object       fyne.CanvasObject
	code         *qrCode
	title, terms *paragraph
	link         *line
	join         *pushButton
	copy, revoke *pushButton
	invitation   app.Invitation
	copied       bool
}

func newInvitationView(actions homeActions) *invitationView {
	v := &invitationView{
		code:  newQRCode(148),
		title: newParagraph("", textTitle, theme.ColorNameForeground),
		terms: newParagraph("", 14, colorMuted),
		link:  newLine("", 14, theme.ColorNameForeground).shrinking(),
	}
	v.title.bold = true
	v.copy = newPushButton(tr("invite.copy"), "copy", buttonPrimary, func() {
		actions.copy(v.invitation)
		v.markCopied()
	})
	v.revoke = newPushButton(tr("invite.revoke"), "trash", buttonQuiet, func() { actions.revoke(v.invitation) })
	v.join = newPushButton(tr("invite.join"), "phone", buttonQuiet, func() { actions.join(v.invitation.JoinURL) })
	link := container.NewStack(newGround(colorGrayTint, "", spaceSmall), padded(v.link, 12, 9))
	v.object = container.New(newFlowLayout(spaceLarge, 1, 430),
		v.code.object,
		container.New(columnLayout{10},
			container.New(columnLayout{4}, v.title, v.terms),
			link,
			container.New(wrapLayout{spaceSmall}, v.copy, v.join, v.revoke),
		),
	)
	return v
}

// markCopied lets the button confirm, until another link is shown.
func (v *invitationView) markCopied() {
	v.copied = true
	v.copy.set(tr("invite.copied"), "check")
}

// update shows an invitation.
func (v *invitationView) update(i app.Invitation, now time.Time) {
	if v.invitation.ID != i.ID {
		v.copied = false
		v.copy.set(tr("invite.copy"), "copy")
	}
	v.invitation = i
	v.code.set(i.JoinURL)
	v.title.setText(invitationTitle(i))
	v.terms.setText(invitationTerms(i, now))
	v.link.setText(i.JoinURL)
	setVisible(v.join, i.User == "") // the link for a friend works once
}

// invitationList is every open invitation with its buttons.
type invitationList struct {
	object                   *fyne.Container
	rows                     *fyne.Container
	shown                    []app.Invitation
	chosen                   string
	onCopy, onShow, onRevoke func(app.Invitation)
}

func newInvitationList(onCopy, onShow, onRevoke func(app.Invitation)) *invitationList {
	l := &invitationList{onCopy: onCopy, onShow: onShow, onRevoke: onRevoke}
	l.rows = container.New(columnLayout{0})
	l.object = container.New(columnLayout{spaceSmall},
		newBoldLine(tr("invite.open"), textTitle), l.rows)
	return l
}

// update shows the invitations; chosen is the one that is shown large. It says
// whether anything changed.
func (l *invitationList) update(invitations []app.Invitation, chosen string, now time.Time) bool {
	if l.chosen == chosen && sameInvitations(l.shown, invitations) {
		return false
	}
	l.shown, l.chosen = invitations, chosen
	l.rows.RemoveAll()
	for n, i := range invitations {
		if n > 0 {
			l.rows.Add(newRule())
		}
		l.rows.Add(l.row(i, now))
	}
	return true
}

func (l *invitationList) row(i app.Invitation, now time.Time) fyne.CanvasObject {
	icon := "camera"
	if i.CallType == "audio" {
		icon = "mic"
	}
	ink := colorMuted
	if i.ID == l.chosen {
		ink = colorAccent
	}
	words := container.New(columnLayout{2},
		newLine(invitationTitle(i), textBody, theme.ColorNameForeground).shrinking(),
		newLine(invitationTerms(i, now), textCaption, colorMuted).shrinking())
	return padded(container.New(rowLayout{12, 1},
		newGlyph(icon, ink, 22), words,
		container.New(rowLayout{0, 3},
			newPushButton("", "qr", buttonPlain, func() { l.onShow(i) }),
			newPushButton("", "copy", buttonPlain, func() { l.onCopy(i) }),
			newPushButton("", "trash", buttonPlain, func() { l.onRevoke(i) }),
		),
	), 0, spaceSmall)
}

func sameInvitations(a, b []app.Invitation) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// newRule is a hair line across.
func newRule() fyne.CanvasObject {
	return container.New(ruleLayout{}, newGround(colorLine, "", 0))
}

// ruleLayout makes its content one unit high.
type ruleLayout struct{}

// Layout stretches the line.
func (ruleLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, object := range objects {
		object.Resize(size)
	}
}

// MinSize is one unit high.
func (ruleLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }
