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
	buttonTool                      // one of the call's bar; off is inverted
	buttonHangUp                    // the only red one
)

// pushButton is a button in our look: a ring for the keyboard's focus, Space
// and Enter press it.
type pushButton struct {
	widget.DisableableWidget
	text     string
	icon     string // of assets/icons, or empty
	kind     buttonKind
	large    bool
	small    bool // for a line of small text
	stacked  bool // the icon above a small text
	terse    bool // the icon without the text, for want of room
	leading  bool // icon and text begin at the left
	chosen   bool
	off      bool   // of a tool: what it switches is off
	mark     string // a few figures on a dot at the icon; a space leaves the dot bare
	onTapped func()
	// spaceTaken, when set, says that Space has another meaning now.
	spaceTaken func() bool
	// held, when set, is told that the pointer went down and up again.
	held func(down bool)

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

// words are what the button shows of its text.
func (b *pushButton) words() string {
	if b.terse {
		return ""
	}
	return b.text
}

// turn shows what a tool switches as on or off.
func (b *pushButton) turn(on bool) {
	if b.off == on {
		b.off = !on
		b.Refresh()
	}
}

// setMark puts a mark on the icon, or takes it away.
func (b *pushButton) setMark(mark string) {
	if b.mark != mark {
		b.mark = mark
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

// FocusGained shows the ring, and the button.
func (b *pushButton) FocusGained() {
	b.focused = true
	b.Refresh()
	reveal(b)
}

// FocusLost hides the ring.
func (b *pushButton) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune does nothing: Space comes as a key.
func (b *pushButton) TypedRune(rune) {}

// TypedKey presses the button with Space or Enter. Other keys are the window's,
// which gets none by itself while something has the focus.
func (b *pushButton) TypedKey(event *fyne.KeyEvent) {
	switch {
	case event.Name == fyne.KeySpace && b.spaceTaken != nil && b.spaceTaken():
	case event.Name == fyne.KeySpace, event.Name == fyne.KeyReturn, event.Name == fyne.KeyEnter:
		b.Tapped(nil)
	default:
		typedInWindow(b, event)
	}
}

// KeyDown leaves the key to the window.
func (b *pushButton) KeyDown(event *fyne.KeyEvent) { keyDownInWindow(b, event) }

// KeyUp leaves the key to the window.
func (b *pushButton) KeyUp(event *fyne.KeyEvent) { keyUpInWindow(b, event) }

// MouseIn lights the button up.
func (b *pushButton) MouseIn(*desktop.MouseEvent) { b.hovered = true; b.Refresh() }

// MouseMoved does nothing.
func (b *pushButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes the light away.
func (b *pushButton) MouseOut() {
	b.release()
	b.hovered = false
	b.Refresh()
}

// release ends what held began.
func (b *pushButton) release() {
	if b.pressed && b.held != nil {
		b.held(false)
	}
	b.pressed = false
}

// MouseDown darkens the button.
func (b *pushButton) MouseDown(*desktop.MouseEvent) {
	b.pressed = true
	if b.held != nil {
		b.held(true)
	}
	b.Refresh()
}

// MouseUp takes the dark away.
func (b *pushButton) MouseUp(*desktop.MouseEvent) { b.release(); b.Refresh() }

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
		dot:    canvas.NewRectangle(color.Transparent),
		figure: canvas.NewText("", nil),
	}
	r.icon.FillMode = canvas.ImageFillContain
	r.Refresh()
	return r
}
