package sound

import (
	"testing"
	"time"
)

func TestStrain(t *testing.T) {
	for name, test := range map[string]struct {
		each time.Duration // between gaps
		want bool
	}{
		"rare":  {4 * time.Second, false},
		"often": {2 * time.Second, true},
		"burst": {0, true},
	} {
		t.Run(name, func(t *testing.T) {
			var s strain
			var now time.Time
			strained := 0
			for i := range 10 {
				now = now.Add(test.each)
				if s.look(now, i) {
					strained++
				}
			}
			if (strained > 0) != test.want {
				t.Errorf("strained %d times", strained)
			}
			if s.look(now.Add(time.Minute), 9) {
				t.Error("strained by old gaps")
			}
		})
	}
}
