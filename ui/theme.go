package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"takoshome/assets"
)

// Lengths in Fyne's units; spacing goes in steps of 8.
const (
	spaceSmall  float32 = 8
	spaceMedium float32 = 16
	spaceLarge  float32 = 24

	cornerRadius float32 = 10

	textBody    float32 = 15
	textCaption float32 = 13
	textHeading float32 = 22
	textTitle   float32 = 17
)

// look is the theme of the window: warm, quiet, light or dark as the desktop is.
type look struct {
	regular, bold fyne.Resource
	open, folded  fyne.Resource
	// variant, when set, stands over the desktop's choice.
	variant *fyne.ThemeVariant
	base    fyne.Theme
}

func newLook() *look {
	return &look{
		regular: fyne.NewStaticResource("NotoSansJP-Regular.otf", assets.FontRegular()),
		bold:    fyne.NewStaticResource("NotoSansJP-Bold.otf", assets.FontBold()),
		open:    chevron("open.svg"),
		folded:  chevron("folded.svg"),
		base:    theme.DefaultTheme(),
	}
}

// Color returns a colour of our table, and Fyne's own for names it does not know.
func (l *look) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if l.variant != nil {
		variant = *l.variant
	}
	if t, ok := toneOf(name); ok {
		return t.in(variant)
	}
	return l.base.Color(name, variant)
}

// Font returns the embedded Japanese font; figures and symbols that it lacks
// come from Fyne's own fonts.
func (l *look) Font(style fyne.TextStyle) fyne.Resource {
	switch {
	case style.Monospace, style.Symbol:
		return l.base.Font(style)
	case style.Bold:
		return l.bold
	default:
		return l.regular
	}
}

// Icon returns Fyne's icon, but a chevron for what opens and folds a row:
// Fyne's arrow down would read as traffic that comes in. The other icons of
// ours come from glyph.
func (l *look) Icon(name fyne.ThemeIconName) fyne.Resource {
	switch name {
	case theme.IconNameMoveDown:
		return l.open
	case theme.IconNameNavigateNext:
		return l.folded
	default:
		return l.base.Icon(name)
	}
}

func chevron(file string) fyne.Resource {
	return theme.NewThemedResource(fyne.NewStaticResource(file, assets.Icon(file)))
}

// Size returns a length of the look.
func (l *look) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return textBody
	case theme.SizeNameCaptionText:
		return textCaption
	case theme.SizeNameHeadingText:
		return textHeading
	case theme.SizeNameSubHeadingText:
		return textTitle
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius:
		return cornerRadius
	case theme.SizeNameInnerPadding:
		return spaceSmall
	case theme.SizeNameInputBorder:
		return 1.5
	case theme.SizeNameScrollBar:
		return 10
	case theme.SizeNameScrollBarSmall:
		return 4
	default:
		return l.base.Size(name)
	}
}
