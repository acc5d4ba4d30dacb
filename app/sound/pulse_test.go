package sound

import (
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/app/sound/soundtest"
)

// limit is how long anything may take on a busy machine.
const limit = 20 * time.Second

func open(t *testing.T) *Engine {
	t.Helper()
	e, err := Open(Config{Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// heard is an open input of which the test reads frame by frame.
type heard struct {
	t        *testing.T
	frames   chan []int16
	troubles chan media.Trouble
	input    *Input
}

func listen(t *testing.T, e *Engine, id string, p media.Processing) *heard {
	t.Helper()
	h := &heard{t: t, frames: make(chan []int16, 10000), troubles: make(chan media.Trouble, 100)}
	input, err := e.OpenInput(InputConfig{
		ID: id, Processing: p,
		Frames: func(pcm []int16) { h.frames <- slices.Clone(pcm) },
		Report: func(trouble media.Trouble) { h.troubles <- trouble },
	})
	if err != nil {
		t.Fatal(err)
	}
	h.input = input
	t.Cleanup(func() { _ = input.Close() })
	return h
}

func (h *heard) frame() []int16 {
	h.t.Helper()
	select {
	case pcm := <-h.frames:
		return pcm
	case <-time.After(limit):
		h.t.Fatal("no sound")
		return nil
	}
}

func (h *heard) trouble(want media.Trouble) {
	h.t.Helper()
	await(h.t, h.troubles, want)
}

// await waits for a report, and fails at any other.
func await(t *testing.T, troubles <-chan media.Trouble, want media.Trouble) {
	t.Helper()
	select {
	case got := <-troubles:
		if got != want {
			t.Fatalf("reported %q, want %q", got, want)
		}
	case <-time.After(limit):
		t.Fatalf("%q is not reported", want)
	}
}

// eventually waits for something that a change of devices brings about.
func eventually(t *testing.T, e *Engine, what string, is func() bool) {
	t.Helper()
	changed := make(chan struct{}, 1)
	stop := e.Watch(func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	defer stop()
	end := time.After(limit)
	for !is() {
		select {
		case <-changed:
		case <-end:
			t.Fatal(what)
		}
	}
}

func TestDevicesHaveNames(t *testing.T) {
	pulse := soundtest.Start(t)
	pulse.AddSpeaker("desk", "Desk Speaker")
	pulse.AddSpeaker("hdmi", "内蔵 HDMI")
	pulse.AddMicrophone("headset", "USB Headset")
	pulse.AddMicrophone("builtin", "Built-in")
	pulse.SetDefaultSpeaker("hdmi")
	pulse.SetDefaultMicrophone("builtin")
	microphones, speakers := open(t).Devices()
	wantMicrophones := []media.Device{{ID: "headset", Name: "USB Headset"}, {ID: "builtin", Name: "Built-in", Default: true}}
	wantSpeakers := []media.Device{{ID: "desk", Name: "Desk Speaker"}, {ID: "hdmi", Name: "内蔵 HDMI", Default: true}}
	if !slices.Equal(microphones, wantMicrophones) {
		t.Errorf("microphones: %v", microphones)
	}
	if !slices.Equal(speakers, wantSpeakers) {
		t.Errorf("speakers: %v", speakers)
	}
}

func TestHotPlugIsTold(t *testing.T) {
	pulse := soundtest.Start(t)
	e := open(t)
	has := func(count int) func() bool {
		return func() bool { _, speakers := e.Devices(); return len(speakers) == count }
	}
	eventually(t, e, "there are speakers", has(0))
	desk := pulse.AddSpeaker("desk", "Desk")
	eventually(t, e, "the new speaker is missing", has(1))
	desk.Remove()
	eventually(t, e, "the speaker is still there", has(0))
}

func TestMicrophoneUnplugged(t *testing.T) {
	pulse := soundtest.Start(t)
	mic := pulse.AddMicrophone("headset", "Headset")
	h := listen(t, open(t), mic.ID(), media.Processing{})
	h.frame()
	mic.Remove()
	h.trouble(media.TroubleGone)
	pulse.AddMicrophone("headset", "Headset")
	h.trouble(media.TroubleNone)
	h.frame()
	if _, recording := pulse.Streams(); recording != 1 {
		t.Errorf("%d streams record", recording)
	}
}

// The only real microphone goes: what the speaker plays must not be taken for
// one.
func TestMonitorIsNoMicrophone(t *testing.T) {
	pulse := soundtest.Start(t)
	pulse.AddSpeaker("desk", "Desk")
	e := open(t)
	h := listen(t, e, media.Default, media.Processing{})
	h.trouble(media.TroubleGone)
	mic := pulse.AddMicrophone("headset", "Headset")
	h.trouble(media.TroubleNone)
	h.frame()
	mic.Remove()
	h.trouble(media.TroubleGone)
	if _, recording := pulse.Streams(); recording != 0 {
		t.Errorf("%d streams record", recording)
	}
}

// player is an open output that counts.
type player struct {
	output   *Output
	filled   atomic.Int64
	troubles chan media.Trouble
}

func play(t *testing.T, e *Engine, id string) *player {
	t.Helper()
	p := &player{troubles: make(chan media.Trouble, 100)}
	output, err := e.OpenOutput(OutputConfig{
		ID: id,
		Fill: func(pcm []int16) {
			p.filled.Add(1)
			for i := range pcm {
				pcm[i] = 1000
			}
		},
		Report: func(trouble media.Trouble) { p.troubles <- trouble },
	})
	if err != nil {
		t.Fatal(err)
	}
	p.output = output
	t.Cleanup(func() { _ = output.Close() })
	return p
}

// goesOn waits for a number of frames.
func (p *player) goesOn(t *testing.T) {
	t.Helper()
	end, ticker := time.After(limit), time.NewTicker(frameTime)
	defer ticker.Stop()
	for from := p.filled.Load(); p.filled.Load() < from+20; {
		select {
		case <-ticker.C:
		case <-end:
			t.Fatal("nothing is played any more")
		}
	}
}

// isHeard waits until a speaker plays.
func isHeard(t *testing.T, speaker *soundtest.Speaker) {
	t.Helper()
	recording := speaker.Record()
	defer recording.Stop()
	both := make([]int16, 2)
	for range 20 * RateHz {
		if recording.Read(both); both[0] == 1000 {
			return
		}
	}
	t.Fatal("the speaker is silent")
}

func TestSpeakerUnplugged(t *testing.T) {
	pulse := soundtest.Start(t)
	desk := pulse.AddSpeaker("desk", "Desk")
	p := play(t, open(t), desk.ID())
	isHeard(t, desk)
	desk.Remove()
	await(t, p.troubles, media.TroubleGone)
	p.goesOn(t)
	desk = pulse.AddSpeaker("desk", "Desk")
	await(t, p.troubles, media.TroubleNone)
	isHeard(t, desk)
}

func TestSpeakerChanged(t *testing.T) {
	pulse := soundtest.Start(t)
	desk, hdmi := pulse.AddSpeaker("desk", "Desk"), pulse.AddSpeaker("hdmi", "HDMI")
	p := play(t, open(t), desk.ID())
	isHeard(t, desk)
	p.output.SetDevice(hdmi.ID())
	isHeard(t, hdmi)
	p.output.SetDevice(media.None)
	p.goesOn(t)
	if playing, _ := pulse.Streams(); playing != 0 {
		t.Errorf("%d streams play", playing)
	}
	p.output.SetDevice(media.Default)
	isHeard(t, desk)
}

func TestDefaultChanges(t *testing.T) {
	pulse := soundtest.Start(t)
	desk, hdmi := pulse.AddSpeaker("desk", "Desk"), pulse.AddSpeaker("hdmi", "HDMI")
	one, two := pulse.AddMicrophone("one", "One"), pulse.AddMicrophone("two", "Two")
	two.Feed(func(pcm []int16) { pcm[0] = 1234 })
	pulse.SetDefaultSpeaker(desk.ID())
	pulse.SetDefaultMicrophone(one.ID())
	e := open(t)
	play(t, e, media.Default)
	h := listen(t, e, media.Default, media.Processing{})
	isHeard(t, desk)
	h.frame()
	pulse.SetDefaultSpeaker(hdmi.ID())
	pulse.SetDefaultMicrophone(two.ID())
	isHeard(t, hdmi)
	for !slices.Contains(h.frame(), 1234) {
	}
}

func TestServerCrashesAndComesBack(t *testing.T) {
	pulse := soundtest.Start(t)
	desk, mic := pulse.AddSpeaker("desk", "Desk"), pulse.AddMicrophone("headset", "Headset")
	e := open(t)
	h := listen(t, e, mic.ID(), media.Processing{})
	p := play(t, e, desk.ID())
	h.frame()
	isHeard(t, desk)
	pulse.Stop()
	h.trouble(media.TroubleGone)
	await(t, p.troubles, media.TroubleGone)
	p.goesOn(t)
	if microphones, speakers := e.Devices(); len(microphones)+len(speakers) > 0 {
		t.Errorf("%v, %v are left", microphones, speakers)
	}
	pulse.Restart()
	desk, _ = pulse.AddSpeaker("desk", "Desk"), pulse.AddMicrophone("headset", "Headset")
	h.trouble(media.TroubleNone)
	await(t, p.troubles, media.TroubleNone)
	isHeard(t, desk)
	for len(h.frames) > 0 {
		<-h.frames
	}
	h.frame()
}

// Another program takes the hardware, and gives it back.
func TestBusyDevices(t *testing.T) {
	pulse := soundtest.Start(t)
	desk, mic := pulse.AddSpeaker("desk", "Desk"), pulse.AddMicrophone("headset", "Headset")
	e := open(t)
	h := listen(t, e, mic.ID(), media.Processing{})
	p := play(t, e, desk.ID())
	h.frame()
	isHeard(t, desk)
	pulse.Suspend(mic.ID(), true)
	pulse.Suspend(desk.ID(), true)
	h.trouble(media.TroubleBusy)
	await(t, p.troubles, media.TroubleBusy)
	p.goesOn(t)
	pulse.Suspend(mic.ID(), false)
	pulse.Suspend(desk.ID(), false)
	h.trouble(media.TroubleNone)
	await(t, p.troubles, media.TroubleNone)
	isHeard(t, desk)
}

// Without any sound system the engine works, and finds one that comes.
func TestNoSoundAtAll(t *testing.T) {
	pulse := soundtest.Start(t)
	pulse.Stop()
	e := open(t)
	h := listen(t, e, media.Default, media.Processing{Echo: true, Noise: true, Gain: true})
	p := play(t, e, media.Default)
	h.trouble(media.TroubleGone)
	await(t, p.troubles, media.TroubleGone)
	p.goesOn(t)
	pulse.Restart()
	desk := pulse.AddSpeaker("desk", "Desk")
	pulse.AddMicrophone("headset", "Headset")
	h.trouble(media.TroubleNone)
	await(t, p.troubles, media.TroubleNone)
	isHeard(t, desk)
	h.frame()
}

func TestNothingLeaksInTheServer(t *testing.T) {
	pulse := soundtest.Start(t)
	desk, mic := pulse.AddSpeaker("desk", "Desk"), pulse.AddMicrophone("headset", "Headset")
	for range 20 {
		e, err := Open(Config{})
		if err != nil {
			t.Fatal(err)
		}
		h := &heard{t: t, frames: make(chan []int16, 1000)}
		input, err := e.OpenInput(InputConfig{ID: mic.ID(), Frames: func(pcm []int16) { h.frames <- pcm }})
		if err != nil {
			t.Fatal(err)
		}
		p := play(t, e, desk.ID())
		h.frame()
		p.goesOn(t)
		_ = input.Close()
		_ = p.output.Close()
		_ = e.Close()
	}
	if playing, recording := pulse.Streams(); playing+recording > 0 {
		t.Errorf("%d streams play, %d record", playing, recording)
	}
	if clients := pulse.Clients(); clients > 0 {
		t.Errorf("%d clients are left", clients)
	}
}
