package capture

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"testing"
	"time"

	framefmt "github.com/pion/mediadevices/pkg/frame"

	"takoshome/app/media"
	"takoshome/app/media/mediatest"
	"takoshome/app/media/yuv"
)

// movieSource gives a film with texture, motion and noise as a camera would.
type movieSource struct {
	frames []*image.YCbCr
	ticker *time.Ticker
	n      int
}

func newMovieSource(width, height int) *movieSource {
	s := &movieSource{ticker: time.NewTicker(time.Second / 30)}
	m := newMovie(width, height)
	for range 30 {
		p := yuv.New(width, height)
		yuv.Copy(p, m.next())
		s.frames = append(s.frames, p)
	}
	return s
}

func (s *movieSource) read(ctx context.Context) (frame, error) {
	select {
	case <-ctx.Done():
		return frame{}, ctx.Err()
	case <-s.ticker.C:
	}
	s.n++
	return frame{picture: s.frames[s.n%len(s.frames)]}, nil
}

func (s *movieSource) close() { s.ticker.Stop() }

// BenchmarkCamera says what percentage of one core a whole camera takes: read,
// shown to oneself and encoded in its layers, all at their highest rate.
func BenchmarkCamera(b *testing.B) {
	for _, bench := range []struct {
		name          string
		width, height int
		layers        int
	}{
		{"640x360", 640, 360, 1},
		{"640x360 two layers", 640, 360, 2},
		{"1280x720 three layers", 1280, 720, 3},
	} {
		b.Run(bench.name, func(b *testing.B) {
			movie := newMovieSource(bench.width, bench.height)
			config := bounded(media.CameraConfig{})
			for b.Loop() {
				measureStream(b, newCameraStream(config, kindCamera, func(context.Context) (source, error) { return movie, nil }, quiet()), bench.layers, 90)
				movie.ticker = time.NewTicker(time.Second / 30)
			}
		})
	}
}

// measureStream measures until so many frames of the first layer came.
func measureStream(b *testing.B, c *cameraStream, layers, enoughFrames int) {
	view := media.NewView(func(*image.RGBA) {})
	view.Resize(image.Pt(240, 135))
	c.Show(view)
	enough := make(chan struct{})
	frames := make([]int, layers)
	plan, err := c.Start(layers, func(layer int, s media.Sample) {
		frames[layer]++
		if layer == 0 && frames[0] == enoughFrames {
			close(enough)
		}
	})
	if err != nil || len(plan) != layers {
		b.Fatal(plan, err)
	}
	for i, l := range plan {
		c.SetBitrate(i, l.MaxBps)
	}
	start, before := time.Now(), cpuTime(b)
	<-enough
	took, used := time.Since(start), cpuTime(b)-before
	if err := c.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(used.Seconds()/took.Seconds()*100, "%core")
	for i, n := range frames {
		b.ReportMetric(float64(n)/took.Seconds(), "fps"+string(rune('0'+i)))
	}
}

// What a frame of a camera that sends JPEG takes before it is encoded.
func BenchmarkMJPEG(b *testing.B) {
	for _, size := range []image.Point{{640, 360}, {1280, 720}} {
		b.Run(size.String(), func(b *testing.B) {
			var data bytes.Buffer
			if err := jpeg.Encode(&data, newMovie(size.X, size.Y).next(), &jpeg.Options{Quality: 85}); err != nil {
				b.Fatal(err)
			}
			decoder, err := framefmt.NewDecoder(framefmt.FormatMJPEG)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				p, _, err := decoder.Decode(data.Bytes(), size.X, size.Y)
				if err != nil {
					b.Fatal(err)
				}
				yuv.FullToLimited(p.(*image.YCbCr))
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*30*100, "%core@30")
		})
	}
}

// What 20 ms of sound take.
func BenchmarkOpus(b *testing.B) {
	e, err := newOpus()
	if err != nil {
		b.Fatal(err)
	}
	pcm := mediatest.Tone(440, packetSamples, .3)
	for i := range pcm {
		pcm[i] += int16(i * i % 997)
	}
	for b.Loop() {
		if _, err := e.encode(pcm); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*50*100, "%core")
}
