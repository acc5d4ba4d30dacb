package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// callTile shows a person, a shared screen, or oneself: the picture or the initial,
// the name with its marks, a ring for who speaks. A tap or Enter pins it; the
// own tile has a cross instead, which hides it.
type callTile struct {
	widget.BaseWidget
	model tileModel
	pane  *pane
	onTap func()

	content        *fyne.Container
	ground, ring   *panelGround
	disc           *canvas.Circle
	letter         *canvas.Text
	mic, net       *glyph
	caption        *line
	chip           *fyne.Container
	note           *paragraph
	noteBox        *fyne.Container
	corner         *glyph // pin or cross
	cornerBox      *fyne.Container
	hovered, focus bool
	floats         bool    // lies over another tile
	covered        float32 // how much of the lower edge something lies over
}

func newCallTile(clock *frameClock, self, screen bool, onTap func()) *callTile {
	t := &callTile{
		pane: newPane(clock, self, !screen), onTap: onTap,
		ground:  newGround(colorTile, "", cornerRadius),
		ring:    newGround("", "", cornerRadius),
		disc:    canvas.NewCircle(color.Transparent),
		letter:  canvas.NewText("", color.White),
		mic:     newGlyph("mic-off", colorOnDark, 15),
		net:     newGlyph("signal-weak", colorWeak, 15),
		caption: newLine("", 14, colorOnDark).shrinking(),
		note:    newParagraph("", textCaption, colorOnDark),
		corner:  newGlyph("pin", colorOnDark, 18),
	}
	t.letter.TextStyle = fyne.TextStyle{Bold: true}
	t.letter.Alignment = fyne.TextAlignCenter
	t.pane.began = t.paint
	t.chip = container.New(chipLayout{}, newGround(colorVeil, "", 6), t.mic, t.net, t.caption)
	t.noteBox = container.NewStack(newGround(colorVeil, "", 6), padded(t.note, 8, 4))
	t.cornerBox = container.NewStack(newGround(colorVeil, "", 6), container.NewCenter(t.corner))
	t.content = container.New(callTileLayout{t}, t.ground, t.disc, t.letter, t.pane, t.noteBox, t.chip, t.cornerBox, t.ring)
	t.ExtendBaseWidget(t)
	return t
}

// set shows a model, and redraws only if it is new.
func (t *callTile) set(m tileModel) {
	if t.model == m {
		return
	}
	t.model = m
	t.paint()
}

// paint puts the model on the tile.
func (t *callTile) paint() {
	m := t.model
	picture := m.video != "" && t.pane.showing()
	ground := colorTile
	if m.screen {
		ground = colorDark
	}
	t.ground.set(ground)
	t.disc.FillColor = tone{light: avatarColor(m.peer)}.in(theme.VariantLight)
	t.letter.Text = initial(m.letterOf())
	for _, object := range []fyne.CanvasObject{t.disc, t.letter} {
		setVisible(object, !picture && !m.screen)
	}
	t.disc.Refresh()

	t.caption.setText(m.caption())
	t.paintMarks()
	t.ring.edge, t.ring.width = "", 0
	switch {
	case t.focus:
		t.ring.edge, t.ring.width = colorAccent, 3
	case m.self && t.floats:
		t.ring.edge, t.ring.width = theme.ColorNameBackground, 2
	}
	if m.speaking && !t.focus {
		t.ring.edge, t.ring.width = colorSpeaks, 4
	}
	t.ring.Refresh()
	t.content.Layout.Layout(t.content.Objects, t.Size())
	t.letter.Refresh()
	canvas.Refresh(t)
}

func (t *callTile) paintMarks() {
	m := t.model
	icon := "mic-off"
	if m.silenced {
		icon = "speaker-off"
	}
	t.mic.set(icon, colorOnDark)
	setVisible(t.mic, (m.muted || m.silenced) && !m.screen)
	weak, ink := networkMark(m.quality)
	t.net.set("signal-weak", ink)
	setVisible(t.net, weak)

	note := m.note()
	if m.frozen && t.Size().Width < smallTile {
		note = tr("call.frozenShort")
	}
	t.note.setText(note)
	setVisible(t.noteBox, note != "" && (m.frozen || t.hovered || t.focus))
	icon = "pin"
	if m.self {
		icon = "close"
	}
	t.corner.set(icon, colorOnDark)
	setVisible(t.cornerBox, m.pinned || t.hovered || t.focus)
}

// Tapped pins the tile; of the own one, only the cross counts.
func (t *callTile) Tapped(event *fyne.PointEvent) {
	box := t.cornerBox
	at := event.Position.Subtract(box.Position())
	if !t.model.self || at.X >= 0 && at.Y >= 0 && at.Y <= box.Size().Height {
		run(t.onTap)
	}
}

// FocusGained shows the ring of the focus.
func (t *callTile) FocusGained() { t.focus = true; t.paint() }

// FocusLost hides it.
func (t *callTile) FocusLost() { t.focus = false; t.paint() }

// TypedRune does nothing: what matters comes as keys.
func (t *callTile) TypedRune(rune) {}

// TypedKey pins with Enter; other keys are the window's.
func (t *callTile) TypedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyReturn || event.Name == fyne.KeyEnter {
		run(t.onTap)
		return
	}
	typedInWindow(t, event)
}

// KeyDown leaves the key to the window.
func (t *callTile) KeyDown(event *fyne.KeyEvent) { keyDownInWindow(t, event) }

// KeyUp leaves the key to the window.
func (t *callTile) KeyUp(event *fyne.KeyEvent) { keyUpInWindow(t, event) }

// MouseIn shows the words about the connection, and the pin.
func (t *callTile) MouseIn(*desktop.MouseEvent) { t.hovered = true; t.paint() }

// MouseMoved does nothing.
func (t *callTile) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes them away.
func (t *callTile) MouseOut() { t.hovered = false; t.paint() }

// CreateRenderer is Fyne's way to ask for what is drawn.
func (t *callTile) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.content) }
