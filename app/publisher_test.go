package app

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// fakeState is what a publisher looks at.
type fakeState struct {
	people atomic.Int64
	rooms  atomic.Bool
	built  atomic.Int64
	expiry atomic.Pointer[time.Time]
}

func (f *fakeState) build() *Snapshot {
	f.built.Add(1)
	s := &Snapshot{Totals: Totals{People: int(f.people.Load())}}
	if f.rooms.Load() {
		s.Rooms = []Room{{ID: "tea"}}
	}
	return s
}

func (f *fakeState) nextExpiry() (time.Time, bool) {
	if at := f.expiry.Load(); at != nil {
		return *at, true
	}
	return time.Time{}, false
}

// runPublisher runs test inside a bubble of fake time.
func runPublisher(t *testing.T, test func(*publisher, *fakeState, chan *Snapshot)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		state := &fakeState{}
		p := newPublisher(state.build, state.nextExpiry)
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.run()
		}()
		seen := make(chan *Snapshot, 1000)
		p.watch(func(s *Snapshot) { seen <- s })
		synctest.Wait()
		test(p, state, seen)
		p.close()
		<-done
	})
}

func TestPublishesOnChangeAtMostTenTimesASecond(t *testing.T) {
	runPublisher(t, func(p *publisher, state *fakeState, seen chan *Snapshot) {
		<-seen // the current one, at once
		begin := time.Now()
		for time.Since(begin) < time.Second {
			state.people.Add(1)
			p.change()
			time.Sleep(time.Millisecond)
		}
		time.Sleep(publishInterval)
		synctest.Wait()
		if n := len(seen); n < 9 || n > 11 {
			t.Errorf("%d snapshots in a second", n)
		}
		var last *Snapshot
		for len(seen) > 0 {
			last = <-seen
		}
		if got := int64(last.Totals.People); got != state.people.Load() {
			t.Errorf("the newest was lost: %d of %d", got, state.people.Load())
		}
	})
}

func TestPublishesNothingWithoutChange(t *testing.T) {
	runPublisher(t, func(p *publisher, state *fakeState, seen chan *Snapshot) {
		<-seen
		time.Sleep(time.Second)
		before := state.built.Load()
		time.Sleep(time.Hour)
		if got := state.built.Load(); got != before {
			t.Errorf("%d looks in an idle hour", got-before)
		}
		p.change() // a sign without a change
		time.Sleep(time.Second)
		if len(seen) != 0 {
			t.Error("an equal snapshot was published")
		}
	})
}

func TestLooksEachSecondWhileThereAreRooms(t *testing.T) {
	runPublisher(t, func(p *publisher, state *fakeState, seen chan *Snapshot) {
		state.rooms.Store(true)
		p.change()
		time.Sleep(publishInterval)
		synctest.Wait()
		before := state.built.Load()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := state.built.Load() - before; got != 10 {
			t.Errorf("%d looks in ten seconds", got)
		}
	})
}

func TestLooksWhenAnInvitationExpires(t *testing.T) {
	runPublisher(t, func(p *publisher, state *fakeState, seen chan *Snapshot) {
		<-seen
		at := time.Now().Add(time.Hour)
		state.expiry.Store(&at)
		p.change()
		time.Sleep(time.Minute)
		state.people.Store(7) // shows only when somebody looks
		state.expiry.Store(nil)
		synctest.Wait()
		if len(seen) != 0 {
			t.Fatal("looked too early")
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(seen) != 1 {
			t.Errorf("%d snapshots after the expiry", len(seen))
		}
	})
}

// A slow watcher misses some, gets the newest, and delays nobody.
func TestSlowWatcher(t *testing.T) {
	runPublisher(t, func(p *publisher, state *fakeState, seen chan *Snapshot) {
		var slow []int
		stop := p.watch(func(s *Snapshot) {
			slow = append(slow, s.Totals.People)
			time.Sleep(time.Second)
		})
		for range 10 {
			state.people.Add(1)
			p.change()
			time.Sleep(publishInterval)
		}
		time.Sleep(3 * time.Second)
		stop()
		stop()
		synctest.Wait()
		if len(seen) < 10 {
			t.Errorf("the other watcher saw %d", len(seen))
		}
		if len(slow) > 3 || slow[len(slow)-1] != 10 {
			t.Errorf("the slow one saw %v", slow)
		}
		state.people.Add(1)
		p.change()
		time.Sleep(time.Second)
		if slow[len(slow)-1] != 10 {
			t.Error("called after its stop")
		}
	})
}

func TestCPUMeter(t *testing.T) {
	used := time.Duration(0)
	known := true
	m := newCPUMeter(func() (time.Duration, bool) { return used, known })
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	steps := []struct {
		after, used time.Duration
		known       bool
		want        float64
	}{
		{0, time.Second, true, 0},
		{time.Second, 250 * time.Millisecond, true, 25},
		{100 * time.Millisecond, time.Second, true, 25}, // too soon to tell
		{time.Second, 0, true, 100 * 1.0 / 1.1},
		{time.Second, 0, false, 0},
	}
	for i, step := range steps {
		now, used, known = now.Add(step.after), used+step.used, step.known
		if got := m.percent(now); got < step.want-0.01 || got > step.want+0.01 {
			t.Errorf("step %d: got %v, want %v", i, got, step.want)
		}
	}
	if got, ok := processTime(); !ok || got <= 0 {
		t.Errorf("this process has used %v, %v", got, ok)
	}
}
