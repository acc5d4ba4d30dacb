package calls

import (
	"maps"
	"time"

	"takoshome/app/identity"
)

// seat is somebody's in a room of this host; of "", everybody's.
type seat struct{ room, user string }

// Forget ends what there is between an account and somebody whom it has
// blocked, or whose friend it is no more. Whoever rings is not told.
func (e *Exchange) Forget(account string, peer identity.ID) {
	e.mu.Lock()
	defer e.unlock()
	for _, l := range e.board.live() {
		if l.call.Account != account || l.isGroup() || l.call.Peer != peer {
			continue
		}
		if l.rings() && l.answering == nil {
			e.overLocked(l, stepReject, ReasonDeclined)
			continue
		}
		e.endLocked(l)
	}
}

// ForgetMember ends the part of somebody in the call of a group that they are in
// no more: a token that they were given lets nobody in.
func (e *Exchange) ForgetMember(group identity.GroupID, user identity.ID) {
	e.mu.Lock()
	defer e.unlock()
	if c := e.board.groups[groupRoom(group)]; c != nil && c.group == group {
		e.unseatLocked(c, string(user))
	}
	if e.link != nil && user.Domain() == e.link.domain {
		e.forgetPlaceLocked(e.board.places[place{user.Name(), group}])
	}
}

// ForgetGroup ends the call of a group that is no more.
func (e *Exchange) ForgetGroup(group identity.GroupID) {
	e.mu.Lock()
	defer e.unlock()
	if c := e.board.groups[groupRoom(group)]; c != nil && c.group == group {
		for user := range c.tokens {
			e.barLocked(c, user)
		}
		e.endGroupLocked(c)
		e.ended = append(e.ended, seat{room: c.room})
	}
	for own, l := range e.board.places {
		if own.group == group {
			e.forgetPlaceLocked(l)
		}
	}
}

// ForgetAccount ends the calls of somebody who lives here no more.
func (e *Exchange) ForgetAccount(account string) {
	e.mu.Lock()
	defer e.unlock()
	for _, l := range e.board.live() {
		switch {
		case l.call.Account != account:
		case l.isGroup():
			e.forgetPlaceLocked(l)
		default:
			e.endLocked(l)
		}
	}
	if e.link == nil {
		return
	}
	for _, c := range e.board.groups {
		e.unseatLocked(c, account+"@"+e.link.domain)
	}
}

// unseatLocked lets somebody neither into a group's call nor stay there.
func (e *Exchange) unseatLocked(c *conference, user string) {
	e.barLocked(c, user)
	e.ended = append(e.ended, seat{c.room, user})
	if c.isIdle() {
		e.endGroupLocked(c)
	}
}

// barLocked makes a member's token useless. One that was used just now is withdrawn
// too late: then they are put out when they come in.
func (e *Exchange) barLocked(c *conference, user string) {
	token, isOpen := c.tokens[user]
	if !isOpen {
		return
	}
	now := e.config.Now()
	maps.DeleteFunc(e.barred, func(_ seat, until time.Time) bool { return !now.Before(until) })
	e.config.Book.Withdraw(token)
	delete(c.tokens, user)
	e.barred[seat{c.room, user}] = now.Add(entryTime)
}

// isBarredLocked is true once.
func (e *Exchange) isBarredLocked(now time.Time, at seat) bool {
	until, isBarred := e.barred[at]
	delete(e.barred, at)
	return isBarred && now.Before(until)
}

// forgetPlaceLocked ends the part that an account has in a group's call.
func (e *Exchange) forgetPlaceLocked(l *leg) {
	switch {
	case l == nil || !l.isLive():
	case l.call.State.isTaken():
		e.overLocked(l, stepEnd, "")
	case l.rings() && l.answering == nil:
		e.overLocked(l, stepCancel, ReasonCancelled)
	default:
		l.call.Err = ErrNotMember
		e.overLocked(l, stepFail, ReasonFailed)
	}
}
