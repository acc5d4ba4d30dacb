package app

import (
	"runtime/debug"
	"sync"
	"time"
)

const (
	// crowd is how many transports make a host a large one, for which memory counts
	// more than the collector's work: 32 people.
	crowd = 64
	// crowdGCPercent is what garbage a large host keeps, in percent of what it uses.
	// Each person's joining leaves half a megabyte, and forwarding none.
	crowdGCPercent = 40
	// tidyAfter is how long nobody comes or goes before memory is given back.
	tidyAfter = 3 * time.Second
)

// tidier gives the memory back that the coming and going of many people takes, far
// more than they need while they are there. Calls of a home's size never need it.
type tidier struct {
	transports func() int
	changed    chan struct{} // has room for one
	stop       chan struct{}
	gone       sync.WaitGroup

	// The goroutine's:
	tidied    int // transports when it last tidied up
	gcPercent int // before the host became a large one
	isLarge   bool
}

func newTidier(transports func() int) *tidier {
	t := &tidier{transports: transports, changed: make(chan struct{}, 1), stop: make(chan struct{})}
	t.gone.Go(t.run)
	return t
}

// look says that somebody may have come or left; it returns at once.
func (t *tidier) look() {
	select {
	case t.changed <- struct{}{}:
	default: // it will look anyway
	}
}

// close awaits the end, and leaves the collector as it was.
func (t *tidier) close() {
	close(t.stop)
	t.gone.Wait()
}

// run is the goroutine that tidies up.
func (t *tidier) run() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	defer t.setLarge(false)
	timer.Stop()
	last := 0
	for {
		select {
		case <-t.stop:
			return
		case <-t.changed:
			n := t.transports()
			t.setLarge(n >= crowd)
			if n != last && t.isWorthIt(n) {
				timer.Reset(tidyAfter)
			}
			last = n
		case <-timer.C:
			t.tidied = last
			debug.FreeOSMemory()
		}
	}
}

// isWorthIt says that many have come or gone.
func (t *tidier) isWorthIt(transports int) bool {
	return max(transports, t.tidied)-min(transports, t.tidied) >= crowd
}

// setLarge changes how much garbage is kept.
func (t *tidier) setLarge(isLarge bool) {
	switch {
	case isLarge == t.isLarge:
		return
	case isLarge:
		t.gcPercent = debug.SetGCPercent(crowdGCPercent)
	default:
		debug.SetGCPercent(t.gcPercent)
	}
	t.isLarge = isLarge
}
