package ui

import (
	"image"
	"sync"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"takoshome/app/media"
)

// leastSeen is how much of a picture stays in sight when it is cut to the shape
// of its place; what then still differs becomes margins.
const leastSeen = 0.5

// pane shows the moving pictures of one video. Decoders and cameras hand
// pictures over on goroutines of theirs; the newest wins.
type pane struct {
	widget.BaseWidget
	view     *media.View
	latest   atomic.Pointer[image.RGBA]
	clock    *frameClock
	mirrored bool // as people know themselves
	fills    bool // what does not fit is cut off

	mu     sync.Mutex  // protects place, radius and aspect
	place  image.Point // in pixels, zero while no pictures are wanted
	radius float64     // of the place's corners, in pixels
	aspect float64     // of the newest picture

	// The rest belongs to Fyne's goroutine.
	picture *canvas.Image
	on      bool // pictures are wanted
	// began is called with the first picture after each start.
	began func()
}

// newPane makes a pane for a camera, which fills it, or for a screen, of which
// everything is to be seen.
func newPane(clock *frameClock, mirrored, fills bool) *pane {
	p := &pane{clock: clock, mirrored: mirrored, fills: fills, picture: &canvas.Image{
		ScaleMode: canvas.ImageScaleFastest, FillMode: canvas.ImageFillContain,
	}}
	p.view = media.NewView(p.take)
	p.ExtendBaseWidget(p)
	p.picture.Hide()
	return p
}

// take takes a picture from the goroutine that made it.
func (p *pane) take(picture *image.RGBA) {
	aspect := aspectOf(picture.Rect.Size())
	p.mu.Lock()
	place, radius, turned := p.place, p.radius, p.aspect != aspect
	p.aspect = aspect
	p.mu.Unlock()
	if turned { // the next picture comes in the right size
		p.view.Resize(p.wanted(place, aspect))
	}
	if shape := p.shape(place, aspect); shape != aspect {
		picture = cut(picture, shape)
	}
	if p.mirrored {
		mirror(picture)
	}
	roundOff(picture, radius*shrinkage(picture.Rect.Size(), place))
	p.latest.Store(picture)
	p.clock.offer(p)
}

// shape is what a picture of some shape is cut to for a place: the place's own,
// as far as leastSeen lets it.
func (p *pane) shape(place image.Point, aspect float64) float64 {
	if !p.fills || place.X == 0 || place.Y == 0 || aspect == 0 {
		return aspect
	}
	return max(aspect*leastSeen, min(aspectOf(place), aspect/leastSeen))
}

// wanted is the size into which a picture has to fit, so that it fits its place
// once it is cut.
func (p *pane) wanted(place image.Point, aspect float64) image.Point {
	shape := p.shape(place, aspect)
	if shape == aspect || place.X == 0 {
		return place
	}
	width, height := float64(place.X), float64(place.Y) // of what is seen
	if shape > width/height {
		height = width / shape
	} else {
		width = height * shape
	}
	return image.Pt(int(max(width, height*aspect)+0.5), int(max(height, width/aspect)+0.5))
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

// filled says whether the picture leaves nothing of the pane uncovered.
func (p *pane) filled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.showing() && p.fills && p.shape(p.place, p.aspect) == aspectOf(p.place)
}

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
	var place image.Point
	radius := 0
	if p.on {
		place.X, place.Y = p.clock.canvas.PixelCoordinateForPosition(fyne.NewPos(p.Size().Width, p.Size().Height))
		radius, _ = p.clock.canvas.PixelCoordinateForPosition(fyne.NewPos(cornerRadius, 0))
	}
	p.mu.Lock()
	changed, aspect := p.place != place, p.aspect
	p.place, p.radius = place, float64(radius)
	p.mu.Unlock()
	if changed {
		p.view.Resize(p.wanted(place, aspect))
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
