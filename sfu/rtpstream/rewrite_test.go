package rtpstream

import (
	"testing"
	"time"
)

// rewriteStep is one call to a Rewriter and what it must give.
type rewriteStep struct {
	op     string // sync, send, drop
	stream int
	seq    uint16
	ts     uint32
	out    uint16
	ok     bool
}

func TestRewriteSequences(t *testing.T) {
	sync := func(stream int, seq uint16) rewriteStep { return rewriteStep{op: "sync", stream: stream, seq: seq} }
	send := func(seq, out uint16) rewriteStep { return rewriteStep{op: "send", seq: seq, out: out, ok: true} }
	refuse := func(seq uint16) rewriteStep { return rewriteStep{op: "send", seq: seq} }
	drop := func(seq uint16) rewriteStep { return rewriteStep{op: "drop", seq: seq, ok: true} }
	tooLate := func(seq uint16) rewriteStep { return rewriteStep{op: "drop", seq: seq} }
	other := func(s rewriteStep) rewriteStep { s.stream = 1; return s }

	tests := []struct {
		name  string
		first uint16
		steps []rewriteStep
	}{
		{"nothing before Sync", 100, []rewriteStep{refuse(5), drop(5), sync(0, 6), send(6, 100)}},
		{"in order", 100, []rewriteStep{sync(0, 5), send(5, 100), send(6, 101), send(7, 102)}},
		{"both wrap", 65534, []rewriteStep{sync(0, 65535), send(65535, 65534), send(0, 65535), send(1, 0)}},
		{"input loss leaves its gap", 100, []rewriteStep{sync(0, 5), send(5, 100), send(8, 103)}},
		{"a late packet fills it", 100, []rewriteStep{sync(0, 5), send(5, 100), send(8, 103), send(7, 102), send(6, 101)}},
		{"from before Sync", 100, []rewriteStep{sync(0, 5), refuse(4), send(5, 100), refuse(4), refuse(3)}},
		{"another stream", 100, []rewriteStep{sync(0, 5), send(5, 100), other(refuse(6)), send(6, 101)}},
		{"dropped numbers close up", 100, []rewriteStep{
			sync(0, 5), send(5, 100), drop(6), drop(7), send(8, 101), drop(9), send(10, 102),
		}},
		{"dropped packets stay dropped", 100, []rewriteStep{
			sync(0, 5), send(5, 100), drop(6), send(7, 101), refuse(6), drop(6), refuse(6),
		}},
		{"the first dropped", 100, []rewriteStep{sync(0, 5), drop(5), drop(6), send(7, 100)}},
		{"dropped after a loss", 100, []rewriteStep{
			sync(0, 5), send(5, 100), drop(8), send(9, 103), send(7, 102), send(6, 101),
		}},
		{"dropped out of order", 100, []rewriteStep{
			sync(0, 5), send(5, 100), drop(9), drop(7), drop(6), drop(8), send(10, 101),
		}},
		{"dropped out of order, one lost between", 100, []rewriteStep{
			sync(0, 5), send(5, 100), drop(9), drop(7), send(10, 103), send(8, 102), send(6, 101), refuse(7),
		}},
		{"dropped out of order, newest last", 100, []rewriteStep{
			sync(0, 5), send(5, 100), drop(8), drop(6), drop(9), send(10, 102), send(7, 101),
		}},
		{"too late to drop", 100, []rewriteStep{
			sync(0, 5), send(5, 100), send(7, 102), tooLate(6), send(6, 101), send(8, 103),
		}},
		{"too late to drop what was sent", 100, []rewriteStep{sync(0, 5), send(5, 100), tooLate(5)}},
		{"dropped over the wrap", 100, []rewriteStep{
			sync(0, 65533), send(65533, 100), drop(65534), send(65535, 101), drop(0), send(1, 102), refuse(0), refuse(65534),
		}},
		{"switch", 100, []rewriteStep{
			sync(0, 5), send(5, 100), send(6, 101), sync(1, 40000), other(send(40000, 102)), refuse(7), other(send(40001, 103)),
		}},
		{"switch with packets missing: their numbers are not kept", 100, []rewriteStep{
			sync(0, 5), send(5, 100), send(8, 103), drop(12), sync(1, 9), other(send(9, 104)), refuse(7),
		}},
		{"switch and back", 100, []rewriteStep{
			sync(0, 5), send(5, 100), sync(1, 900), other(send(900, 101)), sync(0, 50), send(50, 102), refuse(6),
		}},
		{"synced again before the first packet", 100, []rewriteStep{
			sync(0, 5), sync(0, 9), sync(1, 7), other(send(7, 100)), refuse(9),
		}},
		{"resumed after a pause", 100, []rewriteStep{
			sync(0, 5), send(5, 100), sync(0, 2000), send(2000, 101), refuse(1999), refuse(501),
		}},
		{"greatest gap", 100, []rewriteStep{sync(0, 5), send(5, 100), send(5+maxDropout-1, 100+maxDropout-1)}},
		{"restart ahead", 100, []rewriteStep{sync(0, 5), send(5, 100), send(5+maxDropout, 101), send(6+maxDropout, 102), refuse(4 + maxDropout)}},
		{"restart back", 100, []rewriteStep{sync(0, 5000), send(5000, 100), send(3500, 101), send(3501, 102)}},
		{"late, but not a restart", 100, []rewriteStep{sync(0, 5000), send(5000, 100), refuse(3501), send(5001, 101)}},
		{"a dropped jump is no restart yet", 100, []rewriteStep{sync(0, 5), send(5, 100), drop(20000), send(6, 101)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRewriter(t, tt.first)
			runRewriteSteps(t, r, tt.steps)
		})
	}
}

