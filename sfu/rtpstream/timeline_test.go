package rtpstream

import (
	"testing"
)

func TestRewriteTimestampsAtSwitch(t *testing.T) {
	const second = videoClock
	// ntp returns the NTP time of the test's clock.
	ntp := func(ms float64) uint64 { return ntpOf(instant(ms)) }
	known := func(ms float64, ts uint32) ReportMapping { return ReportMapping{Ntp: ntp(ms), RtpTs: ts, Known: true} }
	// Stream 0 began at 0 ms with timestamp 1000 and sent its last frame, of
	// timestamp 1000+9*second, at 9 s. Stream 1 takes over at 10 s with 500000.
	tests := []struct {
		name           string
		stream         int
		ts             uint32
		previous, next ReportMapping
		want           uint32
	}{
		{
			"by the reports", 1, 500_000,
			known(8000, 1000+8*second), known(9000, 500_000-second/2), // captured at 9.5 s
			1000 + 9*second + second/2,
		},
		{
			"by the reports, the new one older", 1, 500_000,
			known(9000, 1000+9*second), known(4000, 500_000-5*second-second/2), // captured at 9.5 s
			1000 + 9*second + second/2,
		},
		{"by the clock without reports", 1, 500_000, ReportMapping{}, ReportMapping{}, 1000 + 10*second},
		{"by the clock without the old one", 1, 500_000, ReportMapping{}, known(9000, 400_000), 1000 + 10*second},
		{"by the clock without the new one", 1, 500_000, known(9000, 400_000), ReportMapping{}, 1000 + 10*second},
		{
			"by the clock where a report lies by an hour", 1, 500_000,
			known(8000, 1000+8*second), known(3_600_000+9500, 500_000), 1000 + 10*second,
		},
		{
			"by the clock where a report lies the other way", 1, 500_000,
			known(3_600_000+8000, 1000+8*second), known(9500, 500_000), 1000 + 10*second,
		},
		{
			"never back: captured before the last frame sent", 1, 500_000,
			known(9000, 1000+9*second), known(9000, 500_000+second/10), 1000 + 9*second + second/30,
		},
		{
			"never the same", 1, 500_000,
			known(9000, 1000+9*second), known(9000, 500_000), 1000 + 9*second + second/30,
		},
		{"the same stream goes on", 0, 1000 + 10*second - 7, ReportMapping{}, ReportMapping{}, 1000 + 10*second - 7},
		{"the same stream with new timestamps", 0, 77, ReportMapping{}, ReportMapping{}, 1000 + 10*second},
	}
	for _, tt := range tests {
		for _, base := range []uint32{0, 0xffffffff - 5*second, 0x7fffffff - 5*second} { // wraps on the way
			t.Run(tt.name, func(t *testing.T) {
				shift := func(m ReportMapping, by uint32) ReportMapping {
					m.RtpTs += by
					return m
				}
				r := newRewriter(t, 0)
				r.Sync(instant(0), 0, 1, 1000+base, ReportMapping{}, ReportMapping{})
				r.Rewrite(0, 1, 1000+base)
				r.Rewrite(0, 200, 1000+9*second+base)

				in := tt.ts
				next := tt.next
				if tt.stream == 0 {
					in += base
				} else {
					in += 3 * base // any other base
					next = shift(next, 3*base)
				}
				r.Sync(instant(10_000), tt.stream, 300, in, shift(tt.previous, base), next)
				_, got, ok := r.Rewrite(tt.stream, 300, in)
				if diff := TimestampDiff(got, tt.want+base); !ok || diff > 1 || diff < -1 {
					t.Errorf("timestamp = %d, %v, want %d", got-base, ok, tt.want)
				}
				_, later, _ := r.Rewrite(tt.stream, 301, in+3000)
				if later-got != 3000 {
					t.Errorf("next frame %d ticks later, want 3000", later-got)
				}
			})
		}
	}
}

func TestRewriteKeepsTheFirstStreamsTimestamps(t *testing.T) {
	r := newRewriter(t, 0)
	r.Sync(instant(0), 2, 10, 0xfffffff0, ReportMapping{}, ReportMapping{})
	for i := range uint32(10) {
		ts := 0xfffffff0 + i*3000
		if _, got, ok := r.Rewrite(2, 10+uint16(i), ts); !ok || got != ts {
			t.Errorf("timestamp = %#x, %v, want %#x", got, ok, ts)
		}
	}
}

