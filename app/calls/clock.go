package calls

import "time"

// clock is the goroutine that lets calls time out.
func (e *Exchange) clock() {
	for {
		e.mu.Lock()
		now := e.config.Now()
		e.expireLocked(now)
		due := e.board.due()
		e.unlock()
		if !e.sleep(due, now) {
			return
		}
	}
}

// sleep waits until something is due or has changed; false: for the last time.
func (e *Exchange) sleep(due, now time.Time) bool {
	var ring <-chan time.Time
	if !due.IsZero() {
		timer := time.NewTimer(due.Sub(now))
		defer timer.Stop()
		ring = timer.C
	}
	select {
	case <-e.stop:
		return false
	case <-e.wake:
	case <-ring:
	}
	return true
}

func (e *Exchange) expireLocked(now time.Time) {
	isDue := func(at time.Time) bool { return !at.IsZero() && !now.Before(at) }
	for _, l := range e.board.live() {
		if l.crossing.isOn && !l.crossing.isTaking && isDue(l.crossing.giveUp) {
			e.takeTheirsLocked(l)
		}
		if l.isLive() && isDue(l.deadline) {
			l.deadline = time.Time{}
			e.dueLocked(now, l)
		}
	}
	for _, g := range e.board.groups {
		if isDue(g.deadline) {
			e.endGroupLocked(g)
		}
	}
	for len(e.board.over) > 0 && isDue(e.board.over[0].overAt.Add(showTime)) {
		e.board.forget(e.board.over[0])
		e.isDirty = true
	}
}

// dueLocked is what a call does when its time is up.
func (e *Exchange) dueLocked(now time.Time, l *leg) {
	switch {
	case l.answering != nil: // the other server's answer decides
		l.deadline = now.Add(sendTime)
	case l.call.State.isUnanswered():
		e.overLocked(l, stepTimeout, ReasonTimeout)
		if !l.call.Incoming { // who is called has a clock too
			e.sayLocked(l)
		}
	case l.call.State == StateAccepted && !l.isElsewhere():
		l.call.Err = ErrNobodyCame
		e.overLocked(l, stepFail, ReasonFailed)
		e.sayLocked(l)
	default:
		e.overLocked(l, stepEnd, "")
		e.sayLocked(l)
	}
}
