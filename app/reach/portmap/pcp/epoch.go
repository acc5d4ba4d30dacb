package pcp

import "time"

// Epoch follows a router's count of the seconds since it last lost its
// mappings, as RFC 6887 section 8.5 says.
type Epoch struct {
	server uint32
	at     time.Time
}

// Saw takes the count of an answer, and tells whether the router has lost its
// mappings since the last one. It also says so after this machine has slept,
// when its own clock stood still; asking once more for what is there harms
// nobody.
func (e *Epoch) Saw(server uint32, now time.Time) (restarted bool) {
	before, at := int64(e.server), e.at
	e.server, e.at = server, now
	if at.IsZero() {
		return false
	}
	ours := int64(now.Sub(at) / time.Second)
	theirs := int64(server) - before
	return theirs < -1 || ours+2 < theirs-theirs/16 || theirs+2 < ours-ours/16
}
