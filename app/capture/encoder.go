package capture

import (
	"image"
	"log/slog"
	"sync/atomic"
	"time"

	"takoshome/app/media"
	"takoshome/app/media/yuv"
)

// encoder encodes the pictures of one camera in all their layers.
type encoder struct {
	kind    kind
	layers  []*layer
	deliver func(layer int, s media.Sample)
	logger  *slog.Logger
	scaler  yuv.Scaler
}

// layer is one of the layers of an encoder.
type layer struct {
	scale   int
	bps     atomic.Int64 // 0: off
	wantKey atomic.Bool

	// Of the encoder's goroutine.
	vp8 *vp8
	on  bool
	// failing is said once, however many pictures fail.
	failing bool
	sent    time.Time // when the last frame was taken
	// small is the picture in the layer's size.
	small *image.YCbCr
	size  image.Point // of small, or what could not be encoded
}

func newEncoder(plan []media.Layer, kind kind, deliver func(int, media.Sample), logger *slog.Logger) *encoder {
	e := &encoder{kind: kind, deliver: deliver, logger: logger}
	for _, p := range plan {
		l := &layer{scale: int(p.ScaleDown)}
		l.bps.Store(int64(p.MaxBps / 2))
		e.layers = append(e.layers, l)
	}
	return e
}

func (e *encoder) setBitrate(layer, bps int) {
	if layer >= 0 && layer < len(e.layers) {
		e.layers[layer].bps.Store(int64(max(0, bps)))
	}
}

func (e *encoder) requestKeyFrame(layer int) {
	if layer >= 0 && layer < len(e.layers) {
		e.layers[layer].wantKey.Store(true)
	}
}

// run encodes what comes until done.
func (e *encoder) run(done <-chan struct{}, in *exchange) {
	defer e.close()
	for {
		select {
		case <-done:
			return
		case <-in.fresh:
			if p, ok := in.take(); ok {
				e.encode(p)
			}
		}
	}
}

// encode makes each layer from the next larger one that is needed, so the
// picture is read in full only once.
func (e *encoder) encode(p picture) {
	source := p.frame
	for i := len(e.layers) - 1; i >= 0; i-- {
		l := e.layers[i]
		bps := int(l.bps.Load())
		if bps == 0 {
			l.stop()
			continue
		}
		source = l.shrink(p.frame, source, &e.scaler)
		e.encodeLayer(i, picture{source, p.taken}, bps)
	}
}

// shrink gives the picture in the layer's size.
func (l *layer) shrink(whole, source *image.YCbCr, scaler *yuv.Scaler) *image.YCbCr {
	if l.scale == 1 {
		return whole
	}
	size := shrink(whole.Rect.Size(), l.scale)
	l.small = yuv.Reuse(l.small, size.X, size.Y)
	scaler.Scale(l.small, source)
	return l.small
}

func (e *encoder) encodeLayer(i int, p picture, bps int) {
	l := e.layers[i]
	if !e.ready(l, p.frame.Rect.Size(), bps) {
		return
	}
	key := l.wantKey.Swap(false) || !l.on
	data, isKey, err := l.vp8.encode(p.frame, p.taken, key)
	if err != nil {
		if !l.failing {
			e.logger.Warn("pictures cannot be encoded", "layer", i, "error", err)
		}
		l.failing = true
		l.stop()
		return
	}
	l.failing = false
	if len(data) == 0 { // the rate control dropped it
		if key {
			l.wantKey.Store(true)
		}
		return
	}
	since := p.taken.Sub(l.sent)
	if !l.on || since <= 0 || since > time.Second {
		since = time.Second / 30
	}
	l.on, l.sent = true, p.taken
	e.deliver(i, media.Sample{Data: data, Duration: since, Taken: p.taken, KeyFrame: isKey})
}

// ready opens the layer's encoder, or one of the new size, and tells it the
// bitrate. A size that failed is not tried again.
func (e *encoder) ready(l *layer, size image.Point, bps int) bool {
	if l.vp8 != nil && l.size == size {
		if err := l.vp8.setBitrate(bps); err != nil {
			e.logger.Warn("a bitrate was refused", "bps", bps, "error", err)
		}
		return true
	}
	if l.vp8 == nil && l.size == size {
		return false
	}
	l.stop()
	l.size = size
	encoder, err := newVP8(vp8Config{width: size.X, height: size.Y, bitrateBps: bps, screen: e.kind == kindScreen})
	if err != nil {
		e.logger.Warn("no encoder", "size", size, "error", err)
		return false
	}
	l.vp8 = encoder
	return true
}

// stop gives the layer's memory back; it begins anew with a keyframe.
func (l *layer) stop() {
	if l.vp8 != nil {
		l.vp8.close()
		l.vp8 = nil
	}
	l.on, l.size = false, image.Point{}
}

func (e *encoder) close() {
	for _, l := range e.layers {
		l.stop()
	}
}
