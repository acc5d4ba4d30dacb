package capture

import (
	"image"
	"sync"
	"time"

	"takoshome/app/media/yuv"
)

// picture is a picture and when it was taken.
type picture struct {
	frame *image.YCbCr
	taken time.Time
}

// exchange hands pictures from one goroutine to another: the newest wins, so
// that a slow taker skips pictures and never lags behind.
type exchange struct {
	fresh chan struct{} // holds one when a picture waits

	// mu protects the two below. Each side owns a further picture of its own.
	mu      sync.Mutex
	waiting picture
	unseen  bool // waiting was not taken yet

	back  picture // of put
	front picture // of take
}

func newExchange() *exchange { return &exchange{fresh: make(chan struct{}, 1)} }

// put copies a 4:2:0 picture.
func (x *exchange) put(frame *image.YCbCr, taken time.Time) {
	size := frame.Rect.Size()
	x.back.frame = yuv.Reuse(x.back.frame, size.X, size.Y)
	yuv.Copy(x.back.frame, frame)
	x.back.taken = taken
	x.mu.Lock()
	x.back, x.waiting, x.unseen = x.waiting, x.back, true
	x.mu.Unlock()
	select {
	case x.fresh <- struct{}{}:
	default:
	}
}

// take gives the newest picture, which stays until the next take; false if there
// is none since the last.
func (x *exchange) take() (picture, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.unseen {
		return picture{}, false
	}
	x.front, x.waiting, x.unseen = x.waiting, x.front, false
	return x.front, true
}
