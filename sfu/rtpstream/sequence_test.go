package rtpstream

import "testing"

func TestSequenceVerdicts(t *testing.T) {
	const (
		discard   = seqDiscard
		duplicate = seqDuplicate
		late      = seqLate
		newest    = seqNewest
		restart   = seqRestart
	)
	type step struct {
		seq  uint16
		want verdict
	}
	tests := []struct {
		name  string
		steps []step
		lost  int64
	}{
		{"in order", []step{{10, newest}, {11, newest}, {12, newest}}, 0},
		{"over the wrap", []step{{65535, newest}, {0, newest}, {1, newest}}, 0},
		{"duplicate of the newest", []step{{10, newest}, {10, duplicate}}, -1},
		{"duplicate of an older one", []step{{10, newest}, {11, newest}, {10, duplicate}}, -1},
		{"reordered", []step{{10, newest}, {12, newest}, {11, late}, {11, duplicate}}, -1},
		{"reordered over the wrap", []step{{65534, newest}, {1, newest}, {65535, late}, {0, late}}, 0},
		{"overtaken by the first", []step{{10, newest}, {9, late}, {8, late}}, 0},
		{"gap", []step{{10, newest}, {20, newest}}, 9},
		{"greatest gap", []step{{10, newest}, {10 + maxDropout - 1, newest}}, maxDropout - 2},
		{"a jump beyond it is not believed", []step{{10, newest}, {10 + maxDropout, discard}, {11, newest}}, 0},
		{"twice in a row it is", []step{{10, newest}, {9000, discard}, {9001, restart}, {9002, newest}}, 0},
		{"not if the second differs", []step{{10, newest}, {9000, discard}, {20000, discard}, {9001, discard}, {11, newest}}, 0},
		{"oldest late one", []step{{5000, newest}, {5000 - maxMisorder + 1, late}}, maxMisorder - 2},
		{"older is too old", []step{{5000, newest}, {5000 - maxMisorder, discard}}, 0},
		{"restart backwards", []step{{5000, newest}, {100, discard}, {101, restart}, {102, newest}, {101, duplicate}}, -1},
		{"restart onto the same number", []step{{5000, newest}, {40000, discard}, {40001, restart}, {4999, discard}, {5000, restart}}, 0},
		{"losses are kept over a restart", []step{{10, newest}, {13, newest}, {9000, discard}, {9001, restart}, {9004, newest}}, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s sequence
			for i, step := range tt.steps {
				if got := s.receive(step.seq).verdict; got != step.want {
					t.Fatalf("step %d: receive(%d) = %d, want %d", i, step.seq, got, step.want)
				}
			}
			if got := s.lost(); got != tt.lost {
				t.Errorf("lost = %d, want %d", got, tt.lost)
			}
		})
	}
}

func TestSequenceRestored(t *testing.T) {
	var s sequence
	if got := s.restore(5).verdict; got != seqDiscard {
		t.Errorf("before the first packet: %d, want discard", got)
	}
	s.receive(10)
	s.receive(14)
	steps := []struct {
		name string
		seq  uint16
		want verdict
	}{
		{"a lost one", 12, seqLate},
		{"the same again", 12, seqDuplicate},
		{"one received", 10, seqDuplicate},
		{"one not seen yet", 16, seqNewest},
		{"far ahead", 16 + maxDropout, seqDiscard},
		{"far ahead, next", 17 + maxDropout, seqDiscard},
		{"far behind", 16 + seqCycle - maxMisorder, seqDiscard},
	}
	for _, step := range steps {
		if got := s.restore(step.seq).verdict; got != step.want {
			t.Errorf("%s: restore(%d) = %d, want %d", step.name, step.seq, got, step.want)
		}
	}
	// 10 to 16 were expected, 10 and 14 came by themselves.
	if got := s.lost(); got != 5 {
		t.Errorf("lost = %d, want 5: repair does not hide loss", got)
	}
	if got := s.receive(12).verdict; got != seqDuplicate {
		t.Errorf("the original after its repair: %d, want duplicate", got)
	}
	if got := s.lost(); got != 4 {
		t.Errorf("lost = %d, want 4: the original was late, not lost", got)
	}
}

func TestSequenceSkipped(t *testing.T) {
	var s sequence
	steps := []struct {
		seq              uint16
		skipped, through uint64
	}{
		{65534, seqCycle + 65534, seqCycle + 65534},
		{65535, seqCycle + 65535, seqCycle + 65535},
		{2, 2 * seqCycle, 2*seqCycle + 2},
		{3, 2*seqCycle + 3, 2*seqCycle + 3},
	}
	for _, step := range steps {
		a := s.receive(step.seq)
		if a.skipped != step.skipped || a.extended != step.through {
			t.Errorf("receive(%d): skipped from %d to %d, want %d to %d", step.seq, a.skipped, a.extended, step.skipped, step.through)
		}
	}
}

// TestSequenceForgetsOldMarks lets the ring of seen numbers go round: what was
// seen a window ago must not make a new packet a duplicate.
func TestSequenceForgetsOldMarks(t *testing.T) {
	var s sequence
	for i := range 10 * seenWindow {
		s.receive(uint16(i))
	}
	highest := uint16(10*seenWindow - 1)
	s.receive(highest + maxDropout - 1)
	for back := uint16(1); back < maxMisorder; back++ {
		seq := highest + maxDropout - 1 - back
		if got := s.receive(seq).verdict; got != seqLate {
			t.Fatalf("%d behind: %d, want late", back, got)
		}
	}
}

func TestSequenceLossOverCycles(t *testing.T) {
	var s sequence
	var want int64
	for i := range 3 * seqCycle {
		if i%100 == 50 {
			want++
			continue
		}
		if got := s.receive(uint16(i)).verdict; got != seqNewest {
			t.Fatalf("packet %d: %d, want newest", i, got)
		}
	}
	if got := s.lost(); got != want {
		t.Errorf("lost = %d, want %d", got, want)
	}
	if got := s.highestReported(); got != 3*seqCycle-1 {
		t.Errorf("extended highest = %d, want %d", got, 3*seqCycle-1)
	}
}

func TestFractionLost(t *testing.T) {
	tests := []struct {
		name string
		run  func(s *sequence)
		want uint8
	}{
		{"nothing yet", func(*sequence) {}, 0},
		{"nothing lost", func(s *sequence) { receiveRange(s, 0, 100, 0) }, 0},
		{"a quarter lost", func(s *sequence) { receiveRange(s, 0, 400, 4) }, 64},
		{"duplicates outweigh losses", func(s *sequence) {
			receiveRange(s, 0, 100, 10)
			for range 50 {
				s.receive(99)
			}
		}, 0},
		{"only restored packets", func(s *sequence) {
			receiveRange(s, 0, 1, 0)
			s.fractionLost()
			for seq := range uint16(10) {
				s.restore(1 + seq)
			}
		}, 255},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s sequence
			tt.run(&s)
			if got := s.fractionLost(); got != tt.want {
				t.Errorf("fraction = %d, want %d", got, tt.want)
			}
			if got := s.fractionLost(); got != 0 {
				t.Errorf("fraction of an empty interval = %d, want 0", got)
			}
		})
	}
}

// receiveRange receives the numbers from first to before end, but for the
// second and then each everyth.
func receiveRange(s *sequence, first, end uint16, every uint16) {
	for seq := first; seq < end; seq++ {
		if every == 0 || seq%every != 1 {
			s.receive(seq)
		}
	}
}
