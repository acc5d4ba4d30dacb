package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

// panelGround is a rounded ground with a hair line, in colours of the theme.
type panelGround struct {
	widget.BaseWidget
	fill, edge fyne.ThemeColorName // empty for none
	radius     float32
	width      float32 // of the edge
}

func newGround(fill, edge fyne.ThemeColorName, radius float32) *panelGround {
	g := &panelGround{fill: fill, edge: edge, radius: radius, width: 1}
	g.ExtendBaseWidget(g)
	return g
}

// set changes the fill, and redraws only if it is new.
func (g *panelGround) set(fill fyne.ThemeColorName) {
	if g.fill != fill {
		g.fill = fill
		g.Refresh()
	}
}

// CreateRenderer is Fyne's way to ask for what is drawn.
func (g *panelGround) CreateRenderer() fyne.WidgetRenderer {
	r := &groundRenderer{ground: g, rectangle: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type groundRenderer struct {
	ground    *panelGround
	rectangle *canvas.Rectangle
}

func (r *groundRenderer) Layout(size fyne.Size)        { r.rectangle.Resize(size) }
func (r *groundRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *groundRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rectangle} }
func (r *groundRenderer) Destroy()                     {}

func (r *groundRenderer) Refresh() {
	r.rectangle.CornerRadius = r.ground.radius
	r.rectangle.FillColor = color.Transparent
	if r.ground.fill != "" {
		r.rectangle.FillColor = themeColor(r.ground, r.ground.fill)
	}
	r.rectangle.StrokeWidth = 0
	if r.ground.edge != "" {
		r.rectangle.StrokeWidth = r.ground.width
		r.rectangle.StrokeColor = themeColor(r.ground, r.ground.edge)
	}
	r.rectangle.Refresh()
}

// newCard puts content on a card with room around it.
func newCard(content fyne.CanvasObject, room float32) *fyne.Container {
	return container.NewStack(
		newGround(colorCard, colorLine, cornerRadius),
		padded(content, room, room),
	)
}

// padded leaves room left and right, and above and below.
func padded(content fyne.CanvasObject, sides, ends float32) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(ends, ends, sides, sides), content)
}

// badge is an icon on a round tinted ground.
func badge(icon *glyph, ground *panelGround, side float32) *fyne.Container {
	ground.radius = side / 2
	return container.New(squareLayout{side}, ground, container.NewCenter(icon))
}
