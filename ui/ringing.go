package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app/identity"
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
				newLine(incomingWords(call), textCaption, colorMuted).shrinking())),
		container.New(newChoices(),
			newPushButton(tr("ring.answer"), "phone", buttonPrimary, func() { r.answer(call.ID) }),
			newPushButton(tr("ring.decline"), "close", buttonQuiet, func() { r.decline(call.ID) })))
}

// incomingTitle says who calls, or which group begins a call.
func incomingTitle(call session.Incoming) string {
	if group := shown(call.Group); group != "" {
		return tr("ring.group", "group", abridged(group))
	}
	return tr("ring.title", "name", callerName(call))
}

// callerName is what the owner calls who calls.
func callerName(call session.Incoming) string {
	return abridged(titleOf(identity.ID(call.From), call.Title))
}

// incomingWords are the kind of call, and who it is for certain: a title is the
// owner's own, an id is not.
func incomingWords(call session.Incoming) string {
	words := callTypeName(call.CallType)
	switch {
	case shown(call.Group) != "":
		return tr("ring.startedBy", "type", words, "name", callerName(call))
	case strings.Contains(call.From, "@"):
		return words + " · " + shown(call.From)
	default:
		return words
	}
}

func sameIncoming(a, b []session.Incoming) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if x.ID != y.ID || x.From != y.From || x.Title != y.Title || x.Group != y.Group || x.CallType != y.CallType {
			return false
		}
	}
	return true
}

// choicesLayout sets the buttons of a call beside each other, all of one width.
type choicesLayout struct{ tilesLayout }

const choiceWidth = 130

func newChoices() choicesLayout { return choicesLayout{newTilesLayout(spaceSmall, 100)} }

// MinSize has room for each button that is to be seen.
func (l choicesLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	count := float32(len(visibleOf(objects)))
	return fyne.NewSize(count*choiceWidth+max(count-1, 0)*l.gap, l.tilesLayout.MinSize(objects).Height)
}
