package awake

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// watch is what the goroutine has for itself.
type watch struct {
	awake   *Awake
	system  *system
	release func() error  // nil while the computer may sleep
	last    time.Duration // the newest look at the clock
	lastTry time.Duration // the newest try that failed
	toldAt  time.Duration // the newest resume; 0: none
	told    bool          // that the computer cannot be kept awake
}

// run is the goroutine.
func (w *watch) run() {
	defer w.system.close()
	defer w.letSleep()
	look := w.awake.config.look
	if look == nil {
		ticker := time.NewTicker(lookInterval)
		defer ticker.Stop()
		look = ticker.C
	}
	w.system.open()
	for {
		select {
		case <-w.awake.stop:
			return
		case <-w.awake.changed:
			w.adjust(true)
		case <-look:
			w.lookAtClock()
			w.adjust(false)
		case e, ok := <-w.system.events():
			w.understand(e, ok)
		}
	}
}

// adjust keeps the computer awake, or lets it sleep. What failed is tried again
// when it is wanted anew, else after a while.
func (w *watch) adjust(anew bool) {
	reason, held := w.awake.reason()
	held = held && w.awake.config.Allowed
	switch {
	case !held:
		w.letSleep()
		w.reopen()
	case w.release == nil && (anew || w.isTimeToTry()):
		w.keepAwake(reason)
	}
}

func (w *watch) keepAwake(reason string) {
	release, err := w.system.inhibit(reason)
	if err != nil {
		w.lastTry = w.awake.config.clock()
		if !w.told {
			w.told = true
			level := slog.LevelWarn
			if errors.Is(err, errNoWay) {
				level = slog.LevelInfo // a server, which does not sleep by itself
			}
			w.awake.log.Log(context.Background(), level, "the computer may fall asleep during a call", "error", err)
		}
		return
	}
	w.told, w.release = false, release
	w.awake.log.Debug("the computer is kept awake", "reason", reason)
}

func (w *watch) letSleep() {
	if w.release == nil {
		return
	}
	if err := w.release(); err != nil {
		w.awake.log.Warn("the computer may stay awake", "error", err)
	}
	w.release = nil
	w.awake.log.Debug("the computer may sleep")
}

// reopen looks for the system's signs again where they have ended.
func (w *watch) reopen() {
	if w.system.events() == nil && w.isTimeToTry() {
		w.lastTry = w.awake.config.clock()
		w.system.open()
	}
}

func (w *watch) isTimeToTry() bool {
	return w.awake.config.clock()-w.lastTry >= retryInterval
}

// lookAtClock notices a look that comes far too late.
func (w *watch) lookAtClock() {
	now := w.awake.config.clock()
	stood := now - w.last - lookInterval
	w.last = now
	if stood > lateness {
		w.resumed(stood)
	}
}

// understand takes what the system tells.
func (w *watch) understand(e event, ok bool) {
	if !ok {
		w.system.close()
		return
	}
	switch meaning(e) {
	case goesToSleep:
		w.awake.log.Info("the computer goes to sleep")
	case hasWoken:
		w.wake()
	}
}

// wake takes what the system says of a sleep, unless the clock has told just now.
func (w *watch) wake() {
	now := w.awake.config.clock()
	stood := now - w.last
	w.last = now
	if w.toldAt == 0 || now-w.toldAt > lateness {
		w.resumed(stood)
	}
}

func (w *watch) resumed(stood time.Duration) {
	w.awake.log.Info("awake again", "after", stood.Round(time.Second))
	w.toldAt = w.awake.config.clock()
	w.awake.config.OnResume()
}

// sign is what a system tells of its sleep.
type sign int

const (
	meansNothing sign = iota
	goesToSleep
	hasWoken
)
