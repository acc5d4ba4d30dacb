package participant

import (
	"testing"
	"time"
)

func TestSecondOpinion(t *testing.T) {
	t.Parallel()
	const short, long = 20 * time.Millisecond, 200 * time.Millisecond
	now := noon
	var s secondOpinion
	for _, test := range []struct {
		what  string
		after time.Duration
		bps   int
		loss  float64
		rtt   time.Duration
		want  int
	}{
		{"the first", 0, 1_000_000, 0, short, 1_000_000},
		{"more", time.Second, 2_000_000, 0, short, 2_000_000},
		{"a fall that nothing bears out", time.Second, 500_000, 0, short, 1_960_000},
		{"and again", 10 * time.Second, 500_000, 0, short, 1_568_000},
		{"with loss", time.Second, 500_000, 0.05, short, 500_000},
		{"rises again", time.Second, 1_500_000, 0, short, 1_500_000},
		{"with full queues", time.Second, 400_000, 0, long, 400_000},
		{"rises at last", time.Second, 900_000, 0, long, 900_000},
		{"with nothing to go by", time.Second, 300_000, 0, 0, 300_000},
		{"rises once more", time.Second, 900_000, 0, short, 900_000},
		{"gives in, but not for all", time.Minute, 300_000, 0, short, 500_000},
		{"with loss again", time.Second, 200_000, 0.3, short, 200_000},
		{"comes back without it", time.Second, 150_000, 0, short, 216_000},
		{"and further", time.Second, 150_000, 0, short, 233_280},
	} {
		now = now.Add(test.after)
		if got := s.hear(now, test.bps, test.loss, test.rtt); got != test.want {
			t.Errorf("%s: %d, want %d", test.what, got, test.want)
		}
	}
}
