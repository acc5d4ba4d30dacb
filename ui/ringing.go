package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app/session"
)

// ringing is the card of calls that come in, above everything else.
type ringing struct {
	object          *fyne.Container
	rows            *fyne.Container
	shown           []session.Incoming
	answer, decline func(id string)
}

func newRinging(answer, decline func(id string)) *ringing {
	r := &ringing{answer: answer, decline: decline, rows: container.New(columnLayout{10})}
	r.object = container.NewStack(newGround(colorCard, colorAccent, cornerRadius), padded(r.rows, spaceMedium, 12))
	r.object.Hide()
	return r
}

// mostRinging is how many calls are shown at once.
const mostRinging = 3

// update shows the calls that ring; it says whether the height has changed.
func (r *ringing) update(calls []session.Incoming) (resized bool) {
	if len(calls) > mostRinging {
		calls = calls[:mostRinging]
	}
	if sameIncoming(r.shown, calls) {
		return false
	}
	r.shown = calls
	r.rows.RemoveAll()
	for _, call := range calls {
		r.rows.Add(r.row(call))
	}
	setVisible(r.object, len(calls) > 0)
	r.object.Refresh()
	return true
}

func (r *ringing) row(call session.Incoming) fyne.CanvasObject {
	ground := newGround(colorTint, "", 22)
	return container.New(newFlowLayout(12, 0, 520),
		container.New(rowLayout{12, 1},
			badge(newGlyph("phone", colorAccent, 22), ground, 44),
			container.New(columnLayout{0},
				newParagraph(incomingTitle(call), textTitle, theme.ColorNameForeground),
				newLine(callTypeName(call.CallType), textCaption, colorMuted).shrinking())),
		container.New(widthOf{260}, container.New(newTilesLayout(spaceSmall, 110),
			newPushButton(tr("ring.answer"), "phone", buttonPrimary, func() { r.answer(call.ID) }),
			newPushButton(tr("ring.decline"), "close", buttonQuiet, func() { r.decline(call.ID) }))))
}

func incomingTitle(call session.Incoming) string {
	return tr("ring.title", "name", personName(call.From, ""))
}

func sameIncoming(a, b []session.Incoming) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].ID != b[i].ID || a[i].From != b[i].From {
			return false
		}
	}
	return true
}
