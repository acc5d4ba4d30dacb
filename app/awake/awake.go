package awake

import (
	"log/slog"
	"sync"
	"time"
)

const (
	// lookInterval is between two looks at the clock.
	lookInterval = 3 * time.Second
	// lateness is how late a look is after a sleep; busy computers are less late.
	lateness = 5 * time.Second
	// retryInterval is between two tries to reach the system, or to keep it awake.
	retryInterval = time.Minute
)

// Config is what an Awake is made of.
type Config struct {
	// OnResume is called after the computer, or this process, has stood still. It
	// must return at once.
	OnResume func()
	Logger   *slog.Logger // nil: nothing is logged
	// Allowed says whether the computer may be kept awake at all; resumes are told
	// without it, too.
	Allowed bool
	// clock is time that runs on in sleep, and look the ticks to look at it; nil:
	// the system's. For tests.
	clock func() time.Duration
	look  <-chan time.Time
}

// Awake keeps the computer awake while it is held.
type Awake struct {
	config  Config
	log     *slog.Logger
	changed chan struct{} // has room for one
	stop    chan struct{} // closed by Close
	gone    sync.WaitGroup
	closing sync.Once

	// mu protects holds and next.
	mu    sync.Mutex
	holds map[uint64]string // reasons, by number
	next  uint64
}

// New starts watching for sleep. The computer may sleep until Hold.
func New(c Config) (*Awake, error) {
	if c.OnResume == nil {
		return nil, errNoCallback
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.clock == nil {
		c.clock = sleeplessClock
	}
	a := &Awake{
		config:  c,
		log:     c.Logger,
		changed: make(chan struct{}, 1),
		stop:    make(chan struct{}),
		holds:   map[uint64]string{},
	}
	w := &watch{awake: a, system: newSystem(c.Logger), last: c.clock(), lastTry: c.clock() - retryInterval}
	a.gone.Go(w.run)
	return a, nil
}

// Hold keeps the computer awake until release, which may be called many times. The
// reason is shown to people who ask their system why it does not sleep. Both
// return at once.
func (a *Awake) Hold(reason string) (release func()) {
	a.mu.Lock()
	a.next++
	number := a.next
	a.holds[number] = reason
	a.mu.Unlock()
	a.poke()
	return func() {
		a.mu.Lock()
		delete(a.holds, number)
		a.mu.Unlock()
		a.poke()
	}
}

// Close lets the computer sleep, and awaits the end.
func (a *Awake) Close() {
	a.closing.Do(func() { close(a.stop) })
	a.gone.Wait()
}

func (a *Awake) poke() {
	select {
	case a.changed <- struct{}{}:
	default: // it will look anyway
	}
}

// reason is one of the reasons to stay awake.
func (a *Awake) reason() (reason string, held bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, reason := range a.holds {
		return reason, true
	}
	return "", false
}
