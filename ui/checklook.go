package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// checkLook lets the box of a switch that is off be seen: Fyne draws its edge
// like a field's, which is a hair line here.
type checkLook struct{ fyne.Theme }

// Color returns the colour of second-rank text for the edge.
func (l checkLook) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if name == theme.ColorNameInputBorder {
		name = colorMuted
	}
	return l.Theme.Color(name, variant)
}
