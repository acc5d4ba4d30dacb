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
