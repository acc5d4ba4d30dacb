package app

import (
	"reflect"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// publishInterval is the time between two snapshots at least.
	publishInterval = 100 * time.Millisecond
	// figuresInterval is the time between two looks at the figures of calls.
	figuresInterval = time.Second
)

// publisher hands snapshots to watchers: when something changed, each second
// while there are rooms, and when an invitation expires.
type publisher struct {
	build      func() *Snapshot
	nextExpiry func() (time.Time, bool)
	changed    chan struct{} // has room for one
	stop       chan struct{} // closed by close
	current    atomic.Pointer[Snapshot]

	// mu protects all that follows.
	mu       sync.Mutex
	watchers map[*watcher]struct{}
	closed   bool
	running  sync.WaitGroup // the watchers' goroutines
}

func newPublisher(build func() *Snapshot, nextExpiry func() (time.Time, bool)) *publisher {
	return &publisher{
		build:      build,
		nextExpiry: nextExpiry,
		changed:    make(chan struct{}, 1),
		stop:       make(chan struct{}),
		watchers:   map[*watcher]struct{}{},
	}
}

// change says that the last snapshot may be out of date.
func (p *publisher) change() {
	select {
	case p.changed <- struct{}{}:
	default: // it is known already
	}
}

// run is the goroutine that publishes.
func (p *publisher) run() {
	for {
		p.publish(p.build())
		if !p.sleep(publishInterval, nil) || !p.sleep(p.nextLook(), p.changed) {
			return
		}
	}
}

func (p *publisher) publish(fresh *Snapshot) {
	if last := p.current.Load(); last != nil && reflect.DeepEqual(last, fresh) {
		return
	}
	p.current.Store(fresh)
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.watchers {
		w.wake()
	}
}

// nextLook is when things change without a sign, 0 for never.
func (p *publisher) nextLook() time.Duration {
	if last := p.current.Load(); len(last.Rooms) > 0 {
		return figuresInterval - publishInterval
	}
	if at, ok := p.nextExpiry(); ok {
		return max(time.Until(at), time.Nanosecond)
	}
	return 0
}

// sleep waits for the time to pass (0: for ever) or for a sign; false is the end.
func (p *publisher) sleep(wait time.Duration, sign <-chan struct{}) bool {
	var passed <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		passed = timer.C
	}
	select {
	case <-p.stop:
		return false
	case <-passed:
	case <-sign:
	}
	return true
}

// close ends run and all watchers, and waits for the watchers.
func (p *publisher) close() {
	p.mu.Lock()
	p.closed = true
	for w := range p.watchers {
		w.end()
	}
	p.mu.Unlock()
	close(p.stop)
	p.running.Wait()
}

func (p *publisher) watch(fn func(*Snapshot)) (stop func()) {
	w := &watcher{fn: fn, news: make(chan struct{}, 1), done: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return func() {}
	}
	p.watchers[w] = struct{}{}
	p.running.Go(func() { w.run(p.latest) })
	return func() { p.unwatch(w) }
}

func (p *publisher) unwatch(w *watcher) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.watchers, w)
	w.end()
}

// latest is the published snapshot; it makes the first if need be.
func (p *publisher) latest() *Snapshot {
	if s := p.current.Load(); s != nil {
		return s
	}
	p.current.CompareAndSwap(nil, p.build())
	return p.current.Load()
}

// watcher calls one function with snapshots.
type watcher struct {
	fn   func(*Snapshot)
	news chan struct{} // has room for one
	done chan struct{} // closed by end
	once sync.Once
}

// run is the watcher's goroutine.
func (w *watcher) run(latest func() *Snapshot) {
	var last *Snapshot
	for {
		select {
		case <-w.done:
			return
		default:
		}
		if s := latest(); s != last {
			last = s
			w.fn(s)
		}
		select {
		case <-w.done:
			return
		case <-w.news:
		}
	}
}

func (w *watcher) wake() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

func (w *watcher) end() { w.once.Do(func() { close(w.done) }) }
