package calls

import "errors"

// Errors that a caller can tell apart with errors.Is.
var (
	// ErrToken means a token that is unknown, used or expired.
	ErrToken = errors.New("token is unknown, used or expired")
	// ErrCode means a room link's code that is unknown, used up or expired.
	ErrCode = errors.New("invitation is unknown, used up or expired")
	// ErrGuestName means a name that no guest may have.
	ErrGuestName = errors.New("not a name of 1 to 40 visible characters without @")
	// ErrUser means neither a takos ID nor a guest's name.
	ErrUser = errors.New("not a takos ID, such as alice@a.example, nor a name")
	// ErrRoom means a room's name that is empty, too long or not printable.
	ErrRoom = errors.New("not a room name of 1 to 100 visible characters")
	// ErrCallType means a call type that does not exist.
	ErrCallType = errors.New("not a call type: audio or video")
	// ErrTooMany means that as many tokens or invitations are open as are kept.
	ErrTooMany = errors.New("too many open invitations")
	// ErrNoInvitation means that there is no invitation of that ID.
	ErrNoInvitation = errors.New("no such invitation")

	// ErrNotHosting means that nobody can call or be called by name now.
	ErrNotHosting = errors.New("not hosting under a domain")
	// ErrNoCall means that there is no such call, or that it is not in a state
	// for what is asked.
	ErrNoCall = errors.New("no such call")
	// ErrAnswered means that another device of the account has answered.
	ErrAnswered = errors.New("answered on another device")
	// ErrInCall means that the account is in another call.
	ErrInCall = errors.New("already in a call")
	// ErrNotFriends means that one calls friends alone.
	ErrNotFriends = errors.New("not friends")
	// ErrNotMember means a group that the account is not in.
	ErrNotMember = errors.New("not a member of the group")
	// ErrCallsFull means that as many calls are going on as may.
	ErrCallsFull = errors.New("too many calls")
	// ErrEncryption means what no client says of encryption.
	ErrEncryption = errors.New("not a hash of a room key")
	// ErrCancelled means that the call was taken back before it rang.
	ErrCancelled = errors.New("call was cancelled")
	// ErrNobodyCame means that a call was answered, and nobody went in.
	ErrNobodyCame = errors.New("nobody came into the call")

	errBadExchange = errors.New("an exchange needs a store and a book")
	errBadLimits   = errors.New("limits must be positive")
)
