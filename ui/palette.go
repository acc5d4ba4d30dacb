package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Names of colours that Fyne has none for.
const (
	colorCard     fyne.ThemeColorName = "takosCard"     // what stands on the ground
	colorNav      fyne.ThemeColorName = "takosNav"      // the navigation's ground
	colorLine     fyne.ThemeColorName = "takosLine"     // hair lines
	colorMuted    fyne.ThemeColorName = "takosMuted"    // second-rank text
	colorAccent   fyne.ThemeColorName = "takosAccent"   // coral
	colorPressed  fyne.ThemeColorName = "takosPressed"  // coral under a finger
	colorOnAccent fyne.ThemeColorName = "takosOnAccent" // text on coral
	colorGood     fyne.ThemeColorName = "takosGood"
	colorWarn     fyne.ThemeColorName = "takosWarn"
	colorBad      fyne.ThemeColorName = "takosBad"
	colorOutgoing fyne.ThemeColorName = "takosOutgoing" // plots of what leaves; coral is what comes in
	colorTint     fyne.ThemeColorName = "takosTint"     // a breath of coral, behind icons and choices
	colorGoodTint fyne.ThemeColorName = "takosGoodTint"
	colorWarnTint fyne.ThemeColorName = "takosWarnTint"
	colorBadTint  fyne.ThemeColorName = "takosBadTint"
	colorGrayTint fyne.ThemeColorName = "takosGrayTint"
	colorHangUp   fyne.ThemeColorName = "takosHangUp" // the ground of the one red button
	colorTile     fyne.ThemeColorName = "takosTile"   // of a person without a picture
	colorDark     fyne.ThemeColorName = "takosDark"   // behind pictures, in any light
	colorOnDark   fyne.ThemeColorName = "takosOnDark" // words there
	colorVeil     fyne.ThemeColorName = "takosVeil"   // under words on a picture
	colorWeak     fyne.ThemeColorName = "takosWeak"   // a weak connection, on the veil
	colorBroken   fyne.ThemeColorName = "takosBroken" // a bad one
	colorSpeaks   fyne.ThemeColorName = "takosSpeaks" // the ring of who speaks
)

// tone is one colour on a light and on a dark ground, 0xRRGGBBAA.
type tone struct{ light, dark uint32 }

// toneOf is the one table of colours: ours first, then Fyne's own names.
func toneOf(name fyne.ThemeColorName) (tone, bool) {
	switch name {
	case colorCard, theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground:
		return tone{0xFFFFFFFF, 0x2A2523FF}, true
	case colorNav, theme.ColorNameHeaderBackground:
		return tone{0xF3EDE8FF, 0x191514FF}, true
	case colorLine, theme.ColorNameSeparator:
		return tone{0xE8DFD9FF, 0x3A3330FF}, true
	case colorMuted, theme.ColorNamePlaceHolder:
		return tone{0x756A65FF, 0xA99E98FF}, true
	case colorAccent, theme.ColorNamePrimary:
		return tone{0xE8573FFF, 0xE8573FFF}, true
	case colorPressed:
		return tone{0xC9412BFF, 0xC9412BFF}, true
	case colorOutgoing:
		return tone{0x3A78A8FF, 0x78B4E0FF}, true
	case theme.ColorNameBackground:
		return tone{0xFAF7F5FF, 0x1E1A19FF}, true
	case theme.ColorNameForeground:
		return tone{0x2B2422FF, 0xF3ECE8FF}, true
	case theme.ColorNameHyperlink:
		return tone{0xC9412BFF, 0xF08A76FF}, true
	case colorOnAccent, theme.ColorNameForegroundOnPrimary, theme.ColorNameForegroundOnError,
		theme.ColorNameForegroundOnSuccess, theme.ColorNameForegroundOnWarning:
		return tone{0xFFFFFFFF, 0xFFFFFFFF}, true
	}
	if t, ok := toneOfState(name); ok {
		return t, true
	}
	if t, ok := toneOfCall(name); ok {
		return t, true
	}
	return toneOfControl(name)
}

