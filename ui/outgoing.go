package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
	"takoshome/app/identity"
)

// The states of an outgoing call, as package calls has them; all others are over
// without words.
const (
	outCalling  = "calling"
	outRinging  = "ringing"
	outAccepted = "accepted"
	outRejected = "rejected"
	outBusy     = "busy"
	outTimeout  = "timeout"
	outFailed   = "failed"
)

// outgoing is the card of the call that the owner makes, above everything else:
// it rings there, or it says why nobody came.
type outgoing struct {
	object *fyne.Container
	ground *panelGround
	round  *panelGround
	icon   *glyph
	title  *paragraph
	words  *paragraph
	cancel *pushButton
	again  *pushButton
	call   app.OutgoingCall
	drawn  string
}

func newOutgoing(send func(app.Command)) *outgoing {
	o := &outgoing{
		ground: newGround(colorCard, colorAccent, cornerRadius), round: newGround(colorTint, "", 22),
		icon:  newGlyph("phone", colorAccent, 22),
		title: newParagraph("", textTitle, theme.ColorNameForeground), words: newParagraph("", textCaption, colorMuted),
	}
	o.cancel = newPushButton("", "close", buttonQuiet, func() { send(app.CancelCall{}) })
	o.again = newPushButton(tr("outgoing.again"), "phone", buttonPrimary, func() {
		send(app.CancelCall{})
		send(callFriend(o.call.Peer, o.call.CallType == "video"))
	})
	o.object = container.NewStack(o.ground, padded(container.New(newFlowLayout(12, 0, 520),
		container.New(rowLayout{12, 1}, badge(o.icon, o.round, 44), container.New(columnLayout{0}, o.title, o.words)),
		container.New(newChoices(), o.again, o.cancel)), spaceMedium, 12))
	o.object.Hide()
	return o
}

// update shows a call; it says whether the height may have changed.
func (o *outgoing) update(call *app.OutgoingCall) (resized bool) {
	title, words, isOver := outgoingWords(call)
	if o.drawn == title+words {
		return false
	}
	o.drawn = title + words
	setVisible(o.object, title != "")
	if title == "" {
		return true
	}
	o.call = *call
	ink, tint, edge := colorAccent, colorTint, colorAccent
	cancel, icon := tr("outgoing.cancel"), "close"
	if isOver {
		ink, tint, edge = colorMuted, colorGrayTint, colorLine
		cancel, icon = tr("outgoing.close"), ""
	}
	o.icon.set("phone", ink)
	o.round.set(tint)
	o.ground.edge = edge
	o.ground.Refresh()
	o.title.setText(title)
	o.words.setText(words)
	o.cancel.set(cancel, icon)
	setVisible(o.again, isOver)
	setVisible(o.cancel, call.State != outAccepted)
	o.object.Refresh()
	return true
}

// outgoingWords are title and sentence for a call, empty where there is nothing
// to say.
func outgoingWords(call *app.OutgoingCall) (title, words string, isOver bool) {
	if call == nil {
		return "", "", false
	}
	name := abridged(titleOf(identity.ID(call.Peer), call.Title))
	switch call.State {
	case outCalling:
		return tr("outgoing.calling", "name", name), callTypeName(string(call.CallType)), false
	case outRinging:
		return tr("outgoing.calling", "name", name), tr("outgoing.ringing", "type", callTypeName(string(call.CallType))), false
	case outAccepted:
		return tr("outgoing.accepted", "name", name), tr("outgoing.acceptedWords"), false
	case outRejected:
		return tr("outgoing.rejected", "name", name), tr("outgoing.rejectedWords"), true
	case outBusy:
		return tr("outgoing.busy", "name", name), tr("outgoing.busyWords"), true
	case outTimeout:
		return tr("outgoing.timeout", "name", name), tr("outgoing.timeoutWords"), true
	case outFailed:
		words := tr("outgoing.failedWords")
		if call.Problem != "" {
			words = sentence(call.Problem, call.ProblemArgs)
		}
		return tr("outgoing.failed", "name", name), words, true
	default:
		return "", "", false
	}
}
