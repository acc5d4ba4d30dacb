package rtpstream

import "time"

// maxJitterStep is the longest change of transit time that still counts as
// jitter; a longer one is a new timestamp base or a stream that paused.
const maxJitterStep = 5 // seconds

// jitter estimates the interarrival jitter (RFC 3550 §6.4.1 and A.8).
type jitter struct {
	transit uint32 // arrival minus timestamp of the last packet, in ticks
	started bool
	ticks   float64 // the estimate
}

// add takes a packet with timestamp ts that arrived since the stream's epoch.
func (j *jitter) add(since time.Duration, ts, clockRate uint32) {
	transit := uint32(ticksOf(since, clockRate)) - ts
	diff := int64(TimestampDiff(transit, j.transit))
	first := !j.started
	j.transit, j.started = transit, true
	if diff < 0 {
		diff = -diff
	}
	if first || diff > maxJitterStep*int64(clockRate) {
		return
	}
	j.ticks += (float64(diff) - j.ticks) / 16
}

// resync forgets the last packet but keeps the estimate.
func (j *jitter) resync() {
	j.started = false
}
