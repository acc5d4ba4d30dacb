package media

import (
	"image"
	"sync"
	"time"

	"takoshome/app/media/yuv"
)

// ring is how many pictures a View uses in turn: one drawn, one waiting, one
// being made.
const ring = 3

// Pictures are handed on at most so often; as many may come at once, so that
// the last of a burst is not held back.
const (
	viewInterval = time.Second / 30
	viewBurst    = 3
)

// View is a place in the window for one video: it takes frames as decoders and
// cameras make them and hands on pictures of the size that is drawn, so that
// Fyne's goroutine need not scale.
type View struct {
	draw func(*image.RGBA)

	// showing is held by the one Show that makes a picture, and protects the
	// fields below it.
	showing  sync.Mutex
	scaler   yuv.Scaler
	small    *image.YCbCr
	pictures [ring]*image.RGBA
	next     int
	pace     Pace

	// mu protects size. It is taken under showing, never the other way round.
	mu   sync.Mutex
	size image.Point
}

// NewView gives pictures to draw, which must return at once and may use a
// picture until the next but one comes.
func NewView(draw func(*image.RGBA)) *View {
	return &View{draw: draw, pace: Pace{Interval: viewInterval, Burst: viewBurst}}
}

// Resize tells the size of the place in pixels. Pictures fit inside it in the
// video's own shape and are never enlarged. Zero, as at first, draws nothing.
func (v *View) Resize(size image.Point) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.size = size
}

// Show draws frame, whose colours are those of package yuv and which is the
// caller's again when Show returns. It is dropped if it comes too soon after
// others, or while another goroutine shows one.
func (v *View) Show(frame *image.YCbCr) { v.show(time.Now(), frame) }

func (v *View) show(now time.Time, frame *image.YCbCr) {
	if !yuv.Valid(frame) || !v.showing.TryLock() {
		return
	}
	defer v.showing.Unlock()
	size := yuv.Inside(frame.Rect.Size(), v.place())
	if size.X == 0 || !v.pace.Allow(now) {
		return
	}
	picture := v.picture(size)
	if frame.Rect.Size() != size || frame.SubsampleRatio != image.YCbCrSubsampleRatio420 {
		v.small = yuv.Reuse(v.small, size.X, size.Y)
		v.scaler.Scale(v.small, frame)
		frame = v.small
	}
	yuv.ToRGBA(picture, frame)
	v.draw(picture)
}

func (v *View) place() image.Point {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.size
}

// picture is the next of the ring, of the wanted size. One of another size may
// still be drawn, so it is replaced and not changed.
func (v *View) picture(size image.Point) *image.RGBA {
	p := v.pictures[v.next]
	if p == nil || p.Rect.Size() != size {
		p = image.NewRGBA(image.Rectangle{Max: size})
		v.pictures[v.next] = p
	}
	v.next = (v.next + 1) % ring
	return p
}
