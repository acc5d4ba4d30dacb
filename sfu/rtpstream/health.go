package rtpstream

import "time"

// recvHealth scores a received stream once a sender report, and notices its
// falling silent.
type recvHealth struct {
	score      score
	inactivity time.Duration // 0: silence is no fault
	lastHeard  time.Time
	inactive   bool

	expected, received, repaired, retransmitted uint64 // at the last scoring
}

// heard notes an accepted packet. The first one after a silence starts the
// score afresh.
func (r *recvHealth) heard(now time.Time) {
	r.check(now)
	if r.inactive {
		r.inactive = false
		r.score.reset(perfectScore)
	}
	r.lastHeard = now
}

// check drops the score to 0 if the stream has been silent for too long.
func (r *recvHealth) check(now time.Time) {
	if r.inactivity == 0 || r.inactive || r.lastHeard.IsZero() {
		return
	}
	if now.Sub(r.lastHeard) > r.inactivity {
		r.inactive = true
		r.score.reset(0)
	}
}

// update scores what came since the last call.
func (r *recvHealth) update(seq *sequence, counts recvCounts, hasRtx bool) {
	expected := seq.expected() - r.expected
	received := seq.received - r.received
	repaired := counts.repaired - r.repaired
	retransmitted := counts.retransmitted - r.retransmitted
	r.resync(counts)
	r.expected, r.received = seq.expected(), seq.received

	switch {
	case r.inactive:
	case expected == 0:
		r.score.add(perfectScore)
	case received == 0:
		r.score.add(0)
	default:
		lost := expected - min(expected, received)
		if !hasRtx {
			lost = max(lost, repaired) // a repeated packet counts as received
		}
		r.score.add(intervalScore(received, lost, repaired, retransmitted))
	}
}

// resync begins a scoring interval in a new run of sequence numbers.
func (r *recvHealth) resync(counts recvCounts) {
	r.expected, r.received = 0, 0
	r.repaired, r.retransmitted = counts.repaired, counts.retransmitted
}
