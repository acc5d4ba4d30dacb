package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// sliderLook lets the groove of a slider be seen: Fyne draws it like a field,
// which has an edge here instead of a ground of its own.
type sliderLook struct{ fyne.Theme }

// Color returns the colour of hair lines for the groove.
func (l sliderLook) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if name == theme.ColorNameInputBackground {
		name = theme.ColorNameInputBorder
	}
	return l.Theme.Color(name, variant)
}
