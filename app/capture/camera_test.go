package capture

import (
	"errors"
	"image"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/app/media/mediatest"
)

func openTestFilm(t *testing.T, film mediatest.Film, config media.CameraConfig) *cameraStream {
	t.Helper()
	config.ID = film.File(t)
	return openTestCamera(t, config, openFilm(config.ID))
}

func openTestCamera(t *testing.T, config media.CameraConfig, open opener) *cameraStream {
	t.Helper()
	c := newCameraStream(bounded(config), kindCamera, open, quiet())
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestFilmIsShownAndEncoded(t *testing.T) {
	c := openTestFilm(t, mediatest.Film{Width: 640, Height: 360, Frames: 60}, media.CameraConfig{})
	var shown atomic.Int64
	view := media.NewView(func(p *image.RGBA) {
		if found, ok := mediatest.Read(p, mediatest.Green); ok {
			shown.Store(int64(found.Number))
		}
	})
	view.Resize(image.Pt(160, 160))
	c.Show(view)
	b := newBin()
	layers, err := c.Start(3, b.add)
	if err != nil {
		t.Fatal(err)
	}
	want := []media.Layer{
		{Rid: "r0", Width: 320, Height: 180, ScaleDown: 2, MaxBps: 150_000, MaxFramesS: 30},
		{Rid: "r1", Width: 640, Height: 360, ScaleDown: 1, MaxBps: 500_000, MaxFramesS: 30},
	}
	if len(layers) != 2 || layers[0] != want[0] || layers[1] != want[1] {
		t.Fatalf("layers %+v", layers)
	}
	for layer := range layers {
		samples := b.await(t, layer, "frames", atLeast(20))
		if !samples[0].KeyFrame {
			t.Errorf("layer %d does not begin with a keyframe", layer)
		}
		last := -1
		for i, p := range decode(t, samples) {
			found, ok := mediatest.Read(p, mediatest.Green)
			if !ok || found.Number == last || p.Rect.Dx() != layers[layer].Width {
				t.Errorf("layer %d, picture %d of %v: %+v, %v after %d", layer, i, p.Rect, found, ok, last)
			}
			last = found.Number
		}
		checkTimes(t, samples)
	}
	eventually(t, "the view shows pictures", func() bool { return shown.Load() > 0 })
	if _, err := c.Start(1, b.add); !errors.Is(err, ErrStarted) {
		t.Errorf("second start: %v", err)
	}
}

// A sample's duration is the time since the last.
func checkTimes(t *testing.T, samples []media.Sample) {
	t.Helper()
	for i := 1; i < len(samples); i++ {
		if got, want := samples[i].Duration, samples[i].Taken.Sub(samples[i-1].Taken); got != want || got <= 0 {
			t.Errorf("sample %d lasts %v, taken %v later", i, got, want)
		}
	}
}

func TestLayerOffAndOn(t *testing.T) {
	c := openTestFilm(t, mediatest.Film{Width: 640, Height: 360, Frames: 30}, media.CameraConfig{})
	b := newBin()
	if _, err := c.Start(2, b.add); err != nil {
		t.Fatal(err)
	}
	b.await(t, 1, "frames", atLeast(3))
	c.SetBitrate(1, 0)
	b.await(t, 0, "frames", atLeast(len(b.of(0))+2)) // one may have been on its way
	off := len(b.of(1))
	b.await(t, 0, "frames", atLeast(len(b.of(0))+10))
	if got := len(b.of(1)); got != off {
		t.Errorf("%d frames of a layer that is off", got-off)
	}
	c.SetBitrate(1, 400_000)
	samples := b.await(t, 1, "frames again", atLeast(off+5))
	if !samples[off].KeyFrame {
		t.Error("a layer comes back without a keyframe")
	}
	c.SetBitrate(7, 1) // is nobody's
	c.SetBitrate(-1, 1)
	c.RequestKeyFrame(7)
}

func TestKeyFrameOnRequest(t *testing.T) {
	c := openTestFilm(t, mediatest.Film{Width: 320, Height: 180, Frames: 30}, media.CameraConfig{})
	b := newBin()
	layers, err := c.Start(3, b.add)
	if err != nil || len(layers) != 1 || layers[0].Rid != "" {
		t.Fatalf("%+v, %v", layers, err)
	}
	b.await(t, 0, "frames", atLeast(5))
	c.RequestKeyFrame(0)
	before := len(b.of(0))
	b.await(t, 0, "a keyframe", func(s []media.Sample) bool {
		for _, sample := range s[before:] {
			if sample.KeyFrame {
				return true
			}
		}
		return false
	})
}

// A large film is made to fit, and frames beyond the bound are left out.
func TestBounds(t *testing.T) {
	c := openTestFilm(t, mediatest.Film{Width: 1000, Height: 700, Frames: 30, FramesS: 60},
		media.CameraConfig{MaxWidth: 640, MaxHeight: 360, MaxFramesS: 15})
	b := newBin()
	layers, err := c.Start(1, b.add)
	if err != nil || layers[0].Width != 514 || layers[0].Height != 360 {
		t.Fatalf("%+v, %v", layers, err)
	}
	samples := b.await(t, 0, "frames", atLeast(30))
	if took := samples[29].Taken.Sub(samples[0].Taken); took < 1800*time.Millisecond {
		t.Errorf("30 frames in %v, want 15 a second", took)
	}
}

// A receiver that is slow gets fewer pictures, not old ones.
func TestSlowReceiverGetsNewPictures(t *testing.T) {
	c := openTestFilm(t, mediatest.Film{Width: 160, Height: 90, Frames: 30}, media.CameraConfig{})
	late := make(chan time.Duration, 1)
	gate := make(chan struct{})
	n := 0
	_, err := c.Start(1, func(_ int, s media.Sample) {
		n++
		switch n {
		case 1:
			<-gate
		case 3: // the second was waiting
			late <- time.Since(s.Taken)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var shown atomic.Int64
	view := media.NewView(func(*image.RGBA) { shown.Add(1) })
	view.Resize(image.Pt(160, 90))
	c.Show(view)
	eventually(t, "the camera goes on", func() bool { return shown.Load() > 20 })
	close(gate)
	if got := <-late; got > 5*time.Second {
		t.Errorf("a picture of %v ago", got)
	}
}

func TestFilmThatIsMissingComesBack(t *testing.T) {
	reports := newTroubles()
	path := filepath.Join(t.TempDir(), "later.y4m")
	c := openTestCamera(t, media.CameraConfig{ID: path, Report: reports.report, MaxWidth: 320, MaxHeight: 180}, openFilm(path))
	reports.await(t, media.TroubleGone)
	b := newBin()
	if _, err := c.Start(3, b.add); !errors.Is(err, ErrNoPicture) {
		t.Errorf("start without a picture: %v", err)
	}
	if err := os.WriteFile(path, []byte("not a film\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	reports.await(t, media.TroubleBroken)
	if err := os.Rename(mediatest.Film{Width: 160, Height: 90, Frames: 3}.File(t), path); err != nil {
		t.Fatal(err)
	}
	reports.await(t, media.TroubleNone)
	eventually(t, "it can be started", func() bool { _, err := c.Start(3, b.add); return err == nil })
	samples := b.await(t, 0, "frames", atLeast(3))
	if p := decode(t, samples)[0]; p.Rect.Dx() != 160 {
		t.Errorf("the picture is %v", p.Rect)
	}
}

func TestStartAfterClose(t *testing.T) {
	c := openTestFilm(t, mediatest.Film{Width: 160, Height: 90, Frames: 3}, media.CameraConfig{})
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Start(1, func(int, media.Sample) {}); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	c.Show(nil)
	c.SetBitrate(0, 100)
	c.RequestKeyFrame(0)
}
