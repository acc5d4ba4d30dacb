package app

import (
	"context"
	"errors"

	"takoshome/app/calls"
	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/app/session"
	"takoshome/sfu/room"
)

// maxIncoming is how many calls are shown to ring at once.
const maxIncoming = 8

// asOwner gives the owner's account; it fails where nobody can be called by name.
func (a *App) asOwner() (account string, err error) {
	if a.store == nil {
		return "", &IdentityError{a.trouble}
	}
	if account = a.owner(); account == "" {
		return "", identity.ErrNoProfile
	}
	return account, nil
}

// asCallable is asOwner for what needs a domain, too.
func (a *App) asCallable() (account string, err error) {
	if account, err = a.asOwner(); err != nil {
		return "", err
	}
	switch {
	case a.record.get(a.store).profile.Domain == "":
		return "", identity.ErrNoDomain
	case a.currentLine() == nil:
		return "", ErrNotHosting
	}
	return account, nil
}

// asCaller is asCallable for somebody who is in no call yet.
func (a *App) asCaller() (account string, err error) {
	if isInside(a.session.Snapshot().State) {
		return "", session.ErrInCall
	}
	return a.asCallable()
}

// callFriend rings at a friend's. A call that has come about tells by itself what
// becomes of it, so there is no error then.
func (a *App) callFriend(ctx context.Context, c CallFriend) (calls.Call, error) {
	id, err := identity.ParseID(c.ID)
	if err != nil {
		return calls.Call{}, err
	}
	account, err := a.asCaller()
	if err != nil {
		return calls.Call{}, err
	}
	if ringing, ok := a.outgoing(account); ok && !ringing.State.IsOver() {
		return calls.Call{}, ErrCalling
	}
	call, err := a.exchange.Request(ctx, account, id, ownRequest(c.CallType))
	if call.ID != "" {
		return call, nil
	}
	return call, err
}

// ownRequest claims no encryption: there is none beside that of the transports.
func ownRequest(callType room.CallType) calls.CallRequest {
	return calls.CallRequest{CallType: callType, Device: calls.DeviceWindow}
}

// cancelCall stops ringing, or takes away what is left to see of it.
func (a *App) cancelCall(ctx context.Context) error {
	account, err := a.asOwner()
	if err != nil {
		return err
	}
	call, ok := a.outgoing(account)
	switch {
	case !ok:
		return ErrNoOutgoing
	case call.State.IsOver():
		a.stay.hide(call.ID)
		return nil
	}
	if err := a.exchange.Cancel(ctx, account, call.ID); err != nil {
		return callGone(err)
	}
	return nil
}

// callGroup starts a group's call, or joins the one that runs, and goes in.
func (a *App) callGroup(ctx context.Context, c CallGroup) (calls.Way, error) {
	id, err := identity.ParseGroupID(c.ID)
	if err != nil {
		return calls.Way{}, err
	}
	account, err := a.asCaller()
	if err != nil {
		return calls.Way{}, err
	}
	way, err := a.exchange.StartGroup(ctx, account, id, ownRequest(c.CallType))
	if err != nil {
		return calls.Way{}, err
	}
	return way, a.goIn(ctx, account, way)
}

// answer takes a call that rings and goes in: somebody waits there.
func (a *App) answer(ctx context.Context, id string) (calls.Way, error) {
	account, err := a.asCaller()
	switch {
	case errors.Is(err, session.ErrInCall): // it goes on ringing
		return calls.Way{}, err
	case err != nil:
		return calls.Way{}, errors.Join(ErrNoIncoming, err)
	}
	way, err := a.exchange.Answer(ctx, account, id, calls.DeviceWindow)
	if err != nil {
		return calls.Way{}, callGone(err)
	}
	return way, a.goIn(ctx, account, way)
}

func (a *App) decline(ctx context.Context, id string) error {
	account, err := a.asCallable()
	if err != nil {
		return errors.Join(ErrNoIncoming, err)
	}
	if err := a.exchange.Decline(ctx, account, id); err != nil {
		return callGone(err)
	}
	return nil
}

// callGone marks the errors of calls that are not, or no longer, there.
func callGone(err error) error {
	if errors.Is(err, calls.ErrNoCall) || errors.Is(err, calls.ErrAnswered) || errors.Is(err, federation.ErrNoRequest) {
		return errors.Join(ErrNoIncoming, err)
	}
	return err
}

// hangUpElsewhere ends the owner's calls that another program has gone into, for
// whom this one has no window.
func (a *App) hangUpElsewhere(ctx context.Context) error {
	account, err := a.asOwner()
	if err != nil {
		return session.ErrNoCall
	}
	err = session.ErrNoCall
	for _, call := range a.exchange.Calls(account) {
		if call.Device == calls.DeviceWindow && !call.State.IsOver() {
			err = a.exchange.End(ctx, account, call.ID)
		}
	}
	return err
}

// incoming lists what rings at the owner's.
func (a *App) incoming(account string, s *stored) []session.Incoming {
	var list []session.Incoming
	for _, call := range a.exchange.Calls(account) {
		isRinging := call.State == calls.StateRinging && call.Device == "" // else it is being answered
		if !call.Incoming || !isRinging || len(list) >= maxIncoming {
			continue
		}
		list = append(list, session.Incoming{
			ID:       call.ID,
			From:     string(call.Peer),
			Title:    s.titleOf(call.Peer),
			Group:    s.groupTitle(call.Group),
			CallType: string(call.CallType),
			At:       call.StartedAt,
		})
	}
	return list
}

// outgoing is the call that rings at somebody else's, or has just ended there.
func (a *App) outgoing(account string) (calls.Call, bool) {
	for _, call := range a.exchange.Calls(account) {
		if call.Incoming || call.Group != "" || call.Device != calls.DeviceWindow {
			continue
		}
		if call.State == calls.StateActive || call.State == calls.StateEnded || a.stay.isHidden(call.ID) {
			return calls.Call{}, false
		}
		return call, true
	}
	return calls.Call{}, false
}

// emptyRoom puts somebody out of a room where their call is over; everybody, where
// user is empty.
func (a *App) emptyRoom(room, user string) {
	if h := a.running(); h != nil {
		h.presence.empty(room, user)
	}
}
