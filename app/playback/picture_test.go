package playback

import (
	"crypto/md5"
	"encoding/hex"
	"image"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/app/playback/assembly"
)

var formats = []struct{ mime, file string }{
	{"video/VP8", "vp8.ivf"},
	{"video/VP9", "vp9.ivf"},
	{"video/H264", "h264.h264"},
}

// Every frame, packed and put together again, gives the picture that another
// decoder gives, to the last bit.
func TestPicturesAreExact(t *testing.T) {
	for _, format := range formats {
		t.Run(format.mime, func(t *testing.T) {
			want := sums(t, format.file)
			d, err := newDecoder(format.mime)
			if err != nil {
				t.Fatal(err)
			}
			defer d.close()
			var picture *image.YCbCr
			for i, f := range assemble(t, format.mime, frames(t, format.file)) {
				if picture, err = d.decode(f, picture); err != nil || picture == nil {
					t.Fatalf("frame %d: %v", i, err)
				}
				if got := sumOf(picture); got != want[i] {
					t.Fatalf("frame %d: %s, want %s", i, got, want[i])
				}
			}
		})
	}
}

func assemble(t testing.TB, mime string, all [][]byte) (out []assembly.Frame) {
	t.Helper()
	a, err := assembly.New(mime)
	if err != nil {
		t.Fatal(err)
	}
	s, now := newSender(t, mime), time.Now()
	for i, frame := range all {
		for _, p := range s.packets(frame) {
			a.Put(now, p)
		}
		for f, ok := a.Next(now); ok; f, ok = a.Next(now) {
			out = append(out, f)
		}
		if len(out) != i+1 {
			t.Fatalf("%d frames came out of %d", len(out), i+1)
		}
	}
	return out
}

// sums are the MD5 sums of the frames, as `ffmpeg -f framemd5` makes them.
func sums(t *testing.T, file string) []string {
	t.Helper()
	name := strings.TrimSuffix(file, filepath.Ext(file)) + ".md5"
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(data))
}

func sumOf(p *image.YCbCr) string {
	h := md5.New()
	rows := func(plane []byte, stride, width, height int) {
		for y := range height {
			h.Write(plane[y*stride:][:width])
		}
	}
	w, ht := p.Rect.Dx(), p.Rect.Dy()
	rows(p.Y, p.YStride, w, ht)
	rows(p.Cb, p.CStride, (w+1)/2, (ht+1)/2)
	rows(p.Cr, p.CStride, (w+1)/2, (ht+1)/2)
	return hex.EncodeToString(h.Sum(nil))
}

func TestPictureReachesTheView(t *testing.T) {
	for _, format := range formats {
		t.Run(format.mime, func(t *testing.T) {
			p := newSilent(t)
			track := videoTrack(t, format.mime)
			picture := p.PlayVideo(track)
			view, drawn := newView()
			picture.Show(view)
			s := newSender(t, format.mime)
			all := frames(t, format.file)
			for _, f := range all {
				track.send(s.packets(f)...)
			}
			if got := within(t, drawn).Rect.Size(); got != image.Pt(160, 120) {
				t.Errorf("drawn as %v", got)
			}
			eventually(t, "all frames", func() bool { return picture.Stats().Frames == uint64(len(all)) })
			stats := picture.Stats()
			if stats.Width != 160 || stats.Height != 120 || stats.Errors != 0 || stats.Freezes != 0 || stats.FirstFrame <= 0 {
				t.Errorf("%+v", stats)
			}
		})
	}
}

func newView() (*media.View, chan *image.RGBA) {
	drawn := make(chan *image.RGBA, 1000)
	view := media.NewView(func(p *image.RGBA) { drawn <- p })
	view.Resize(image.Pt(640, 360))
	return view, drawn
}

// newSilent is a Playback without a speaker, closed at the end of the test.
func newSilent(t *testing.T) *Playback {
	t.Helper()
	p := newPlayback(slog.New(slog.DiscardHandler), noSpeaker)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func noSpeaker(string, func([]int16), func(media.Trouble)) (output, error) {
	return silentOutput{}, nil
}

type silentOutput struct{}

func (silentOutput) SetDevice(string) {}
func (silentOutput) Close() error     { return nil }

func within[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
	}
	panic("unreachable")
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}
