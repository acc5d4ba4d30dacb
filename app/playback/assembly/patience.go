package assembly

import "time"

const (
	// A packet that is missing is waited for between minPatience and
	// maxPatience, so that it can be asked for twice: at first and on slow
	// networks, longer where retransmissions take longer.
	minPatience = 200 * time.Millisecond
	maxPatience = 500 * time.Millisecond
	// Between minDoubt and maxDoubt, it is time to ask for a keyframe as well.
	minDoubt = 80 * time.Millisecond
	maxDoubt = 250 * time.Millisecond
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

// doubt is after how long it is unlikely that a missing packet still comes.
func (p *patience) doubt() time.Duration {
	if p.usual == 0 {
		return minDoubt
	}
	return min(max(2*p.usual+30*time.Millisecond, minDoubt), maxDoubt)
}
