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
