package identity

// FriendState is how an account and somebody else stand.
type FriendState string

// The states.
const (
	StateNone      FriendState = "none"
	StateRequested FriendState = "requested" // by us, and not yet answered
	StateAsked     FriendState = "asked"     // by them, and not yet answered
	StateFriends   FriendState = "friends"
	StateBlocked   FriendState = "blocked" // by us; they are not told
)

// FriendStep is what changes a FriendState: ours first, then theirs.
type FriendStep string

// The steps.
const (
	StepRequest  FriendStep = "request"
	StepWithdraw FriendStep = "withdraw"
	StepAccept   FriendStep = "accept"
	StepDecline  FriendStep = "decline"
	StepRemove   FriendStep = "remove"
	StepBlock    FriendStep = "block"
	StepUnblock  FriendStep = "unblock"

	StepTheyRequest  FriendStep = "theyRequest"
	StepTheyWithdraw FriendStep = "theyWithdraw"
	StepTheyAccept   FriendStep = "theyAccept"
	StepTheyRemove   FriendStep = "theyRemove"
)

// after is the table of friendship. ErrTransition says that a step makes no
// sense in a state, ErrBlocked that it is theirs and they are blocked. Two
// requests that cross are two wishes for the same: friends. A step that was
// taken before changes nothing.
func (s FriendState) after(step FriendStep) (FriendState, error) {
	switch step {
	case StepBlock:
		return StateBlocked, nil
	case StepUnblock:
		return pick(s, map[FriendState]FriendState{StateBlocked: StateNone, StateNone: StateNone})
	}
	if s == StateBlocked {
		return s, ErrBlocked
	}
	switch step {
	case StepRequest:
		return pick(s, map[FriendState]FriendState{
			StateNone: StateRequested, StateRequested: StateRequested, StateAsked: StateFriends, StateFriends: StateFriends,
		})
	case StepTheyRequest:
		return pick(s, map[FriendState]FriendState{
			StateNone: StateAsked, StateAsked: StateAsked, StateRequested: StateFriends, StateFriends: StateFriends,
		})
	case StepWithdraw:
		return pick(s, map[FriendState]FriendState{StateRequested: StateNone, StateNone: StateNone})
	case StepTheyWithdraw, StepDecline:
		return pick(s, map[FriendState]FriendState{StateAsked: StateNone, StateNone: StateNone})
	case StepAccept:
		return pick(s, map[FriendState]FriendState{StateAsked: StateFriends, StateFriends: StateFriends})
	case StepTheyAccept:
		return pick(s, map[FriendState]FriendState{StateRequested: StateFriends, StateFriends: StateFriends})
	case StepRemove, StepTheyRemove:
		return StateNone, nil
	}
	return s, ErrTransition
}

func pick(s FriendState, table map[FriendState]FriendState) (FriendState, error) {
	if to, ok := table[s]; ok {
		return to, nil
	}
	return s, ErrTransition
}

func (s FriendState) isKept() bool {
	switch s {
	case StateRequested, StateAsked, StateFriends, StateBlocked:
		return true
	}
	return false
}