func TestRewriteTimestampsOverRestart(t *testing.T) {
	tests := []struct {
		name string
		ts   uint32 // after the jump; the last frame had 1,000,000
		want uint32
	}{
		{"a long gap keeps the timeline", 1_000_000 + 20*videoClock, 1_000_000 + 20*videoClock},
		{"new timestamps go on with the next frame", 3_000_000_000, 1_003_000},
		{"older timestamps too", 500_000, 1_003_000},
		{"the same timestamp too", 1_000_000, 1_003_000},
		{"a jump of more than a minute too", 1_000_000 + 61*videoClock, 1_003_000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRewriter(t, 0)
			r.Sync(instant(0), 0, 1, 1_000_000, ReportMapping{}, ReportMapping{})
			r.Rewrite(0, 1, 1_000_000)
			_, got, ok := r.Rewrite(0, 30_000, tt.ts)
			if !ok || got != tt.want {
				t.Errorf("timestamp = %d, %v, want %d", got, ok, tt.want)
			}
			// The clock's anchor is gone; the next switch is believed to its
			// reports, and without any follows by a frame.
			r.Sync(instant(99_000), 1, 5, 77, ReportMapping{}, ReportMapping{})
			if _, next, ok := r.Rewrite(1, 5, 77); !ok || next != got+3000 {
				t.Errorf("after the next switch: %d, %v, want %d", next, ok, got+3000)
			}
		})
	}
}

func TestRewriteTimestampsGoBack(t *testing.T) {
	tests := []struct {
		name string
		ts   uint32 // of the next packet; the last frame had 10,000,000
		want uint32
		seq  uint16 // it gets, after 0
	}{
		{"next frame", 10_003_000, 10_003_000, 2},
		{"out of display order", 10_000_000 - 6000, 10_000_000 - 6000, 2},
		{"an hour ahead, after a pause", 10_000_000 + 3600*videoClock, 10_000_000 + 3600*videoClock, 2},
		{"back by more than is believed", 10_000_000 - 5*videoClock - 1, 10_003_000, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRewriter(t, 0)
			r.Sync(instant(0), 0, 1, 10_000_000, ReportMapping{}, ReportMapping{})
			r.Rewrite(0, 1, 10_000_000)
			seq, ts, ok := r.Rewrite(0, 3, tt.ts)
			if seq != tt.seq || ts != tt.want || !ok {
				t.Errorf("got %d, %d, %v, want %d, %d", seq, ts, ok, tt.seq, tt.want)
			}
			if _, late, ok := r.Rewrite(0, 2, 10_000_000); ok != (tt.seq == 2) || ok && late != 10_000_000 {
				t.Errorf("late packet: %d, %v", late, ok)
			}
		})
	}
}

// TestRewriteDrift lets sender clock and ours run apart by 100 ppm for a day:
// the reports are still believed.
func TestRewriteDrift(t *testing.T) {
	r := newRewriter(t, 0)
	r.Sync(instant(0), 0, 1, 0, ReportMapping{}, ReportMapping{})
	r.Rewrite(0, 1, 0)
	const day = 24 * 3600
	const ticks = day * videoClock / 10_000 * 10_001
	for ts := 0; ts < ticks; ts += 1 << 30 {
		r.Rewrite(0, 2, uint32(ts))
	}
	lastTs := uint32(ticks % (1 << 32))
	previous := ReportMapping{Ntp: ntpOf(instant(0)), RtpTs: lastTs, Known: true}
	next := ReportMapping{Ntp: ntpOf(instant(0)), RtpTs: 5, Known: true}
	r.Sync(instant(day*1000), 1, 9, 5, previous, next)
	if _, got, _ := r.Rewrite(1, 9, 5); got != lastTs {
		t.Errorf("timestamp = %d, want the reports' %d", got, lastTs)
	}
	// From there on the clock counts anew.
	r.Sync(instant(day*1000+1000), 0, 3, 99, ReportMapping{}, ReportMapping{})
	if _, got, _ := r.Rewrite(0, 3, 99); got != lastTs+videoClock {
		t.Errorf("a second later: timestamp = %d, want %d", got, lastTs+videoClock)
	}
}

// TestRewriteTimestampsOverManySwitches goes round three layers of one camera,
// each with its own timestamps: by the reports, the time between frames stays
// what it was at the camera although the packets come at odd times.
func TestRewriteTimestampsOverManySwitches(t *testing.T) {
	bases := []uint32{1000, 0xfffff000, 0x80000000}
	captured := func(layer int, ms float64) uint32 { return bases[layer] + uint32(ms*videoClock/1000) }
	r := newRewriter(t, 0)
	for i := range 50 {
		layer, ms := i%3, float64(i)*700
		mapping := func(layer int, reportMs float64) ReportMapping {
			return ReportMapping{Ntp: ntpOf(instant(reportMs)), RtpTs: captured(layer, reportMs), Known: true}
		}
		arriveMs := ms + float64(i*37%90)
		ts := captured(layer, ms)
		r.Sync(instant(arriveMs), layer, uint16(i), ts, mapping((layer+2)%3, ms-300), mapping(layer, ms-900))
		_, got, ok := r.Rewrite(layer, uint16(i), ts)
		if diff := TimestampDiff(got, captured(0, ms)); !ok || diff > 50 || diff < -50 {
			t.Fatalf("switch %d: timestamp off by %d ticks, want at most a tick a switch", i, diff)
		}
	}
}
