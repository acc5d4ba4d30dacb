package jitter

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// A computer that is busy runs neither the speaker nor the network on time.
func TestUnevenPullsDoNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	tests := map[string]func(i int) time.Duration{
		"late now and then": func(i int) time.Duration {
			return time.Duration(i)*10*ms + time.Duration(random.IntN(9))*ms
		},
		"four at once": func(i int) time.Duration { return time.Duration(i/4) * 40 * ms },
	}
	for name, pullAt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSim()
			s.pullAt = pullAt
			s.send(1500, func(int) time.Duration { return time.Duration(5+random.IntN(5)) * ms })
			s.run(30 * time.Second)
			if gap := longestGap(s.heard[SampleRate/4:]); gap > 5*ms {
				t.Errorf("silent for %v", gap)
			}
			if odd := oddPeriods(t, s.heard[10*SampleRate:29*SampleRate], 1); odd > 0 {
				t.Errorf("%d odd periods", odd)
			}
			if stats := s.stream.Stats(); stats.Lost > 0 || stats.DelayMs > 90 {
				t.Errorf("%+v", stats)
			}
		})
	}
}

func TestOrderAndDoubles(t *testing.T) {
	s := newSim()
	for i := range 500 {
		p := packetOf(uint16(65530+i), uint32(i*perPacket), tone(uint32(i*perPacket), false))
		at := time.Duration(i) * packetTime
		if i%7 == 3 {
			at += 25 * ms // after the next one
		}
		s.arrive(at, p)
		if i%5 == 0 {
			s.arrive(at+30*ms, p)
			s.arrive(at+200*ms, p)
		}
	}
	s.run(10 * time.Second)
	stats := s.stream.Stats()
	if stats.Packets < 495 || stats.Packets > 500 || stats.Lost > 5 {
		t.Errorf("%+v", stats)
	}
	if gap := longestGap(s.from(100 * ms)); gap > 5*ms {
		t.Errorf("silent for %v", gap)
	}
}

// Retransmitted packets come late; the buffer grows until most come in time.
func TestRetransmissionsAreWaitedFor(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	s := newSim()
	s.send(3000, func(int) time.Duration {
		if random.IntN(100) < 6 {
			return 85 * ms
		}
		return 5 * ms
	})
	s.run(10 * time.Second)
	early := s.stream.Stats()
	s.run(60 * time.Second)
	late := s.stream.Stats()
	t.Logf("%+v, then %+v", early, late)
	if early.Lost == 0 || late.Lost > early.Lost+40 {
		t.Errorf("%d lost in 10 s, %d in 60 s", early.Lost, late.Lost)
	}
	if late.DelayMs < 90 || late.DelayMs > 150 {
		t.Errorf("%.0f ms", late.DelayMs)
	}
}

func TestCorrectionInTheNextPacket(t *testing.T) {
	s := newSim()
	for i := range 250 {
		if i%10 != 9 {
			s.arrive(time.Duration(i)*packetTime, packetOf(uint16(i), uint32(i*perPacket), tone(uint32(i*perPacket), true)))
		}
	}
	s.run(5 * time.Second)
	stats := s.stream.Stats()
	if stats.Lost < 23 || stats.Recovered != stats.Lost || stats.Concealed > 60*ms {
		t.Errorf("%+v", stats)
	}
}

// pausedSender is silent from packet 100 to 200, and its timestamps go on or not.
func pausedSender(s *sim, stampsGoOn bool, every int) {
	seq, stamp := uint16(65500), uint32(77)
	for i := range 300 {
		sent := i < 100 || i >= 200 || (every > 0 && i%every == 0)
		if sent {
			payload := tone(uint32(i*perPacket), false)
			if i >= 100 && i < 200 {
				payload = payload[:1] // silence
			}
			s.arrive(time.Duration(i)*packetTime+5*ms, packetOf(seq, stamp, payload))
			seq++
		}
		if sent || stampsGoOn {
			stamp += perPacket
		}
	}
}

func TestPausesAreNoLoss(t *testing.T) {
	tests := map[string]struct {
		goOn  bool
		every int
	}{
		"muted, timestamps go on":    {goOn: true},
		"muted, timestamps stop":     {goOn: false},
		"silence now and then (DTX)": {goOn: true, every: 20},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSim()
			pausedSender(s, test.goOn, test.every)
			s.run(5900 * ms)
			stats := s.stream.Stats()
			if stats.Lost != 0 || stats.Concealed != 0 || stats.Recovered != 0 || stats.DelayMs > 60 {
				t.Errorf("%+v", stats)
			}
			if gap := longestGap(s.from(2300 * ms)[:SampleRate*3/2]); gap < time.Second {
				t.Errorf("the pause is not silent: %v", gap)
			}
			for name, part := range map[string][]int16{"before": s.from(100 * ms)[:SampleRate*9/5], "after": s.from(4100 * ms)[:SampleRate*8/5]} {
				if odd := oddPeriods(t, part, 0.5); odd > 0 || longestGap(part) > 0 {
					t.Errorf("%s: %d odd periods, silent for %v", name, odd, longestGap(part))
				}
			}
		})
	}
}

