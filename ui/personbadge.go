package ui

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app/identity"
)

// personBadge is the first letter of a name on a round ground.
type personBadge struct {
	object *fyne.Container
	ground *panelGround
	letter *line
}

func newPersonBadge(side float32) *personBadge {
	b := &personBadge{ground: newGround(colorTint, "", side/2), letter: newBoldLine("", side*0.45)}
	b.object = container.New(squareLayout{side}, b.ground, container.NewCenter(b.letter))
	return b
}

// set shows a name; faint is for people who are no friends.
func (b *personBadge) set(name string, faint bool) {
	ground, ink := colorTint, colorAccent
	if faint {
		ground, ink = colorGrayTint, colorMuted
	}
	b.ground.set(ground)
	if b.letter.text != initial(name) || b.letter.color != ink {
		b.letter.set(initial(name), ink)
		b.object.Refresh()
	}
}

// titleOf is what the owner calls somebody: a title of their own choice, else
// the name that stands in the id.
func titleOf(id identity.ID, title string) string {
	for _, candidate := range []string{shown(title), shown(id.Name())} {
		if candidate != "" {
			return candidate
		}
	}
	return "?"
}

// typedID is an id as people type it: with spaces around, in wide characters of
// a Japanese keyboard, and, for somebody of this host, without the domain.
func typedID(text, ownDomain string) string {
	text = narrowed(text)
	if text != "" && !strings.Contains(text, "@") && ownDomain != "" {
		text += "@" + ownDomain
	}
	return text
}

// narrowed turns wide letters, digits and signs into the usual ones, and drops
// spaces around.
func narrowed(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFF01 + '!'
		case r == 0x3000:
			return ' '
		case unicode.IsControl(r), isDirectionControl(r):
			return -1
		}
		return r
	}, text))
}

// foldable is the head of a row with more below it.
type foldable struct {
	button *pushButton
	below  *fyne.Container
	open   bool
}

// newFoldable makes the button that shows and hides what is below; build makes
// that on first sight, and changed is called afterwards.
func newFoldable(build func() fyne.CanvasObject, changed func()) *foldable {
	f := &foldable{below: container.New(columnLayout{0})}
	f.below.Hide()
	f.button = newPushButton("", "folded", buttonPlain, func() {
		f.open = !f.open
		if f.open && len(f.below.Objects) == 0 {
			f.below.Add(build())
		}
		f.button.set("", map[bool]string{false: "folded", true: "open"}[f.open])
		setVisible(f.below, f.open)
		changed()
	})
	return f
}

// twoLines are a name and, smaller, what there is to say about it.
func twoLines(title *line, caption *line) *fyne.Container {
	return container.New(columnLayout{2}, title.shrinking(), caption.shrinking())
}

func newTitleLine() *line   { return newBoldLine("", textBody) }
func newCaptionLine() *line { return newLine("", textCaption, colorMuted) }

// sectionTitle heads a part of a list.
func sectionTitle() *line {
	return newLine("", textCaption, theme.ColorNameForeground).shrinking()
}
