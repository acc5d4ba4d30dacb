package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// welcome is the card of the first start: who is this computer for others?
type welcome struct {
	object *container.Scroll
	form   *identityForm
	filled bool
	later  bool // the person wants to choose another day
}

func newWelcome(send func(app.Command), changed func()) *welcome {
	w := &welcome{}
	w.form = newIdentityForm(tr("welcome.continue"), tr("welcome.later"),
		func(wanted app.SetIdentity) { send(wanted) },
		func() {
			w.later = true
			changed()
		},
		func() { reflow(w.object) })
	title := newParagraph(tr("welcome.title"), textHeading, theme.ColorNameForeground)
	words := newParagraph(tr("welcome.words"), textBody, colorMuted)
	title.bold = true
	title.align, words.align = fyne.TextAlignCenter, fyne.TextAlignCenter
	card := newCard(container.New(columnLayout{spaceMedium},
		container.NewCenter(badge(newGlyph("octopus", colorAccent, 44), newGround(colorTint, "", 36), 72)),
		title, words, w.form.object), spaceLarge)
	w.object = container.NewVScroll(container.New(centreLayout{560}, card))
	w.object.Hide()
	return w
}

// wanted says whether a snapshot's owner has yet to choose.
func (w *welcome) wanted(s *app.Snapshot) bool {
	return s.Identity.State == app.IdentityNew && !w.later
}

// update puts what the app suggests into the fields, once.
func (w *welcome) update(s *app.Snapshot) {
	if !w.filled {
		w.filled = true
		w.form.fill(s.Identity)
		reflow(w.object)
	}
}

// centreLayout sets one thing a little above the middle, no wider than most; it
// may be higher than the window.
type centreLayout struct{ most float32 }

// Layout places it.
func (l centreLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(size.Width-2*spaceMedium, l.most)
	height := heightAt(objects[0], width)
	objects[0].Move(fyne.NewPos((size.Width-width)/2, max((size.Height-height)*0.4, spaceMedium)))
}

// MinSize follows the last Layout.
func (l centreLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().Add(fyne.NewSize(2*spaceMedium, 2*spaceMedium))
}
