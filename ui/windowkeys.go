package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// Fyne gives a key to what has the focus or to the window, never to both. What
// has no use for a key hands it on with these.

// typedInWindow acts as if the key had been typed with nothing in focus.
func typedInWindow(from fyne.CanvasObject, event *fyne.KeyEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(from); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(event)
	}
}

// keyDownInWindow acts as if the key had gone down with nothing in focus.
func keyDownInWindow(from fyne.CanvasObject, event *fyne.KeyEvent) {
	if c := desktopCanvas(from); c != nil && c.OnKeyDown() != nil {
		c.OnKeyDown()(event)
	}
}

// keyUpInWindow acts as if the key had gone up with nothing in focus.
func keyUpInWindow(from fyne.CanvasObject, event *fyne.KeyEvent) {
	if c := desktopCanvas(from); c != nil && c.OnKeyUp() != nil {
		c.OnKeyUp()(event)
	}
}

// desktopCanvas is nil where keys do not go down and up, as in tests.
func desktopCanvas(of fyne.CanvasObject) desktop.Canvas {
	c, _ := fyne.CurrentApp().Driver().CanvasForObject(of).(desktop.Canvas)
	return c
}
