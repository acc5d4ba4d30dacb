package session

import "errors"

// Errors that a caller can tell apart with errors.Is.
var (
	// ErrInCall means that a call is going on already.
	ErrInCall = errors.New("a call is going on")
	// ErrNoCall means something that needs a call.
	ErrNoCall = errors.New("there is no call")
	// ErrNoVideo means a camera or a screen in an audio call.
	ErrNoVideo = errors.New("an audio call has no pictures")
	// ErrNoPushToTalk means the key of push-to-talk while that is off.
	ErrNoPushToTalk = errors.New("push-to-talk is off")
	// ErrNoPerson means somebody who is not in the call.
	ErrNoPerson = errors.New("nobody of that name is in the call")
	// ErrChat means a text that cannot be sent.
	ErrChat = errors.New("the text cannot be sent")
	// ErrNoDevice means a device that cannot be chosen.
	ErrNoDevice = errors.New("no such device")
	// ErrNoAgain means that the call that ended cannot be joined again.
	ErrNoAgain = errors.New("the link cannot be used again")
	// ErrBusy means that too many commands wait already.
	ErrBusy = errors.New("too many commands at once")
	// ErrClosed means that the session has ended.
	ErrClosed = errors.New("the session has ended")

	errNoFile    = errors.New("no file for what is remembered")
	errFileTaken = errors.New("too large, or not a file")
	errNotClosed = errors.New("a device or the network did not let go in time")
)
