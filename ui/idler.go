package ui

import (
	"time"

	"fyne.io/fyne/v2"
)

// parkTime is how long Fyne's goroutine may sleep while the window is hidden;
// a click in the tray waits that long at most.
const parkTime = 100 * time.Millisecond

// idler lets Fyne's goroutine sleep while no window is to be seen. Fyne asks
// for events and looks for work 60 times a second without end, which costs an
// idle app more than one percent of a core. All fields belong to Fyne's
// goroutine, wake takes from any.
type idler struct {
	do      func(func()) // queues work for Fyne's goroutine
	wake    chan struct{}
	hidden  bool
	running bool
}

func newIdler() *idler { return &idler{do: fyne.Do, wake: make(chan struct{}, 1)} }

// rest makes Fyne sleep between events from now on.
func (i *idler) rest() {
	i.hidden = true
	if !i.running {
		i.running = true
		i.do(i.park)
	}
}

// work makes Fyne run at full speed again.
func (i *idler) work() {
	i.hidden = false
	i.poke()
}

// poke ends one sleep at once; it may be called from any goroutine.
func (i *idler) poke() {
	select {
	case i.wake <- struct{}{}:
	default: // already awake
	}
}

// park sleeps a little on Fyne's goroutine and queues itself behind everything
// that came meanwhile.
func (i *idler) park() {
	if !i.hidden {
		i.running = false
		return
	}
	timer := time.NewTimer(parkTime)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-i.wake:
	}
	i.do(i.park)
}
