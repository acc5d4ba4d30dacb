package calls

import (
	"context"
	"errors"
	"time"

	"takoshome/app/federation"
)

// againPause is before an answer that crossed with a request is tried again:
// takos servers note their request only after it was taken.
const againPause = time.Second

// Answer takes a call that rings, also a group's, and gives the way into it.
func (e *Exchange) Answer(ctx context.Context, account, callID, device string) (Way, error) {
	e.mu.Lock()
	l := e.board.of(account, callID)
	if l != nil && l.isGroup() && l.rings() {
		e.mu.Unlock()
		return e.enterGroup(ctx, federation.GroupJoin, account, l.call.Group, CallRequest{CallType: l.call.CallType, Device: device})
	}
	done, err := e.takeLocked(l, device)
	e.unlock()
	if err != nil {
		return Way{}, err
	}
	select {
	case <-done:
	case <-ctx.Done():
		e.abandon(l, ctx.Err())
	}
	return e.wayOf(l)
}

// takeLocked lets a device answer. The one that has done so may ask again for the
// way that it has not used: it may not have heard the answer.
func (e *Exchange) takeLocked(l *leg, device string) (done <-chan struct{}, err error) {
	switch {
	case l == nil || !l.call.Incoming || !l.isLive():
		return nil, ErrNoCall
	case l.isEngaged() && (l.isGroup() || l.call.Device != device):
		return nil, ErrAnswered
	case l.answering != nil:
		return l.answering, nil
	case l.call.State.isTaken() && l.way.Token != "" && e.config.Now().Before(l.wayUntil):
		return closed(), nil
	case l.isEngaged():
		return nil, ErrAnswered
	case e.board.engaged(l.call.Account) != nil:
		return nil, ErrInCall
	}
	return e.answerLocked(l, device, false), nil
}

func closed() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// answerLocked asks the caller's server for a token; done is closed when that
// has come to an end. isTold lets the device learn the way by EventAccept.
func (e *Exchange) answerLocked(l *leg, device string, isTold bool) (done <-chan struct{}) {
	l.call.Device, l.isTold = device, isTold
	l.answering = make(chan struct{})
	l.isSending = true
	e.isDirty = true
	e.takeBackLocked(l)
	l.link.running.Go(func() { e.fetch(l) })
	return l.answering
}

// takeBackLocked ends what else the account has asked for: it is in one call at
// a time.
func (e *Exchange) takeBackLocked(but *leg) {
	for _, l := range e.board.live() {
		if l != but && l.call.Account == but.call.Account && !l.call.Incoming && l.call.State.isUnanswered() {
			e.endLocked(l)
		}
	}
}

// fetch is the goroutine of an answer.
func (e *Exchange) fetch(l *leg) {
	e.settleNotices(l.link.ctx, l.link, l.pair)
	if !e.isStill(l) {
		e.mu.Lock()
		defer e.unlock()
		if !l.wasTakenBack {
			e.sayLocked(l)
		}
		return
	}
	answer, err := e.accept(l)
	e.mu.Lock()
	defer e.unlock()
	l.isSending = false
	switch {
	case !l.isLive():
		if wasDelivered(err) && !l.wasTakenBack {
			e.sayLocked(l) // it let us in, and nobody comes
		}
	case err == nil:
		e.joinLocked(l, answer.Token)
	case errors.Is(err, federation.ErrNoRequest):
		l.call.Err = err
		e.overLocked(l, stepCancel, ReasonCancelled)
	default:
		l.call.Err = err
		e.overLocked(l, stepFail, ReasonFailed)
		e.sayLocked(l)
	}
}

// accept asks for the token. What nobody here has touched may come before the
// caller's server knows of its own request.
func (e *Exchange) accept(l *leg) (federation.Answer, error) {
	answer, err := e.deliver(l.link.ctx, l.link, l.event(federation.CallAccept))
	if err == nil || !l.isTold || wasDelivered(err) {
		return answer, err
	}
	timer := time.NewTimer(againPause)
	defer timer.Stop()
	select {
	case <-l.link.ctx.Done():
		return answer, err
	case <-timer.C:
	}
	return e.deliver(l.link.ctx, l.link, l.event(federation.CallAccept))
}

// joinLocked lets the account in with the token that it was given.
func (e *Exchange) joinLocked(l *leg, token string) {
	if !e.moveLocked(l, stepAccept) {
		return
	}
	now := e.config.Now()
	l.way = Way{CallID: l.call.ID, Domain: l.pair.caller.Domain(), Token: token, CallType: l.call.CallType}
	l.wayUntil, l.answeredAt = now.Add(entryTime), now
	l.deadline = time.Time{}
	if l.isElsewhere() {
		l.deadline = now.Add(longestTime)
	}
	l.settle()
	l.answered()
	e.silenceLocked(l)
	if l.isTold {
		e.watchers.tell(l.call.Account, l.call.Device, Event{Type: EventAccept, Call: l.call, Way: l.way})
	}
}

// silenceLocked lets a call that is answered ring nowhere any more.
func (e *Exchange) silenceLocked(l *leg) {
	if l.hasRung {
		l.hasRung = false
		e.watchers.tell(l.call.Account, "", Event{Type: EventCancel, Call: l.call, Reason: ReasonAnswered})
	}
}

// abandon ends an answer that nobody waits for.
func (e *Exchange) abandon(l *leg, err error) {
	e.mu.Lock()
	defer e.unlock()
	if l.isLive() {
		l.call.Err = err
		e.overLocked(l, stepFail, ReasonFailed)
		e.sayLocked(l)
	}
}

// wayOf gives the way that an answer has found.
func (e *Exchange) wayOf(l *leg) (Way, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case l.call.State.isTaken():
		return l.way, nil
	case errors.Is(l.call.Err, federation.ErrNoRequest) || l.call.Err == nil:
		return Way{}, ErrNoCall
	}
	return Way{}, l.call.Err
}
