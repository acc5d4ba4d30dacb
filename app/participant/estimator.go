package participant

import (
	"sync"
	"time"

	"github.com/pion/interceptor/pkg/cc"
)

const (
	// startBps is taken for granted until something is known: enough for a camera, and a
	// small part of what most homes have.
	startBps = 1_500_000
	leastBps = 150_000
	mostBps  = 20_000_000

	// staleAfter is how long feedback counts.
	staleAfter = 5 * time.Second
	// What loss means is as in the loss controller of
	// draft-ietf-rmcat-gcc-02 section 6.
	lossIncrease, lossDecrease = 0.02, 0.10
)

// estimator tells what the way to the host carries: by delay and loss where the
// host gives transport-cc feedback, else by its REMB, else by its reports of loss.
type estimator struct {
	mu         sync.Mutex
	congestion cc.BandwidthEstimator // mu protects all; nil: no transport-cc
	rembBps    int
	rembAt     time.Time
	lossBps    float64
	lossAt     time.Time
	losses     map[uint32]reportedLoss // by SSRC
	second     secondOpinion
	lost       float64 // on the way, before retransmission, as transport-cc tells
}

// lossMemory is how much of the loss so far counts beside that of a tick.
const lossMemory = 0.9

type reportedLoss struct {
	fraction float64
	at       time.Time
}

// maxReported bounds losses: a producer has at most maxLayers streams.
const maxReported = 64

// learn takes pion's estimator.
func (e *estimator) learn(congestion cc.BandwidthEstimator) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.congestion = congestion
}

// remb takes what the host says of itself.
func (e *estimator) remb(now time.Time, bps float32) {
	if !(bps >= 0) {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rembBps, e.rembAt = int(min(bps, mostBps)), now
}

// report takes the loss of one stream since the last report.
func (e *estimator) report(now time.Time, ssrc uint32, fraction float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.losses == nil {
		e.losses = map[uint32]reportedLoss{}
	}
	if len(e.losses) >= maxReported {
		e.forgetLocked(now)
	}
	if len(e.losses) < maxReported {
		e.losses[ssrc] = reportedLoss{fraction, now}
	}
	e.controlLocked(now, e.lossLocked(now))
}

// controlLocked moves the estimate that only loss tells; it needs mu.
func (e *estimator) controlLocked(now time.Time, loss float64) {
	if e.lossBps == 0 {
		e.lossBps = startBps
	}
	if now.Sub(e.lossAt) < time.Second {
		return
	}
	e.lossAt = now
	switch {
	case loss > lossDecrease:
		e.lossBps *= 1 - loss/2
	case loss < lossIncrease:
		e.lossBps *= 1.08
	}
	e.lossBps = min(max(e.lossBps, leastBps), mostBps)
}

func (e *estimator) forgetLocked(now time.Time) {
	for ssrc, l := range e.losses {
		if now.Sub(l.at) > staleAfter {
			delete(e.losses, ssrc)
		}
	}
}

// loss is what the host misses of ours, from 0 to 1: what was lost on the way, or
// what it says itself, whose reports may leave out what was sent again.
func (e *estimator) loss(now time.Time) float64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return max(e.lost, e.lossLocked(now))
}

func (e *estimator) lossLocked(now time.Time) float64 {
	sum, count := 0.0, 0
	for _, l := range e.losses {
		if now.Sub(l.at) <= staleAfter {
			sum += l.fraction
			count++
		}
	}
	if count == 0 {
		return 0
	}
	return sum / float64(count)
}

// bps is the estimate of this moment.
func (e *estimator) bps(now time.Time) int {
	e.mu.Lock()
	congestion, remb, byLoss := e.congestion, e.rembBps, int(e.lossBps)
	if e.rembAt.IsZero() || now.Sub(e.rembAt) > staleAfter {
		remb = 0
	}
	e.mu.Unlock()
	switch {
	case congestion != nil:
		return max(congestion.GetTargetBitrate(), leastBps)
	case remb > 0:
		return remb
	case byLoss > 0:
		return byLoss
	}
	return startBps
}

// settle is the estimate to act on, given the round trip of the connectivity
// checks. It is asked for regularly.
func (e *estimator) settle(now time.Time, roundTrip time.Duration) int {
	bps, lost := e.bps(now), e.lostNow()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lost = e.lost*lossMemory + lost*(1-lossMemory)
	loss := max(e.lost, e.lossLocked(now))
	return e.second.hear(now, bps, loss, roundTrip)
}

// lostNow is what the last feedback says was lost.
func (e *estimator) lostNow() float64 {
	e.mu.Lock()
	congestion := e.congestion
	e.mu.Unlock()
	if congestion == nil {
		return 0
	}
	loss, _ := congestion.GetStats()["averageLoss"].(float64)
	return loss
}

// settled is what settle said last.
func (e *estimator) settled() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return int(e.second.bps)
}
