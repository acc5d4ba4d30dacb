package calls

import (
	"context"
	"errors"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

// FriendCall is for federation.Handler.
func (e *Exchange) FriendCall(ctx context.Context, event federation.FriendCall) federation.Result {
	var local, other identity.ID
	if event.Step == federation.CallRequest || event.Step == federation.CallCancel {
		local, other = event.Callee, event.Caller
	} else {
		local, other = event.Caller, event.Callee
	}
	link, status := e.admit(local)
	if status != federation.StatusOK {
		return federation.Result{Status: status}
	}
	if event.Step == federation.CallRequest || event.Step == federation.CallAccept {
		isFriend, err := e.isFriend(local.Name(), other)
		if err != nil {
			return federation.Result{Status: federation.StatusFailed}
		}
		if !isFriend {
			return federation.Result{Status: federation.StatusNotFriends}
		}
	}
	switch event.Step {
	case federation.CallRequest:
		settling, cancel := context.WithTimeout(ctx, settleTime)
		e.settleNotices(settling, link, pair{caller: event.Caller, callee: event.Callee, incoming: true})
		cancel()
		return federation.Result{Status: e.ring(link, event)}
	case federation.CallAccept:
		return e.grant(link, event)
	case federation.CallReject:
		return federation.Result{Status: e.rejected(link, event)}
	case federation.CallCancel:
		return federation.Result{Status: e.cancelled(link, event)}
	}
	return federation.Result{Status: federation.StatusFailed}
}

// admit says whether an id is of somebody here.
func (e *Exchange) admit(id identity.ID) (*link, federation.Status) {
	e.mu.Lock()
	link := e.link
	e.mu.Unlock()
	if link == nil {
		return nil, federation.StatusUnavailable
	}
	if id.Domain() != link.domain {
		return nil, federation.StatusNoUser
	}
	_, err := e.config.Store.Account(id.Name())
	switch {
	case errors.Is(err, identity.ErrNoAccount):
		return nil, federation.StatusNoUser
	case err != nil:
		return nil, federation.StatusFailed
	}
	return link, federation.StatusOK
}

// ring is a request for somebody here.
func (e *Exchange) ring(link *link, event federation.FriendCall) federation.Status {
	account := event.Callee.Name()
	isBusy := e.config.IsBusy(account)
	e.mu.Lock()
	defer e.unlock()
	now := e.config.Now()
	if e.link != link {
		return federation.StatusUnavailable
	}
	theirs := pair{caller: event.Caller, callee: event.Callee, incoming: true}
	if l := e.board.friends[theirs]; l != nil {
		if isRepeat(now, l) {
			return federation.StatusOK
		}
		e.overLocked(l, stepEnd, "") // they would not ring if they were still in it
	}
	if !e.mayRingLocked(now, link, theirs) {
		return federation.StatusTooMany
	}
	if own := e.board.friends[pair{caller: event.Callee, callee: event.Caller}]; own != nil {
		return e.crossLocked(now, own, event)
	}
	l := e.newIncoming(now, link, theirs, event)
	if isBusy || e.board.engaged(account) != nil {
		e.history.add(l.missed(now))
		return federation.StatusBusy
	}
	ringing, pending := e.board.count(account)
	if ringing >= maxRinging || pending >= maxPending {
		return federation.StatusTooMany
	}
	e.ringLocked(l)
	return federation.StatusOK
}

// ringLocked lets a call ring at the account's devices.
func (e *Exchange) ringLocked(l *leg) {
	e.board.add(l)
	l.hasRung = true
	e.isDirty = true
	e.watchers.tell(l.call.Account, "", Event{Type: EventRequest, Call: l.call})
}

// isRepeat says that a request is the one that began a call. One that comes
// while the account is in that call on another server tells that it is over
// there, which that server may have had no event to say with.
func isRepeat(now time.Time, l *leg) bool {
	return !l.call.State.isTaken() || !l.isElsewhere() || now.Sub(l.answeredAt) < repeatTime
}

func (e *Exchange) newIncoming(now time.Time, link *link, p pair, event federation.FriendCall) *leg {
	l := newLeg(Call{
		ID: identity.NewCallID(), Account: p.callee.Name(), Peer: p.caller, Incoming: true,
		CallType: callTypeOf(event.CallType), State: StateRinging, Encryption: event.Encryption, StartedAt: now,
	}, link)
	l.pair = p
	l.deadline = now.Add(e.config.RingTime)
	return l
}

// missed is what the history keeps of a call that did not ring.
func (l *leg) missed(now time.Time) identity.Call {
	record := l.record(now)
	record.Outcome = identity.OutcomeMissed
	return record
}

// mayRingLocked counts a ring.
func (e *Exchange) mayRingLocked(now time.Time, link *link, p pair) bool {
	domain := p.caller.Domain()
	isForeign := domain != link.domain
	if !e.rates.byPair.may(now, p) || (isForeign && !e.rates.byDomain.may(now, domain)) {
		return false
	}
	e.rates.byPair.take(now, p)
	if isForeign {
		e.rates.byDomain.take(now, domain)
	}
	return true
}

// grant is the answer to a call of ours: both get their tokens.
func (e *Exchange) grant(link *link, event federation.FriendCall) federation.Result {
	e.mu.Lock()
	defer e.unlock()
	l := e.board.friends[pair{caller: event.Caller, callee: event.Callee}]
	if l == nil || l.link != link || !l.call.State.isUnanswered() {
		return federation.Result{Status: federation.StatusNoRequest}
	}
	now := e.config.Now()
	caller, err := e.issueLocked(now, l, event.Caller)
	if err != nil {
		return federation.Result{Status: federation.StatusUnavailable}
	}
	callee, err := e.issueLocked(now, l, event.Callee)
	if err != nil {
		return federation.Result{Status: federation.StatusUnavailable}
	}
	e.moveLocked(l, stepAccept)
	l.crossing = crossing{}
	l.answeredAt = now
	l.way = Way{CallID: l.call.ID, Domain: link.domain, Token: caller, CallType: l.call.CallType}
	l.wayUntil = now.Add(entryTime)
	l.deadline = l.wayUntil
	l.settle()
	e.takeBackLocked(l)
	e.watchers.tell(l.call.Account, l.call.Device, Event{Type: EventAccept, Call: l.call, Way: l.way})
	return federation.Result{Status: federation.StatusOK, Token: callee}
}

// issueLocked gives a token that dies with the call.
func (e *Exchange) issueLocked(now time.Time, l *leg, user identity.ID) (string, error) {
	token, err := e.config.Book.Issue(now, Grant{Room: l.room, User: string(user), CallType: l.call.CallType}, entryTime)
	if err == nil {
		l.tokens = append(l.tokens, token)
	}
	return token, err
}

// rejected is the no to a call of ours. After a yes it means that the callee has
// gone, unless they are in the room: then another device of theirs was late to
// say no.
func (e *Exchange) rejected(link *link, event federation.FriendCall) federation.Status {
	e.mu.Lock()
	defer e.unlock()
	l := e.board.friends[pair{caller: event.Caller, callee: event.Callee}]
	if l == nil || l.link != link || e.isLateLocked(l) {
		return federation.StatusNoRequest
	}
	l.wasRejected = true
	if callee := string(event.Callee); l.present[callee] {
		l.gone[callee] = true
		return federation.StatusOK
	}
	e.overLocked(l, stepReject, "")
	return federation.StatusOK
}

// isLateLocked says that a no is about the call before this one, which was
// answered and has just ended: a server lets no call ring whose last no is still
// on its way, and here it does not ring yet.
func (e *Exchange) isLateLocked(l *leg) bool {
	if l.call.State != StateCalling {
		return false
	}
	for _, before := range e.board.over {
		if before.pair == l.pair && !before.answeredAt.IsZero() && !before.wasRejected {
			before.wasRejected = true
			return true
		}
	}
	return false
}

// cancelled takes a request back, or ends the call on the caller's server.
func (e *Exchange) cancelled(link *link, event federation.FriendCall) federation.Status {
	e.mu.Lock()
	defer e.unlock()
	if l := e.board.friends[pair{caller: event.Caller, callee: event.Callee, incoming: true}]; l != nil && l.link == link {
		l.wasTakenBack = true
		e.overLocked(l, stepCancel, ReasonCancelled)
		return federation.StatusOK
	}
	own := e.board.friends[pair{caller: event.Callee, callee: event.Caller}]
	if own != nil && own.link == link && own.crossing.isOn && !own.crossing.isTaking {
		e.uncrossLocked(own)
		return federation.StatusOK
	}
	return federation.StatusNoRequest
}

func callTypeOf(t federation.CallType) room.CallType {
	if t == federation.CallVideo {
		return room.CallVideo
	}
	return room.CallAudio
}
