package yuv

import "image"

// New makes a 4:2:0 picture; the chroma planes of odd sizes are rounded up, as
// in VP8 (RFC 6386 section 5).
func New(width, height int) *image.YCbCr {
	return image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
}

// Reuse gives p if it is a 4:2:0 picture of that size at the origin already, else
// a new one.
func Reuse(p *image.YCbCr, width, height int) *image.YCbCr {
	if p != nil && p.Rect == image.Rect(0, 0, width, height) && p.SubsampleRatio == image.YCbCrSubsampleRatio420 {
		return p
	}
	return New(width, height)
}

// Inside is the largest size of frame's shape in place, but no larger than
// frame; zero if there is no place.
func Inside(frame, place image.Point) image.Point {
	if place.X <= 0 || place.Y <= 0 {
		return image.Point{}
	}
	if frame.X <= place.X && frame.Y <= place.Y {
		return frame
	}
	if frame.X*place.Y > frame.Y*place.X {
		return image.Pt(place.X, max(1, frame.Y*place.X/frame.X))
	}
	return image.Pt(max(1, frame.X*place.Y/frame.Y), place.Y)
}

// Valid says whether the planes are as large as the picture's size needs, which
// what a driver or a decoder gives is to be asked before its use.
func Valid(p *image.YCbCr) bool {
	if p == nil || p.Rect.Empty() || p.YStride < p.Rect.Dx() {
		return false
	}
	y, cb, cr := planes(p)
	return y.valid() && cb.valid() && cr.valid()
}

// plane is one component of a picture, its first pixel at pix[0].
type plane struct {
	pix           []byte
	stride        int
	width, height int
}

// planes gives the three components without what lies outside the rectangle.
func planes(p *image.YCbCr) (y, cb, cr plane) {
	r := p.Rect
	h, v := ratio(p.SubsampleRatio)
	cw := ceilDiv(r.Max.X, h) - floorDiv(r.Min.X, h)
	ch := ceilDiv(r.Max.Y, v) - floorDiv(r.Min.Y, v)
	y = plane{p.Y, p.YStride, r.Dx(), r.Dy()}
	cb = plane{p.Cb, p.CStride, cw, ch}
	cr = plane{p.Cr, p.CStride, cw, ch}
	return y, cb, cr
}

func (p plane) valid() bool {
	return p.width > 0 && p.height > 0 && p.stride >= p.width &&
		len(p.pix) >= (p.height-1)*p.stride+p.width
}

func (p plane) row(y int) []byte { return p.pix[y*p.stride:][:p.width] }

// ratio says how many pixels share a chroma sample, across and down.
func ratio(s image.YCbCrSubsampleRatio) (across, down int) {
	switch s {
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	default:
		return 1, 1
	}
}

func ceilDiv(a, b int) int  { return (a + b - 1) / b }
func floorDiv(a, b int) int { return a / b }

// Copy fills dst with src, which must be 4:2:0 and of the same size.
func Copy(dst, src *image.YCbCr) {
	dy, dcb, dcr := planes(dst)
	sy, scb, scr := planes(src)
	dy.copy(sy)
	dcb.copy(scb)
	dcr.copy(scr)
}

func (p plane) copy(src plane) {
	if p.stride == src.stride {
		copy(p.pix[:(p.height-1)*p.stride+p.width], src.pix)
		return
	}
	for y := range p.height {
		copy(p.row(y), src.row(y))
	}
}

// FullToLimited squeezes colours that go from 0 to 255, as JPEG's do, into
// the limited range, in place.
func FullToLimited(p *image.YCbCr) {
	var y, c [256]byte
	for i := range 256 {
		y[i] = byte((i*219+127)/255 + 16)
		c[i] = byte(((i-128)*224 + 128*255 + 127) / 255)
	}
	py, pcb, pcr := planes(p)
	py.each(&y)
	pcb.each(&c)
	pcr.each(&c)
}

func (p plane) each(table *[256]byte) {
	for y := range p.height {
		row := p.row(y)
		for x, v := range row {
			row[x] = table[v]
		}
	}
}
