package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// buttonRenderer draws a pushButton: ground, the pointer's shade, icon and
// text, and the focus ring over all.
type buttonRenderer struct {
	button              *pushButton
	ground, shade, ring *canvas.Rectangle
	icon                *canvas.Image
	text                *canvas.Text
	dot                 *canvas.Rectangle
	figure              *canvas.Text // on the dot
}

func (r *buttonRenderer) Destroy() {}

func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.shade, r.icon, r.text, r.dot, r.figure, r.ring}
}

// metrics are the lengths of a button by its size.
type metrics struct{ text, icon, gap, side, height float32 }

func (r *buttonRenderer) metrics() metrics {
	switch b := r.button; {
	case b.stacked && b.words() != "":
		return metrics{text: 12, icon: 24, gap: 4, side: spaceSmall, height: 64}
	case b.stacked:
		return metrics{text: 12, icon: 24, side: spaceSmall, height: 48}
	case b.large:
		return metrics{text: textTitle, icon: 22, gap: 12, side: 28, height: 56}
	case b.small:
		return metrics{text: textCaption, icon: 14, gap: 4, side: 5, height: 24}
	case b.words() == "":
		return metrics{text: textBody, icon: 20, side: 10, height: 40}
	case b.kind == buttonNav:
		return metrics{text: textBody, icon: 22, gap: 14, side: 14, height: 44}
	default:
		return metrics{text: textBody, icon: 18, gap: spaceSmall, side: spaceMedium, height: 40}
	}
}

func (r *buttonRenderer) textSize() fyne.Size {
	if r.button.words() == "" {
		return fyne.Size{}
	}
	return fyne.MeasureText(r.button.words(), r.text.TextSize, r.text.TextStyle)
}

func (r *buttonRenderer) MinSize() fyne.Size {
	m := r.metrics()
	width := r.textSize().Width
	if r.button.stacked {
		return fyne.NewSize(fyne.Max(width, m.icon)+2*4, m.height)
	}
	if r.button.icon != "" {
		width += m.icon
		if r.button.words() != "" {
			width += m.gap
		}
	}
	return fyne.NewSize(width+2*m.side, m.height)
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	for _, rectangle := range []*canvas.Rectangle{r.ground, r.shade, r.ring} {
		rectangle.Resize(size)
	}
	m := r.metrics()
	text := r.textSize()
	iconSize := fyne.NewSquareSize(m.icon)
	r.icon.Resize(iconSize)
	if r.button.stacked {
		top := (size.Height - m.icon - m.gap - text.Height) / 2
		r.icon.Move(fyne.NewPos((size.Width-m.icon)/2, top))
		r.text.Move(fyne.NewPos((size.Width-text.Width)/2, top+m.icon+m.gap))
		r.text.Resize(text)
		r.layoutMark()
		return
	}
	width := r.MinSize().Width - 2*m.side
	x := (size.Width - width) / 2
	if r.button.kind == buttonNav || r.button.leading {
		x = m.side
	}
	if r.button.icon != "" {
		r.icon.Move(fyne.NewPos(x, (size.Height-m.icon)/2))
		x += m.icon + m.gap
	}
	r.text.Move(fyne.NewPos(x, (size.Height-text.Height)/2))
	r.text.Resize(text)
	r.layoutMark()
}

// layoutMark sets the dot on the upper right corner of the icon, or of the words.
func (r *buttonRenderer) layoutMark() {
	const bare, high = 10, 16
	figure := fyne.MeasureText(r.figure.Text, r.figure.TextSize, r.figure.TextStyle)
	least := fyne.NewSize(fyne.Max(high, figure.Width+8), high)
	if r.button.mark == " " {
		least = fyne.NewSquareSize(bare)
	}
	corner := r.icon.Position().AddXY(r.icon.Size().Width, 0)
	if r.button.icon == "" { // behind the words
		corner = r.text.Position().AddXY(r.text.Size().Width+spaceSmall, 2)
	}
	r.dot.CornerRadius = least.Height / 2
	r.dot.Resize(least)
	r.dot.Move(corner.SubtractXY(least.Height/2, least.Height/2-1))
	r.figure.Resize(figure)
	r.figure.Move(r.dot.Position().AddXY((least.Width-figure.Width)/2, (least.Height-figure.Height)/2))
}

