package capture

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/hraban/opus"

	"takoshome/app/media"
	"takoshome/app/media/mediatest"
)

func openTestTone(t *testing.T, hertz int) *microphone {
	t.Helper()
	m, err := openMicrophone(quiet(), func(frames func([]int16)) (input, error) { return startTone(hertz, frames), nil })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// A tone comes out of the decoder as it went in: no period is odd.
func TestToneIsHeard(t *testing.T) {
	m := openTestTone(t, 440)
	b := newBin()
	m.Start(b.sound)
	m.SetMuted(false)
	samples := b.await(t, 0, "packets", atLeast(150))
	decoder, err := opus.NewDecoder(mediatest.RateHz, 1)
	if err != nil {
		t.Fatal(err)
	}
	var heard []int16
	for i, s := range samples {
		pcm := make([]int16, 5760)
		n, err := decoder.Decode(s.Data, pcm)
		if err != nil || n != packetSamples || s.Duration != packetTime {
			t.Fatalf("packet %d: %d samples, %v, lasts %v", i, n, err, s.Duration)
		}
		if s.LevelDBov < 12 || s.LevelDBov > 15 {
			t.Errorf("packet %d is %d dB below full scale", i, s.LevelDBov)
		}
		heard = append(heard, pcm[:n]...)
	}
	heard = heard[10*packetSamples:]
	got := mediatest.Measure(heard, 440)
	if math.Abs(got.Hertz-440) > .5 || got.Odd != 0 || got.Periods < 1200 {
		t.Errorf("heard %+v", got)
	}
	if gap := mediatest.LongestGapMs(heard); gap != 0 {
		t.Errorf("a gap of %d ms", gap)
	}
}

func TestMuteStopsPacketsNotLevel(t *testing.T) {
	m := openTestTone(t, 1000)
	b := newBin()
	m.Start(b.sound)
	eventually(t, "there is a level", func() bool { return m.Level() > .7 && m.Level() < .9 })
	if n := len(b.of(0)); n != 0 {
		t.Errorf("%d packets before unmuting", n)
	}
	m.SetMuted(false)
	b.await(t, 0, "packets", atLeast(3))
	m.SetMuted(true)
	m.SetMuted(false)
	m.SetMuted(true)
	before := b.of(0)
	at := time.Now()
	m.mu.Lock()
	m.heard = at.Add(-time.Second)
	m.mu.Unlock()
	eventually(t, "more was heard", func() bool { m.mu.Lock(); defer m.mu.Unlock(); return m.heard.After(at.Add(50 * time.Millisecond)) })
	if after := b.of(0); len(after) > len(before)+1 { // one may have been on its way
		t.Errorf("%d packets while muted", len(after)-len(before))
	}
	if m.Level() < .7 {
		t.Errorf("level %v while muted", m.Level())
	}
	m.SetMuted(false)
	m.Start(nil)
	m.SetProcessing(media.Processing{Echo: true})
}

// A receiver that hangs costs sound, not memory, and the input goes on.
func TestHangingReceiver(t *testing.T) {
	m := openTestTone(t, 440)
	gate := make(chan struct{})
	m.Start(func(media.Sample) { <-gate })
	m.SetMuted(false)
	eventually(t, "packets are dropped", func() bool { m.mu.Lock(); defer m.mu.Unlock(); return m.dropped > 2 })
	close(gate)
}

func TestLevelIsNoneWithoutSound(t *testing.T) {
	m := &microphone{heard: time.Now().Add(-time.Second)}
	for i := range m.recent {
		m.recent[i] = 30000
	}
	if got := m.Level(); got != 0 {
		t.Errorf("level %v of a device that is gone", got)
	}
}

func TestLevelDBov(t *testing.T) {
	for _, test := range []struct {
		value int16
		want  uint8
	}{{0, 127}, {1, 90}, {-32768, 0}, {16384, 6}, {328, 40}} {
		pcm := make([]int16, packetSamples)
		for i := range pcm {
			pcm[i] = test.value
		}
		if got := levelDBov(pcm); got != test.want {
			t.Errorf("%d: %d, want %d", test.value, got, test.want)
		}
	}
}

func TestParseTone(t *testing.T) {
	for id, want := range map[string]int{
		"tone:440": 440, "tone:20": 20, "tone:20000": 20000,
		"tone:": 0, "tone:19": 0, "tone:20001": 0, "tone:a": 0, "tone:440.5": 0, "tone:-440": 0,
	} {
		got, err := parseTone(id)
		if got != want && err == nil || (want == 0) != errors.Is(err, ErrID) {
			t.Errorf("%s: %d, %v", id, got, err)
		}
	}
}

// Every second of a tone is like the first.
func TestToneSample(t *testing.T) {
	want := mediatest.Tone(440, mediatest.RateHz, toneAmplitude)
	for _, second := range []int{0, 1, 100_000} {
		for i := 0; i < mediatest.RateHz; i += 101 {
			if got := toneSample(440, second*mediatest.RateHz+i); got != want[i] {
				t.Fatalf("second %d, sample %d: %d, want %d", second, i, got, want[i])
			}
		}
	}
}
