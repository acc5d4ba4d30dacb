package ui

import (
	"image"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"takoshome/app/media"
)

// pane shows the moving pictures of one video. Decoders and cameras hand
// pictures over on goroutines of theirs; the newest wins.
type pane struct {
	widget.BaseWidget
	view   *media.View
	latest atomic.Pointer[image.RGBA]
	clock  *frameClock

	// The rest belongs to Fyne's goroutine.
	picture *canvas.Image
	pixels  image.Point // that view was told
	on      bool        // pictures are wanted
	// began is called with the first picture after each start.
	began func()
}

// newPane makes a pane; mirrored turns the pictures round, as people know
// themselves.
func newPane(clock *frameClock, mirrored bool) *pane {
	p := &pane{clock: clock, picture: &canvas.Image{
		ScaleMode: canvas.ImageScaleFastest, FillMode: canvas.ImageFillContain, CornerRadius: cornerRadius,
	}}
	p.view = media.NewView(func(picture *image.RGBA) {
		if mirrored {
			mirror(picture)
		}
		p.latest.Store(picture)
		clock.offer(p)
	})
	p.ExtendBaseWidget(p)
	p.picture.Hide()
	return p
}

// start lets pictures in.
func (p *pane) start() {
	p.on = true
	p.measure()
}

// stop empties the pane.
func (p *pane) stop() {
	p.on = false
	p.measure()
	p.latest.Store(nil)
	if p.picture.Visible() {
		p.picture.Hide()
	}
	p.picture.Image = nil
}

// showing says whether there is a picture.
func (p *pane) showing() bool { return p.picture.Visible() }

// draw shows the newest picture.
func (p *pane) draw() {
	picture := p.latest.Load()
	if !p.on || picture == nil {
		return
	}
	p.measure() // the window may have gone to another screen
	p.picture.Image = picture
	if !p.picture.Visible() {
		p.picture.Show()
		run(p.began)
	}
	p.picture.Refresh()
}

// measure tells the view how many pixels there are to fill, none while off.
func (p *pane) measure() {
	var pixels image.Point
	if c := fyne.CurrentApp().Driver().CanvasForObject(p); p.on && c != nil {
		pixels.X, pixels.Y = c.PixelCoordinateForPosition(fyne.NewPos(p.Size().Width, p.Size().Height))
	}
	if pixels != p.pixels {
		p.pixels = pixels
		p.view.Resize(pixels)
	}
}

// CreateRenderer is Fyne's way to ask for what is drawn.
func (p *pane) CreateRenderer() fyne.WidgetRenderer { return &paneRenderer{p} }

type paneRenderer struct{ pane *pane }

func (r *paneRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.pane.picture} }
func (r *paneRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *paneRenderer) Refresh()                     {}
func (r *paneRenderer) Destroy()                     {}

func (r *paneRenderer) Layout(size fyne.Size) {
	r.pane.picture.Resize(size)
	r.pane.measure()
}

// mirror turns a picture round in its place.
func mirror(picture *image.RGBA) {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	for y := range height {
		row := picture.Pix[y*picture.Stride : y*picture.Stride+4*width]
		for left, right := 0, 4*(width-1); left < right; left, right = left+4, right-4 {
			a, b := row[left:left+4:left+4], row[right:right+4:right+4]
			a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3] = b[0], b[1], b[2], b[3], a[0], a[1], a[2], a[3]
		}
	}
}
