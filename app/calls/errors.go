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

	errBadLimits = errors.New("limits must be positive")
)
