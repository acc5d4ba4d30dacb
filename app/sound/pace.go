package sound

import (
	"math"
	"slices"
	"sync"
	"time"
)

const (
	// paceSize is how many portions are remembered, at 5 to 20 ms each.
	paceSize = 64
	// gapSamples, 3 ms, is by how much a device's clock goes back at least when it
	// lost its place: a speaker's buffer ran dry, or sound of a microphone was
	// lost. recentSize portions show that.
	gapSamples, recentSize = 3 * RateHz / 1000, 8
)

// pace measures a device's clock by the portions that it asks for or hands over.
//
// After each portion the total is where the device is, plus or minus what its
// buffers hold, which is the same each time: a portion that comes late is so
// much larger. Compared with the time that has passed this gives the device's
// lead, a constant but for the difference of the clocks. Several portions at
// once make it too small for all but the last, so of many the larger ones count.
type pace struct {
	epoch time.Time

	// mu protects the fields below.
	mu       sync.Mutex
	leads    [paceSize]int
	portions [paceSize]int
	count    int
	starts   int // how often the device started anew
}

// note takes a portion into account, after which total samples have passed.
func (p *pace) note(now time.Time, total uint64, portion int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.count % paceSize
	p.leads[at] = int(total) - int(now.Sub(p.epoch).Seconds()*RateHz)
	p.portions[at] = portion
	p.count++
}

// restart forgets a device.
func (p *pace) restart() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count = 0
	p.starts++
}

// measured is what a pace knows.
type measured struct {
	lead    int  // samples
	portion int  // samples, the usual size
	starts  int  // of the device
	ok      bool // there were enough portions
}

func (p *pace) measure() measured {
	p.mu.Lock()
	leads, portions, count, starts := p.leads, p.portions, p.count, p.starts
	p.mu.Unlock()
	n := min(count, paceSize)
	if n < paceSize/4 {
		return measured{starts: starts}
	}
	newest := math.MinInt
	for i := range recentSize {
		newest = max(newest, leads[(count-1-i)%paceSize])
	}
	slices.Sort(leads[:n])
	slices.Sort(portions[:n])
	lead := leads[n*4/5]
	if newest < lead-gapSamples || newest > lead+gapSamples {
		lead = newest // it has lost its place
	}
	return measured{lead: lead, portion: portions[n/2], starts: starts, ok: true}
}
