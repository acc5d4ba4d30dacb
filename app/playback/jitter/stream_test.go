package jitter

import (
	"math/rand/v2"
	"testing"
	"time"
)

const ms = time.Millisecond

func TestSteadyToneHasNoOddPeriod(t *testing.T) {
	for _, phase := range []time.Duration{0, 3 * ms, 9 * ms} {
		s := newSim()
		s.send(3000, func(int) time.Duration { return 5*ms + phase })
		s.run(60 * time.Second)
		if odd := oddPeriods(t, s.from(100*ms), 0.5); odd > 0 {
			t.Errorf("%d odd periods", odd)
		}
		stats := s.stream.Stats()
		if stats.Lost != 0 || stats.Concealed != 0 || stats.Packets < 2999 {
			t.Errorf("%+v", stats)
		}
		if stats.DelayMs < 40 || stats.DelayMs > 51 {
			t.Errorf("holds %.0f ms", stats.DelayMs)
		}
	}
}

func TestBufferFollowsTheNetwork(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	s := newSim()
	s.send(3000, func(i int) time.Duration {
		switch {
		case i < 500 || i >= 1500:
			return 5 * ms
		default:
			return 5*ms + time.Duration(random.IntN(100))*ms
		}
	})
	s.run(9 * time.Second)
	before := s.stream.Stats()
	s.run(28 * time.Second)
	during := s.stream.Stats()
	s.run(58 * time.Second)
	after := s.stream.Stats()
	t.Logf("%+v %+v %+v", before, during, after)
	if before.DelayMs > 51 || during.DelayMs < 70 || during.DelayMs > 200 || after.DelayMs > 60 {
		t.Errorf("held %.0f, %.0f, %.0f ms", before.DelayMs, during.DelayMs, after.DelayMs)
	}
	if gap := longestGap(s.from(100 * ms)); gap > 60*ms {
		t.Errorf("silent for %v", gap)
	}
	if odd := oddPeriods(t, s.from(100*ms), 3); odd > 0 {
		t.Errorf("%d odd periods", odd)
	}
}

func TestClocksDrift(t *testing.T) {
	for _, ppm := range []float64{-300, 300} {
		s := newSim()
		s.send(6000, func(i int) time.Duration {
			return 5*ms + time.Duration(float64(i)*float64(packetTime)*ppm/1e6) + 50*ms
		})
		s.run(119 * time.Second)
		stats := s.stream.Stats()
		t.Logf("%+v", stats)
		if stats.Lost != 0 || stats.DelayMs < 35 || stats.DelayMs > 60 || stats.Concealed > 100*ms {
			t.Errorf("%v ppm: %+v", ppm, stats)
		}
		if odd := oddPeriods(t, s.from(200*ms), 1); odd > 0 {
			t.Errorf("%v ppm: %d odd periods", ppm, odd)
		}
	}
}

// A computer that has too much to do lets the speaker's clock go slow by far.
func TestVerySlowSpeaker(t *testing.T) {
	s := newSim()
	s.pullAt = func(i int) time.Duration { return time.Duration(i) * 10300 * time.Microsecond }
	s.send(3000, func(int) time.Duration { return 5 * ms })
	s.run(59 * time.Second)
	if stats := s.stream.Stats(); stats.Lost > 0 || stats.DelayMs > 90 {
		t.Errorf("%+v", stats)
	}
	if odd := oddPeriods(t, s.heard[SampleRate:], 1); odd > 0 {
		t.Errorf("%d odd periods", odd)
	}
}

func TestLossIsConcealed(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	s := newSim()
	lost := uint64(0)
	s.send(3000, func(int) time.Duration {
		if random.IntN(100) < 5 {
			lost++
			return -1
		}
		return 5 * ms
	})
	s.run(59 * time.Second)
	stats := s.stream.Stats()
	t.Logf("%+v", stats)
	if gap := longestGap(s.from(100 * ms)); gap > 60*ms {
		t.Errorf("silent for %v", gap)
	}
	if stats.Lost < lost-10 || stats.Lost > lost {
		t.Errorf("%d lost, want %d", stats.Lost, lost)
	}
	if stats.DelayMs > 80 {
		t.Errorf("%.0f ms", stats.DelayMs)
	}
}
