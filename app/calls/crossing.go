package calls

import (
	"time"

	"takoshome/app/federation"
)

// Two friends who ring at each other in the same moment are to be in one call.
// The one whose id is lower stays the caller; the other one's server takes its
// own request back and answers. A server that does not know this rule answers
// nothing: then, after crossTime, the lower one's answers instead.

// crossLocked is a request of whom we ask ourselves.
func (e *Exchange) crossLocked(now time.Time, own *leg, event federation.FriendCall) federation.Status {
	switch {
	case !own.call.State.isUnanswered():
		return federation.StatusBusy // with the one who asks
	case event.Callee < event.Caller:
		own.crossing = crossing{isOn: true, callType: callTypeOf(event.CallType), giveUp: now.Add(crossTime)}
		e.isDirty = true
		return federation.StatusOK
	}
	l := e.newIncoming(now, own.link, pair{caller: event.Caller, callee: event.Callee, incoming: true}, event)
	e.replaceLocked(own, l)
	e.answerLocked(l, l.call.Device, true)
	e.sayLocked(own)
	return federation.StatusOK
}

// replaceLocked puts a call that they have begun in the place of ours; for the
// person it stays the same one.
func (e *Exchange) replaceLocked(own, l *leg) {
	l.call.ID, l.call.Device, l.call.StartedAt = own.call.ID, own.call.Device, own.call.StartedAt
	l.call.Incoming = false
	e.finishLocked(own, StateCancelled)
	e.board.add(l)
}

// refuseTheirsLocked says no to the request that has crossed with ours: the one
// who was to come to it has gone.
func (e *Exchange) refuseTheirsLocked(own *leg) {
	event := federation.FriendCall{Step: federation.CallReject, Caller: own.pair.callee, Callee: own.pair.caller}
	e.noticeLocked(own.link, pair{caller: event.Caller, callee: event.Callee, incoming: true}, event)
}

// takeTheirsLocked answers the request that has crossed with ours.
func (e *Exchange) takeTheirsLocked(own *leg) {
	own.crossing.isTaking = true
	event := federation.FriendCall{
		Step: federation.CallAccept, Caller: own.pair.callee, Callee: own.pair.caller,
		CallType: federation.CallType(own.crossing.callType),
	}
	own.link.running.Go(func() { e.takeTheirs(own, event) })
}

// takeTheirs is the goroutine of it. As long as it runs, our own request may be
// answered as well, and counts if it is.
func (e *Exchange) takeTheirs(own *leg, event federation.FriendCall) {
	theirs := pair{caller: event.Caller, callee: event.Callee, incoming: true}
	e.settleNotices(own.link.ctx, own.link, theirs)
	answer, err := e.deliver(own.link.ctx, own.link, event)
	e.mu.Lock()
	defer e.unlock()
	switch {
	case !own.isLive():
		if wasDelivered(err) {
			event.Step = federation.CallReject
			e.noticeLocked(own.link, theirs, event)
		}
	case !own.call.State.isUnanswered(): // they have answered ours
	case err != nil:
		e.uncrossLocked(own)
	default:
		l := e.newIncoming(e.config.Now(), own.link, theirs, event)
		l.isTold = true
		e.replaceLocked(own, l)
		e.joinLocked(l, answer.Token)
		e.takeBackLocked(l)
		e.sayLocked(own)
	}
}

// uncrossLocked leaves our own request, if it was taken.
func (e *Exchange) uncrossLocked(own *leg) {
	failure := own.crossing.failure
	own.crossing = crossing{}
	if failure != nil {
		e.refusedLocked(own, failure)
	}
}
