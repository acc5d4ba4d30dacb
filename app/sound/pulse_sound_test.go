package sound

import (
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/app/sound/soundtest"
)

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
	e := open(t)
	output, err := e.OpenOutput(OutputConfig{ID: desk.ID(), Fill: func(pcm []int16) {
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
	unheard := output.pump.clocks + e.far.ranDry()/gapsAllowed
	output.pump.mu.Unlock()
	// Frames that the clock took in place of the speaker are missed rightly, and
	// so are those of a buffer that was replaced by a larger one.
	if breaks := rampBreaks(all); breaks > unheard {
		t.Errorf("%d breaks in %d samples; %d frames were not to be heard", breaks, len(all), unheard)
	}
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
	for range 60 {
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
	t.Skip("a machine without five calm seconds in a minute cannot tell; the rooms made up in echo tests hold the limits")
}
