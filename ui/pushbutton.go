package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// buttonKind says how loud a button is.
type buttonKind uint8

const (
	buttonPrimary buttonKind = iota // the one main thing of a screen
	buttonQuiet                     // outlined
	buttonDanger                    // outlined, in the colour of bad things
	buttonPlain                     // no ground until the pointer is on it
	buttonChoice                    // one of several; chosen has a tint
	buttonNav                       // an entry of the navigation; chosen has a tint
)

// pushButton is a button in our look: a ring for the keyboard's focus, Space
// and Enter press it.
type pushButton struct {
	widget.DisableableWidget
	text     string
	icon     string // of assets/icons, or empty
	kind     buttonKind
	large    bool
	stacked  bool // the icon above a small text
	chosen   bool
	onTapped func()

	hovered, focused, pressed bool
}

func newPushButton(text, icon string, kind buttonKind, tapped func()) *pushButton {
	b := &pushButton{text: text, icon: icon, kind: kind, onTapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// set changes what the button says, and redraws only if it is new.
func (b *pushButton) set(text, icon string) {
	if b.text == text && b.icon == icon {
		return
	}
	b.text, b.icon = text, icon
	b.Refresh()
}

// choose marks the button as the chosen one of several.
func (b *pushButton) choose(chosen bool) {
	if b.chosen != chosen {
		b.chosen = chosen
		b.Refresh()
	}
}

// enable lets the button be pressed, or not.
func (b *pushButton) enable(enabled bool) {
	if enabled == !b.Disabled() {
		return
	}
	if enabled {
		b.Enable()
	} else {
		b.Disable()
	}
}

// Tapped presses the button.
func (b *pushButton) Tapped(*fyne.PointEvent) {
	if !b.Disabled() && b.onTapped != nil {
		b.onTapped()
	}
}

// FocusGained shows the ring.
func (b *pushButton) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost hides the ring.
func (b *pushButton) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune does nothing: Space comes as a key.
func (b *pushButton) TypedRune(rune) {}

// TypedKey presses the button with Space or Enter.
func (b *pushButton) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	}
}

// MouseIn lights the button up.
func (b *pushButton) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved does nothing.
func (b *pushButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes the light away.
func (b *pushButton) MouseOut() { b.hovered, b.pressed = false, false; b.Refresh() }

// MouseDown darkens the button.
func (b *pushButton) MouseDown(*desktop.MouseEvent) { b.pressed = true; b.Refresh() }

// MouseUp takes the dark away.
func (b *pushButton) MouseUp(*desktop.MouseEvent) { b.pressed = false; b.Refresh() }

// Cursor is a hand where the button can be pressed.
func (b *pushButton) Cursor() desktop.Cursor {
	if b.Disabled() {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// CreateRenderer is Fyne's way to ask for what is drawn.
func (b *pushButton) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{
		button: b,
		ground: canvas.NewRectangle(color.Transparent),
		shade:  canvas.NewRectangle(color.Transparent),
		ring:   canvas.NewRectangle(color.Transparent),
		icon:   canvas.NewImageFromResource(nil),
		text:   canvas.NewText("", nil),
	}
	r.icon.FillMode = canvas.ImageFillContain
	r.Refresh()
	return r
}
