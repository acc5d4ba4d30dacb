package media

import (
	"image"
	"sync"
	"testing"
	"time"

	"takoshome/app/media/yuv"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestShowUsesRing(t *testing.T) {
	var drawn []*image.RGBA
	v := NewView(func(p *image.RGBA) { drawn = append(drawn, p) })
	frame := grey(64, 36, 126)
	v.show(noon, frame)
	if len(drawn) != 0 {
		t.Fatal("a view without a size drew")
	}
	v.Resize(image.Pt(64, 64))
	for i := range 4 {
		v.show(noon.Add(time.Duration(i)*time.Second), frame)
	}
	if len(drawn) != 4 || drawn[0] == drawn[1] || drawn[1] == drawn[2] || drawn[0] != drawn[3] {
		t.Fatalf("pictures %p, want three in turn", drawn)
	}
	if c := drawn[0].RGBAAt(63, 35); c.R != 128 || c.G != 128 || c.B != 128 || c.A != 255 {
		t.Errorf("the last pixel is %v", c)
	}
	v.Resize(image.Pt(32, 32))
	v.show(noon.Add(time.Minute), frame)
	if got := drawn[4].Rect.Size(); got != image.Pt(32, 18) {
		t.Errorf("after resizing the picture is %v", got)
	}
	if drawn[4] == drawn[1] || drawn[1].Rect.Size() != image.Pt(64, 36) {
		t.Error("a picture that may still be drawn was changed")
	}
}

func TestShowKeepsPace(t *testing.T) {
	for _, test := range []struct{ perSecond, least, most int }{
		{15, 150, 150}, {30, 300, 300}, {60, 299, 303}, {1000, 299, 303},
	} {
		drawn := 0
		v := NewView(func(*image.RGBA) { drawn++ })
		v.Resize(image.Pt(8, 8))
		frame := grey(8, 8, 100)
		for i := range 10 * test.perSecond {
			v.show(noon.Add(time.Duration(i)*time.Second/time.Duration(test.perSecond)), frame)
		}
		if drawn < test.least || drawn > test.most {
			t.Errorf("%d frames a second for 10 s: %d drawn, want %d to %d", test.perSecond, drawn, test.least, test.most)
		}
	}
}

// Two frames at once, as after a late packet, are both drawn: the second might
// be the last for long.
func TestShowDrawsBursts(t *testing.T) {
	drawn := 0
	v := NewView(func(*image.RGBA) { drawn++ })
	v.Resize(image.Pt(8, 8))
	frame := grey(8, 8, 100)
	v.show(noon, frame)
	for range 2 {
		v.show(noon.Add(time.Second), frame)
	}
	if drawn != 3 {
		t.Errorf("%d drawn, want 3", drawn)
	}
}

func TestShowRefusesWhatIsNoPicture(t *testing.T) {
	v := NewView(func(*image.RGBA) { t.Error("drawn") })
	v.Resize(image.Pt(100, 100))
	short := grey(64, 36, 0)
	short.Y = short.Y[:10]
	for _, frame := range []*image.YCbCr{nil, {}, short} {
		v.show(noon, frame)
	}
}

func TestShowFromSeveralGoroutines(t *testing.T) {
	v := NewView(func(*image.RGBA) {})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for k := range 50 {
				v.Resize(image.Pt(10+i+k, 20))
				v.Show(grey(64, 36, byte(k)))
			}
		})
	}
	wg.Wait()
}

// One core of the development machine makes 2.5 per cent of itself of a video
// of 640x360 at 30 frames a second.
func BenchmarkShow(b *testing.B) {
	for _, bench := range []struct {
		name        string
		frame, view image.Point
	}{
		{"360p", image.Pt(640, 360), image.Pt(640, 360)},
		{"360p small", image.Pt(640, 360), image.Pt(300, 300)},
		{"360p odd", image.Pt(640, 360), image.Pt(501, 400)},
		{"720p half", image.Pt(1280, 720), image.Pt(640, 360)},
		{"720p", image.Pt(1280, 720), image.Pt(1280, 720)},
		{"720p odd", image.Pt(1280, 720), image.Pt(900, 900)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			v := NewView(func(*image.RGBA) {})
			v.Resize(bench.view)
			frame := noise(bench.frame)
			b.ReportAllocs()
			now := noon
			for b.Loop() {
				now = now.Add(viewInterval)
				v.show(now, frame)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)*30/float64(time.Second)*100, "%core@30")
		})
	}
}

func grey(width, height int, y byte) *image.YCbCr {
	p := yuv.New(width, height)
	for i := range p.Y {
		p.Y[i] = y
	}
	for i := range p.Cb {
		p.Cb[i], p.Cr[i] = 128, 128
	}
	return p
}

// noise is a picture of all colours, some of which need clamping.
func noise(size image.Point) *image.YCbCr {
	p := yuv.New(size.X, size.Y)
	state := uint32(1)
	for _, plane := range [][]byte{p.Y, p.Cb, p.Cr} {
		for i := range plane {
			state = state*1664525 + 1013904223
			plane[i] = byte(64 + state>>25)
		}
	}
	return p
}