// toneOfState are the colours that say how something is going.
func toneOfState(name fyne.ThemeColorName) (tone, bool) {
	switch name {
	case colorGood, theme.ColorNameSuccess:
		return tone{0x2E9E6BFF, 0x45B783FF}, true
	case colorWarn, theme.ColorNameWarning:
		return tone{0xC98A1BFF, 0xE0A63CFF}, true
	case colorBad, theme.ColorNameError:
		return tone{0xC93A3AFF, 0xEE6A6AFF}, true
	case colorTint:
		return tone{0xFCEAE5FF, 0x40281FFF}, true
	case colorGoodTint:
		return tone{0xE3F3EBFF, 0x1F352AFF}, true
	case colorWarnTint:
		return tone{0xFBF1DDFF, 0x3B2F1AFF}, true
	case colorBadTint:
		return tone{0xFAE6E4FF, 0x422322FF}, true
	case colorGrayTint:
		return tone{0xEFE9E5FF, 0x352F2CFF}, true
	default:
		return tone{}, false
	}
}

// toneOfCall are the colours around moving pictures.
func toneOfCall(name fyne.ThemeColorName) (tone, bool) {
	switch name {
	case colorHangUp:
		return tone{0xC93A3AFF, 0xC93A3AFF}, true
	case colorTile:
		return tone{0xEFE8E4FF, 0x2A2523FF}, true
	case colorDark:
		return tone{0x1E1A19FF, 0x141110FF}, true
	case colorOnDark:
		return tone{0xFFFFFFFF, 0xFFFFFFFF}, true
	case colorVeil:
		return tone{0x1E1A19C7, 0x1E1A19C7}, true
	case colorWeak:
		return tone{0xF2B84BFF, 0xF2B84BFF}, true
	case colorBroken:
		return tone{0xFF8A80FF, 0xFF8A80FF}, true
	case colorSpeaks:
		return tone{0x2E9E6BFF, 0x45B783FF}, true
	default:
		return tone{}, false
	}
}

// toneOfControl are the colours of fields, buttons and lists.
func toneOfControl(name fyne.ThemeColorName) (tone, bool) {
	switch name {
	case theme.ColorNameButton:
		return tone{0xF3EDE8FF, 0x352F2CFF}, true
	case theme.ColorNameDisabledButton:
		return tone{0xEFE9E5FF, 0x302A28FF}, true
	case theme.ColorNameDisabled:
		return tone{0xA79C96FF, 0x6E645FFF}, true
	case theme.ColorNameInputBackground:
		return tone{0xFFFFFFFF, 0x231E1CFF}, true
	case theme.ColorNameInputBorder:
		return tone{0xD8CCC5FF, 0x4A423EFF}, true
	case theme.ColorNameHover:
		return tone{0x2B24220F, 0xF3ECE814}, true
	case theme.ColorNamePressed:
		return tone{0x2B242222, 0xF3ECE822}, true
	case theme.ColorNameFocus:
		return tone{0x2B242233, 0xF3ECE833}, true
	case theme.ColorNameSelection:
		return tone{0xE8573F2B, 0xE8573F45}, true
	case theme.ColorNameScrollBar:
		return tone{0x2B242255, 0xF3ECE855}, true
	case theme.ColorNameScrollBarBackground:
		return tone{0x00000000, 0x00000000}, true
	case theme.ColorNameShadow:
		return tone{0x2B242222, 0x00000066}, true
	default:
		return tone{}, false
	}
}

// in returns the colour for a variant of the theme.
func (t tone) in(variant fyne.ThemeVariant) color.NRGBA {
	value := t.light
	if variant == theme.VariantDark {
		value = t.dark
	}
	return color.NRGBA{R: uint8(value >> 24), G: uint8(value >> 16), B: uint8(value >> 8), A: uint8(value)}
}
