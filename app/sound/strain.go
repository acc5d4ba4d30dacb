package sound

import "time"

const (
	// After gapsAllowed gaps within gapsWithin, a larger buffer is worth its delay.
	gapsAllowed = 4
	gapsWithin  = 10 * time.Second
)

// strain notices when a busy computer does not keep a speaker's buffer filled.
type strain struct {
	seen int
	gaps []time.Time
}

// look takes into account how often the buffer ran dry, and tells when that is
// too much.
func (s *strain) look(now time.Time, ranDry int) bool {
	for ; s.seen < ranDry; s.seen++ {
		s.gaps = append(s.gaps, now)
	}
	for len(s.gaps) > 0 && now.Sub(s.gaps[0]) > gapsWithin {
		s.gaps = s.gaps[1:]
	}
	if len(s.gaps) < gapsAllowed {
		return false
	}
	s.gaps = nil
	return true
}
