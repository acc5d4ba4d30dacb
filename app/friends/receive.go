package friends

import (
	"context"
	"errors"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// Friendship takes the step that somebody of another server, or of this one, has
// taken towards an account here. It is a part of federation.Handler.
func (f *Friends) Friendship(_ context.Context, event federation.Friendship) federation.Result {
	return federation.Result{Status: f.receive(event)}
}

func (f *Friends) receive(event federation.Friendship) federation.Status {
	account := event.To.Name()
	if own, err := f.own(account); err != nil || own != event.To {
		return federation.StatusNoUser
	}
	step, known := theirStep(event.Step)
	if !known {
		return federation.StatusFailed
	}
	change, err := f.change(account, event.From, step)
	if err != nil {
		return f.refusal(event, err)
	}
	// They wait for a yes that we have said before, and that got lost.
	if event.Step == federation.FriendRequest && change.After == identity.StateFriends {
		f.tell(federation.Friendship{Step: federation.FriendAccept, From: event.To, To: event.From})
	}
	return federation.StatusOK
}

func theirStep(step federation.FriendStep) (identity.FriendStep, bool) {
	switch step {
	case federation.FriendRequest:
		return identity.StepTheyRequest, true
	case federation.FriendAccept:
		return identity.StepTheyAccept, true
	case federation.FriendCancel:
		return identity.StepTheyWithdraw, true
	case federation.FriendRemove:
		return identity.StepTheyRemove, true
	}
	return "", false
}

// refusal answers somebody who is blocked like a stranger: their requests seem
// to wait, and there is nothing that they could accept.
func (f *Friends) refusal(event federation.Friendship, err error) federation.Status {
	switch {
	case errors.Is(err, identity.ErrBlocked) && event.Step != federation.FriendAccept:
		return federation.StatusOK
	case errors.Is(err, identity.ErrBlocked), errors.Is(err, identity.ErrTransition):
		// To take back what is not there, or what was accepted, is too late.
		return federation.StatusNoRequest
	case errors.Is(err, identity.ErrFull):
		return federation.StatusTooMany
	case errors.Is(err, identity.ErrNoAccount), errors.Is(err, identity.ErrSelf), errors.Is(err, identity.ErrBadID):
		return federation.StatusNoUser
	}
	f.config.Logger.Error("step of friendship was not stored", "step", event.Step, "err", err)
	return federation.StatusFailed
}
