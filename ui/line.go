package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// line is one line of text without any padding, in a colour of the theme. It
// ends in an ellipsis where the room is too small.
type line struct {
	widget.BaseWidget
	text  string
	size  float32
	bold  bool
	color fyne.ThemeColorName
	align fyne.TextAlign
	// shrinks lets the line be narrower than its text.
	shrinks bool
}

func newLine(text string, size float32, color fyne.ThemeColorName) *line {
	l := &line{text: text, size: size, color: color}
	l.ExtendBaseWidget(l)
	return l
}

func newBoldLine(text string, size float32) *line {
	l := newLine(text, size, theme.ColorNameForeground)
	l.bold = true
	return l
}

// shrinking makes the line end in an ellipsis where it does not fit.
func (l *line) shrinking() *line {
	l.shrinks = true
	return l
}

// set changes text and colour, and redraws only if one of them is new.
func (l *line) set(text string, color fyne.ThemeColorName) {
	if l.text == text && l.color == color {
		return
	}
	l.text, l.color = text, color
	l.Refresh()
}

func (l *line) setText(text string) { l.set(text, l.color) }

// CreateRenderer is Fyne's way to ask for what is drawn.
func (l *line) CreateRenderer() fyne.WidgetRenderer {
	r := &lineRenderer{line: l, text: canvas.NewText("", nil)}
	r.Refresh()
	return r
}

type lineRenderer struct {
	line *line
	text *canvas.Text
}

func (r *lineRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.text} }
func (r *lineRenderer) Destroy()                     {}

func (r *lineRenderer) MinSize() fyne.Size {
	min := fyne.MeasureText(r.line.text, r.line.size, fyne.TextStyle{Bold: r.line.bold})
	if r.line.text == "" {
		min.Height = fyne.MeasureText("0", r.line.size, fyne.TextStyle{Bold: r.line.bold}).Height
	}
	if r.line.shrinks {
		min.Width = 0
	}
	return min
}

func (r *lineRenderer) Layout(size fyne.Size) {
	fitted := r.line.text
	if r.line.shrinks {
		fitted = ellipsis(r.line.text, size.Width, r.line.size, fyne.TextStyle{Bold: r.line.bold})
	}
	if fitted != r.text.Text {
		r.text.Text = fitted
		r.text.Refresh()
	}
	r.text.Resize(size)
}

func (r *lineRenderer) Refresh() {
	r.text.TextSize = r.line.size
	r.text.TextStyle = fyne.TextStyle{Bold: r.line.bold}
	r.text.Alignment = r.line.align
	r.text.Color = themeColor(r.line, r.line.color)
	r.text.Text = r.line.text
	r.Layout(r.line.Size())
	r.text.Refresh()
}

// dots end a text that was cut. Japanese fonts draw the character "…" in the
// middle of the line, which looks wrong behind Latin.
const dots = "..."

// ellipsis cuts a text so that it fits a width.
func ellipsis(text string, width, size float32, style fyne.TextStyle) string {
	if width <= 0 || fyne.MeasureText(text, size, style).Width <= width {
		return text
	}
	runes := []rune(text)
	low, high := 0, len(runes)
	for low < high { // the longest start that fits together with the dots
		middle := (low + high + 1) / 2
		if fyne.MeasureText(string(runes[:middle])+dots, size, style).Width <= width {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return string(runes[:low]) + dots
}
