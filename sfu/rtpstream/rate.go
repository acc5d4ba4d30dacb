package rtpstream

import (
	"math"
	"time"
)

const (
	defaultRateWindow = time.Second
	rateSlots         = 50
)

// RateCounter measures the bitrate over a sliding window of time cut into
// slots. Its zero value has a window of one second.
type RateCounter struct {
	window  time.Duration
	epoch   time.Time             // when the first slot began
	newest  int64                 // number of the newest slot since epoch
	slots   [rateSlots + 1]uint32 // bytes; the window, and the slot leaving it
	total   uint64                // bytes in all slots
	started bool
}

// NewRateCounter returns a counter over the given window; a window that is not
// positive means one second.
func NewRateCounter(window time.Duration) RateCounter {
	return RateCounter{window: max(window, 0)}
}

// Add counts bytes at now.
func (r *RateCounter) Add(now time.Time, bytes int) {
	if !r.started {
		r.epoch, r.started = now, true
	}
	r.slide(now)
	slot := &r.slots[r.newest%int64(len(r.slots))]
	added := uint32(min(uint64(max(bytes, 0)), uint64(math.MaxUint32-*slot)))
	*slot += added
	r.total += uint64(added)
}

// BitrateBps returns the bits per second over the window that ends at now.
func (r *RateCounter) BitrateBps(now time.Time) uint64 {
	if !r.started {
		return 0
	}
	r.slide(now)
	// The oldest slot leaves the window as the newest one fills.
	oldest := float64(r.slots[(r.newest+1)%int64(len(r.slots))])
	inNewest := now.Sub(r.epoch) - time.Duration(r.newest)*r.slot()
	left := min(max(float64(inNewest)/float64(r.slot()), 0), 1)
	return uint64((float64(r.total) - oldest*left) * 8 / r.windowOrDefault().Seconds())
}

// Reset forgets everything counted.
func (r *RateCounter) Reset() {
	*r = RateCounter{window: r.window}
}

// slide empties the slots that left the window. A now from before the newest
// slot empties none.
func (r *RateCounter) slide(now time.Time) {
	slot := int64(now.Sub(r.epoch) / r.slot())
	if slot-r.newest >= int64(len(r.slots)) {
		clear(r.slots[:])
		r.total, r.newest = 0, slot
		return
	}
	for r.newest < slot {
		r.newest++
		i := r.newest % int64(len(r.slots))
		r.total -= uint64(r.slots[i])
		r.slots[i] = 0
	}
}

func (r *RateCounter) slot() time.Duration {
	return r.windowOrDefault() / rateSlots
}

func (r *RateCounter) windowOrDefault() time.Duration {
	if r.window < rateSlots {
		return defaultRateWindow
	}
	return r.window
}
