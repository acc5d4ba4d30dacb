package capture

import (
	"image"
	"math/rand/v2"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/app/media/mediatest"
	"takoshome/app/media/yuv"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestVP8(t *testing.T) {
	for _, size := range []image.Point{{640, 360}, {320, 180}, {960, 720}, {102, 58}} {
		e := openVP8(t, size, 600_000)
		var samples []media.Sample
		p := yuv.New(size.X, size.Y)
		for n := range 60 {
			mediatest.Film{}.Paint(p, n)
			data, key, err := e.encode(p, noon.Add(time.Duration(n)*time.Second/30), n == 40)
			if err != nil {
				t.Fatal(err)
			}
			if wantKey := n == 0 || n == 40; len(data) > 0 && key != wantKey {
				t.Errorf("%v: frame %d is a keyframe: %v", size, n, key)
			}
			if len(data) > 0 {
				samples = append(samples, media.Sample{Data: data})
			}
		}
		pictures := decode(t, samples)
		last := -1
		for i, p := range pictures {
			got, ok := mediatest.Read(p, mediatest.Green)
			if !ok || got.Number <= last {
				t.Fatalf("%v: picture %d reads %d, %v after %d", size, i, got.Number, ok, last)
			}
			last = got.Number
		}
		if last != 59 || len(pictures) < 30 {
			t.Errorf("%v: %d pictures, the last number is %d", size, len(pictures), last)
		}
	}
}

// Nobody wants keyframes of a still or a moving picture unasked.
func TestVP8SendsNoKeyframeUnasked(t *testing.T) {
	e := openVP8(t, image.Pt(320, 180), 200_000)
	m := newMovie(320, 180)
	for n := range 400 {
		_, key, err := e.encode(m.next(), noon.Add(time.Duration(n)*time.Second/30), false)
		if err != nil || (key && n > 0) {
			t.Fatalf("frame %d: key %v, %v", n, key, err)
		}
	}
}

// After the bitrate is halved and quartered, the rate has followed within 1.5 s,
// and after it is raised again too.
func TestVP8FollowsBitrate(t *testing.T) {
	e := openVP8(t, image.Pt(640, 360), 800_000)
	m := newMovie(640, 360)
	now := noon
	second := func(bps int) (rates [3]int) {
		if err := e.setBitrate(bps); err != nil {
			t.Fatal(err)
		}
		for half := range rates {
			for range 15 {
				data, _, err := e.encode(m.next(), now, false)
				if err != nil {
					t.Fatal(err)
				}
				now = now.Add(time.Second / 30)
				rates[half] += len(data) * 8 * 2
			}
		}
		return rates
	}
	second(800_000)
	second(800_000)
	for _, bps := range []int{400_000, 100_000, 800_000, 200_000, 600_000} {
		rates := second(bps)
		t.Log(bps, rates)
		if last := rates[2]; last < bps*7/10 || last > bps*13/10 {
			t.Errorf("%d bps: %d in half seconds", bps, rates)
		}
	}
}

// The encoder refuses what is not its size instead of reading beyond planes.
func TestVP8RefusesSizes(t *testing.T) {
	e := openVP8(t, image.Pt(64, 48), 100_000)
	if _, _, err := e.encode(yuv.New(64, 46), noon, false); err == nil {
		t.Error("another size was encoded")
	}
	for _, size := range []image.Point{{0, 10}, {10, 0}, {maxSide + 1, 10}} {
		if _, err := newVP8(vp8Config{width: size.X, height: size.Y, bitrateBps: 1000}); err == nil {
			t.Errorf("opened for %v", size)
		}
	}
}

// A clock that stands still or goes back is made to go on.
func TestVP8Clock(t *testing.T) {
	e := openVP8(t, image.Pt(64, 48), 100_000)
	p := yuv.New(64, 48)
	for _, at := range []time.Duration{0, 0, time.Second, time.Millisecond, time.Hour, time.Hour} {
		if _, _, err := e.encode(p, noon.Add(at), false); err != nil {
			t.Fatalf("at %v: %v", at, err)
		}
	}
}

func openVP8(t testing.TB, size image.Point, bps int) *vp8 {
	t.Helper()
	e, err := newVP8(vp8Config{width: size.X, height: size.Y, bitrateBps: bps})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.close)
	return e
}

// movie is a picture with texture, motion and noise, as cameras give.
type movie struct {
	whole, p *image.YCbCr
	n        int
	random   *rand.Rand
}

func newMovie(width, height int) *movie {
	m := &movie{whole: yuv.New(width*2, height*2), p: yuv.New(width, height), random: rand.New(rand.NewPCG(1, 2))}
	small := yuv.New(width/4, height/4)
	for _, plane := range [][]byte{small.Y, small.Cb, small.Cr} {
		for i := range plane {
			plane[i] = byte(80 + m.random.IntN(100))
		}
	}
	var s yuv.Scaler
	s.Scale(m.whole, small)
	return m
}

func (m *movie) next() *image.YCbCr {
	m.n++
	size := m.p.Rect.Size()
	x, y := (m.n*2)%size.X&^1, m.n%size.Y&^1
	yuv.Copy(m.p, m.whole.SubImage(image.Rect(x, y, x+size.X, y+size.Y)).(*image.YCbCr))
	for range len(m.p.Y) / 4 {
		i := m.random.IntN(len(m.p.Y))
		m.p.Y[i] += byte(m.random.IntN(5)) - 2
	}
	return m.p
}

// Percent of one core for encoding alone.
func BenchmarkVP8(b *testing.B) {
	for _, bench := range []struct {
		size image.Point
		bps  int
	}{
		{image.Pt(320, 180), 150_000},
		{image.Pt(640, 360), 500_000},
		{image.Pt(1280, 720), 1_500_000},
	} {
		b.Run(strconv.Itoa(bench.size.Y)+"p", func(b *testing.B) {
			e := openVP8(b, bench.size, bench.bps)
			movie := newMovie(bench.size.X, bench.size.Y)
			frames := make([]*image.YCbCr, 30)
			for i := range frames {
				frames[i] = yuv.New(bench.size.X, bench.size.Y)
				yuv.Copy(frames[i], movie.next())
			}
			n := 0
			before := cpuTime(b)
			for b.Loop() {
				if _, _, err := e.encode(frames[n%30], noon.Add(time.Duration(n)*time.Second/30), false); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric((cpuTime(b)-before).Seconds()/float64(b.N)*30*100, "%core@30")
		})
	}
}

// cpuTime is what this process has used.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no CPU time")
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// At a quarter of a usual rate the numbers of the test's pictures are still read,
// and when the picture is drawn small.
func TestNumbersSurvive(t *testing.T) {
	e := openVP8(t, image.Pt(640, 360), 100_000)
	var samples []media.Sample
	p := yuv.New(640, 360)
	for n := range 90 {
		mediatest.Film{}.Paint(p, n)
		data, _, err := e.encode(p, noon.Add(time.Duration(n)*time.Second/30), false)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 0 {
			samples = append(samples, media.Sample{Data: data})
		}
	}
	pictures := decode(t, samples)
	if len(pictures) < 15 {
		t.Errorf("only %d pictures", len(pictures))
	}
	var scaler yuv.Scaler
	small := yuv.New(96, 54)
	for i, p := range pictures {
		if _, ok := mediatest.Read(p, mediatest.Green); !ok {
			t.Errorf("picture %d cannot be read", i)
		}
		scaler.Scale(small, p)
		if _, ok := mediatest.Read(small, mediatest.Green); !ok {
			t.Errorf("picture %d cannot be read when small", i)
		}
	}
}
