package friends

import (
	"context"
	"errors"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// Request asks somebody to be friends, or says yes to who asked. It counts once
// the other server has taken it. Friends are asked too: perhaps they have lost
// us, and then see the request; else nothing changes.
func (f *Friends) Request(ctx context.Context, account string, id identity.ID) error {
	own, err := f.own(account)
	if err != nil {
		return err
	}
	friend, err := f.config.Store.Friend(account, id)
	if err != nil {
		return err
	}
	if friend.State == identity.StateAsked {
		return f.Accept(ctx, account, id)
	}
	// Kept before it is sent: the answer to it may be here first.
	change, err := f.config.Store.ChangeFriend(f.config.Now(), account, id, identity.StepRequest)
	if err != nil {
		return err
	}
	if err := f.send(ctx, federation.Friendship{Step: federation.FriendRequest, From: own, To: id}); err != nil {
		f.undo(account, id, change)
		return err
	}
	if change.Before != change.After {
		f.config.OnChange()
	}
	return nil
}

// undo takes a request back that did not get there; what came of it meanwhile stays.
func (f *Friends) undo(account string, id identity.ID, change identity.FriendChange) {
	if change.Before != identity.StateNone {
		return
	}
	_, err := f.change(account, id, identity.StepWithdraw)
	if err != nil && !errors.Is(err, identity.ErrTransition) && !errors.Is(err, identity.ErrBlocked) {
		f.config.Logger.Warn("request of friendship was not taken back", "err", err)
	}
}

// Accept says yes to who asked. It counts once the other server has taken it.
func (f *Friends) Accept(ctx context.Context, account string, id identity.ID) error {
	own, err := f.own(account)
	if err != nil {
		return err
	}
	friend, err := f.config.Store.Friend(account, id)
	if err != nil {
		return err
	}
	switch friend.State {
	case identity.StateFriends:
		return nil
	case identity.StateAsked:
	case identity.StateBlocked:
		return identity.ErrBlocked
	default:
		return ErrNoRequest
	}
	if err := f.send(ctx, federation.Friendship{Step: federation.FriendAccept, From: own, To: id}); err != nil {
		return err
	}
	_, err = f.change(account, id, identity.StepAccept)
	return err
}

// Decline says no to who asked; they are not told.
func (f *Friends) Decline(_ context.Context, account string, id identity.ID) error {
	_, err := f.change(account, id, identity.StepDecline)
	return err
}

// Remove ends a friendship or takes a request back, and has the other server told.
func (f *Friends) Remove(_ context.Context, account string, id identity.ID) error {
	change, err := f.change(account, id, identity.StepRemove)
	if err != nil {
		return err
	}
	step := federation.FriendRemove
	switch change.Before {
	case identity.StateFriends:
	case identity.StateRequested:
		step = federation.FriendCancel
	default:
		return nil
	}
	own, err := f.own(account)
	if err != nil {
		return nil // without a domain there is nobody to tell it to
	}
	f.tell(federation.Friendship{Step: step, From: own, To: id})
	return nil
}

// Block lets somebody neither ask nor ring; they are not told.
func (f *Friends) Block(_ context.Context, account string, id identity.ID) error {
	_, err := f.change(account, id, identity.StepBlock)
	return err
}

// Unblock ends Block: they are a stranger again.
func (f *Friends) Unblock(_ context.Context, account string, id identity.ID) error {
	_, err := f.change(account, id, identity.StepUnblock)
	return err
}

// Name keeps what an account calls somebody it knows; "" for nothing.
func (f *Friends) Name(_ context.Context, account string, id identity.ID, title string) error {
	if err := f.config.Store.NameFriend(account, id, title); err != nil {
		return err
	}
	f.config.OnChange()
	return nil
}
