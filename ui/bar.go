package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// message is what the bar at the top says: one sentence and one button.
type message struct {
	text string
	bad  bool
	// button names the one thing to do about it, and do does it.
	button string
	do     func()
	// dismiss, when set, adds a cross that makes the message go away.
	dismiss func()
}

// bar is the strip at the top of the window for errors and questions.
type bar struct {
	object *fyne.Container
	ground *panelGround
	icon   *glyph
	words  *paragraph
	button *pushButton
	cross  *pushButton
	now    message
}

func newBar() *bar {
	b := &bar{
		ground: newGround(colorBadTint, "", cornerRadius),
		icon:   newGlyph("warn", colorBad, 24),
		words:  newParagraph("", textBody, theme.ColorNameForeground),
	}
	b.button = newPushButton("", "", buttonQuiet, func() { run(b.now.do) })
	b.cross = newPushButton("", "close", buttonPlain, func() { run(b.now.dismiss) })
	b.object = container.NewStack(b.ground, padded(container.New(barLayout{},
		b.icon, b.words, b.button, b.cross), spaceMedium, 10))
	b.object.Hide()
	return b
}

func run(f func()) {
	if f != nil {
		f()
	}
}

// show makes the bar say something; it says whether its height may have changed.
func (b *bar) show(m message) bool {
	changed := !b.object.Visible() || b.now.text != m.text || b.now.button != m.button
	b.now = m
	ground, icon, ink := colorTint, "info", colorAccent
	if m.bad {
		ground, icon, ink = colorBadTint, "warn", colorBad
	}
	b.ground.set(ground)
	b.icon.set(icon, ink)
	b.words.setText(m.text)
	b.button.set(m.button, "")
	setVisible(b.button, m.button != "")
	setVisible(b.cross, m.dismiss != nil)
	b.object.Show()
	if changed {
		b.object.Refresh()
	}
	return changed
}

// hide empties the bar; it says whether it was there.
func (b *bar) hide() bool {
	if !b.object.Visible() {
		return false
	}
	b.now = message{}
	b.object.Hide()
	return true
}

// barLayout sets icon, words, button and cross in a row; in a narrow window
// the button goes below the words.
type barLayout struct{}

const barThreshold = 520

// Layout places icon, words, button and cross, in this order.
func (barLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	icon, words, button, cross := objects[0], objects[1], objects[2], objects[3]
	place := func(object fyne.CanvasObject, x, top, height float32) {
		object.Resize(object.MinSize())
		object.Move(fyne.NewPos(x, top+(height-object.MinSize().Height)/2))
	}
	right := size.Width
	if cross.Visible() {
		right -= cross.MinSize().Width
	}
	textRight, narrow := right, size.Width < barThreshold
	if button.Visible() && !narrow {
		textRight -= button.MinSize().Width + spaceMedium
	}
	left := icon.MinSize().Width + 12
	height := heightAt(words, textRight-left)
	row := fyne.Max(height, icon.MinSize().Height)
	if !narrow {
		row = fyne.Max(row, size.Height)
	}
	words.Move(fyne.NewPos(left, (row-height)/2))
	place(icon, 0, 0, row)
	place(cross, right, 0, row)
	if narrow {
		place(button, left, row+spaceSmall, button.MinSize().Height)
	} else {
		place(button, textRight+spaceMedium, 0, row)
	}
}

// MinSize follows the lines that the words took last time.
func (barLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	words, button := objects[1], objects[2]
	min := fyne.NewSize(200, words.MinSize().Height)
	if !button.Visible() {
		return min
	}
	if words.Position().X > 0 && button.Position().X == words.Position().X { // below the words
		min.Height += spaceSmall + button.MinSize().Height
		return min
	}
	min.Height = fyne.Max(min.Height, button.MinSize().Height)
	return min
}
