package media

import (
	"image"
	"sync"
)

// ring is how many pictures a View uses in turn: one drawn, one waiting, one
// being made.
const ring = 3

// View is a place in the window for one video: it takes frames as decoders and
// cameras make them and hands on pictures of the size that is drawn, so that
// Fyne's goroutine need not scale.
type View struct {
	draw func(*image.RGBA)

	// mu protects the fields below.
	mu       sync.Mutex
	size     image.Point
	pictures [ring]*image.RGBA
	next     int
}

// NewView gives pictures to draw, which must return at once and may use a
// picture until the next but one comes.
func NewView(draw func(*image.RGBA)) *View { return &View{draw: draw} }

// Resize tells the size of the place in pixels. Pictures fit inside it in the
// video's own shape and are never enlarged. Zero, as at first, draws nothing.
func (v *View) Resize(size image.Point) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.size = size
}
