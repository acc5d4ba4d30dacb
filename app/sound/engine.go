package sound

import (
	"log/slog"
	"slices"
	"sync"
	"time"

	"takoshome/app/media"
)

const (
	// lookEvery is how often the list of devices is read while anybody wants to
	// know of changes, tendEvery how often open devices are looked after.
	lookEvery = time.Second
	tendEvery = 200 * time.Millisecond
	// Attempts to find a sound system when there is none.
	firstRetry, lastRetry = time.Second, 10 * time.Second
	// answerWithin bounds every wait for the engine's goroutine, which may hang
	// with a sound server that hangs.
	answerWithin = 3 * time.Second
)

// Config is what an Engine needs.
type Config struct {
	Logger *slog.Logger // nil: slog.Default
}

// Engine is this computer's sound.
type Engine struct {
	logger     *slog.Logger
	openSystem func() (system, error)
	epoch      time.Time
	far        *far
	kick       chan struct{} // something changed: look at once
	stop       chan struct{}
	done       chan struct{}

	// mu protects the fields below.
	mu       sync.Mutex
	closed   bool
	list     listing
	listedAt time.Time
	asked    []chan struct{} // closed when the list has been read again
	watchers []*watcher
	slots    []*slot
}

// Open connects to the computer's sound. That there is none, or no device, is
// no error: devices may come.
func Open(c Config) (*Engine, error) {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	logger := c.Logger.With("scope", "sound")
	return start(logger, func() (system, error) { return openMiniaudio(logger) }), nil
}

func start(logger *slog.Logger, openSystem func() (system, error)) *Engine {
	epoch := time.Now()
	e := &Engine{
		logger: logger, openSystem: openSystem, epoch: epoch, far: newFar(epoch),
		kick: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	k := &keeper{engine: e}
	go k.run()
	e.ask()
	return e
}

// Devices are the microphones and speakers there are now.
func (e *Engine) Devices() (microphones, speakers []media.Device) {
	e.mu.Lock()
	fresh := time.Since(e.listedAt) < lookEvery && (len(e.slots) > 0 || len(e.watchers) > 0)
	e.mu.Unlock()
	if !fresh {
		e.ask()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.list.microphones), slices.Clone(e.list.speakers)
}

// ask has the list read again and waits for it.
func (e *Engine) ask() {
	answered := make(chan struct{})
	e.mu.Lock()
	e.asked = append(e.asked, answered)
	e.mu.Unlock()
	e.look()
	select {
	case <-answered:
	case <-e.done:
	case <-time.After(answerWithin):
		e.logger.Warn("the sound system does not answer")
	}
}

// look wakes the engine's goroutine.
func (e *Engine) look() {
	select {
	case e.kick <- struct{}{}:
	default:
	}
}

// Watch calls fn after devices came, went or became the default, until stop,
// which fn must not call. fn is called from a goroutine of its own.
func (e *Engine) Watch(fn func()) (stop func()) {
	w := &watcher{fn: fn, changed: make(chan struct{}, 1), end: make(chan struct{}), ended: make(chan struct{})}
	go w.run()
	e.mu.Lock()
	e.watchers = append(e.watchers, w)
	e.mu.Unlock()
	e.look()
	return sync.OnceFunc(func() {
		e.mu.Lock()
		e.watchers = slices.DeleteFunc(e.watchers, func(other *watcher) bool { return other == w })
		e.mu.Unlock()
		close(w.end)
		<-w.ended
	})
}

// watcher is somebody who wants to know of changes.
type watcher struct {
	fn         func()
	changed    chan struct{}
	end, ended chan struct{}
}

func (w *watcher) run() {
	defer close(w.ended)
	for {
		select {
		case <-w.end:
			return
		case <-w.changed:
			w.fn()
		}
	}
}

// setList publishes what was found, and tells who wants to know.
func (e *Engine) setList(list listing, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	same := slices.Equal(list.microphones, e.list.microphones) && slices.Equal(list.speakers, e.list.speakers)
	changed := !e.listedAt.IsZero() && !same
	e.list, e.listedAt = list, at
	for _, answered := range e.asked {
		close(answered)
	}
	e.asked = nil
	if !changed {
		return
	}
	for _, w := range e.watchers {
		select {
		case w.changed <- struct{}{}:
		default:
		}
	}
}

// add has a slot looked after.
func (e *Engine) add(s *slot) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return ErrClosed
	}
	e.slots = append(e.slots, s)
	e.look()
	return nil
}

// Close closes every device and releases the sound system.
func (e *Engine) Close() error {
	e.mu.Lock()
	first := !e.closed
	e.closed = true
	e.mu.Unlock()
	if first {
		close(e.stop)
	}
	select {
	case <-e.done:
	case <-time.After(answerWithin):
		e.logger.Warn("the sound system does not close")
	}
	return nil
}
