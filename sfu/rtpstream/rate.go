package rtpstream

import "time"

const (
	defaultRateWindow = time.Second
	rateSlots         = 50
	// rateLump is for how long bytes wait to be sorted into slots, which lie in
	// other memory: a forwarded packet's cost is for a good part that of memory.
	rateLump = 200 * time.Millisecond
)

// RateCounter measures the bitrate over a sliding window of time cut into
// slots. Its zero value has a window of one second.
type RateCounter struct {
	epoch   time.Time     // when the first slot began
	waiting lump          // bytes not in the slots yet
	window  time.Duration // 0 is one second
	started bool

	newest int64                 // number of the newest slot since epoch
	slots  [rateSlots + 1]uint64 // bytes; the window, and the slot leaving it
	total  uint64                // bytes in all slots
}

// lump is bytes that came within a short time.
type lump struct {
	bytes       uint64
	began, last time.Duration // since the epoch, of the first and the newest
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
	w, since := &r.waiting, now.Sub(r.epoch)
	if w.bytes > 0 && (since-w.began >= rateLump || since < w.began) {
		r.sort()
	}
	if w.bytes == 0 {
		w.began, w.last = since, since
	}
	w.bytes += uint64(max(bytes, 0))
	w.last = max(w.last, since)
}

// sort spreads the bytes that wait over the slots of their time.
func (r *RateCounter) sort() {
	w, size := &r.waiting, r.slot()
	for w.bytes > 0 {
		slot := int64(w.began / size)
		share, end := w.bytes, time.Duration(slot+1)*size
		if end <= w.last {
			share = w.bytes * uint64(end-w.began) / uint64(w.last-w.began)
			w.began = end
		}
		w.bytes -= share
		r.slide(slot)
		r.slots[r.newest%int64(len(r.slots))] += share
		r.total += share
	}
}

// BitrateBps returns the bits per second over the window that ends at now.
func (r *RateCounter) BitrateBps(now time.Time) uint64 {
	if !r.started {
		return 0
	}
	r.sort()
	r.slide(int64(now.Sub(r.epoch) / r.slot()))
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

// slide empties the slots that left the window. A slot before the newest empties
// none.
func (r *RateCounter) slide(slot int64) {
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

func (r *RateCounter) slot() time.Duration {
	return r.windowOrDefault() / rateSlots
}

func (r *RateCounter) windowOrDefault() time.Duration {
	if r.window < rateSlots {
		return defaultRateWindow
	}
	return r.window
}
