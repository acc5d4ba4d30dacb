package participant

import "time"

const (
	// What a round trip may take more than the shortest one before it speaks of
	// full queues.
	queueFactor = 1.5
	queueTime   = 40 * time.Millisecond
	// holdSeconds is how long it would take to give in to an estimate that nothing
	// else bears out.
	holdSeconds = 50
	// doubtBps is what it is not given in to below, and what one comes back to by
	// regain a second.
	doubtBps = 500_000
	regain   = 0.08
	// shortestFor is how long the shortest round trip counts: ways change.
	shortestFor = time.Minute
)

// secondOpinion doubts sudden falls of the estimate. It goes by how evenly
// packets arrive, which a computer that is busy at either end upsets as much as a
// full queue does; but a full queue makes round trips long, or loses packets.
type secondOpinion struct {
	bps        float64
	at         time.Time
	shortest   time.Duration
	shortestAt time.Time
}

// hear takes an estimate and gives the one to act on.
func (s *secondOpinion) hear(now time.Time, bps int, loss float64, roundTrip time.Duration) int {
	elapsed := now.Sub(s.at).Seconds()
	isFirst := s.at.IsZero()
	s.at = now
	// Asked even where it does not matter: it learns the shortest round trip.
	isCongested := s.isCongested(now, loss, roundTrip)
	switch {
	case float64(bps) >= s.bps || isFirst || isCongested:
		s.bps = float64(bps)
	case s.bps > doubtBps:
		s.bps = max(float64(bps), doubtBps, s.bps*(1-min(elapsed/holdSeconds, 1)))
	default:
		s.bps = min(doubtBps, s.bps*(1+regain*min(elapsed, 1)))
	}
	return int(s.bps)
}

func (s *secondOpinion) isCongested(now time.Time, loss float64, roundTrip time.Duration) bool {
	if roundTrip <= 0 {
		return true // nothing speaks against it
	}
	if s.shortest == 0 || roundTrip < s.shortest || now.Sub(s.shortestAt) > shortestFor {
		s.shortest, s.shortestAt = roundTrip, now
	}
	return loss > lossIncrease || roundTrip > time.Duration(queueFactor*float64(s.shortest))+queueTime
}
