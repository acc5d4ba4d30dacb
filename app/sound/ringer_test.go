package sound

import (
	"log/slog"
	"testing"
	"time"

	"takoshome/app/sound/soundtest"
)

// TestTonesAreGentle holds that a tone begins and ends in silence, so that it
// can follow itself, has its level, and is silent for most of its time.
func TestTonesAreGentle(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pcm    []int16
		period time.Duration
		level  float64
	}{{"ring", ringTone(), ringPeriod, ringLevel}, {"call", callTone(), callPeriod, callLevel}} {
		t.Run(tt.name, func(t *testing.T) {
			if len(tt.pcm) != samplesIn(tt.period) {
				t.Fatalf("a period has %d samples", len(tt.pcm))
			}
			if first, last := tt.pcm[0], tt.pcm[len(tt.pcm)-1]; first != 0 || last != 0 {
				t.Errorf("it goes from %d to %d", first, last)
			}
			top, jump, quiet := 0, 0, 0
			for i, sample := range tt.pcm {
				top = max(top, abs(int(sample)))
				if i > 0 {
					jump = max(jump, abs(int(sample)-int(tt.pcm[i-1])))
				}
				if abs(int(sample)) < 330 { // -40 dBFS
					quiet++
				}
			}
			if want := int(tt.level * 32767); top > want+1 || top < want-1 {
				t.Errorf("the top is %d, want %d", top, want)
			}
			if jump > top/2 {
				t.Errorf("it clicks: a jump of %d", jump)
			}
			if quiet < len(tt.pcm)/4 {
				t.Errorf("only %d of %d samples are quiet", quiet, len(tt.pcm))
			}
		})
	}
}

func newTestRinger(t *testing.T) *Ringer {
	t.Helper()
	r := NewRinger(slog.New(slog.NewTextHandler(t.Output(), nil)))
	t.Cleanup(r.Close)
	return r
}

// strokesIn waits for n strokes after pauses and says how loud they were at most.
func strokesIn(t *testing.T, recording *soundtest.Recording, n int) (top int) {
	t.Helper()
	const loud, pause = 1000, RateHz / 2
	quiet, heard := pause, 0
	both := make([]int16, 2)
	for range 20 * RateHz {
		recording.Read(both)
		top = max(top, abs(int(both[0])))
		switch {
		case abs(int(both[0])) < loud:
			quiet++
		case quiet >= pause:
			heard, quiet = heard+1, 0
		default:
			quiet = 0
		}
		if heard == n && quiet == pause/2 {
			return top
		}
	}
	t.Fatalf("%d of %d rings were heard", heard, n)
	return 0
}

// TestRinging holds that the tone repeats until it is stopped, gives the speaker
// back, and begins again.
func TestRinging(t *testing.T) {
	pulse := soundtest.Start(t)
	desk := pulse.AddSpeaker("desk", "Desk")
	recording := desk.Record()
	defer recording.Stop()
	r := newTestRinger(t)
	r.Silence() // nothing plays
	r.Ring()
	r.Ring()
	if top := strokesIn(t, recording, 2); top < 8000 || top > 11000 {
		t.Errorf("it rings with %d", top)
	}
	r.Silence()
	awaitStreams(t, pulse, 0)
	r.Call()
	if top := strokesIn(t, recording, 1); top < 2500 || top > 4000 {
		t.Errorf("the other tone has %d", top)
	}
	r.Ring() // instead
	strokesIn(t, recording, 1)
	r.Close()
	awaitStreams(t, pulse, 0)
	if n := pulse.Clients(); n != 0 {
		t.Errorf("%d programs are still connected", n)
	}
	r.Ring() // after the end: nothing
}

// awaitStreams waits until so many streams play.
func awaitStreams(t *testing.T, pulse *soundtest.Pulse, want int) {
	t.Helper()
	end, ticker := time.After(limit), time.NewTicker(10*time.Millisecond)
	defer ticker.Stop()
	for {
		playing, _ := pulse.Streams()
		if playing == want {
			return
		}
		select {
		case <-end:
			t.Fatalf("%d streams play, want %d", playing, want)
		case <-ticker.C:
		}
	}
}

// TestRingingWaitsForASpeaker holds that a call rings on a speaker that comes
// while it rings.
func TestRingingWaitsForASpeaker(t *testing.T) {
	pulse := soundtest.Start(t)
	r := newTestRinger(t)
	r.Ring()
	desk := pulse.AddSpeaker("desk", "Desk")
	recording := desk.Record()
	defer recording.Stop()
	strokesIn(t, recording, 1)
}

// Without any sound the Ringer does no harm.
func TestRingingWithoutSound(t *testing.T) {
	soundtest.None(t)
	r := newTestRinger(t)
	r.Ring()
	r.Silence()
	r.Call()
	r.Close()
	r.Close()
}
