package sound

import (
	"slices"
	"time"
)

// keeper is the engine's goroutine: it alone talks to the sound system.
type keeper struct {
	engine *Engine
	system system // nil: none is there
	// retryAt is when to look for a system again, after retryIn more.
	retryAt time.Time
	retryIn time.Duration
	lookAt  time.Time
}

func (k *keeper) run() {
	defer close(k.engine.done)
	defer k.end()
	for {
		timer := time.NewTimer(k.pause())
		select {
		case <-k.engine.stop:
			timer.Stop()
			return
		case <-k.engine.kick:
			timer.Stop()
			k.tend(time.Now(), true)
		case <-timer.C:
			k.tend(time.Now(), false)
		}
	}
}

// pause is how long nothing needs to be done unless somebody asks.
func (k *keeper) pause() time.Duration {
	k.engine.mu.Lock()
	defer k.engine.mu.Unlock()
	switch {
	case len(k.engine.slots) > 0:
		return tendEvery
	case len(k.engine.watchers) > 0:
		return lookEvery
	}
	return time.Hour
}

// tend reads the list if it is time for that, and looks after all slots.
func (k *keeper) tend(now time.Time, asked bool) {
	k.engine.mu.Lock()
	slots := slices.Clone(k.engine.slots)
	k.engine.mu.Unlock()
	doubtful := slices.ContainsFunc(slots, func(s *slot) bool { return s.doubtful(now) })
	if asked || doubtful || !now.Before(k.lookAt) {
		k.look(now, slots)
		k.lookAt = now.Add(lookEvery)
	}
	var gone []*slot
	for _, s := range slots {
		if s.tend(now, k.system, k.engine.list) {
			gone = append(gone, s)
		}
	}
	k.forget(gone)
}

// look reads the list of devices. Without a system it looks for one.
func (k *keeper) look(now time.Time, slots []*slot) {
	if k.system == nil {
		k.find(now)
	}
	var list listing
	if k.system != nil {
		var err error
		if list, err = k.system.list(); err != nil {
			k.engine.logger.Info("the sound system has gone", "error", err)
			k.drop(slots)
			list = listing{}
		}
	}
	k.engine.setList(list, now)
}

func (k *keeper) find(now time.Time) {
	if now.Before(k.retryAt) {
		return
	}
	found, err := k.engine.openSystem()
	if err != nil {
		k.retryIn = min(max(firstRetry, 2*k.retryIn), lastRetry)
		k.retryAt = now.Add(k.retryIn)
		return
	}
	k.system, k.retryIn, k.retryAt = found, 0, time.Time{}
}

// drop closes the system and all that is open of it.
func (k *keeper) drop(slots []*slot) {
	for _, s := range slots {
		s.shut()
	}
	k.system.close()
	k.system = nil
}

// forget takes closed slots off the list.
func (k *keeper) forget(gone []*slot) {
	if len(gone) == 0 {
		return
	}
	k.engine.mu.Lock()
	k.engine.slots = slices.DeleteFunc(k.engine.slots, func(s *slot) bool { return slices.Contains(gone, s) })
	k.engine.mu.Unlock()
	for _, s := range gone {
		close(s.gone)
	}
}

// end closes everything, for good.
func (k *keeper) end() {
	k.engine.mu.Lock()
	slots, asked := k.engine.slots, k.engine.asked
	k.engine.slots, k.engine.asked = nil, nil
	k.engine.mu.Unlock()
	for _, s := range slots {
		s.shut()
		close(s.gone)
	}
	if k.system != nil {
		k.system.close()
		k.system = nil
	}
	for _, answered := range asked {
		close(answered)
	}
}
