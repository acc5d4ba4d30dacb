package sound

import (
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/media"
)

// desk is a stand-in for a sound system: devices come and go, and fail, as a
// test wants.
type desk struct {
	mu      sync.Mutex
	devices [2][]found
	fails   error // of open
	mute    bool  // open devices give nothing
	hangs   chan struct{}
	dead    bool
	closed  bool
	running []*deskStream
	opens   int
}

func (d *desk) list() (listing, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return listing{}, errNoSystem
	}
	list := listing{microphones: describe(d.devices[capture]), speakers: describe(d.devices[playback])}
	for k, devices := range d.devices {
		list.targets[k] = map[string]target{}
		for _, found := range devices {
			list.targets[k][found.id] = target{key: found.id, handle: found.id}
			if found.isDefault {
				list.targets[k][media.Default] = list.targets[k][found.id]
			}
		}
	}
	return list, nil
}

func (d *desk) open(c streamConfig) (stream, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opens++
	if d.fails != nil {
		return nil, d.fails
	}
	s := &deskStream{desk: d, config: c, stop: make(chan struct{}), done: make(chan struct{})}
	d.running = append(d.running, s)
	go s.run()
	return s, nil
}

func (d *desk) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
}

func (d *desk) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

// open1 tells the only device that is open, "" for none.
func (d *desk) open1(t *testing.T) string {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	switch len(d.running) {
	case 0:
		return ""
	case 1:
		return d.running[0].config.handle.(string)
	}
	t.Fatalf("%d devices are open", len(d.running))
	return ""
}

type deskStream struct {
	desk       *desk
	config     streamConfig
	stop, done chan struct{}
}

func (s *deskStream) run() {
	defer close(s.done)
	pcm := make([]int16, FrameSamples*s.config.kind.channels())
	ticker := time.NewTicker(frameTime)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-ticker.C:
		}
		s.desk.mu.Lock()
		mute := s.desk.mute || s.desk.dead
		s.desk.mu.Unlock()
		if !mute {
			s.config.data(pcm)
		}
	}
}

func (s *deskStream) close() {
	s.desk.mu.Lock()
	hangs := s.desk.hangs
	s.desk.mu.Unlock()
	if hangs != nil {
		<-hangs
	}
	close(s.stop)
	<-s.done
	s.desk.set(func() {
		s.desk.running = slices.DeleteFunc(s.desk.running, func(other *deskStream) bool { return other == s })
	})
}

// troubles collects what is reported.
type troubles struct {
	mu  sync.Mutex
	all []media.Trouble
}

func (r *troubles) report(trouble media.Trouble) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, trouble)
}

// take gives what came since the last time.
func (r *troubles) take() []media.Trouble {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

func (r *troubles) want(t *testing.T, want ...media.Trouble) {
	t.Helper()
	if got := r.take(); !slices.Equal(got, want) {
		t.Errorf("reported %q, want %q", got, want)
	}
}

func headset() found { return found{id: "headset", name: "Headset", isDefault: true} }

// withDesk runs a test with an engine on a stand-in, in a time of its own.
func withDesk(t *testing.T, test func(t *testing.T, d *desk, e *Engine)) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		d.devices[capture] = []found{headset()}
		d.devices[playback] = []found{headset()}
		e := start(slog.New(slog.DiscardHandler), func() (system, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.dead {
				return nil, errNoSystem
			}
			d.closed = false
			return d, nil
		})
		test(t, d, e)
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if !d.closed && !d.dead {
			t.Error("the system is still open")
		}
		if len(d.running) > 0 {
			t.Errorf("%d devices are still open", len(d.running))
		}
	})
}

// pass lets time go by, and all that is due happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func openInput(t *testing.T, e *Engine, id string, r *troubles) (*Input, *counter) {
	t.Helper()
	frames := &counter{}
	input, err := e.OpenInput(InputConfig{ID: id, Frames: func([]int16) { frames.add() }, Report: r.report})
	if err != nil {
		t.Fatal(err)
	}
	return input, frames
}

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add() { c.mu.Lock(); defer c.mu.Unlock(); c.n++ }

// take gives the count since the last time.
func (c *counter) take() int { c.mu.Lock(); defer c.mu.Unlock(); n := c.n; c.n = 0; return n }
