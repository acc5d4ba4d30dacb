package yuv

import (
	"encoding/binary"
	"image"
)

// The coefficients of BT.601 in the limited range, in 65536ths.
const (
	perY  = 76309  // 255/219
	crToR = 104597 // 1.596
	cbToG = -25675 // -0.392
	crToG = -53279 // -0.813
	cbToB = 132201 // 2.017
)

// ToRGBA fills dst with src of the same size, 4:2:0 and Valid.
func ToRGBA(dst *image.RGBA, src *image.YCbCr) {
	y, cb, cr := planes(src)
	for row := range y.height {
		out := dst.Pix[row*dst.Stride:][:4*y.width]
		toRGBA(out, y.row(row), cb.row(row/2), cr.row(row/2))
	}
}

// toRGBA converts one row, two pixels of the same colour at a time.
func toRGBA(out, y, cb, cr []byte) {
	pairs := len(y) / 2
	u, v := cb[:pairs], cr[:pairs]
	for i := range u {
		r, g, b := tint(u[i], v[i])
		two := y[2*i : 2*i+2 : 2*i+2]
		left := int32(two[0]) * perY
		right := int32(two[1]) * perY
		binary.LittleEndian.PutUint64(out[8*i:8*i+8],
			uint64(pixel(left+r, left+g, left+b))|uint64(pixel(right+r, right+g, right+b))<<32)
	}
	if len(y)%2 == 1 {
		r, g, b := tint(cb[pairs], cr[pairs])
		last := int32(y[2*pairs]) * perY
		binary.LittleEndian.PutUint32(out[8*pairs:], pixel(last+r, last+g, last+b))
	}
}

// tint is what colour adds to brightness, black's 16 and rounding included.
func tint(cb, cr byte) (r, g, b int32) {
	const black = -16*perY + 1<<15
	u, v := int32(cb)-128, int32(cr)-128
	return black + crToR*v, black + cbToG*u + crToG*v, black + cbToB*u
}

func pixel(r, g, b int32) uint32 {
	if uint32(r|g|b) < 1<<24 { // most pixels need no clamping
		return uint32(r)>>16 | uint32(g)>>16<<8 | uint32(b)>>16<<16 | 0xff000000
	}
	return clamp(r) | clamp(g)<<8 | clamp(b)<<16 | 0xff000000
}

func clamp(v int32) uint32 {
	if v < 0 {
		return 0
	}
	return uint32(min(v>>16, 255))
}

// FromRGBA fills dst with src of the same size.
func FromRGBA(dst *image.YCbCr, src *image.RGBA) {
	fromPixels(dst, src.Pix, src.Stride, 0, 2)
}

// FromBGRX fills dst with pixels of four bytes, blue first, as X11 has them.
func FromBGRX(dst *image.YCbCr, pix []byte, stride int) { fromPixels(dst, pix, stride, 2, 0) }

// The coefficients of BT.601 in the limited range, in 65536ths.
const (
	rToY, gToY, bToY    = 16829, 33039, 6416
	rToCb, gToCb, bToCb = -9714, -19070, 28784
	rToCr, gToCr, bToCr = 28784, -24103, -4681
)

// fromPixels converts two rows at a time; red and blue are where those are in a
// pixel. The colour of four pixels is that of their mean.
func fromPixels(dst *image.YCbCr, pix []byte, stride, red, blue int) {
	y, cb, cr := planes(dst)
	for row := 0; row < y.height; row += 2 {
		top := pix[row*stride:][:4*y.width]
		below, outBelow := top, y.row(row)
		if row+1 < y.height {
			below, outBelow = pix[(row+1)*stride:][:4*y.width], y.row(row+1)
		}
		brightness(y.row(row), top, red, blue)
		if row+1 < y.height {
			brightness(outBelow, below, red, blue)
		}
		colour(cb.row(row/2), cr.row(row/2), top, below, red, blue)
	}
}

func brightness(out, pix []byte, red, blue int) {
	pix = pix[:4*len(out)]
	for x := range out {
		p := pix[4*x : 4*x+4 : 4*x+4]
		out[x] = byte((rToY*uint32(p[red&3]) + gToY*uint32(p[1]) + bToY*uint32(p[blue&3]) + 16<<16 + 1<<15) >> 16)
	}
}

func colour(cb, cr, top, below []byte, red, blue int) {
	for i := range cb {
		left := 8 * i
		right := min(left+4, len(top)-4)
		a, b, c, d := top[left:left+4], top[right:right+4], below[left:left+4], below[right:right+4]
		r := int32(a[red&3]) + int32(b[red&3]) + int32(c[red&3]) + int32(d[red&3])
		g := int32(a[1]) + int32(b[1]) + int32(c[1]) + int32(d[1])
		l := int32(a[blue&3]) + int32(b[blue&3]) + int32(c[blue&3]) + int32(d[blue&3])
		cb[i] = byte((rToCb*r + gToCb*g + bToCb*l + 128<<18 + 1<<17) >> 18)
		cr[i] = byte((rToCr*r + gToCr*g + bToCr*l + 128<<18 + 1<<17) >> 18)
	}
}
