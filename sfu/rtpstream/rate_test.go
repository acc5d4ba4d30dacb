package rtpstream

import (
	"math"
	"testing"
	"time"
)

func TestRateCounterSteady(t *testing.T) {
	tests := []struct {
		name     string
		window   time.Duration
		everyMs  float64
		bytes    int
		wantBps  float64
		leeway   float64 // share
		warmUpMs float64
	}{
		{"video, zero value", 0, 4, 1200, 2_400_000, 0.01, 1000},
		{"audio", time.Second, 20, 100, 40_000, 0.021, 1000},
		{"long window", 2500 * time.Millisecond, 4, 1200, 2_400_000, 0.01, 2500},
		{"one packet a second in a long window", 2500 * time.Millisecond, 1000, 5000, 40_000, 0.21, 2500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := NewRateCounter(tt.window)
			for ms := 0.0; ms < 10_000; ms += tt.everyMs {
				r.Add(instant(ms), tt.bytes)
				if ms <= tt.warmUpMs {
					continue
				}
				if got := float64(r.BitrateBps(instant(ms + 1))); math.Abs(got-tt.wantBps) > tt.leeway*tt.wantBps {
					t.Fatalf("at %v ms: %v bit/s, want %v ± %v", ms, got, tt.wantBps, tt.leeway*tt.wantBps)
				}
			}
		})
	}
}

func TestRateCounterSlides(t *testing.T) {
	var r RateCounter
	if got := r.BitrateBps(instant(0)); got != 0 {
		t.Errorf("before the first packet: %d bit/s, want 0", got)
	}
	r.Add(instant(0), 1000)
	steps := []struct {
		ms   float64
		want uint64
	}{{0, 8000}, {500, 8000}, {999, 8000}, {1010, 4000}, {1021, 0}, {1e9, 0}}
	for _, step := range steps {
		if got := r.BitrateBps(instant(step.ms)); got != step.want {
			t.Errorf("at %v ms: %d bit/s, want %d", step.ms, got, step.want)
		}
	}
}

func TestRateCounterTimeGoesBack(t *testing.T) {
	var r RateCounter
	r.Add(instant(5000), 1000)
	r.Add(instant(1000), 1000)
	if got := r.BitrateBps(instant(4000)); got != 16_000 {
		t.Errorf("%d bit/s, want both packets: 16000", got)
	}
	r.Add(instant(6500), -5)
	if got := r.BitrateBps(instant(6500)); got != 0 {
		t.Errorf("%d bit/s, want 0", got)
	}
}

func TestRateCounterReset(t *testing.T) {
	r := NewRateCounter(2 * time.Second)
	r.Add(instant(0), 1000)
	r.Reset()
	if got := r.BitrateBps(instant(1)); got != 0 {
		t.Errorf("after Reset: %d bit/s, want 0", got)
	}
	r.Add(instant(0), 1000)
	if got := r.BitrateBps(instant(1)); got != 4000 {
		t.Errorf("after Reset the window is gone: %d bit/s, want 4000", got)
	}
}

func TestRateCounterAllocs(t *testing.T) {
	var r RateCounter
	ms := 0.0
	wantNoAllocs(t, func() {
		ms += 3
		r.Add(instant(ms), 1200)
		r.BitrateBps(instant(ms))
	})
}
