package yuv

import (
	"image"
	"image/color"
	"math"
	"testing"
)

func TestToRGBAColours(t *testing.T) {
	for _, test := range []struct {
		name      string
		y, cb, cr byte
		want      color.RGBA
	}{
		{"black", 16, 128, 128, color.RGBA{0, 0, 0, 255}},
		{"white", 235, 128, 128, color.RGBA{255, 255, 255, 255}},
		{"grey", 126, 128, 128, color.RGBA{128, 128, 128, 255}},
		{"red", 81, 90, 240, color.RGBA{254, 0, 0, 255}},
		{"green", 145, 54, 34, color.RGBA{0, 255, 1, 255}},
		{"blue", 41, 240, 110, color.RGBA{0, 0, 255, 255}},
		{"below black", 0, 128, 128, color.RGBA{0, 0, 0, 255}},
		{"above white", 255, 128, 128, color.RGBA{255, 255, 255, 255}},
		{"all that is", 255, 255, 255, color.RGBA{255, 125, 255, 255}},
	} {
		t.Run(test.name, func(t *testing.T) {
			src, dst := New(5, 3), image.NewRGBA(image.Rect(0, 0, 5, 3))
			paint(src, test.y, test.cb, test.cr)
			ToRGBA(dst, src)
			for y := range 3 {
				for x := range 5 {
					if got := dst.RGBAAt(x, y); got != test.want {
						t.Fatalf("at %d,%d: %v, want %v", x, y, got, test.want)
					}
				}
			}
		})
	}
}

// Every pixel is within one step of BT.601's formula, odd sizes too.
func TestToRGBAFormula(t *testing.T) {
	for _, size := range []image.Point{{64, 36}, {37, 19}, {1, 1}, {2, 1}, {1, 2}, {3, 3}} {
		src := noise(size.X, size.Y)
		dst := image.NewRGBA(image.Rectangle{Max: size})
		ToRGBA(dst, src)
		for y := range size.Y {
			for x := range size.X {
				c := src.COffset(x, y)
				l := 255.0 / 219 * (float64(src.Y[src.YOffset(x, y)]) - 16)
				u := 255.0 / 224 * (float64(src.Cb[c]) - 128)
				v := 255.0 / 224 * (float64(src.Cr[c]) - 128)
				got := dst.RGBAAt(x, y)
				for i, want := range []float64{l + 1.402*v, l - 0.344136*u - 0.714136*v, l + 1.772*u} {
					have := float64([]byte{got.R, got.G, got.B}[i])
					if math.Abs(have-max(0, min(255, want))) > 1 {
						t.Fatalf("%v at %d,%d: %v, want %.1f in part %d", size, x, y, got, want, i)
					}
				}
			}
		}
	}
}

func BenchmarkToRGBA(b *testing.B) {
	src, dst := noise(640, 360), image.NewRGBA(image.Rect(0, 0, 640, 360))
	for i := range src.Y {
		src.Y[i] = 64 + src.Y[i]/2
	}
	b.ReportAllocs()
	for b.Loop() {
		ToRGBA(dst, src)
	}
}

// From RGBA and back a colour is the same within the rounding, at odd sizes too.
func TestFromRGBA(t *testing.T) {
	for _, size := range []image.Point{{4, 4}, {5, 3}, {1, 1}, {2, 1}, {1, 2}} {
		for _, c := range []color.RGBA{
			{0, 0, 0, 255}, {255, 255, 255, 255}, {255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {12, 200, 99, 255},
		} {
			src, back := image.NewRGBA(image.Rectangle{Max: size}), image.NewRGBA(image.Rectangle{Max: size})
			swapped := make([]byte, len(src.Pix))
			for i := 0; i < len(src.Pix); i += 4 {
				copy(src.Pix[i:], []byte{c.R, c.G, c.B, c.A})
				copy(swapped[i:], []byte{c.B, c.G, c.R, 0})
			}
			p, q := New(size.X, size.Y), New(size.X, size.Y)
			FromRGBA(p, src)
			FromBGRX(q, swapped, src.Stride)
			if string(p.Y) != string(q.Y) || string(p.Cb) != string(q.Cb) || string(p.Cr) != string(q.Cr) {
				t.Errorf("%v of %v: blue first gives another picture", c, size)
			}
			ToRGBA(back, p)
			for i, want := range src.Pix {
				if got := back.Pix[i]; math.Abs(float64(got)-float64(want)) > 3 {
					t.Fatalf("%v of %v: byte %d is %d", c, size, i, got)
				}
			}
		}
	}
}

// The colour of four pixels is that of their mean.
func TestFromRGBAMeansColour(t *testing.T) {
	src := image.NewRGBA(image.Rect(0, 0, 2, 2))
	for i, c := range []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}} {
		src.SetRGBA(i%2, i/2, c)
	}
	p := New(2, 2)
	FromRGBA(p, src)
	if p.Cb[0] != 128 || p.Cr[0] != 128 {
		t.Errorf("colour %d, %d, want none", p.Cb[0], p.Cr[0])
	}
}

func TestFullToLimited(t *testing.T) {
	p := New(3, 3)
	paint(p, 255, 0, 255)
	p.Y[0] = 0
	FullToLimited(p)
	if p.Y[0] != 16 || p.Y[8] != 235 || p.Cb[0] != 16 || p.Cr[3] != 240 {
		t.Errorf("got %d %d %d %d", p.Y[0], p.Y[8], p.Cb[0], p.Cr[3])
	}
}

func BenchmarkFromBGRX(b *testing.B) {
	pix, dst := make([]byte, 1920*1080*4), New(1920, 1080)
	b.ReportAllocs()
	for b.Loop() {
		FromBGRX(dst, pix, 1920*4)
	}
}
