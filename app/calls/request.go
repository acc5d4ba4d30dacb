package calls

import (
	"context"
	"errors"

	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

// CallRequest asks for a call.
type CallRequest struct {
	CallType   room.CallType
	Encryption federation.Encryption
	// Device is who asks: DeviceWindow, or the id of a session.
	Device string
}

func (r CallRequest) validate() error {
	switch {
	case !r.CallType.Valid():
		return ErrCallType
	case !isKeyHash(r.Encryption):
		return ErrEncryption
	}
	return nil
}

// Request rings at a friend's. It returns when their server has taken the
// request, or the call is over: then with an error that says why, which is the
// Err of the call. Whoever rings here already is answered instead. Whom the account
// has blocked itself is identity.ErrBlocked.
func (e *Exchange) Request(ctx context.Context, account string, friend identity.ID, request CallRequest) (Call, error) {
	if err := request.validate(); err != nil {
		return Call{}, err
	}
	me, link, err := e.own(account)
	if err != nil {
		return Call{}, err
	}
	if me == friend {
		return Call{}, identity.ErrSelf
	}
	known, err := e.config.Store.Friend(account, friend)
	switch {
	case err != nil:
		return Call{}, err
	case known.State == identity.StateBlocked:
		return Call{}, identity.ErrBlocked
	case known.State != identity.StateFriends:
		return Call{}, ErrNotFriends
	}
	l, done, err := e.begin(link, me, friend, request)
	if err != nil {
		return Call{}, err
	}
	return e.await(ctx, l, done)
}

// await gives a call once something has come of it.
func (e *Exchange) await(ctx context.Context, l *leg, done <-chan struct{}) (Call, error) {
	select {
	case <-done:
	case <-ctx.Done():
		_ = e.End(ctx, l.call.Account, l.call.ID)
		return e.snapshot(l), ctx.Err()
	}
	call := e.snapshot(l)
	if call.State.IsOver() && call.Err != nil {
		return call, call.Err
	}
	return call, nil
}

// snapshot is a call now; another leg may have taken l's place.
func (e *Exchange) snapshot(l *leg) Call {
	e.mu.Lock()
	defer e.mu.Unlock()
	if now := e.board.calls[l.call.ID]; now != nil {
		return now.call
	}
	return l.call
}

// begin gives the call that asks a friend, a new one if need be; or the one by
// which the friend rings here, which is then being answered. done is closed once
// something has come of it.
func (e *Exchange) begin(link *link, me, friend identity.ID, request CallRequest) (l *leg, done <-chan struct{}, err error) {
	e.mu.Lock()
	defer e.unlock()
	if e.link != link {
		return nil, nil, ErrNotHosting
	}
	own := pair{caller: me, callee: friend}
	theirs := e.board.friends[pair{caller: friend, callee: me, incoming: true}]
	switch l := e.board.friends[own]; {
	case l != nil && l.call.State.isUnanswered():
		return l, l.settled, nil
	case e.board.engaged(me.Name()) != nil:
		return nil, nil, ErrInCall
	case theirs != nil:
		return theirs, e.answerLocked(theirs, request.Device, true), nil
	}
	if _, pending := e.board.count(""); pending >= maxPending {
		return nil, nil, ErrCallsFull
	}
	l = newLeg(Call{
		ID: identity.NewCallID(), Account: me.Name(), Peer: friend, CallType: request.CallType,
		State: StateCalling, Encryption: request.Encryption, Device: request.Device, StartedAt: e.config.Now(),
	}, link)
	l.pair, l.room = own, roomOf(l.call.ID, own)
	l.deadline = l.call.StartedAt.Add(e.config.RingTime)
	e.board.add(l)
	e.isDirty = true
	l.isSending = true
	link.running.Go(func() { e.ask(l) })
	return l, l.settled, nil
}

// ask is the goroutine of a request.
func (e *Exchange) ask(l *leg) {
	e.settleNotices(l.link.ctx, l.link, l.pair)
	if !e.isStill(l) {
		return
	}
	event := l.event(federation.CallRequest)
	event.Encryption = l.call.Encryption
	_, err := e.deliver(l.link.ctx, l.link, event)
	e.mu.Lock()
	defer e.unlock()
	l.isSending = false
	switch {
	case !l.isLive():
		if wasDelivered(err) && l.call.State != StateRejected && l.call.State != StateBusy {
			e.sayLocked(l)
		}
	case l.call.State != StateCalling: // the answer was faster
	case err == nil:
		e.moveLocked(l, stepTaken)
		l.settle()
	case l.crossing.isOn: // they ring here, so that nothing is lost
		l.crossing.failure = err
		if !l.crossing.isTaking {
			e.takeTheirsLocked(l)
		}
	default:
		e.refusedLocked(l, err)
	}
}

// isStill says that a call is not over, else that nothing is on its way.
func (e *Exchange) isStill(l *leg) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	l.isSending = l.isLive()
	return l.isSending
}

// refusedLocked ends a call that the other server did not take.
func (e *Exchange) refusedLocked(l *leg, err error) {
	l.call.Err = err
	if errors.Is(err, federation.ErrBusy) {
		e.overLocked(l, stepBusy, "")
		return
	}
	e.overLocked(l, stepFail, ReasonFailed)
	if wasDelivered(err) {
		e.sayLocked(l)
	}
}
