package ui

import (
	"sync/atomic"

	"fyne.io/fyne/v2"

	"takoshome/app"
)

// feed hands snapshots from the app's goroutine to Fyne's. Only the newest
// counts: one that comes before the last was drawn takes its place.
type feed struct {
	latest  atomic.Pointer[app.Snapshot]
	waiting atomic.Bool
	closed  atomic.Bool
	draw    func(*app.Snapshot) // on Fyne's goroutine
	poke    func()              // wakes Fyne's goroutine
}

// publish takes a snapshot and returns at once.
func (f *feed) publish(s *app.Snapshot) {
	f.latest.Store(s)
	if f.closed.Load() || !f.waiting.CompareAndSwap(false, true) {
		return
	}
	fyne.Do(f.deliver)
	f.poke()
}

func (f *feed) deliver() {
	f.waiting.Store(false)
	if s := f.latest.Load(); s != nil && !f.closed.Load() {
		f.draw(s)
	}
}

// close lets nothing through any more.
func (f *feed) close() { f.closed.Store(true) }
