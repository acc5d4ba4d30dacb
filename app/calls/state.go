package calls

import "takoshome/app/identity"

// step is what moves a call from one State to another.
type step string

const (
	stepTaken   step = "taken"   // the callee's server has taken the request
	stepBusy    step = "busy"    // or says that the callee is in another call
	stepFail    step = "fail"    // or the other server cannot be had
	stepAccept  step = "accept"  // the callee comes
	stepReject  step = "reject"  // the callee does not come, or goes
	stepCancel  step = "cancel"  // the caller rings no more, or goes
	stepTimeout step = "timeout" // it rang for long enough
	stepEnter   step = "enter"   // somebody is in the room
	stepEnd     step = "end"     // the call is over for whoever was in it
)

// next says where a step leads; false: it leads nowhere from there.
func next(from State, by step) (State, bool) {
	switch from {
	case StateCalling:
		if by == stepTaken {
			return StateRinging, true
		}
		return whileRinging(by)
	case StateRinging:
		return whileRinging(by)
	case StateAccepted:
		switch by {
		case stepEnter:
			return StateActive, true
		case stepFail:
			return StateFailed, true
		case stepReject, stepCancel, stepEnd:
			return StateEnded, true
		}
	case StateActive:
		switch by {
		case stepReject, stepCancel, stepFail, stepEnd:
			return StateEnded, true
		}
	}
	return from, false
}

func whileRinging(by step) (State, bool) {
	switch by {
	case stepAccept:
		return StateAccepted, true
	case stepReject:
		return StateRejected, true
	case stepCancel:
		return StateCancelled, true
	case stepBusy:
		return StateBusy, true
	case stepTimeout:
		return StateTimeout, true
	case stepFail:
		return StateFailed, true
	}
	return "", false
}

// isUnanswered tells the states in which nobody has answered yet.
func (s State) isUnanswered() bool { return s == StateCalling || s == StateRinging }

// isTaken tells the states in which the account is in the call.
func (s State) isTaken() bool { return s == StateAccepted || s == StateActive }

// outcome is what the history says of a call that is over.
func outcome(s State, incoming bool) identity.Outcome {
	switch s {
	case StateRejected:
		return identity.OutcomeDeclined
	case StateCancelled:
		if !incoming {
			return identity.OutcomeCancelled
		}
	case StateBusy:
		if !incoming {
			return identity.OutcomeBusy
		}
	case StateFailed:
		return identity.OutcomeFailed
	case StateEnded:
		return identity.OutcomeAnswered
	}
	return identity.OutcomeMissed
}
