package takoscall

import "sync"

// inbox collects the transports whose state has changed. Marking never waits;
// the number of marks is bounded by that of the transports.
type inbox struct {
	wake chan struct{} // holds at most one wish to be taken

	mu      sync.Mutex
	waiting map[*transport]struct{} // mu protects
}

func newInbox() *inbox {
	return &inbox{wake: make(chan struct{}, 1), waiting: map[*transport]struct{}{}}
}

func (b *inbox) mark(t *transport) {
	b.mu.Lock()
	b.waiting[t] = struct{}{}
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default: // somebody has already asked
	}
}

func (b *inbox) take() []*transport {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := make([]*transport, 0, len(b.waiting))
	for t := range b.waiting {
		taken = append(taken, t)
	}
	clear(b.waiting)
	return taken
}
