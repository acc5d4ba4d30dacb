package rtpstream

import "time"

const (
	defaultRateWindow = time.Second
	rateSlots         = 50
)

// RateCounter measures the bitrate over a sliding window of time cut into
// slots. Its zero value has a window of one second.
type RateCounter struct {
	window time.Duration
	epoch  time.Time             // when the first slot began
	newest int64                 // number of slots since epoch
	slots  [rateSlots + 1]uint64 // bytes; one more than the window for the slot being filled
	total  uint64                // bytes in all slots
	counts bool
}

// NewRateCounter returns a counter over the given window; a window that is not
// positive means one second.
func NewRateCounter(window time.Duration) RateCounter {
	return RateCounter{window: max(window, 0)}
}

// Add counts bytes at now.
func (r *RateCounter) Add(now time.Time, bytes int) {
	if !r.counts {
		r.epoch, r.counts = now, true
	}
	r.slide(now)
	r.slots[r.newest%int64(len(r.slots))] += uint64(max(bytes, 0))
	r.total += uint64(max(bytes, 0))
}

// BitrateBps returns the bits per second over the window that ends at now.
func (r *RateCounter) BitrateBps(now time.Time) uint64 {
	if !r.counts {
		return 0
	}
	r.slide(now)
	return r.total * 8 * uint64(time.Second) / uint64(r.windowOrDefault())
}

// Reset forgets everything counted.
func (r *RateCounter) Reset() {
	*r = RateCounter{window: r.window}
}

// slide empties the slots that left the window. A now from before the newest
// slot changes nothing, so that late callers neither lose nor revive bytes.
func (r *RateCounter) slide(now time.Time) {
	slot := int64(now.Sub(r.epoch) / (r.windowOrDefault() / rateSlots))
	if slot <= r.newest {
		return
	}
	if slot-r.newest >= int64(len(r.slots)) {
		clear(r.slots[:])
		r.total, r.newest = 0, slot
		return
	}
	for r.newest < slot {
		r.newest++
		i := r.newest % int64(len(r.slots))
		r.total -= r.slots[i]
		r.slots[i] = 0
	}
}

func (r *RateCounter) windowOrDefault() time.Duration {
	if r.window < rateSlots {
		return defaultRateWindow
	}
	return r.window
}
