package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// textField is Fyne's field of one line that tells when it gets the focus and
// when Escape is pressed in it.
type textField struct {
	widget.Entry
	onFocus, onEscape func()
	most              int // characters; 0 for any number
}

func newTextField(placeholder string, most int) *textField {
	f := &textField{most: most}
	f.ExtendBaseWidget(f)
	f.SetPlaceHolder(placeholder)
	f.Scroll = fyne.ScrollHorizontalOnly
	return f
}

// FocusGained shows the cursor, and the field.
func (f *textField) FocusGained() {
	f.Entry.FocusGained()
	reveal(f)
	run(f.onFocus)
}

// TypedKey takes Escape and hands on what is for the window.
func (f *textField) TypedKey(event *fyne.KeyEvent) {
	switch {
	case event.Name == fyne.KeyEscape && f.onEscape != nil:
		f.onEscape()
	case event.Name == fyne.KeyEscape, event.Name == fyne.KeyF11:
		typedInWindow(f, event)
	default:
		f.Entry.TypedKey(event)
	}
}

// TypedShortcut takes the field's own shortcuts and hands on those of the window.
func (f *textField) TypedShortcut(shortcut fyne.Shortcut) {
	if _, custom := shortcut.(*desktop.CustomShortcut); custom {
		if c, ok := fyne.CurrentApp().Driver().CanvasForObject(f).(fyne.Shortcutable); ok {
			c.TypedShortcut(shortcut)
			return
		}
	}
	f.Entry.TypedShortcut(shortcut)
}

// content is the text, cut to what may be sent.
func (f *textField) content() string {
	runes := []rune(f.Text)
	if f.most > 0 && len(runes) > f.most {
		return string(runes[:f.most])
	}
	return f.Text
}
