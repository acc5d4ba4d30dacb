package playback

import (
	"math"
	"testing"
)

func constant(value int16) []int16 {
	pcm := make([]int16, block)
	for i := range pcm {
		pcm[i] = value
	}
	return pcm
}

func TestMixAdds(t *testing.T) {
	m, out := newMixer(), make([]int16, block)
	m.add(constant(1000), full, full)
	m.add(constant(-300), full, full)
	m.add(constant(100), 2*full, 2*full)
	m.finish(out)
	for i, s := range out {
		if s != 900 {
			t.Fatalf("sample %d is %d", i, s)
		}
	}
	m.finish(out)
	if out[0] != 0 || out[block-1] != 0 {
		t.Error("the next mix does not begin empty")
	}
}

func TestVolumeChangesSmoothly(t *testing.T) {
	m, out := newMixer(), make([]int16, block)
	m.add(constant(10000), full, 0)
	m.finish(out)
	last := int16(10000)
	for i := 0; i < block; i += 2 {
		if out[i] != out[i+1] || out[i] > last || last-out[i] > 50 {
			t.Fatalf("sample %d is %d after %d", i, out[i], last)
		}
		last = out[i]
	}
}

// Friends who shout together are held down, not cut off.
func TestLimiter(t *testing.T) {
	m, out := newMixer(), make([]int16, block)
	tone := make([]int16, block)
	for i := range tone {
		tone[i] = int16(32000 * math.Sin(2*math.Pi*5*float64(i/2)/480))
	}
	for range 100 {
		for range 8 {
			m.add(tone, 2*full, 2*full)
		}
		m.finish(out)
	}
	for i, s := range out {
		want := float64(tone[i]) * ceiling / 32000
		if math.Abs(float64(s)-want) > 300 {
			t.Fatalf("sample %d is %d, want %.0f", i, s, want)
		}
	}
	for range 300 {
		m.add(constant(1000), full, full)
		m.finish(out)
	}
	if out[0] < 990 {
		t.Errorf("3 s later the gain is still down: %d of 1000", out[0])
	}
}

func TestSoften(t *testing.T) {
	last := int16(-32768)
	for s := float32(-3e6); s < 3e6; s += 97 {
		got := soften(s)
		if got < last {
			t.Fatalf("%v gives %d after %d", s, got, last)
		}
		last = got
	}
	if soften(1e9) < 32000 || soften(-1e9) > -32000 || soften(12345) != 12345 {
		t.Error(soften(1e9), soften(-1e9), soften(12345))
	}
}
