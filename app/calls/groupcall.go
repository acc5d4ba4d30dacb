package calls

import (
	"context"
	"errors"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// StartGroup starts the call of a group, or joins the one that runs.
func (e *Exchange) StartGroup(ctx context.Context, account string, group identity.GroupID, request CallRequest) (Way, error) {
	return e.enterGroup(ctx, federation.GroupRequest, account, group, request)
}

// JoinGroup joins the call of a group, or fails with ErrNoCall where none runs.
func (e *Exchange) JoinGroup(ctx context.Context, account string, group identity.GroupID, request CallRequest) (Way, error) {
	return e.enterGroup(ctx, federation.GroupJoin, account, group, request)
}

// enterGroup asks the group's server, which may be this one, for a token.
func (e *Exchange) enterGroup(
	ctx context.Context, step federation.GroupStep, account string, group identity.GroupID, request CallRequest,
) (Way, error) {
	if err := request.validate(); err != nil {
		return Way{}, err
	}
	me, link, err := e.own(account)
	if err != nil {
		return Way{}, err
	}
	if parsed, err := identity.ParseGroupID(string(group)); err != nil || parsed != group {
		return Way{}, identity.ErrBadGroupID
	}
	entry := &entry{step: step, me: me, done: make(chan struct{})}
	if err := e.beginGroup(link, group, request, entry); err != nil {
		return Way{}, err
	}
	select {
	case <-entry.done:
		return entry.way, entry.err
	case <-ctx.Done():
	}
	e.mu.Lock()
	isNew := entry.leg.call.State.isUnanswered()
	e.mu.Unlock()
	if isNew {
		e.abandon(entry.leg, ctx.Err())
	}
	return Way{}, ctx.Err()
}

// entry is somebody's way into a group's call; way and err are there once it is done.
type entry struct {
	step federation.GroupStep
	me   identity.ID
	leg  *leg
	done chan struct{}
	way  Way
	err  error
}

func (e *Exchange) beginGroup(link *link, group identity.GroupID, request CallRequest, entry *entry) error {
	e.mu.Lock()
	defer e.unlock()
	if e.link != link {
		return ErrNotHosting
	}
	account := entry.me.Name()
	l := e.board.places[place{account, group}]
	if other := e.board.engaged(account); other != nil && other != l {
		return ErrInCall
	}
	if l != nil && (l.answering != nil || l.call.State == StateCalling) {
		return ErrAnswered
	}
	if l == nil {
		l = newLeg(Call{
			ID: identity.NewCallID(), Account: account, Peer: entry.me, Group: group, CallType: request.CallType,
			State: StateCalling, Encryption: request.Encryption, StartedAt: e.config.Now(),
		}, link)
		if c := e.board.groups[groupRoom(group)]; c != nil && c.group == group {
			l.call.Peer, l.call.CallType = c.starter, c.callType
		}
		e.board.add(l)
	}
	l.call.Device = request.Device
	l.answering = make(chan struct{})
	entry.leg = l
	e.isDirty = true
	e.takeBackLocked(l)
	event := federation.GroupCall{
		Step: entry.step, Group: group, User: entry.me, CallType: federation.CallType(l.call.CallType),
		Encryption: request.Encryption,
	}
	link.running.Go(func() { e.enter(entry, event) })
	return nil
}

// enter is the goroutine of an entry.
func (e *Exchange) enter(entry *entry, event federation.GroupCall) {
	defer close(entry.done)
	l := entry.leg
	answer, err := e.deliver(l.link.ctx, l.link, event)
	e.mu.Lock()
	defer e.unlock()
	switch {
	case !l.isLive():
		e.outLocked(l)
		entry.err = errors.Join(ErrNoCall, l.call.Err)
	case err != nil:
		entry.err = e.refusedGroupLocked(l, err)
	default:
		e.joinGroupLocked(l, answer.Token)
		entry.way = l.way
	}
}

// refusedGroupLocked ends a call that the group's server did not let into. Who
// only came again with another device stays in it.
func (e *Exchange) refusedGroupLocked(l *leg, err error) error {
	isOver := errors.Is(err, federation.ErrNoRequest)
	switch {
	case l.call.State.isTaken():
		l.answered()
	case isOver && l.call.Incoming:
		e.overLocked(l, stepCancel, ReasonCancelled)
	case isOver: // nothing has happened that anybody would look up
		e.finishLocked(l, StateCancelled)
		e.board.forget(l)
	default:
		l.call.Err = err
		e.overLocked(l, stepFail, ReasonFailed)
	}
	switch {
	case isOver:
		return ErrNoCall
	case errors.Is(err, federation.ErrNotMember):
		return errors.Join(ErrNotMember, err)
	}
	return err
}

func (e *Exchange) joinGroupLocked(l *leg, token string) {
	now := e.config.Now()
	e.moveLocked(l, stepAccept)
	l.way = Way{CallID: l.call.ID, Domain: l.call.Group.Domain(), Token: token, CallType: l.call.CallType}
	l.answeredAt = now
	l.settle()
	l.answered()
	switch {
	case l.isElsewhere():
		l.deadline = now.Add(longestTime)
	case l.call.State == StateAccepted:
		l.deadline = now.Add(entryTime)
	}
	e.silenceLocked(l)
}
