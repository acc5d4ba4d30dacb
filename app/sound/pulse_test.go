package sound

import (
	"log/slog"
	"math"
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

// ramp counts, leaving out 0, so that every sample tells its place and silence
// is known.
func ramp() func(pcm []int16) {
	next := int16(0)
	return func(pcm []int16) {
		for i := range pcm {
			if next++; next <= 0 {
				next = 1
			}
			pcm[i] = next
		}
	}
}

// rampBreaks counts where a ramp does not go on.
func rampBreaks(pcm []int16) (breaks int) {
	for i := 1; i < len(pcm); i++ {
		if pcm[i] != pcm[i-1]+1 && (pcm[i] != 1 || pcm[i-1] != math.MaxInt16) {
			breaks++
		}
	}
	return breaks
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

// What the microphone gives comes out, every sample once and in order.
func TestSoundComesInWhole(t *testing.T) {
	pulse := soundtest.Start(t)
	mic := pulse.AddMicrophone("headset", "Headset")
	h := listen(t, open(t), mic.ID(), media.Processing{})
	mic.Feed(ramp())
	var all []int16
	for len(all) < 5*RateHz {
		if pcm := h.frame(); len(all) > 0 || !slices.Contains(pcm, 0) {
			all = append(all, pcm...)
		}
	}
	if breaks := rampBreaks(all); breaks > 0 {
		t.Errorf("%d breaks in %d samples", breaks, len(all))
	}
}

func TestToneComesInWithoutOddPeriods(t *testing.T) {
	pulse := soundtest.Start(t)
	mic := pulse.AddMicrophone("headset", "Headset")
	mic.Feed(soundtest.Tone(440, 12000))
	h := listen(t, open(t), mic.ID(), media.Processing{})
	var all []int16
	for len(all) < 5*RateHz {
		all = append(all, h.frame()...)
	}
	all = all[RateHz/2:] // the beginning may have been silent
	last, periods := 0, 0
	for i := 1; i < len(all); i++ {
		if all[i-1] >= 0 || all[i] < 0 {
			continue
		}
		// A period has 109.09 samples.
		if length := i - last; last > 0 && (length < 109 || length > 110) {
			t.Fatalf("period %d has %d samples", periods, length)
		}
		last = i
		periods++
	}
	if periods < 1975 || periods > 1985 {
		t.Errorf("%d periods in 4.5 s", periods)
	}
}

// What is played comes out of the speaker, every sample once and in order,
// between silence where the machine was too busy.
func TestSoundGoesOutWhole(t *testing.T) {
	pulse := soundtest.Start(t)
	desk := pulse.AddSpeaker("desk", "Desk")
	recording := desk.Record()
	next := ramp()
	mono := make([]int16, FrameSamples)
	output, err := open(t).OpenOutput(OutputConfig{ID: desk.ID(), Fill: func(pcm []int16) {
		next(mono)
		for i, sample := range mono {
			pcm[2*i], pcm[2*i+1] = sample, -sample
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = output.Close() }()
	var all []int16
	both := make([]int16, 2*FrameSamples)
	for len(all) < 5*RateHz {
		recording.Read(both)
		for i := 0; i < len(both); i += 2 {
			if both[i] != -both[i+1] {
				t.Fatalf("left %d, right %d", both[i], both[i+1])
			}
			if both[i] != 0 {
				all = append(all, both[i])
			}
		}
	}
	output.pump.mu.Lock()
	unheard := output.pump.clocks
	output.pump.mu.Unlock()
	// Frames that the clock took in place of the speaker are missed rightly.
	if breaks := rampBreaks(all); breaks > unheard {
		t.Errorf("%d breaks in %d samples; %d frames were not to be heard", breaks, len(all), unheard)
	}
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

// From Fill to Frames by way of a speaker and the microphone that hears it.
// Load makes it longer now and then, so the least of many is what counts.
func TestLatencyIsSmall(t *testing.T) {
	pulse := soundtest.Start(t)
	desk := pulse.AddSpeaker("desk", "Desk")
	loop := pulse.AddLoop("loop", "Loop", desk)
	e := open(t)
	start := time.Now()
	var clicked atomic.Int64 // since start, in ns; 0: none under way
	latencies := make(chan time.Duration, 100)
	input, err := e.OpenInput(InputConfig{ID: loop.ID(), Frames: func(pcm []int16) {
		if slices.Max(pcm) < 10000 {
			return
		}
		if at := clicked.Swap(0); at > 0 {
			latencies <- time.Since(start) - time.Duration(at)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = input.Close() }()
	frames := 0
	output, err := e.OpenOutput(OutputConfig{ID: desk.ID(), Fill: func(pcm []int16) {
		clear(pcm)
		if frames++; frames%17 == 0 {
			pcm[0], pcm[1] = 20000, 20000
			clicked.Store(int64(time.Since(start)))
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = output.Close() }()
	var all []time.Duration
	for end := time.After(limit); len(all) < 20; {
		select {
		case latency := <-latencies:
			all = append(all, latency)
		case <-end:
			t.Fatalf("only %v", all)
		}
	}
	slices.Sort(all)
	t.Logf("from Fill to Frames: %v to %v, median %v", all[0], all[len(all)-1], all[len(all)/2])
	if all[0] > 40*time.Millisecond {
		t.Errorf("it takes %v", all[0])
	}
}

// The friend's voice comes out of the speaker, into the microphone, and is
// cancelled. A busy machine makes gaps in what is played, after each of which
// the canceller has to learn anew, so only calm seconds can tell.
func TestEchoOfTheSpeakerGoes(t *testing.T) {
	pulse := soundtest.Start(t)
	desk := pulse.AddSpeaker("desk", "Desk")
	loop := pulse.AddLoop("loop", "Loop", desk)
	e := open(t)
	friend := toPCM(loud(voice(1, 20*RateHz), -24))
	at := 0
	output, err := e.OpenOutput(OutputConfig{ID: desk.ID(), Fill: func(pcm []int16) {
		for i := 0; i < len(pcm); i += 2 {
			pcm[i], pcm[i+1] = friend[at%len(friend)], friend[at%len(friend)]
			at++
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = output.Close() }()
	h := listen(t, e, loop.ID(), media.Processing{Echo: true})
	calm, gaps := 0, 0
	for range 30 {
		var second []int16
		for len(second) < RateHz {
			second = append(second, h.frame()...)
		}
		if calm++; e.far.ranDry() != gaps {
			calm, gaps = 0, e.far.ranDry()
		}
		after := decibels(second)
		t.Logf("%d calm seconds: %.1f dBFS", calm, after)
		if calm >= 5 && after < -24-15 {
			return
		}
		if calm >= 12 {
			t.Fatalf("the echo is only %.1f dB less", -24-after)
		}
	}
	t.Log("the machine is too busy to tell")
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
