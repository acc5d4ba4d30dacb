package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// meter is a bar that grows with the loudness of the microphone.
type meter struct {
	widget.BaseWidget
	level float64 // from 0 to 1
	ink   fyne.ThemeColorName
	high  float32
}

func newMeter(high float32) *meter {
	m := &meter{ink: colorGood, high: high}
	m.ExtendBaseWidget(m)
	return m
}

// set shows a level, and redraws only if it is new.
func (m *meter) set(level float64, ink fyne.ThemeColorName) {
	level = max(0, min(level, 1))
	if m.level == level && m.ink == ink {
		return
	}
	m.level, m.ink = level, ink
	m.Refresh()
}

// CreateRenderer is Fyne's way to ask for what is drawn.
func (m *meter) CreateRenderer() fyne.WidgetRenderer {
	r := &meterRenderer{meter: m, ground: canvas.NewRectangle(color.Transparent), bar: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type meterRenderer struct {
	meter       *meter
	ground, bar *canvas.Rectangle
}

func (r *meterRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.ground, r.bar} }
func (r *meterRenderer) MinSize() fyne.Size           { return fyne.NewSize(24, r.meter.high) }
func (r *meterRenderer) Destroy()                     {}

func (r *meterRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	width := float32(r.meter.level) * size.Width
	if width > 0 {
		width = max(width, size.Height) // the bar's ends are round
	}
	r.bar.Resize(fyne.NewSize(width, size.Height))
}

func (r *meterRenderer) Refresh() {
	for _, rectangle := range []*canvas.Rectangle{r.ground, r.bar} {
		rectangle.CornerRadius = r.meter.high / 2
	}
	r.ground.FillColor = themeColor(r.meter, colorLine)
	r.bar.FillColor = themeColor(r.meter, r.meter.ink)
	r.bar.Hidden = r.meter.level <= 0
	r.Layout(r.meter.Size())
	r.ground.Refresh()
	r.bar.Refresh()
}