func (r *buttonRenderer) Refresh() {
	b := r.button
	ink := r.inkName()
	r.text.Text = b.words()
	r.text.TextSize = r.metrics().text
	r.text.TextStyle = fyne.TextStyle{Bold: b.kind == buttonPrimary || b.large || b.chosen}
	r.text.Color = themeColor(b, ink)
	iconInk := ink
	if b.chosen && !b.Disabled() && !b.off {
		iconInk = colorAccent
	}
	r.icon.Resource = glyphResource(b.icon, themeColor(b, iconInk))
	r.icon.Hidden = b.icon == ""

	r.paintGround()
	r.paintMark()
	r.ring.StrokeColor = color.Transparent
	if b.focused {
		r.ring.StrokeColor = themeColor(b, theme.ColorNameForeground)
	}
	r.ring.StrokeWidth = 2
	for _, rectangle := range []*canvas.Rectangle{r.ground, r.shade, r.ring} {
		rectangle.CornerRadius = cornerRadius
		rectangle.Refresh()
	}
	r.Layout(b.Size())
	r.icon.Refresh()
	r.text.Refresh()
	canvas.Refresh(b)
}

func (r *buttonRenderer) paintMark() {
	b := r.button
	r.dot.Hidden, r.figure.Hidden = b.mark == "", b.mark == "" || b.mark == " "
	r.dot.FillColor = themeColor(b, colorAccent)
	r.figure.Text, r.figure.TextSize, r.figure.TextStyle = b.mark, 11, fyne.TextStyle{Bold: true}
	r.figure.Color = themeColor(b, colorOnAccent)
	r.dot.Refresh()
	r.figure.Refresh()
}

// paintGround chooses the ground, its edge and the pointer's shade.
func (r *buttonRenderer) paintGround() {
	b := r.button
	ground, edge := r.groundNames()
	r.ground.FillColor = color.Transparent
	if ground != "" {
		r.ground.FillColor = themeColor(b, ground)
	}
	r.ground.StrokeColor, r.ground.StrokeWidth = color.Transparent, 0
	if edge != "" {
		r.ground.StrokeColor, r.ground.StrokeWidth = themeColor(b, edge), 1.5
	}
	r.shade.FillColor = color.Transparent
	switch {
	case b.Disabled():
	case b.pressed && b.kind == buttonPrimary:
		r.ground.FillColor = themeColor(b, colorPressed)
	case b.pressed:
		r.shade.FillColor = themeColor(b, theme.ColorNamePressed)
	case b.hovered:
		r.shade.FillColor = themeColor(b, theme.ColorNameHover)
	}
}

func (r *buttonRenderer) inkName() fyne.ThemeColorName {
	b := r.button
	switch {
	case b.Disabled():
		return theme.ColorNameDisabled
	case b.kind == buttonPrimary, b.kind == buttonHangUp:
		return colorOnAccent
	case b.kind == buttonTool && b.off:
		return theme.ColorNameBackground
	case b.kind == buttonDanger:
		return colorBad
	case b.kind == buttonNav && !b.chosen, b.kind == buttonPlain && b.words() == "":
		return colorMuted
	default:
		return theme.ColorNameForeground
	}
}

// groundNames returns the colours of ground and edge, empty for none.
func (r *buttonRenderer) groundNames() (ground, edge fyne.ThemeColorName) {
	b := r.button
	switch b.kind {
	case buttonPrimary:
		if b.Disabled() {
			return theme.ColorNameDisabledButton, ""
		}
		return colorAccent, ""
	case buttonHangUp:
		return colorHangUp, ""
	case buttonTool:
		switch {
		case b.off && !b.Disabled():
			return theme.ColorNameForeground, ""
		case b.chosen:
			return colorTint, colorAccent
		}
		return colorCard, colorLine
	case buttonQuiet, buttonDanger:
		return colorCard, theme.ColorNameInputBorder
	case buttonChoice:
		if b.chosen {
			return colorTint, colorAccent
		}
		return colorCard, theme.ColorNameInputBorder
	case buttonNav:
		if b.chosen {
			return colorTint, ""
		}
	}
	return "", ""
}
