package yuv

import "image"

// New makes a 4:2:0 picture; the chroma planes of odd sizes are rounded up, as
// in VP8 (RFC 6386 section 5).
func New(width, height int) *image.YCbCr {
	return image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
}

// Fit gives p if it is a 4:2:0 picture of that size at the origin already, else
// a new one.
func Fit(p *image.YCbCr, width, height int) *image.YCbCr {
	if p != nil && p.Rect == image.Rect(0, 0, width, height) && p.SubsampleRatio == image.YCbCrSubsampleRatio420 {
		return p
	}
	return New(width, height)
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
