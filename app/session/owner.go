package session

import (
	"reflect"
	"sync"
	"time"
)

const (
	// tickInterval is that of meters and marks in a call; without one nothing ticks.
	tickInterval = 100 * time.Millisecond
	// peekInterval is how exactly the time to the first picture is known; after
	// peekTime nobody looks any more.
	peekInterval = 10 * time.Millisecond
	peekTime     = 10 * time.Second
	// figuresTicks is after how many of them connections are judged.
	figuresTicks = 10
	// saveDelay lets a slider come to rest before its value is written.
	saveDelay = 500 * time.Millisecond
)

// owner is the goroutine that all of a Session's state belongs to.
type owner struct {
	*Session
	memory  memory
	saving  saving
	attempt *attempt // nil: no call
	// last is the last gear, whose devices must be free before they are opened again.
	last *gear
	tail <-chan time.Time // the end of push-to-talk's tail
	peek <-chan time.Time // the next look for the first picture
}

// saving is how far what is remembered is on its way to its file.
type saving struct {
	due     <-chan time.Time // nil: nothing waits
	changed bool             // since the last writing began
	writer  sync.WaitGroup   // at most one
	busy    bool
	failed  bool // was told already
}

func newOwner(s *Session, m memory) *owner { return &owner{Session: s, memory: m} }

// run carries out commands, messages and events, one after the other.
func (o *owner) run() {
	defer close(o.gone)
	ticker := time.NewTicker(tickInterval)
	ticker.Stop()
	defer ticker.Stop()
	for ticking := false; ; {
		if want := o.attempt.isLive(); want != ticking {
			ticking = want
			ticker.Stop()
			if want {
				ticker.Reset(tickInterval)
			}
		}
		if !o.step(ticker.C) {
			return
		}
		o.publish()
	}
}

// step waits for one thing to do and does it; false is the end.
func (o *owner) step(tick <-chan time.Time) bool {
	select {
	case <-o.quit:
		o.shutDown()
		return false
	case r := <-o.commands:
		err := r.command.do(o)
		o.publish() // who asked finds the outcome there
		r.done(err)
	case f := <-o.messages:
		f()
	case e := <-o.attempt.incoming():
		o.event(e)
	case <-o.attempt.tooMany():
		o.attempt.flooded(o)
	case <-o.troubled:
		o.lookAtTroubles()
	case <-o.views.changed:
		o.showAll(o.views.take())
	case <-o.tail:
		o.tail = nil
		o.applyVoice()
	case now := <-o.peek:
		o.peek = nil
		o.lookForFirst(now)
	case <-o.saving.due:
		o.save()
	case now := <-tick:
		o.tick(now)
	}
	return true
}

// shutDown leaves the call and writes what is not written yet.
func (o *owner) shutDown() {
	if o.attempt.isLive() {
		o.end(nil)
	}
	o.saving.writer.Wait()
	if o.saving.changed {
		if err := o.memory.write(o.config.Path); err != nil {
			o.log.Warn("choices are not remembered", "error", err)
		}
	}
}

// publish tells of a new snapshot if anything in it changed.
func (o *owner) publish() {
	fresh := o.build()
	if reflect.DeepEqual(o.snapshot.Load(), fresh) {
		return
	}
	o.snapshot.Store(fresh)
	o.config.OnChange()
}

// remember writes what is remembered, soon.
func (o *owner) remember() {
	o.saving.changed = true
	if o.saving.due == nil {
		o.saving.due = time.After(saveDelay)
	}
}

// save writes on another goroutine, one at a time.
func (o *owner) save() {
	o.saving.due = nil
	if o.saving.busy {
		o.saving.due = time.After(saveDelay)
		return
	}
	o.saving.busy, o.saving.changed = true, false
	m, path := o.memory.clone(), o.config.Path
	o.saving.writer.Go(func() {
		err := m.write(path)
		o.workers.Go(func() { o.post(func() { o.saved(err) }) })
	})
}

func (o *owner) saved(err error) {
	o.saving.busy = false
	if err != nil {
		o.log.Warn("choices are not remembered", "error", err)
		if !o.saving.failed {
			o.config.Notify("notice.choicesNotKept", map[string]string{"reason": err.Error()}, true)
		}
	}
	o.saving.failed = err != nil
}

// tick moves what moves with time.
func (o *owner) tick(now time.Time) {
	a := o.attempt
	a.ticks++
	o.listen(now)
	if a.call != nil && a.ticks%figuresTicks == 0 {
		a.judge()
		o.sendAll()
	}
}
