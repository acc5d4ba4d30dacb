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

// TestDropWastesNoRuns drops a whole frame in either order: one run ends, one
// begins.
func TestDropWastesNoRuns(t *testing.T) {
	for _, backwards := range []bool{false, true} {
		r := newRewriter(t, 0)
		r.Sync(instant(0), 0, 5, 0, ReportMapping{}, ReportMapping{})
		r.Rewrite(0, 5, 0)
		for i := range uint16(95) {
			if backwards {
				r.Drop(100 - i)
			} else {
				r.Drop(6 + i)
			}
		}
		if got := r.spans.count; got != 2 {
			t.Errorf("backwards %v: %d runs, want 2", backwards, got)
		}
		if out, _, ok := r.Rewrite(0, 101, 0); out != 1 || !ok {
			t.Errorf("backwards %v: next packet = %d, %v, want 1", backwards, out, ok)
		}
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
				epoch, closed := r.epoch, r.Drop(seq)
				if _, _, ok := r.Rewrite(r.timeline.stream, seq, ts); closed && ok && r.epoch == epoch {
					t.Fatalf("number %d was dropped and then forwarded", seq)
				}
			}
			r.Original(seq)
		}
	})
}
