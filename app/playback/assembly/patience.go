package assembly

import "time"

const (
	// A packet that is missing is waited for between minPatience and
	// maxPatience, so that it can be asked for twice: at first and on slow
	// networks, longer where retransmissions take longer.
	minPatience = 200 * time.Millisecond
	maxPatience = 500 * time.Millisecond
)

// patience learns how long retransmissions take.
type patience struct {
	usual time.Duration // 0: none was seen
}

func (p *patience) filled(after time.Duration) {
	if p.usual == 0 {
		p.usual = after
	}
	p.usual += (after - p.usual) / 8
}

func (p *patience) limit() time.Duration {
	if p.usual == 0 {
		return (minPatience + maxPatience) / 2
	}
	return min(max(3*p.usual+50*time.Millisecond, minPatience), maxPatience)
}
