package rtpstream

import (
	"math/rand"
	"testing"
	"time"
)

// rfcSource is the algorithm of RFC 3550 appendices A.1, A.3 and A.8 in its own
// arithmetic, as a reference. Probation is left out: SRTP has authenticated
// every packet already.
type rfcSource struct {
	maxSeq                       uint16
	cycles, baseSeq, badSeq      uint32
	received                     uint32
	expectedPrior, receivedPrior uint32
	transit                      int32
	hasTransit                   bool
	jitter                       float64
}

func (s *rfcSource) init(seq uint16) {
	*s = rfcSource{
		baseSeq: uint32(seq), maxSeq: seq, badSeq: seqCycle + 1,
		transit: s.transit, hasTransit: s.hasTransit, jitter: s.jitter,
	}
}

// update is update_seq of A.1.
func (s *rfcSource) update(seq uint16) bool {
	udelta := seq - s.maxSeq
	switch {
	case udelta < maxDropout:
		if seq < s.maxSeq {
			s.cycles += seqCycle
		}
		s.maxSeq = seq
	case uint32(udelta) <= seqCycle-maxMisorder:
		if uint32(seq) != s.badSeq {
			s.badSeq = (uint32(seq) + 1) & (seqCycle - 1)
			return false
		}
		s.init(seq)
	}
	s.received++
	return true
}

// addJitter is A.8 with the arrival in timestamp units.
func (s *rfcSource) addJitter(arrival, ts uint32) {
	transit := int32(arrival - ts)
	d := transit - s.transit
	first := !s.hasTransit
	s.transit, s.hasTransit = transit, true
	if first {
		return
	}
	if d < 0 {
		d = -d
	}
	s.jitter += (1. / 16.) * (float64(d) - s.jitter)
}

// report is A.3: extended highest number, cumulative loss, fraction lost.
func (s *rfcSource) report() (highest uint32, lost int32, fraction uint8) {
	extendedMax := s.cycles + uint32(s.maxSeq)
	expected := extendedMax - s.baseSeq + 1
	lost = int32(expected - s.received)
	expectedInterval := expected - s.expectedPrior
	s.expectedPrior = expected
	receivedInterval := s.received - s.receivedPrior
	s.receivedPrior = s.received
	lostInterval := int32(expectedInterval - receivedInterval)
	if expectedInterval != 0 && lostInterval > 0 {
		fraction = uint8((lostInterval << 8) / int32(expectedInterval))
	}
	return extendedMax, lost, fraction
}

// TestReportsMatchRfc3550 feeds a stream that loses, reorders, duplicates and
// delays to RecvStream and to the reference, over several sequence cycles and a
// timestamp wrap.
func TestReportsMatchRfc3550(t *testing.T) {
	for seed := range int64(5) {
		rng := rand.New(rand.NewSource(seed))
		cfg := videoRecvConfig()
		s := newRecv(t, cfg)
		var ref rfcSource
		first, firstTs := uint16(rng.Intn(seqCycle)), ^uint32(0)-uint32(rng.Intn(1<<22))
		ref.init(first)

		type packet struct {
			index    int
			arriveMs float64
		}
		var late []packet // reordered packets still under way
		deliver := func(p packet, nowMs float64) {
			seq, ts := first+uint16(p.index), firstTs+uint32(p.index)*360
			wantOk := ref.update(seq)
			if wantOk {
				ref.addJitter(uint32(ticksOf(instant(nowMs).Sub(instant(0)), videoClock)), ts)
			}
			highest, _ := s.seq.extender.Highest()
			received := s.seq.received
			s.Receive(instant(nowMs), header(seq, ts), 1000)
			if gotOk := s.seq.received != received || p.index == 0; gotOk != wantOk {
				t.Fatalf("seed %d packet %d (highest %d): valid = %v, want %v", seed, p.index, highest, gotOk, wantOk)
			}
		}
		deliver(packet{index: 0}, 0)
		for i := 1; i < 150_000; i++ {
			nowMs := float64(i)*4 + rng.Float64()*3
			switch roll := rng.Float64(); {
			case roll < 0.03: // lost
			case roll < 0.05:
				late = append(late, packet{index: i, arriveMs: nowMs + rng.Float64()*200})
			default:
				deliver(packet{index: i}, nowMs)
			}
			for len(late) > 0 && late[0].arriveMs <= nowMs {
				deliver(late[0], nowMs)
				late = late[1:]
			}
			if i%997 != 0 {
				continue
			}
			got := s.ReceiverReport(instant(nowMs))
			highest, lost, fraction := ref.report()
			if got.LastSequenceNumber != highest || got.FractionLost != fraction || got.TotalLost != uint32(lost)&0xffffff {
				t.Fatalf("seed %d packet %d: report = %+v, want highest %d, lost %d, fraction %d", seed, i, got, highest, lost, fraction)
			}
			if got.Jitter != uint32(ref.jitter) {
				t.Fatalf("seed %d packet %d: jitter = %d, want %d", seed, i, got.Jitter, uint32(ref.jitter))
			}
		}
	}
}

func TestJitter(t *testing.T) {
	tests := []struct {
		name   string
		arrive []float64 // ms
		ts     []uint32
		want   float64
	}{
		{name: "single packet", arrive: []float64{0}, ts: []uint32{1000}, want: 0},
		{name: "perfect pace", arrive: []float64{0, 20, 40, 60}, ts: []uint32{0, 960, 1920, 2880}, want: 0},
		{
			name:   "one packet 16 ms late moves the estimate by a sixteenth",
			arrive: []float64{0, 36}, ts: []uint32{0, 960}, want: 48,
		},
		{
			name:   "and the next in time again, by the formula",
			arrive: []float64{0, 36, 40}, ts: []uint32{0, 960, 1920}, want: 48 + (768-48)/16.,
		},
		{
			name:   "timestamp wrap",
			arrive: []float64{0, 20, 40}, ts: []uint32{0xfffffe00, 0x1c0, 0x580}, want: 0,
		},
		{
			name:   "a new timestamp base is no jitter",
			arrive: []float64{0, 20, 40, 60}, ts: []uint32{0, 960, 3_000_000_000, 3_000_000_960}, want: 0,
		},
		{
			name:   "a long pause is none either",
			arrive: []float64{0, 20, 20_040, 20_060}, ts: []uint32{0, 960, 1920, 2880}, want: 0,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var j jitter
			for i, ms := range tt.arrive {
				j.add(time.Duration(ms*float64(time.Millisecond)), tt.ts[i], audioClock)
			}
			if j.ticks != tt.want {
				t.Errorf("jitter = %v ticks, want %v", j.ticks, tt.want)
			}
		})
	}
}
