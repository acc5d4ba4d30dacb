package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// reveal scrolls what just got the keyboard's focus into sight, which Fyne does
// not do by itself.
func reveal(focused fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	c := driver.CanvasForObject(focused)
	if c == nil || c.Content() == nil {
		return
	}
	scroll := scrollAround(c.Content(), focused)
	if scroll == nil {
		return
	}
	const margin = spaceMedium
	top := driver.AbsolutePositionForObject(focused).Y - driver.AbsolutePositionForObject(scroll).Y
	bottom := top + focused.Size().Height
	switch height := scroll.Size().Height; {
	case top < 0:
		scroll.ScrollToOffset(scroll.Offset.AddXY(0, top-margin))
	case bottom > height:
		scroll.ScrollToOffset(scroll.Offset.AddXY(0, bottom-height+margin))
	}
}

// scrollAround finds the innermost scroll that an object is in.
func scrollAround(within, object fyne.CanvasObject) *container.Scroll {
	found, _ := findScroll(within, object, nil)
	return found
}

func findScroll(within, object fyne.CanvasObject, around *container.Scroll) (scroll *container.Scroll, isThere bool) {
	if within == object {
		return around, true
	}
	if !within.Visible() {
		return nil, false
	}
	switch o := within.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			if scroll, isThere = findScroll(child, object, around); isThere {
				return scroll, true
			}
		}
	case *container.Scroll:
		return findScroll(o.Content, object, o)
	case *container.ThemeOverride:
		return findScroll(o.Content, object, around)
	}
	return nil, false
}
