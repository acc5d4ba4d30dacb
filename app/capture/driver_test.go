package capture

import (
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pion/mediadevices/pkg/driver"
	framefmt "github.com/pion/mediadevices/pkg/frame"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"

	"takoshome/app/media"
	"takoshome/app/media/mediatest"
	"takoshome/app/media/yuv"
)

// fakeCamera is a driver of a camera that gives numbered pictures, as
// mediadevices' drivers do it: closing it ends a read that waits.
type fakeCamera struct {
	format prop.Media

	mu      sync.Mutex
	openErr error
	readErr error
	light   bool
	ended   chan struct{}
	opened  chan prop.Media // gets the format of each recording
	closes  int
}

func newFakeCamera(width, height int, format framefmt.Format) *fakeCamera {
	return &fakeCamera{
		format: prop.Media{Video: prop.Video{Width: width, Height: height, FrameRate: 30, FrameFormat: format}},
		opened: make(chan prop.Media, 100),
	}
}

// register makes the manager know the camera until the test's end.
func (f *fakeCamera) register(t *testing.T, label string) (unplug func()) {
	t.Helper()
	manager := driver.GetManager()
	if err := manager.Register(f, driver.Info{Label: label, Name: "Fake " + label, DeviceType: driver.Camera}); err != nil {
		t.Fatal(err)
	}
	unplug = func() {
		for _, d := range manager.Query(func(d driver.Driver) bool { return d.Info().Label == label }) {
			manager.Delete(d.ID())
		}
	}
	t.Cleanup(unplug)
	return unplug
}

func (f *fakeCamera) Open() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.openErr != nil {
		return f.openErr
	}
	f.ended = make(chan struct{})
	return nil
}

func (f *fakeCamera) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.light = false
	f.closes++
	close(f.ended)
	return nil
}

func (f *fakeCamera) Properties() []prop.Media { return []prop.Media{f.format} }

func (f *fakeCamera) VideoRecord(p prop.Media) (video.Reader, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.light = true
	f.opened <- p
	ended, n := f.ended, 0
	picture := image.NewYCbCr(image.Rect(0, 0, p.Width, p.Height), image.YCbCrSubsampleRatio422)
	tick := time.NewTicker(time.Second / 30)
	return video.ReaderFunc(func() (image.Image, func(), error) {
		select {
		case <-ended:
			tick.Stop()
			return nil, func() {}, io.EOF
		case <-tick.C:
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		n++
		mediatest.Film{}.Paint(picture, n%mediatest.MaxNumber)
		return picture, func() {}, f.readErr
	}), nil
}

func (f *fakeCamera) fail(open, read error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.openErr, f.readErr = open, read
}

func (f *fakeCamera) isLit() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.light
}

func testCameras() *cameras {
	return &cameras{manager: driver.GetManager(), nodes: &nodes{}, rescan: func() {}}
}

