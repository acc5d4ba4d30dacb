package room

import "sync"

// marked is an object that package sfu said something about. looked runs on
// the room's goroutine and reads the object's state for itself, so that ten
// marks of one object before that are one.
type marked interface{ looked(r *Room) }

// inbox collects marks from the media path. Marking never waits; the number of
// marks is bounded by the number of objects.
type inbox struct {
	wake chan struct{} // holds at most one wish to be taken

	mu      sync.Mutex
	waiting map[marked]struct{} // mu protects
}

func newInbox() *inbox {
	return &inbox{wake: make(chan struct{}, 1), waiting: map[marked]struct{}{}}
}

func (b *inbox) mark(m marked) {
	b.mu.Lock()
	b.waiting[m] = struct{}{}
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default: // somebody has already asked
	}
}

func (b *inbox) take() []marked {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := make([]marked, 0, len(b.waiting))
	for m := range b.waiting {
		taken = append(taken, m)
	}
	clear(b.waiting)
	return taken
}
