package app

import (
	"fmt"

	"takoshome/app/awake"
)

// awakeReason is what a system shows to who asks why it does not fall asleep.
const awakeReason = "A call is going on (通話中)"

// wakefulness keeps the computer awake while somebody is in a call here.
type wakefulness struct {
	awake   *awake.Awake  // nil before the start
	release func()        // the watcher's; nil while the computer may sleep
	slept   chan struct{} // has room for one
}

// startAwake begins to follow the calls.
func (a *App) startAwake() (err error) {
	a.wakefulness.slept = make(chan struct{}, 1)
	a.wakefulness.awake, err = awake.New(awake.Config{
		OnResume: a.noteResume,
		Allowed:  a.config.Settings.KeepAwake,
		Logger:   a.log.With("scope", "awake"),
	})
	if err != nil {
		return fmt.Errorf("stay awake: %w", err)
	}
	a.workers.Go(a.followSleep)
	a.Watch(a.stayAwake) // until the publisher ends
	return nil
}

// stayAwake is called with each snapshot, always on the same goroutine.
func (a *App) stayAwake(s *Snapshot) {
	w := &a.wakefulness
	switch needed := needsAwake(s); {
	case needed && w.release == nil:
		w.release = w.awake.Hold(awakeReason)
	case !needed && w.release != nil:
		w.release()
		w.release = nil
	}
}

// needsAwake is whether somebody is in a call that ends when this computer sleeps.
func needsAwake(s *Snapshot) bool {
	return s.Totals.People > 0 || isInside(s.Call.State)
}

// noteResume is called after the computer, or this process, stood still.
func (a *App) noteResume() {
	select {
	case a.wakefulness.slept <- struct{}{}:
	default: // it is known already
	}
}

// followSleep is the goroutine that sees after a sleep what has changed. Calls come
// back by themselves: whoever is not heard for a while is taken for away.
func (a *App) followSleep() {
	for {
		select {
		case <-a.stop:
			return
		case <-a.wakefulness.slept:
			a.recheckOutside()
			a.publisher.change()
		}
	}
}

// letSleep ends all that startAwake began.
func (a *App) letSleep() {
	if a.wakefulness.awake != nil {
		a.wakefulness.awake.Close()
	}
}
