package ui

import (
	"bytes"
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"takoshome/assets"
)

// glyph is one of our line icons in a colour of the theme.
type glyph struct {
	widget.BaseWidget
	name   string // a file of assets/icons without ".svg"
	color  fyne.ThemeColorName
	length float32 // of a side
}

func newGlyph(name string, color fyne.ThemeColorName, length float32) *glyph {
	g := &glyph{name: name, color: color, length: length}
	g.ExtendBaseWidget(g)
	return g
}

// set changes icon and colour, and redraws only if one of them is new.
func (g *glyph) set(name string, color fyne.ThemeColorName) {
	if g.name == name && g.color == color {
		return
	}
	g.name, g.color = name, color
	g.Refresh()
}

// CreateRenderer is Fyne's way to ask for what is drawn.
func (g *glyph) CreateRenderer() fyne.WidgetRenderer {
	r := &glyphRenderer{glyph: g, image: canvas.NewImageFromResource(nil)}
	r.image.FillMode = canvas.ImageFillContain
	r.Refresh()
	return r
}

type glyphRenderer struct {
	glyph *glyph
	image *canvas.Image
}

func (r *glyphRenderer) Layout(size fyne.Size)        { r.image.Resize(size) }
func (r *glyphRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(r.glyph.length) }
func (r *glyphRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.image} }
func (r *glyphRenderer) Destroy()                     {}

func (r *glyphRenderer) Refresh() {
	r.image.Resource = glyphResource(r.glyph.name, themeColor(r.glyph, r.glyph.color))
	r.image.Refresh()
}

// glyphResource colours an icon. Its name tells the colour too, since Fyne
// keeps drawn icons by name.
func glyphResource(name string, c color.Color) fyne.Resource {
	if name == "" {
		return nil
	}
	hex := hexOf(c)
	content := bytes.ReplaceAll(assets.Icon(name+".svg"), []byte("#000000"), []byte(hex))
	return fyne.NewStaticResource(name+hex+".svg", content)
}

func hexOf(c color.Color) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x", n.R, n.G, n.B)
}

// themeColor looks a colour up in the theme that a widget stands under.
func themeColor(w fyne.Widget, name fyne.ThemeColorName) color.Color {
	settings := fyne.CurrentApp().Settings()
	variant := settings.ThemeVariant()
	if themed, ok := w.(interface{ Theme() fyne.Theme }); ok {
		if th := themed.Theme(); th != nil {
			return th.Color(name, variant)
		}
	}
	return settings.Theme().Color(name, variant)
}
