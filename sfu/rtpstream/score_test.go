package rtpstream

import "testing"

func TestIntervalScore(t *testing.T) {
	tests := []struct {
		name                                   string
		packets, lost, repaired, retransmitted uint64
		want                                   uint8
	}{
		{"nothing sent", 0, 0, 0, 0, 10},
		{"nothing lost", 100, 0, 0, 0, 10},
		{"1 % lost", 100, 1, 0, 0, 10},
		{"5 % lost", 100, 5, 0, 0, 8},
		{"10 % lost", 100, 10, 0, 0, 7},
		{"20 % lost", 100, 20, 0, 0, 4},
		{"half lost", 100, 50, 0, 0, 1},
		{"all lost", 100, 100, 0, 0, 0},
		{"more lost than sent", 100, 500, 0, 0, 0},
		{"20 % lost, all repaired at once", 100, 20, 20, 20, 7},
		{"20 % lost, repaired with two retransmissions each", 100, 20, 20, 40, 5},
		{"repairs bounded by losses", 100, 0, 50, 50, 10},
		{"fewer retransmissions than repairs", 100, 20, 20, 0, 7},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := intervalScore(tt.packets, tt.lost, tt.repaired, tt.retransmitted); got != tt.want {
				t.Errorf("score = %d, want %d", got, tt.want)
			}
		})
	}
}

func TestScoreWeighsNewerMore(t *testing.T) {
	tests := []struct {
		values []uint8
		want   uint8
	}{
		{[]uint8{0, 0, 10, 10}, 7}, // (1*0 + 2*0 + 3*10 + 4*10) / 10
		{[]uint8{10, 10, 0, 0}, 3},
		{[]uint8{1, 2, 3, 4}, 3},
	}
	for _, tt := range tests {
		var s score
		s.reset(perfectScore)
		for _, value := range tt.values {
			s.add(value)
		}
		if s.value != tt.want {
			t.Errorf("score of %v = %d, want %d", tt.values, s.value, tt.want)
		}
	}
}

func TestScoreForgetsOldIntervals(t *testing.T) {
	var s score
	for range 100 {
		s.add(0)
	}
	if s.value != 0 {
		t.Errorf("score = %d, want 0", s.value)
	}
	for range scoreHistory - 1 {
		s.add(10)
	}
	if s.value != 10 {
		t.Errorf("score after %d perfect intervals = %d, want 10 (9.97 rounded)", scoreHistory-1, s.value)
	}
	s.reset(0)
	s.add(4)
	if s.value != 4 {
		t.Errorf("score after reset = %d, want 4", s.value)
	}
}
