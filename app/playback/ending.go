package playback

import (
	"sync"
	"sync/atomic"
)

// ending lets somebody end a goroutine and wait for it.
type ending struct {
	once    sync.Once
	stopped atomic.Bool
	stop    chan struct{} // closed: end
	done    chan struct{} // closed: ended
}

func newEnding() *ending {
	return &ending{stop: make(chan struct{}), done: make(chan struct{})}
}

// end tells the goroutine to end, runs also, and waits. It does so once.
func (e *ending) end(also func()) {
	e.once.Do(func() {
		e.stopped.Store(true)
		close(e.stop)
		also()
		<-e.done
	})
}
