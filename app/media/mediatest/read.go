package mediatest

import (
	"image"
	"image/color"
)

const (
	near     = 110 // how far a border's pixel may be from its colour
	minLine  = 12  // pixels of the border's colour in a row or column of it
	minSide  = 24  // of a picture that can be read
	midLevel = 127
)

// Found is a numbered picture that was found.
type Found struct {
	Number int
	Rect   image.Rectangle // where it is
}

// Read finds the picture with that border anywhere in img, such as a screenshot,
// and reads its number. It gives false where there is none, or where the number
// does not match its checksum.
func Read(img image.Image, border color.RGBA) (Found, bool) {
	pixels := toRGBA(img)
	rect, ok := find(pixels, border)
	if !ok {
		return Found{}, false
	}
	bits := 0
	for row := range cells {
		for column := range cells {
			c := pixels.RGBAAt(middle(rect.Min.X, rect.Dx(), column), middle(rect.Min.Y, rect.Dy(), row))
			bits <<= 1
			if c.G > midLevel {
				bits |= 1
			}
		}
	}
	number := bits >> (cells*cells - numberBits)
	return Found{number, rect}, bitsOf(number) == bits
}

// middle is where a column or row of cells has its middle.
func middle(from, size, cell int) int {
	at := border + (1-2*border)*(float64(cell)+.5)/cells
	return from + int(float64(size)*at+.5)
}

// find gives the smallest rectangle that holds all long lines of a colour.
func find(p *image.RGBA, c color.RGBA) (image.Rectangle, bool) {
	columns, rows := make([]int, p.Rect.Dx()), make([]int, p.Rect.Dy())
	for y := range rows {
		for x := range columns {
			if isNear(p.RGBAAt(p.Rect.Min.X+x, p.Rect.Min.Y+y), c) {
				columns[x]++
				rows[y]++
			}
		}
	}
	x0, x1 := span(columns)
	y0, y1 := span(rows)
	return image.Rect(x0, y0, x1, y1).Add(p.Rect.Min), x1-x0 >= minSide && y1-y0 >= minSide
}

func span(counts []int) (from, to int) {
	for i, n := range counts {
		if n < minLine {
			continue
		}
		if to == 0 {
			from = i
		}
		to = i + 1
	}
	return from, to
}

func isNear(a, b color.RGBA) bool {
	return distance(a.R, b.R) < near && distance(a.G, b.G) < near && distance(a.B, b.B) < near
}

func distance(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }

func toRGBA(img image.Image) *image.RGBA {
	switch p := img.(type) {
	case *image.RGBA:
		return p
	case *image.YCbCr:
		return fromYCbCr(p)
	}
	r := img.Bounds()
	out := image.NewRGBA(r)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			out.Set(x, y, img.At(x, y))
		}
	}
	return out
}

// fromYCbCr converts from the limited range, which image/color does not know.
func fromYCbCr(p *image.YCbCr) *image.RGBA {
	out := image.NewRGBA(p.Rect)
	for y := p.Rect.Min.Y; y < p.Rect.Max.Y; y++ {
		for x := p.Rect.Min.X; x < p.Rect.Max.X; x++ {
			c := p.YCbCrAt(x, y)
			l := 1.164 * (float64(c.Y) - 16)
			u, v := float64(c.Cb)-128, float64(c.Cr)-128
			out.SetRGBA(x, y, color.RGBA{whole(l + 1.596*v), whole(l - .392*u - .813*v), whole(l + 2.017*u), 255})
		}
	}
	return out
}

func whole(v float64) uint8 { return uint8(max(0, min(255, v+.5))) }
