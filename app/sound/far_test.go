package sound

import (
	"testing"
	"time"
)

// speakerOf writes portions of 10 ms that are 1 throughout; after gives when
// each comes, after the one before.
func speakerOf(after ...time.Duration) *far {
	var now time.Time
	f := newFar(now)
	portion := make([]int16, 2*FrameSamples)
	for i := range portion {
		portion[i] = 1
	}
	for _, wait := range after {
		now = now.Add(wait)
		f.write(now, portion)
	}
	return f
}

func TestGapsBecomeSilence(t *testing.T) {
	const ms = time.Millisecond
	steady := []time.Duration{10 * ms, 10 * ms, 10 * ms, 10 * ms}
	tests := map[string]struct {
		then []time.Duration
		want int // samples of silence
		gaps int
	}{
		"none":                   {steady, 0, 0},
		"a gap of 20 ms":         {[]time.Duration{30 * ms, 10 * ms, 10 * ms}, 20 * RateHz / 1000, 1},
		"two gaps":               {[]time.Duration{20 * ms, 10 * ms, 20 * ms, 10 * ms}, 20 * RateHz / 1000, 2},
		"late, then at once":     {[]time.Duration{30 * ms, 0, 0, 10 * ms}, 0, 0},
		"late by less":           {[]time.Duration{12 * ms, 10 * ms, 8 * ms}, 0, 0},
		"too long to believe in": {[]time.Duration{time.Second, 10 * ms, 10 * ms}, 0, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := speakerOf(append(append([]time.Duration{}, steady...), test.then...)...)
			if f.ranDry() != test.gaps {
				t.Errorf("%d gaps", f.ranDry())
			}
			portions := uint64(len(steady) + len(test.then))
			if got := int(f.written - portions*FrameSamples); got != test.want {
				t.Errorf("%d samples of silence, want %d", got, test.want)
			}
			silent := 0
			for _, sample := range f.samples[:f.written] {
				if sample == 0 {
					silent++
				}
			}
			if silent != test.want {
				t.Errorf("%d samples are silent", silent)
			}
		})
	}
}

// Whole places are exact, places between are in between.
func TestFarIsReadBetweenSamples(t *testing.T) {
	f := newFar(time.Time{})
	line := make([]int16, 0, 200)
	for i := range 100 {
		line = append(line, int16(100*i), int16(100*i))
	}
	f.write(time.Time{}, line)
	got := make([]int16, 3)
	f.read(got, 10, 1)
	if got[0] != 1000 || got[1] != 1100 || got[2] != 1200 {
		t.Errorf("whole places: %v", got)
	}
	f.read(got, 10.25, 1.5)
	if got[0] != 1025 || got[1] != 1175 || got[2] != 1325 {
		t.Errorf("places between: %v", got)
	}
	f.read(got, -5, 1)
	if got[0] != 0 {
		t.Errorf("before the beginning: %v", got)
	}
	f.read(got, 1000, 1)
	if got[0] != 0 {
		t.Errorf("after the end: %v", got)
	}
}
