package yuv

import (
	"image"
	"math"
	"testing"
)

// Halving and what lies between are held to the plain arithmetic.
func TestHalve(t *testing.T) {
	for _, size := range []image.Point{{2, 2}, {6, 4}, {16, 2}, {18, 6}, {34, 10}, {640, 360}} {
		src := noise(size.X, size.Y)
		dst := New(size.X/2, size.Y/2)
		var s Scaler
		s.Scale(dst, src)
		for y := range size.Y / 2 {
			for x := range size.X / 2 {
				sum := 2
				for _, d := range []image.Point{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
					sum += int(src.Y[src.YOffset(2*x+d.X, 2*y+d.Y)])
				}
				if got, want := int(dst.Y[dst.YOffset(x, y)]), sum/4; got != want {
					t.Fatalf("%v at %d,%d: %d, want %d", size, x, y, got, want)
				}
			}
		}
	}
}

func TestScaleBetween(t *testing.T) {
	for _, test := range []struct{ from, to image.Point }{
		{image.Pt(640, 360), image.Pt(501, 281)},
		{image.Pt(641, 361), image.Pt(640, 360)},
		{image.Pt(33, 17), image.Pt(32, 9)},
		{image.Pt(7, 5), image.Pt(5, 5)},
		{image.Pt(3, 1), image.Pt(2, 1)},
		{image.Pt(1, 3), image.Pt(1, 2)},
	} {
		src := noise(test.from.X, test.from.Y)
		dst := New(test.to.X, test.to.Y)
		var s Scaler
		s.Scale(dst, src)
		for y := range test.to.Y {
			for x := range test.to.X {
				want := sample(src, (float64(x)+.5)*float64(test.from.X)/float64(test.to.X)-.5,
					(float64(y)+.5)*float64(test.from.Y)/float64(test.to.Y)-.5)
				if got := float64(dst.Y[dst.YOffset(x, y)]); math.Abs(got-want) > 2.5 {
					t.Fatalf("%v to %v at %d,%d: %v, want %.1f", test.from, test.to, x, y, got, want)
				}
			}
		}
	}
}

// sample is the brightness between four pixels, without shortcuts.
func sample(p *image.YCbCr, x, y float64) float64 {
	at := func(x, y float64) float64 {
		x = max(0, min(x, float64(p.Rect.Max.X-1)))
		y = max(0, min(y, float64(p.Rect.Max.Y-1)))
		return float64(p.Y[p.YOffset(int(x), int(y))])
	}
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	return (at(x0, y0)*(1-fx)+at(x0+1, y0)*fx)*(1-fy) + (at(x0, y0+1)*(1-fx)+at(x0+1, y0+1)*fx)*fy
}

// A grey surface stays as it is at every size and of every subsampling.
func TestScaleKeepsSurfaces(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	} {
		for _, from := range []image.Point{{640, 360}, {37, 19}, {9, 9}, {1, 1}, {2, 30}} {
			src := image.NewYCbCr(image.Rectangle{Max: from}, ratio)
			paint(src, 77, 99, 200)
			var s Scaler
			for _, to := range []image.Point{from, from.Div(2), from.Div(3), {1, 1}, {31, 17}, {64, 64}} {
				dst := New(max(1, min(to.X, from.X)), max(1, min(to.Y, from.Y)))
				s.Scale(dst, src)
				if !all(dst.Y, 77) || !all(dst.Cb, 99) || !all(dst.Cr, 200) {
					t.Fatalf("%v %v to %v: the colour changed", ratio, from, dst.Rect)
				}
			}
		}
	}
}

func TestScaleOfPart(t *testing.T) {
	whole := noise(64, 48)
	part := whole.SubImage(image.Rect(16, 8, 48, 40)).(*image.YCbCr)
	var s Scaler
	got := New(32, 32)
	s.Scale(got, part)
	for y := range 32 {
		for x := range 32 {
			if got.Y[got.YOffset(x, y)] != whole.Y[whole.YOffset(16+x, 8+y)] {
				t.Fatalf("at %d,%d another pixel", x, y)
			}
		}
	}
}

func TestInside(t *testing.T) {
	for _, test := range []struct{ frame, place, want image.Point }{
		{image.Pt(640, 360), image.Pt(640, 360), image.Pt(640, 360)},
		{image.Pt(640, 360), image.Pt(2000, 2000), image.Pt(640, 360)}, // never enlarged
		{image.Pt(640, 360), image.Pt(320, 320), image.Pt(320, 180)},
		{image.Pt(640, 360), image.Pt(1000, 180), image.Pt(320, 180)},
		{image.Pt(360, 640), image.Pt(320, 320), image.Pt(180, 320)},
		{image.Pt(4000, 2), image.Pt(100, 100), image.Pt(100, 1)},
		{image.Pt(2, 4000), image.Pt(100, 100), image.Pt(1, 100)},
		{image.Pt(640, 360), image.Pt(0, 100), image.Point{}},
		{image.Pt(640, 360), image.Pt(100, -1), image.Point{}},
	} {
		if got := Inside(test.frame, test.place); got != test.want {
			t.Errorf("%v in %v: %v, want %v", test.frame, test.place, got, test.want)
		}
	}
}

func TestValid(t *testing.T) {
	short := New(5, 5)
	short.Cr = short.Cr[:8]
	narrow := New(5, 5)
	narrow.YStride = 4
	for _, test := range []struct {
		name string
		p    *image.YCbCr
		want bool
	}{
		{"nil", nil, false},
		{"empty", &image.YCbCr{}, false},
		{"odd", New(5, 5), true},
		{"one pixel", New(1, 1), true},
		{"short plane", short, false},
		{"narrow stride", narrow, false},
		{"part", New(8, 8).SubImage(image.Rect(2, 2, 5, 5)).(*image.YCbCr), true},
	} {
		if got := Valid(test.p); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func BenchmarkScale(b *testing.B) {
	for _, bench := range []struct {
		name     string
		from, to image.Point
	}{
		{"720p to 360p", image.Pt(1280, 720), image.Pt(640, 360)},
		{"720p to 180p", image.Pt(1280, 720), image.Pt(320, 180)},
		{"360p to 180p", image.Pt(640, 360), image.Pt(320, 180)},
		{"1080p to 720p", image.Pt(1920, 1080), image.Pt(1280, 720)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			src, dst := noise(bench.from.X, bench.from.Y), New(bench.to.X, bench.to.Y)
			var s Scaler
			b.ReportAllocs()
			for b.Loop() {
				s.Scale(dst, src)
			}
		})
	}
}

func noise(width, height int) *image.YCbCr {
	p := New(width, height)
	state := uint32(1)
	for _, plane := range [][]byte{p.Y, p.Cb, p.Cr} {
		for i := range plane {
			state = state*1664525 + 1013904223
			plane[i] = byte(state >> 24)
		}
	}
	return p
}

func paint(p *image.YCbCr, y, cb, cr byte) {
	fill(p.Y, y)
	fill(p.Cb, cb)
	fill(p.Cr, cr)
}

func all(plane []byte, value byte) bool {
	for _, v := range plane {
		if v != value {
			return false
		}
	}
	return true
}
