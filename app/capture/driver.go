package capture

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"sync"

	"github.com/pion/mediadevices/pkg/driver"
	framefmt "github.com/pion/mediadevices/pkg/frame"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"

	"takoshome/app/media"
	"takoshome/app/media/yuv"
)

// driverSource is an open device of mediadevices'.
type driverSource struct {
	reader    video.Reader
	fullRange bool
	converted *image.YCbCr
	release   func()
	shut      func()      // closes the device, once
	unhook    func() bool // from the context
}

// openDriver opens a device and lets it record; opening, held by the caller, is
// taken again to close it. Closing is what ends a read that waits, so it happens
// as soon as the context ends.
func openDriver(ctx context.Context, d driver.Driver, config media.CameraConfig, opening *sync.Mutex) (source, error) {
	if d.Status() != driver.StateClosed {
		return nil, errBusy
	}
	if err := d.Open(); err != nil {
		return nil, fmt.Errorf("open %s: %w", d.Info().Label, err)
	}
	format, ok := choose(d.Properties(), config)
	if !ok {
		return nil, errors.Join(ErrNoPicture, d.Close())
	}
	recorder, ok := d.(driver.VideoRecorder)
	if !ok {
		return nil, errors.Join(ErrNoPicture, d.Close())
	}
	// A failed recording has closed the device; a second time would close a file
	// that is somebody else's by now.
	reader, err := recorder.VideoRecord(format)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", d.Info().Label, err)
	}
	s := &driverSource{reader: reader, fullRange: format.FrameFormat == framefmt.FormatMJPEG}
	s.shut = sync.OnceFunc(func() {
		opening.Lock()
		defer opening.Unlock()
		_ = d.Close() // nothing is left to be done about it
	})
	s.unhook = context.AfterFunc(ctx, s.shut)
	return s, nil
}

func (s *driverSource) read(context.Context) (frame, error) {
	s.giveBack()
	img, release, err := s.reader.Read()
	if err != nil {
		return frame{}, err
	}
	s.release = release
	switch p := img.(type) {
	case *image.YCbCr:
		return frame{picture: p, fullRange: s.fullRange}, nil
	case *image.RGBA:
		size := p.Rect.Size()
		s.converted = yuv.Reuse(s.converted, size.X, size.Y)
		yuv.FromRGBA(s.converted, p)
		return frame{picture: s.converted}, nil
	}
	return frame{}, fmt.Errorf("%w: %T", ErrNoPicture, img)
}

func (s *driverSource) giveBack() {
	if s.release != nil {
		s.release()
		s.release = nil
	}
}

func (s *driverSource) close() {
	s.giveBack()
	s.unhook()
	s.shut() // waits, if it goes on
}

// choose gives the format that suits best what was asked.
func choose(all []prop.Media, config media.CameraConfig) (best prop.Media, ok bool) {
	least := math.Inf(1)
	for _, p := range all {
		if c := cost(p, config); c < least {
			best, least, ok = p, c, true
		}
	}
	return best, ok
}

// cost weighs what a format lacks: a picture that does not move is worse than a
// small one, and one that is too large costs time to shrink.
func cost(p prop.Media, config media.CameraConfig) float64 {
	if p.Width < 1 || p.Height < 1 || p.Width > maxSide || p.Height > maxSide {
		return math.Inf(1)
	}
	total := formatCost(p.FrameFormat)
	if rate, want := float64(p.FrameRate), float64(config.MaxFramesS); rate > 0 && rate < want {
		total += 4 * (want - rate) / want
	} else if rate > want {
		total += .2 * (rate - want) / want
	}
	wide := math.Log2(float64(p.Width) / float64(config.MaxWidth))
	high := math.Log2(float64(p.Height) / float64(config.MaxHeight))
	for _, more := range []float64{wide, high} {
		if more < 0 {
			total -= more
		} else {
			total += .6 * more
		}
	}
	return total + .5*math.Abs(wide-high) // another shape is cut or has bars
}

// formatCost prefers what need not be decompressed; what is no picture for
// people, such as depth, is of no use.
func formatCost(f framefmt.Format) float64 {
	switch f {
	case framefmt.FormatI420, framefmt.FormatNV12, framefmt.FormatNV21, framefmt.FormatI444:
		return 0
	case framefmt.FormatYUYV, framefmt.FormatYUY2, framefmt.FormatUYVY, framefmt.FormatRGBA:
		return .02
	case framefmt.FormatMJPEG:
		return .3
	}
	return math.Inf(1)
}