func runRewriteSteps(t *testing.T, r *Rewriter, steps []rewriteStep) {
	t.Helper()
	for i, s := range steps {
		switch s.op {
		case "sync":
			r.Sync(instant(float64(i)), s.stream, s.seq, s.ts, ReportMapping{}, ReportMapping{})
		case "drop":
			if got := r.Drop(s.seq); got != s.ok {
				t.Fatalf("step %d: Drop(%d) = %v, want %v", i, s.seq, got, s.ok)
			}
		default:
			out, _, ok := r.Rewrite(s.stream, s.seq, s.ts)
			if out != s.out || ok != s.ok {
				t.Fatalf("step %d: Rewrite(%d, %d) = %d, %v, want %d, %v", i, s.stream, s.seq, out, ok, s.out, s.ok)
			}
			if !ok {
				continue
			}
			if stream, in, _, ok := r.Original(out); stream != s.stream || in != s.seq || !ok {
				t.Fatalf("step %d: Original(%d) = %d, %d, %v, want %d, %d", i, out, stream, in, ok, s.stream, s.seq)
			}
		}
	}
}

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
}

func TestOriginalBounds(t *testing.T) {
	r := newRewriter(t, 1000)
	want := func(out uint16, ok bool) {
		t.Helper()
		if _, _, _, got := r.Original(out); got != ok {
			t.Errorf("Original(%d) known = %v, want %v", out, got, ok)
		}
	}
	want(1000, false)
	want(0, false)
	r.Sync(instant(0), 0, 5, 0, ReportMapping{}, ReportMapping{})
	want(1000, false)
	r.Rewrite(0, 5, 0)
	r.Rewrite(0, 8, 0)
	want(999, false)
	want(1000, true)
	want(1002, true) // lost on the way in: may come yet
	want(1003, true)
	want(1004, false)
	want(1000+32768, false)

	// Each packet after one left out is a run of its own; the ring is full of
	// them after 256.
	for i := range uint16(maxSpans) {
		r.Drop(9 + 2*i)
		r.Rewrite(0, 10+2*i, 0)
	}
	want(1003, false)
	want(1004, true)
	want(1003+maxSpans, true)
	if _, _, ok := r.Rewrite(0, 7, 0); ok {
		t.Error("a late packet of a forgotten run was forwarded")
	}
}

func TestOriginalTimestampOffset(t *testing.T) {
	r := newRewriter(t, 0)
	r.Sync(instant(0), 0, 5, 100, ReportMapping{}, ReportMapping{})
	first, _, _ := r.Rewrite(0, 5, 100)
	r.Sync(instant(1000), 1, 70, 0xffffff00, ReportMapping{}, ReportMapping{})
	second, ts, _ := r.Rewrite(1, 70, 0xffffff00)
	if _, _, offset, _ := r.Original(first); offset != 0 {
		t.Errorf("offset = %d, want 0", offset)
	}
	if _, _, offset, _ := r.Original(second); 0xffffff00+offset != ts {
		t.Errorf("offset = %d, want the one to %d", offset, ts)
	}
}

