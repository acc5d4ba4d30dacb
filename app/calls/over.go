package calls

import (
	"context"
	"errors"

	"takoshome/app/federation"
)

// moveLocked takes a step that does not end the call.
func (e *Exchange) moveLocked(l *leg, by step) bool {
	to, ok := next(l.call.State, by)
	if !ok || to.IsOver() {
		return false
	}
	l.call.State = to
	e.isDirty = true
	return true
}

// overLocked takes a step that ends the call, and tells the devices why.
func (e *Exchange) overLocked(l *leg, by step, reason Reason) bool {
	was := l.call.State
	to, ok := next(was, by)
	if !ok || !to.IsOver() {
		return false
	}
	e.finishLocked(l, to)
	e.history.add(l.record(l.overAt))
	e.board.show(l)
	if was.isTaken() && reason == ReasonCancelled {
		reason = "" // it was taken back, or ended, by the same event
	}
	e.watchers.tell(l.call.Account, l.listeners(was), Event{Type: eventOf(l.call, was), Call: l.call, Reason: reason})
	return true
}

// listeners is the device that hears of a call, "" for all: what rings is heard
// by all of them, what one has asked for or answered by that one.
func (l *leg) listeners(was State) string {
	if l.hasRung && was == StateRinging {
		return ""
	}
	return l.call.Device
}

func eventOf(call Call, was State) EventType {
	switch {
	case was.isTaken():
		return EventEnd
	case call.State == StateBusy:
		return EventBusy
	case call.State == StateRejected && !call.Incoming:
		return EventReject
	}
	return EventCancel
}

// finishLocked ends a call without a word: its tokens are of no use any more.
func (e *Exchange) finishLocked(l *leg, to State) {
	wasTaken := l.call.State.isTaken()
	l.call.State, l.overAt = to, e.config.Now()
	l.way, l.crossing = Way{}, crossing{}
	for _, token := range l.tokens {
		e.config.Book.Withdraw(token)
	}
	l.tokens = nil
	e.board.retire(l)
	l.settle()
	l.answered()
	e.isDirty = true
	if l.isGroup() {
		e.outLocked(l)
	} else if wasTaken && l.room != "" && !l.pair.incoming {
		e.ended = append(e.ended, seat{room: l.room})
	}
}

// sayLocked tells the other server that a call is over. What is still on its way
// there comes first; who sent that says it afterwards.
func (e *Exchange) sayLocked(l *leg) {
	if l.isGroup() || l.isSending {
		return
	}
	step := federation.CallCancel
	if l.pair.incoming {
		step = federation.CallReject
	}
	e.noticeLocked(l.link, l.pair, l.event(step))
}

// Decline refuses a call that rings here.
func (e *Exchange) Decline(_ context.Context, account, callID string) error {
	e.mu.Lock()
	defer e.unlock()
	l := e.board.of(account, callID)
	switch {
	case l == nil || !l.call.Incoming:
		return ErrNoCall
	case l.isEngaged():
		return ErrAnswered
	case !e.overLocked(l, stepReject, ReasonDeclined):
		return ErrNoCall
	}
	e.sayLocked(l)
	return nil
}

// Cancel takes back a request that is not answered. One that was answered in
// this moment ends.
func (e *Exchange) Cancel(_ context.Context, account, callID string) error {
	e.mu.Lock()
	defer e.unlock()
	l := e.board.of(account, callID)
	if l == nil || l.call.Incoming || !e.endLocked(l) {
		return ErrNoCall
	}
	return nil
}

// End ends a call in whatever state it is; one that is over is fine.
func (e *Exchange) End(_ context.Context, account, callID string) error {
	e.mu.Lock()
	defer e.unlock()
	if l := e.board.of(account, callID); l != nil {
		e.endLocked(l)
	}
	return nil
}

// endLocked ends a call as its account wants; false: it was over.
func (e *Exchange) endLocked(l *leg) bool {
	by, reason := stepEnd, Reason("")
	switch {
	case !l.isLive():
		return false
	case l.call.State.isUnanswered() && l.call.Incoming:
		by, reason = stepReject, ReasonDeclined
	case l.call.State.isUnanswered():
		by, reason = stepCancel, ReasonCancelled
	}
	if by == stepCancel {
		l.call.Err = ErrCancelled
	}
	if l.crossing.isOn && !l.crossing.isTaking {
		e.refuseTheirsLocked(l)
	}
	e.overLocked(l, by, reason)
	e.sayLocked(l)
	return true
}

// wasDelivered says that the other server acts on an event, or may do so.
func wasDelivered(err error) bool { return !errors.Is(err, federation.ErrRefused) }
