package capture

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/hraban/opus"
	framefmt "github.com/pion/mediadevices/pkg/frame"

	"takoshome/app/media"
	"takoshome/app/media/mediatest"
	"takoshome/app/sound"
	"takoshome/app/sound/soundtest"
)

var _ media.Capture = (*Capture)(nil)

func newTestCapture(t *testing.T) *Capture {
	t.Helper()
	engine, err := sound.Open(sound.Config{Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{Engine: engine, Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(c.Close(), engine.Close()); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestMicrophoneIsHeard(t *testing.T) {
	pulse := soundtest.Start(t)
	mic := pulse.AddMicrophone("headset", "USB Headset")
	mic.Feed(soundtest.Tone(440, 8000))
	c := newTestCapture(t)
	devices := c.Devices()
	i := slices.IndexFunc(devices.Microphones, func(d media.Device) bool { return d.Name == "USB Headset" })
	if i < 0 {
		t.Fatalf("microphones %+v", devices.Microphones)
	}
	reports := newTroubles()
	m, err := c.OpenMicrophone(media.MicrophoneConfig{ID: devices.Microphones[i].ID, Report: reports.report})
	if err != nil {
		t.Fatal(err)
	}
	b := newBin()
	m.Start(b.sound)
	m.SetMuted(false)
	samples := b.await(t, 0, "packets", atLeast(200))
	heard := decodeOpus(t, samples[50:])
	got := mediatest.Measure(heard, 440)
	if math.Abs(got.Hertz-440) > .5 || got.Odd != 0 || got.Periods < 1200 {
		t.Errorf("heard %+v", got)
	}
	if level := m.Level(); level < .7 || level > .9 {
		t.Errorf("level %v", level)
	}
	mic.Remove()
	reports.await(t, media.TroubleGone)
	before := len(b.of(0))
	again := pulse.AddMicrophone("headset", "USB Headset")
	again.Feed(soundtest.Tone(440, 8000))
	reports.await(t, media.TroubleNone)
	b.await(t, 0, "packets after it is back", atLeast(before+20))
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
}

func decodeOpus(t *testing.T, samples []media.Sample) (heard []int16) {
	t.Helper()
	decoder, err := opus.NewDecoder(mediatest.RateHz, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range samples {
		pcm := make([]int16, 5760)
		n, err := decoder.Decode(s.Data, pcm)
		if err != nil {
			t.Fatal(err)
		}
		if i > 4 { // the decoder begins in the middle
			heard = append(heard, pcm[:n]...)
		}
	}
	return heard
}

func TestDevicesAreWatched(t *testing.T) {
	t.Setenv("DISPLAY", "")
	pulse := soundtest.Start(t)
	c := newTestCapture(t)
	lists := make(chan media.Devices, 100)
	stop := c.Watch(func(d media.Devices) { lists <- d })
	defer stop()
	await := func(what string, is func(media.Devices) bool) {
		t.Helper()
		eventually(t, what, func() bool {
			select {
			case d := <-lists:
				return is(d)
			default:
				return false
			}
		})
	}
	hasCamera := func(d media.Devices) bool {
		return slices.ContainsFunc(d.Cameras, func(d media.Device) bool { return d.ID == "watched" })
	}
	hasMicrophone := func(d media.Devices) bool {
		return slices.ContainsFunc(d.Microphones, func(d media.Device) bool { return d.Name == "Lamp" })
	}
	if d := c.Devices(); d.Cameras == nil || d.Screens == nil {
		t.Errorf("lists of nothing are %#v", d)
	}
	unplug := newFakeCamera(64, 48, framefmt.FormatYUYV).register(t, "watched")
	await("a camera comes", hasCamera)
	mic := pulse.AddMicrophone("lamp", "Lamp")
	await("a microphone comes", hasMicrophone)
	unplug()
	await("the camera goes", func(d media.Devices) bool { return !hasCamera(d) })
	mic.Remove()
	await("the microphone goes", func(d media.Devices) bool { return !hasMicrophone(d) })
	stop()
	stop()
}

func TestIDs(t *testing.T) {
	soundtest.None(t)
	t.Setenv("DISPLAY", "")
	c := newTestCapture(t)
	for _, id := range []string{media.None, "tone:x", "tone:1"} {
		if m, err := c.OpenMicrophone(media.MicrophoneConfig{ID: id}); !errors.Is(err, ErrID) || m != nil {
			t.Errorf("microphone %q: %v, %v", id, m, err)
		}
	}
	for _, config := range []media.CameraConfig{{ID: media.None}, {ID: "window:x", Screen: true}} {
		if m, err := c.OpenCamera(config); !errors.Is(err, ErrID) || m != nil {
			t.Errorf("camera %+v: %v, %v", config, m, err)
		}
	}
	gone := newTroubles()
	if _, err := c.OpenCamera(media.CameraConfig{ID: "usb-not-here", Report: gone.report}); err != nil {
		t.Error(err)
	}
	gone.await(t, media.TroubleGone)
	if _, err := New(Config{}); err == nil {
		t.Error("a capture without an engine")
	}
}

// Close ends what was left open, and nothing can be opened after it.
func TestCloseClosesAll(t *testing.T) {
	soundtest.None(t)
	c := newTestCapture(t)
	fake := newFakeCamera(64, 48, framefmt.FormatYUYV)
	fake.register(t, "left open")
	if _, err := c.OpenCamera(media.CameraConfig{ID: "left open"}); err != nil {
		t.Fatal(err)
	}
	<-fake.opened
	m, err := c.OpenMicrophone(media.MicrophoneConfig{ID: "tone:440"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.Close(), m.Close()); err != nil {
		t.Error(err)
	}
	if len(c.open) != 1 {
		t.Errorf("%d things are open", len(c.open))
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if fake.isLit() {
		t.Error("the light is on")
	}
	if _, err := c.OpenMicrophone(media.MicrophoneConfig{ID: "tone:440"}); !errors.Is(err, ErrClosed) {
		t.Errorf("microphone after closing: %v", err)
	}
	if _, err := c.OpenCamera(media.CameraConfig{ID: "a.y4m"}); !errors.Is(err, ErrClosed) {
		t.Errorf("camera after closing: %v", err)
	}
}