func TestRewriterConfig(t *testing.T) {
	_, err := NewRewriter(RewriterConfig{})
	wantConfigError(t, err)
}

// TestRewriteCycle forwards more packets than there are numbers, every third
// left out.
func TestRewriteCycle(t *testing.T) {
	r := newRewriter(t, 60_000)
	r.Sync(instant(0), 0, 30_000, 0, ReportMapping{}, ReportMapping{})
	want := uint16(60_000)
	for i := range 3*seqCycle + 5000 {
		seq := 30_000 + uint16(i)
		if i%3 == 2 {
			if !r.Drop(seq) {
				t.Fatalf("packet %d: cannot be dropped", i)
			}
			continue
		}
		out, _, ok := r.Rewrite(0, seq, uint32(i)*90_000)
		if !ok || out != want {
			t.Fatalf("packet %d: out = %d, %v, want %d", i, out, ok, want)
		}
		if _, in, _, ok := r.Original(out); !ok || in != seq {
			t.Fatalf("packet %d: Original = %d, %v, want %d", i, in, ok, seq)
		}
		want++
	}
}

func TestRewriteAllocs(t *testing.T) {
	r := newRewriter(t, 0)
	r.Sync(instant(0), 0, 0, 0, ReportMapping{}, ReportMapping{})
	seq, now := uint16(0), instant(0)
	wantNoAllocs(t, func() {
		seq++
		now = now.Add(4 * time.Millisecond)
		switch {
		case seq%100 == 0:
			r.Sync(now, int(seq/100)%3, seq, uint32(seq)*360, ReportMapping{}, ReportMapping{})
		case seq%5 == 0:
			r.Drop(seq)
			return
		}
		out, _, _ := r.Rewrite(r.timeline.stream, seq, uint32(seq)*360)
		r.Original(out - 20)
	})
}

// FuzzRewriter drives a rewriter with any order of calls: no output number is
// given to two packets, and each stands for its packet.
func FuzzRewriter(f *testing.F) {
	f.Add([]byte{0, 0, 1, 1, 0, 1, 1, 0, 2, 2, 0, 3, 1, 0, 4})
	f.Add([]byte{0, 0, 9, 1, 0, 9, 2, 0, 12, 2, 0, 10, 1, 0, 11, 1, 0, 13})
	f.Add([]byte{0, 0xff, 0xff, 1, 0xff, 0xff, 2, 0, 0, 1, 0, 1, 1, 0x80, 0, 0x10, 0, 7, 0x11, 0, 7})
	f.Fuzz(func(t *testing.T, in []byte) {
		type source struct {
			epoch uint32
			seq   uint16
		}
		r := newRewriter(t, 65_000)
		given := map[uint64]source{}
		var outs Extender
		for i := 0; len(in) >= 3; i, in = i+1, in[3:] {
			stream, seq := int(in[0]>>4), uint16(in[1])<<8|uint16(in[2])
			ts := uint32(seq) * 3000
			switch in[0] % 3 {
			case 0:
				r.Sync(instant(float64(i)*30), stream, seq, ts, ReportMapping{}, ReportMapping{})
			case 1:
				out, _, ok := r.Rewrite(stream, seq, ts)
				if !ok {
					continue
				}
				now := source{r.epoch, seq}
				number := outs.Extend(out)
				if was, twice := given[number]; twice && was != now {
					t.Fatalf("output %d for %+v and %+v", out, was, now)
				}
				given[number] = now
				if gotStream, gotSeq, _, ok := r.Original(out); !ok || gotStream != stream || gotSeq != seq {
					t.Fatalf("Original(%d) = %d, %d, %v, want %d, %d", out, gotStream, gotSeq, ok, stream, seq)
				}
			default:
				closed := r.Drop(seq)
				if _, _, ok := r.Rewrite(r.timeline.stream, seq, ts); closed && ok && !fresh(r) {
					t.Fatalf("number %d was dropped and then forwarded", seq)
				}
			}
			r.Original(seq)
		}
	})
}

// fresh reports whether the rewriter has just resynchronized by itself, which
// forgets what was dropped.
func fresh(r *Rewriter) bool {
	return r.spans.get(r.spans.count-1).in == r.forwarded
}
