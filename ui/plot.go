package ui

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/vector"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// plotFloor keeps a nearly silent stream flat: the top of a plot never stands
// for less, in bit/s.
const plotFloor = 20_000

// plot draws the bit rates of the last minute: what comes in with its area
// filled, what goes out as a line over it.
type plot struct {
	widget.BaseWidget
	least   fyne.Size
	in, out []float32
}

func newPlot(least fyne.Size) *plot {
	p := &plot{least: least}
	p.ExtendBaseWidget(p)
	return p
}

// set changes the samples; a nil series draws nothing.
func (p *plot) set(s *series) {
	p.in, p.out = s.values()
	p.Refresh()
}

// top is the rate at the upper edge.
func (p *plot) top() float32 {
	top := float32(plotFloor)
	for _, values := range [][]float32{p.in, p.out} {
		for _, v := range values {
			top = max(top, v)
		}
	}
	return top
}

// CreateRenderer is Fyne's way to ask for what is drawn.
func (p *plot) CreateRenderer() fyne.WidgetRenderer {
	r := &plotRenderer{plot: p}
	r.raster = canvas.NewRaster(r.draw)
	return r
}

type plotRenderer struct {
	plot   *plot
	raster *canvas.Raster
}

func (r *plotRenderer) Layout(size fyne.Size)        { r.raster.Resize(size) }
func (r *plotRenderer) MinSize() fyne.Size           { return r.plot.least }
func (r *plotRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.raster} }
func (r *plotRenderer) Destroy()                     {}
func (r *plotRenderer) Refresh()                     { r.raster.Refresh() }

func (r *plotRenderer) draw(width, height int) image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	if width <= 0 || height <= 0 {
		return picture
	}
	c := curve{
		width: float32(width), height: float32(height), top: r.plot.top(),
		pen: 1.5 * float32(height) / fyne.Max(r.plot.Size().Height, 1),
	}
	c.baseline(picture, themeColor(r.plot, colorLine))
	if anyAbove(r.plot.in) {
		c.draw(picture, r.plot.in, themeColor(r.plot, colorAccent))
	}
	if anyAbove(r.plot.out) {
		c.draw(picture, r.plot.out, themeColor(r.plot, colorOutgoing))
	}
	return picture
}

func anyAbove(values []float32) bool {
	for _, v := range values {
		if v > 0 {
			return true
		}
	}
	return false
}

// curve maps samples to pixels.
type curve struct{ width, height, top, pen float32 }

// at is the place of a sample; the newest is at the right edge.
func (c curve) at(values []float32, i int) (x, y float32) {
	step := c.width / (historyLength - 1)
	x = c.width - float32(len(values)-1-i)*step
	return x, c.height - c.pen - (c.height-2*c.pen)*values[i]/c.top
}

func (c curve) draw(picture *image.RGBA, values []float32, ink color.Color) {
	if len(values) < 2 {
		return
	}
	c.area(picture, values, ink)
	c.stroke(picture, values, ink)
}

// area fills what is below the line with a breath of its colour.
func (c curve) area(picture *image.RGBA, values []float32, ink color.Color) {
	z := vector.NewRasterizer(picture.Rect.Dx(), picture.Rect.Dy())
	x, _ := c.at(values, 0)
	z.MoveTo(x, c.height)
	for i := range values {
		z.LineTo(c.at(values, i))
	}
	z.LineTo(c.width, c.height)
	z.ClosePath()
	paint(z, picture, faint(ink))
}

// stroke draws the line, each piece as a thin rectangle.
func (c curve) stroke(picture *image.RGBA, values []float32, ink color.Color) {
	z := vector.NewRasterizer(picture.Rect.Dx(), picture.Rect.Dy())
	for i := 1; i < len(values); i++ {
		x0, y0 := c.at(values, i-1)
		x1, y1 := c.at(values, i)
		dx, dy := x1-x0, y1-y0
		length := hypot(dx, dy)
		nx, ny := -dy/length*c.pen/2, dx/length*c.pen/2
		z.MoveTo(x0+nx, y0+ny)
		z.LineTo(x1+nx, y1+ny)
		z.LineTo(x1-nx, y1-ny)
		z.LineTo(x0-nx, y0-ny)
		z.ClosePath()
	}
	paint(z, picture, ink)
}

func (c curve) baseline(picture *image.RGBA, ink color.Color) {
	thickness := max(int(c.pen/1.5+0.5), 1)
	rect := image.Rect(0, int(c.height)-thickness, int(c.width), int(c.height))
	draw.Draw(picture, rect, image.NewUniform(ink), image.Point{}, draw.Src)
}

func paint(z *vector.Rasterizer, picture *image.RGBA, ink color.Color) {
	z.DrawOp = draw.Over
	z.Draw(picture, picture.Rect, image.NewUniform(ink), image.Point{})
}

// faint is a colour with a fifth of its strength.
func faint(c color.Color) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A /= 5
	return n
}

func hypot(x, y float32) float32 { return float32(math.Hypot(float64(x), float64(y))) }
