package capture

import (
	"bytes"
	"context"
	"errors"
	"image"
	"time"

	"github.com/jezek/xgb/xfixes"
	"github.com/jezek/xgb/xproto"

	"takoshome/app/media/yuv"
)

// screenSource reads a screen or a window at an even pace.
type screenSource struct {
	x       *x11
	grabber grabber
	pixels  *pixels
	ticker  *time.Ticker
	picture *image.YCbCr
	last    []byte // pixels of the picture
	cursor  cursor // in the picture
}

// maxMisses is how many pictures in a row may fail.
const maxMisses = 3 * monitorsEvery

// cursor is where the mouse pointer is, and which.
type cursor struct {
	at     image.Point // its top left corner in the picture
	serial uint32
	size   image.Point
}

func newScreenSource(x *x11, g grabber, framesS int) *screenSource {
	return &screenSource{x: x, grabber: g, pixels: newPixels(x), ticker: time.NewTicker(time.Second / time.Duration(framesS))}
}

func (s *screenSource) read(ctx context.Context) (frame, error) {
	for misses := 0; ; {
		select {
		case <-ctx.Done():
			return frame{}, ctx.Err()
		case <-s.ticker.C:
		}
		f, err := s.look()
		// What changed its size or went from the screen between two requests does
		// not match; the next time it does.
		var noMatch xproto.MatchError
		if errors.As(err, &noMatch) && misses < maxMisses {
			misses++
			continue
		}
		if err != nil {
			return frame{}, s.x.wrap(err)
		}
		if f.picture != nil {
			return f, nil
		}
	}
}

// look gives the picture of now, none if there is nothing to see.
func (s *screenSource) look() (frame, error) {
	s.x.drain()
	p, err := s.grabber.locate()
	if err != nil || p.area.Empty() { // minimised: the last picture stays
		return frame{}, err
	}
	return s.grab(p)
}

// grab reads the pixels and converts them if they changed.
func (s *screenSource) grab(p place) (frame, error) {
	pix, err := s.pixels.read(p)
	if err != nil {
		return frame{}, err
	}
	pointer, shape := s.pointer(p)
	size := p.area.Size()
	last := s.last
	s.last = pix // always the newer: the memory of the older is used next
	if s.picture != nil && s.picture.Rect.Size() == size && pointer == s.cursor && bytes.Equal(pix, last) {
		return frame{picture: s.picture, still: true}, nil
	}
	under := blend(pix, size, pointer, shape)
	s.picture = yuv.Reuse(s.picture, size.X, size.Y)
	yuv.FromBGRX(s.picture, pix, 4*size.X)
	uncover(pix, size, pointer, under)
	s.cursor = pointer
	return frame{picture: s.picture}, nil
}

// pointer gives the mouse pointer, if it is in the picture.
func (s *screenSource) pointer(p place) (cursor, []uint32) {
	if !s.x.has["XFIXES"] {
		return cursor{}, nil
	}
	c, err := xfixes.GetCursorImage(s.x.conn).Reply()
	if err != nil {
		return cursor{}, nil // a screen without a mouse
	}
	corner := image.Pt(int(c.X)-int(c.Xhot), int(c.Y)-int(c.Yhot)).Sub(p.onRoot)
	size := image.Pt(int(c.Width), int(c.Height))
	seen := image.Rectangle{corner, corner.Add(size)}.Overlaps(image.Rectangle{Max: p.area.Size()})
	if !seen || len(c.CursorImage) < size.X*size.Y {
		return cursor{}, nil
	}
	return cursor{corner, c.CursorSerial, size}, c.CursorImage
}

func (s *screenSource) close() {
	s.ticker.Stop()
	s.grabber.close()
	s.pixels.close()
	s.x.close()
}

// blend draws the pointer, whose colours are multiplied by their opacity
// already, and gives what it covers.
func blend(pix []byte, size image.Point, c cursor, shape []uint32) (under []byte) {
	eachRow(size, c, func(row []byte, at int) {
		under = append(under, row...)
		for i := 0; i < len(row); i += 4 {
			p := shape[at+i/4]
			rest := 255 - p>>24
			for k := range 3 {
				row[i+k] = byte(min(255, p>>(8*k)&255+uint32(row[i+k])*rest/255))
			}
		}
	}, pix)
	return under
}

// uncover puts back what blend covered, so that pixels can be compared.
func uncover(pix []byte, size image.Point, c cursor, under []byte) {
	eachRow(size, c, func(row []byte, _ int) { under = under[copy(row, under):] }, pix)
}

// eachRow gives each row of the part of pix that a pointer covers, and at which
// of the pointer's pixels it begins.
func eachRow(size image.Point, c cursor, do func(row []byte, at int), pix []byte) {
	covered := image.Rectangle{c.at, c.at.Add(c.size)}.Intersect(image.Rectangle{Max: size})
	for y := covered.Min.Y; y < covered.Max.Y; y++ {
		from := 4 * (y*size.X + covered.Min.X)
		do(pix[from:from+4*covered.Dx()], (y-c.at.Y)*c.size.X+covered.Min.X-c.at.X)
	}
}
