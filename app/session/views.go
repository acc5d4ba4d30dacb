package session

import (
	"sync"

	"takoshome/app/media"
)

// maxViews is more than a window has places.
const maxViews = 1024

// views are the places in the window that somebody asked for, by the IDs of
// videos, whether these are there or not.
type views struct {
	changed chan struct{} // has room for one

	// mu protects all that follows.
	mu     sync.Mutex
	wanted map[string]*media.View
	fresh  map[string]bool // changed since the last take
}

func newViews() *views {
	return &views{changed: make(chan struct{}, 1), wanted: map[string]*media.View{}, fresh: map[string]bool{}}
}

func (v *views) set(id string, view *media.View) {
	v.mu.Lock()
	switch {
	case view == nil:
		delete(v.wanted, id)
	case len(v.wanted) < maxViews:
		v.wanted[id] = view
	}
	v.fresh[id] = true
	v.mu.Unlock()
	select {
	case v.changed <- struct{}{}:
	default: // it is known already
	}
}

// of gives the place of a video, nil: nowhere.
func (v *views) of(id string) *media.View {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.wanted[id]
}

// take gives the IDs whose place has changed.
func (v *views) take() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	ids := make([]string, 0, len(v.fresh))
	for id := range v.fresh {
		ids = append(ids, id)
	}
	clear(v.fresh)
	return ids
}
