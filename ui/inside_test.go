package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

// checkInside fails for each visible text that stands outside the window at the
// right or the left, or is wider than its place.
func checkInside(t *testing.T, v *view) {
	t.Helper()
	width := v.window.Canvas().Size().Width
	walk(v.window.Content(), fyne.NewPos(0, 0), func(object fyne.CanvasObject, at fyne.Position) {
		text, ok := object.(*canvas.Text)
		if !ok || text.Text == "" {
			return
		}
		room := text.Size().Width
		wanted := fyne.MeasureText(text.Text, text.TextSize, text.TextStyle).Width
		if at.X < 0 || at.X+room > width+1 {
			t.Errorf("%q stands at %v to %v in a window of %v", text.Text, at.X, at.X+room, width)
		}
		if wanted > room+1 {
			t.Errorf("%q needs %v and has %v", text.Text, wanted, room)
		}
	})
}

// walk visits every visible object with its place in the window. What scrolls
// out of sight is visited too: only its width matters.
func walk(object fyne.CanvasObject, at fyne.Position, visit func(fyne.CanvasObject, fyne.Position)) {
	if !object.Visible() {
		return
	}
	at = at.Add(object.Position())
	visit(object, at)
	switch o := object.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			walk(child, at, visit)
		}
	case *container.ThemeOverride:
		walk(o.Content, at, visit)
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			walk(child, at, visit)
		}
	}
}