func TestDriverIsPlayedAndItsLightGoesOut(t *testing.T) {
	fake := newFakeCamera(640, 480, framefmt.FormatYUYV)
	fake.register(t, "played")
	c := openTestCamera(t, media.CameraConfig{ID: "played"}, testCameras().opener(bounded(media.CameraConfig{ID: "played"})))
	b := newBin()
	layers, err := c.Start(1, b.add)
	if err != nil || layers[0].Width != 640 || layers[0].Height != 480 {
		t.Fatalf("%+v, %v", layers, err)
	}
	samples := b.await(t, 0, "frames", atLeast(5))
	if _, ok := mediatest.Read(decode(t, samples)[4], mediatest.Green); !ok {
		t.Error("the picture cannot be read")
	}
	if !fake.isLit() {
		t.Error("no light while the camera is used")
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if fake.isLit() || fake.closes != 1 {
		t.Errorf("after closing: light %v, closed %d times", fake.isLit(), fake.closes)
	}
}

func TestTroubleOfDriver(t *testing.T) {
	fake := newFakeCamera(320, 240, framefmt.FormatMJPEG)
	unplug := fake.register(t, "troubled")
	fake.fail(syscall.EBUSY, nil)
	reports := newTroubles()
	config := media.CameraConfig{ID: "troubled", Report: reports.report}
	c := openTestCamera(t, config, testCameras().opener(bounded(config)))
	reports.await(t, media.TroubleBusy)
	fake.fail(syscall.EACCES, nil)
	reports.await(t, media.TroubleDenied)
	fake.fail(nil, nil)
	reports.await(t, media.TroubleNone)
	b := newBin()
	if _, err := c.Start(1, b.add); err != nil {
		t.Fatal(err)
	}
	b.await(t, 0, "frames", atLeast(2))

	unplug()
	fake.fail(nil, syscall.ENODEV)
	reports.await(t, media.TroubleGone)
	before := len(b.of(0))
	fake.fail(nil, nil)
	fake.register(t, "troubled")
	reports.await(t, media.TroubleNone)
	b.await(t, 0, "frames after it is back", atLeast(before+2))
}

// The default camera is one that there is, and another one when it is gone.
func TestDefaultCamera(t *testing.T) {
	first, second := newFakeCamera(64, 48, framefmt.FormatYUYV), newFakeCamera(96, 64, framefmt.FormatYUYV)
	unplug := first.register(t, "a first")
	second.register(t, "b second")
	reports := newTroubles()
	c := openTestCamera(t, media.CameraConfig{Report: reports.report}, testCameras().opener(bounded(media.CameraConfig{})))
	if p := <-first.opened; p.Width != 64 {
		t.Errorf("opened %v", p)
	}
	b := newBin()
	if _, err := c.Start(1, b.add); err != nil {
		t.Fatal(err)
	}
	b.await(t, 0, "frames", atLeast(1))
	unplug()
	first.fail(nil, syscall.ENODEV)
	reports.await(t, media.TroubleGone)
	reports.await(t, media.TroubleNone)
	if p := <-second.opened; p.Width != 96 {
		t.Errorf("opened %v", p)
	}
	b.await(t, 0, "a keyframe of the other size", func(s []media.Sample) bool {
		return slices.ContainsFunc(s[1:], func(s media.Sample) bool { return s.KeyFrame })
	})
}

// A camera that is open already is busy, and not opened a second time.
func TestCameraTwice(t *testing.T) {
	fake := newFakeCamera(64, 48, framefmt.FormatYUYV)
	fake.register(t, "twice")
	all := testCameras()
	config := media.CameraConfig{ID: "twice"}
	first := openTestCamera(t, config, all.opener(bounded(config)))
	<-fake.opened
	reports := newTroubles()
	config.Report = reports.report
	openTestCamera(t, config, all.opener(bounded(config)))
	reports.await(t, media.TroubleBusy)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	reports.await(t, media.TroubleNone)
}

func TestListNamesCameras(t *testing.T) {
	for _, label := range []string{"list b", "list a"} {
		newFakeCamera(64, 48, framefmt.FormatYUYV).register(t, label)
	}
	newFakeCamera(64, 48, framefmt.FormatYUYV).register(t, "list a") // registered twice by the library
	got := testCameras().devices()
	want := []media.Device{{ID: "list a", Name: "Fake list a", Default: true}, {ID: "list b", Name: "Fake list b"}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v", got)
	}
	same := []found{{Device: media.Device{Name: "Cam"}}, {Device: media.Device{Name: "Cam"}}, {Device: media.Device{Name: "Other"}}}
	tellApart(same)
	if same[0].Name != "Cam" || same[1].Name != "Cam (2)" || same[2].Name != "Other" {
		t.Errorf("got %+v", same)
	}
}

func TestChoose(t *testing.T) {
	format := func(width, height int, rate float32, f framefmt.Format) prop.Media {
		return prop.Media{Video: prop.Video{Width: width, Height: height, FrameRate: rate, FrameFormat: f}}
	}
	usual := []prop.Media{
		format(1280, 720, 10, framefmt.FormatYUYV), format(640, 480, 30, framefmt.FormatYUYV), format(640, 360, 30, framefmt.FormatYUYV),
		format(1920, 1080, 30, framefmt.FormatMJPEG), format(1280, 720, 30, framefmt.FormatMJPEG), format(1280, 720, 60, framefmt.FormatMJPEG),
		format(640, 480, 30, framefmt.FormatZ16), format(160, 120, 30, framefmt.FormatYUYV),
	}
	for _, test := range []struct {
		name                   string
		all                    []prop.Media
		width, height, framesS int
		want                   int
	}{
		{"720p", usual, 1280, 720, 30, 4},
		{"360p", usual, 640, 360, 30, 2},
		{"4:3", usual, 640, 480, 30, 1},
		{"no rates", []prop.Media{format(1280, 720, 0, framefmt.FormatYUY2), format(320, 240, 0, framefmt.FormatYUY2)}, 1280, 720, 30, 0},
		{"only large", []prop.Media{format(1920, 1080, 30, framefmt.FormatMJPEG), format(1600, 1200, 30, framefmt.FormatMJPEG)}, 640, 360, 30, 0},
		{"slow or small", []prop.Media{format(1280, 720, 5, framefmt.FormatYUYV), format(640, 480, 30, framefmt.FormatYUYV)}, 1280, 720, 30, 1},
		{"depth only", []prop.Media{format(640, 480, 30, framefmt.FormatZ16)}, 640, 480, 30, -1},
		{"nonsense", []prop.Media{format(0, 480, 30, framefmt.FormatYUYV), format(90000, 480, 30, framefmt.FormatYUYV)}, 640, 480, 30, -1},
		{"none", nil, 640, 480, 30, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := choose(test.all, media.CameraConfig{MaxWidth: test.width, MaxHeight: test.height, MaxFramesS: test.framesS})
			if !ok && test.want < 0 {
				return
			}
			if !ok || test.want < 0 || got != test.all[test.want] {
				t.Errorf("chose %+v, %v", got.Video, ok)
			}
		})
	}
}

func TestTroubleOf(t *testing.T) {
	for _, test := range []struct {
		err  error
		want media.Trouble
	}{
		{nil, media.TroubleNone},
		{&fs.PathError{Op: "open", Path: "/dev/video0", Err: syscall.EBUSY}, media.TroubleBusy},
		{&fs.PathError{Op: "open", Path: "/dev/video0", Err: syscall.EACCES}, media.TroubleDenied},
		{syscall.EPERM, media.TroubleDenied},
		{syscall.ENOENT, media.TroubleGone},
		{syscall.ENODEV, media.TroubleGone},
		{io.EOF, media.TroubleGone},
		{errors.New("read timeout"), media.TroubleBroken},
		{context.DeadlineExceeded, media.TroubleBroken},
	} {
		if got := troubleOf(test.err); got != test.want {
			t.Errorf("%v: %q, want %q", test.err, got, test.want)
		}
	}
}

// Pictures of wrong sizes, as a faulty driver may give, are trouble and no panic.
func TestUnusablePictures(t *testing.T) {
	reports := newTroubles()
	config := media.CameraConfig{Report: reports.report}
	openTestCamera(t, config, func(context.Context) (source, error) { return badSource{}, nil })
	reports.await(t, media.TroubleBroken)
}

type badSource struct{}

func (badSource) read(context.Context) (frame, error) {
	p := yuv.New(64, 48)
	p.Cb = p.Cb[:5]
	return frame{picture: p}, nil
}

func (badSource) close() {}
