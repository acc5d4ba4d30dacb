package calls

import (
	"context"
	"errors"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

// member is who comes into a group's call.
type member struct {
	group identity.GroupID
	user  identity.ID
}

// conference is the running call of a group of this host. It runs while somebody
// is in the room, or on the way there. Exchange.mu protects it.
type conference struct {
	group      identity.GroupID
	room       string
	starter    identity.ID
	callType   room.CallType
	encryption federation.Encryption

	tokens   map[string]string // not known to be used, by user
	present  map[string]bool   // in the room, by user
	gone     map[string]bool   // of these, who said that they go
	deadline time.Time         // when it is over; zero while somebody is in
}

func (c *conference) isIdle() bool { return len(c.present) == 0 && len(c.tokens) == 0 }

// GroupCall is for federation.Handler.
func (e *Exchange) GroupCall(_ context.Context, event federation.GroupCall) federation.Result {
	e.mu.Lock()
	link := e.link
	e.mu.Unlock()
	if link == nil {
		return federation.Result{Status: federation.StatusUnavailable}
	}
	if event.Group.Domain() != link.domain {
		return federation.Result{Status: federation.StatusNoGroup}
	}
	group, status := e.groupOf(event)
	if status != federation.StatusOK {
		return federation.Result{Status: status}
	}
	result := e.letIn(link, event, e.neighbours(link, group, event.User))
	// Whoever was removed meanwhile may have been let in after their part was forgotten.
	if _, status := e.groupOf(event); status != federation.StatusOK {
		e.ForgetMember(event.Group, event.User)
		return federation.Result{Status: status}
	}
	return result
}

// groupOf gives the group of whoever may come into its call.
func (e *Exchange) groupOf(event federation.GroupCall) (identity.Group, federation.Status) {
	group, err := e.config.Store.Group(event.Group)
	switch {
	case errors.Is(err, identity.ErrNoGroup):
		return group, federation.StatusNoGroup
	case err != nil:
		return group, federation.StatusFailed
	}
	if role, isMember := group.Role(event.User); !isMember || !role.May(identity.RightCall) {
		return group, federation.StatusNotMember
	}
	return group, federation.StatusOK
}

// neighbour is an account of this host to whom a group's call rings.
type neighbour struct {
	account string
	isBusy  bool
}

// neighbours are the members who live here, but for the one who comes, and those
// who have blocked that one.
func (e *Exchange) neighbours(link *link, group identity.Group, but identity.ID) []neighbour {
	var list []neighbour
	for _, m := range group.Members {
		if m.ID == but || m.ID.Domain() != link.domain {
			continue
		}
		// Without the account there is an error.
		if known, err := e.config.Store.Friend(m.ID.Name(), but); err == nil && known.State != identity.StateBlocked {
			list = append(list, neighbour{m.ID.Name(), e.config.IsBusy(m.ID.Name())})
		}
	}
	return list
}

// letIn gives a member the token, and rings at the others where the call begins.
func (e *Exchange) letIn(link *link, event federation.GroupCall, others []neighbour) federation.Result {
	e.mu.Lock()
	defer e.unlock()
	if e.link != link {
		return federation.Result{Status: federation.StatusUnavailable}
	}
	now, id := e.config.Now(), member{event.Group, event.User}
	c := e.board.groups[groupRoom(event.Group)]
	if c == nil && event.Step == federation.GroupJoin {
		return federation.Result{Status: federation.StatusNoRequest}
	}
	if !e.rates.byMember.may(now, id) {
		return federation.Result{Status: federation.StatusTooMany}
	}
	e.rates.byMember.take(now, id)
	isNew := c == nil
	if isNew {
		c = newConference(event)
	}
	token, err := e.config.Book.Issue(now, Grant{Room: c.room, User: string(event.User), CallType: c.callType}, entryTime)
	if err != nil {
		return federation.Result{Status: federation.StatusUnavailable}
	}
	e.config.Book.Withdraw(c.tokens[string(event.User)])
	c.tokens[string(event.User)] = token
	delete(e.barred, seat{c.room, string(event.User)})
	if len(c.present) == 0 {
		c.deadline = now.Add(entryTime)
	}
	if isNew {
		e.board.groups[c.room] = c
		e.ringGroupLocked(now, link, c, others)
	}
	e.isDirty = true
	return federation.Result{Status: federation.StatusOK, Token: token}
}

func newConference(event federation.GroupCall) *conference {
	return &conference{
		group: event.Group, room: groupRoom(event.Group), starter: event.User,
		callType: callTypeOf(event.CallType), encryption: event.Encryption,
		tokens: map[string]string{}, present: map[string]bool{}, gone: map[string]bool{},
	}
}

// ringGroupLocked rings at those who live here. Who is busy sees it in the history.
func (e *Exchange) ringGroupLocked(now time.Time, link *link, c *conference, others []neighbour) {
	for _, other := range others {
		l := newLeg(Call{
			ID: identity.NewCallID(), Account: other.account, Peer: c.starter, Group: c.group, Incoming: true,
			CallType: c.callType, State: StateRinging, Encryption: c.encryption, StartedAt: now,
		}, link)
		l.deadline = now.Add(e.config.RingTime)
		if e.board.places[l.place()] != nil {
			continue
		}
		ringing, pending := e.board.count(other.account)
		if other.isBusy || e.board.engaged(other.account) != nil || ringing >= maxRinging || pending >= maxPending {
			e.history.add(l.missed(now))
			continue
		}
		e.ringLocked(l)
	}
}

// endGroupLocked ends a group's call for all.
func (e *Exchange) endGroupLocked(c *conference) {
	delete(e.board.groups, c.room)
	for _, token := range c.tokens {
		e.config.Book.Withdraw(token)
	}
	e.isDirty = true
	for own, l := range e.board.places {
		if own.group != c.group {
			continue
		}
		if l.rings() && l.answering == nil {
			e.overLocked(l, stepCancel, ReasonCancelled)
		} else if l.call.State.isTaken() {
			e.overLocked(l, stepEnd, "")
		}
	}
}

func (e *Exchange) clearGroupsLocked() {
	for room, c := range e.board.groups {
		delete(e.board.groups, room)
		for _, token := range c.tokens {
			e.config.Book.Withdraw(token)
		}
	}
}

// outLocked takes an account whose part in a group's call is over out of it.
func (e *Exchange) outLocked(l *leg) {
	c := e.board.groups[groupRoom(l.call.Group)]
	if c == nil || l.isElsewhere() {
		return
	}
	user := l.call.Account + "@" + l.link.domain
	e.config.Book.Withdraw(c.tokens[user])
	delete(c.tokens, user)
	if c.present[user] {
		c.gone[user] = true
	}
	if c.isIdle() {
		e.endGroupLocked(c)
	}
}

// Running says how many people are in the call of a group of this host.
func (e *Exchange) Running(group identity.GroupID) (people int, running bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.board.groups[groupRoom(group)]
	if c == nil || c.group != group {
		return 0, false
	}
	return len(c.present), true
}
