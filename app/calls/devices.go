package calls

import "takoshome/app/identity"

// Find gives the live call between an account and a friend.
func (e *Exchange) Find(account string, peer identity.ID) (Call, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range e.board.friends {
		if l.call.Account == account && l.call.Peer == peer {
			return l.call, true
		}
	}
	return Call{}, false
}

// Calls lists an account's calls, the newest first: the live ones, and for some
// seconds those that are over.
func (e *Exchange) Calls(account string) []Call {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.board.list(account)
}

// Watch tells a device of an account what happens. It begins with what rings
// now, and with an EventAccept that the device has not used yet. A reader that
// does not keep up has its channel closed; stop closes it too.
//
// What rings here is told to all devices of the account, and EventCancel as
// well to the one that has answered (Call.Device), because several windows may
// share a session. All else is told to the device that asked or answered.
func (e *Exchange) Watch(account, device string) (events <-chan Event, stop func()) {
	e.mu.Lock()
	defer e.unlock()
	w := e.watchers.add(account, device)
	if e.isClosed {
		e.watchers.remove(w)
	}
	if e.watchers.of[account][w] {
		e.catchUpLocked(w)
	}
	return w.events, func() { e.unwatch(w) }
}

// catchUpLocked tells a device what it may have missed.
func (e *Exchange) catchUpLocked(w *watcher) {
	now := e.config.Now()
	for _, l := range e.board.live() {
		switch {
		case l.call.Account != w.account:
		case l.rings() && l.answering == nil:
			e.watchers.push(w, Event{Type: EventRequest, Call: l.call})
		case !l.call.State.isTaken() || l.call.Device != w.device:
		case (l.isTold || !l.call.Incoming && !l.isGroup()) && l.way.Token != "" && now.Before(l.wayUntil):
			e.watchers.push(w, Event{Type: EventAccept, Call: l.call, Way: l.way})
			fallthrough
		default:
			if l.isElsewhere() {
				l.deadline = l.answeredAt.Add(longestTime)
			}
		}
	}
}

// unwatch ends a watcher. Where the media is elsewhere, nothing else tells that a
// device has gone for good.
func (e *Exchange) unwatch(w *watcher) {
	e.mu.Lock()
	defer e.unlock()
	e.watchers.remove(w)
	if e.watchers.has(w.account, w.device) {
		return
	}
	for _, l := range e.board.live() {
		if l.call.Account == w.account && l.call.Device == w.device && l.call.State.isTaken() && l.isElsewhere() {
			l.deadline = e.config.Now().Add(absentTime)
			e.isDirty = true
		}
	}
}
