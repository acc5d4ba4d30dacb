package yuv

import (
	"encoding/binary"
	"image"
)

// Scaler shrinks pictures. It keeps its buffers between calls.
type Scaler struct {
	halves [2][]byte // what the last halving made, in turn
	row    []byte    // one row between two of the source
	taps   []tap     // of the columns, for the widths below
	from   int
	to     int
}

// tap says where a pixel lies between two of the source.
type tap struct {
	at     int32
	weight int32 // of the right one, of 256
}

// Scale fills dst with all of src, both of which must be Valid. Halvings by the
// mean of 2 by 2 come first, so that no pixel is left out, then the rest between
// the nearest four. Any subsampling of src becomes that of dst.
func (s *Scaler) Scale(dst, src *image.YCbCr) {
	dy, dcb, dcr := planes(dst)
	sy, scb, scr := planes(src)
	s.scale(dy, sy)
	s.scale(dcb, scb)
	s.scale(dcr, scr)
}

func (s *Scaler) scale(dst, src plane) {
	for turn := 0; src.width >= 2*dst.width && src.height >= 2*dst.height; turn ^= 1 {
		half := plane{stride: src.width / 2, width: src.width / 2, height: src.height / 2}
		if half.width == dst.width && half.height == dst.height {
			halve(dst, src)
			return
		}
		s.halves[turn] = grow(s.halves[turn], half.width*half.height)
		half.pix = s.halves[turn]
		halve(half, src)
		src = half
	}
	if src.width == dst.width && src.height == dst.height {
		dst.copy(src)
		return
	}
	s.between(dst, src)
}

func grow(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// halve makes each pixel of dst the mean of 2 by 2, eight of src at a time.
func halve(dst, src plane) {
	const even = 0x00ff00ff00ff00ff
	for y := range dst.height {
		out := dst.row(y)
		a, b := src.row(2*y), src.row(2*y+1)
		x := 0
		for ; x+4 <= len(out) && 2*x+8 <= len(a); x += 4 {
			p := binary.LittleEndian.Uint64(a[2*x:])
			q := binary.LittleEndian.Uint64(b[2*x:])
			sum := p&even + p>>8&even + q&even + q>>8&even + 0x0002000200020002
			sum = sum >> 2 & even
			sum |= sum >> 8
			binary.LittleEndian.PutUint32(out[x:], uint32(sum&0xffff|sum>>16&0xffff0000))
		}
		for ; x < len(out); x++ {
			out[x] = byte((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) >> 2)
		}
	}
}

// between makes each pixel of dst from the nearest four of src.
func (s *Scaler) between(dst, src plane) {
	s.aim(dst.width, src.width)
	s.row = grow(s.row, src.width)
	for y := range dst.height {
		at, weight := position(y, dst.height, src.height)
		line := src.row(at)
		if weight > 0 {
			mix(s.row, line, src.row(at+1), weight)
			line = s.row
		}
		out := dst.row(y)
		if src.width == 1 {
			fill(out, line[0])
			continue
		}
		taps := s.taps[:len(out)]
		for x := range out {
			t := taps[x]
			two := line[t.at : t.at+2 : t.at+2]
			left := int32(two[0])
			out[x] = byte(left + ((int32(two[1])-left)*t.weight+128)>>8)
		}
	}
}

func fill(row []byte, value byte) {
	for i := range row {
		row[i] = value
	}
}

// aim computes the taps of columns, two source pixels each.
func (s *Scaler) aim(to, from int) {
	if s.to == to && s.from == from {
		return
	}
	s.to, s.from = to, from
	if cap(s.taps) < to {
		s.taps = make([]tap, to)
	}
	s.taps = s.taps[:to]
	for x := range s.taps {
		at, weight := position(x, to, from)
		if at == from-1 && at > 0 {
			at, weight = at-1, 256
		}
		s.taps[x] = tap{int32(at), int32(weight)}
	}
}

// position says where the middle of pixel i of to lies among from.
func position(i, to, from int) (at, weight int) {
	p := (2*i+1)*from*128/to - 128 // in 256ths of a pixel
	if p <= 0 {
		return 0, 0
	}
	at, weight = p>>8, p&255
	if at >= from-1 {
		return from - 1, 0
	}
	return at, weight
}

// mix makes dst of two rows, eight pixels at a time.
func mix(dst, a, b []byte, weight int) {
	const even = 0x00ff00ff00ff00ff
	right := uint64(weight)
	left := 256 - right
	x := 0
	for ; x+8 <= len(dst); x += 8 {
		p := binary.LittleEndian.Uint64(a[x:])
		q := binary.LittleEndian.Uint64(b[x:])
		low := (p&even*left + q&even*right + 0x0080008000800080) >> 8 & even
		high := (p>>8&even*left + q>>8&even*right + 0x0080008000800080) &^ even
		binary.LittleEndian.PutUint64(dst[x:], low|high)
	}
	for ; x < len(dst); x++ {
		dst[x] = byte((int(a[x])*int(left) + int(b[x])*int(right) + 128) >> 8)
	}
}