func TestLeaps(t *testing.T) {
	tests := map[string]func(i int, p *rtp.Packet){
		"timestamps forwards":  func(_ int, p *rtp.Packet) { p.Timestamp += 1e9 },
		"timestamps backwards": func(_ int, p *rtp.Packet) { p.Timestamp -= 1e9 },
		"sequence numbers":     func(_ int, p *rtp.Packet) { p.SequenceNumber += 20000 },
		"both":                 func(_ int, p *rtp.Packet) { p.SequenceNumber -= 20000; p.Timestamp += 1e6 },
		"SSRC":                 func(_ int, p *rtp.Packet) { p.SSRC++ },
		"everything":           func(_ int, p *rtp.Packet) { p.SSRC++; p.SequenceNumber += 50000; p.Timestamp += 1e9 },
	}
	for name, leap := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSim()
			for i := range 400 {
				p := packetOf(uint16(i), uint32(i*perPacket), tone(uint32(i*perPacket), false))
				if i >= 200 {
					leap(i, p)
				}
				s.arrive(time.Duration(i)*packetTime, p)
			}
			s.run(8 * time.Second)
			if gap := longestGap(s.from(100 * ms)); gap > 60*ms {
				t.Errorf("silent for %v", gap)
			}
			stats := s.stream.Stats()
			if stats.Lost > 2 || stats.DelayMs > 80 {
				t.Errorf("%+v", stats)
			}
			if odd := oddPeriods(t, s.from(5*time.Second), 0.5); odd > 0 {
				t.Errorf("%d odd periods", odd)
			}
		})
	}
}

// After the network stood still, what is old is dropped.
func TestStallsAreNotCaughtUpWith(t *testing.T) {
	s := newSim()
	s.send(500, func(i int) time.Duration {
		if i >= 200 && i < 300 {
			return time.Duration(300-i)*packetTime + 5*ms // all at 6.005 s
		}
		return 5 * ms
	})
	s.run(7 * time.Second)
	stats := s.stream.Stats()
	if stats.DelayMs > 150 {
		t.Errorf("%+v", stats)
	}
	s.run(9900 * ms)
	if stats = s.stream.Stats(); stats.DelayMs > 75 {
		t.Errorf("%+v", stats)
	}
	if gap := longestGap(s.from(6100 * ms)); gap > 0 {
		t.Errorf("silent for %v", gap)
	}
}

func TestDamagedPacketsAreConcealed(t *testing.T) {
	s := newSim()
	s.decoder.corrupt = map[uint32]bool{}
	for i := 10; i < 500; i += 10 {
		s.decoder.corrupt[uint32(i*perPacket)] = true
	}
	s.send(500, func(int) time.Duration { return 5 * ms })
	s.run(9900 * ms)
	if odd, gap := oddPeriods(t, s.from(100*ms), 0.5), longestGap(s.from(100*ms)); odd > 0 || gap > 0 {
		t.Errorf("%d odd periods, silent for %v", odd, gap)
	}
}

func TestPaddingIsNoLoss(t *testing.T) {
	s := newSim()
	seq := uint16(0)
	for i := range 500 {
		s.arrive(time.Duration(i)*packetTime, packetOf(seq, uint32(i*perPacket), tone(uint32(i*perPacket), false)))
		seq++
		if i%10 == 0 {
			s.arrive(time.Duration(i)*packetTime, packetOf(seq, uint32(i*perPacket), nil))
			seq++
		}
	}
	s.run(9900 * ms)
	if odd := oddPeriods(t, s.from(100*ms), 0.5); odd > 0 {
		t.Errorf("%d odd periods", odd)
	}
	if stats := s.stream.Stats(); stats.Lost > 0 || stats.Concealed > 0 {
		t.Errorf("%+v", stats)
	}
}

func TestPacketsOfAnyLength(t *testing.T) {
	for config, samples := range map[byte]int{28: 120, 29: 240, 30: 480, 31: 960, 2: 1920, 3: 2880} {
		s := newSim()
		for i := range 4 * SampleRate / samples {
			payload := tone(uint32(i*samples), false)
			payload[0] = config << 3
			s.arrive(time.Duration(i*samples)*time.Second/SampleRate, packetOf(uint16(i), uint32(i*samples), payload))
		}
		s.run(3900 * ms)
		if odd := oddPeriods(t, s.from(300*ms), 0.5); odd > 0 {
			t.Errorf("%d samples: %d odd periods", samples, odd)
		}
		if stats := s.stream.Stats(); stats.Lost > 0 || stats.Concealed > 0 {
			t.Errorf("%d samples: %+v", samples, stats)
		}
	}
}

func TestLevel(t *testing.T) {
	s := newSim()
	s.send(100, func(int) time.Duration { return 0 })
	if l := s.stream.Level(); l != 0 {
		t.Errorf("%v at first", l)
	}
	s.run(time.Second)
	// A sine of amplitude 10000 is at -13.3 dBFS.
	if l := s.stream.Level(); l < 0.77 || l > 0.79 {
		t.Errorf("%v", l)
	}
	s.run(4 * time.Second)
	if l := s.stream.Level(); l != 0 {
		t.Errorf("%v at last", l)
	}
}
