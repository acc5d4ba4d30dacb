package room

import "errors"

// Errors that a caller can tell apart with errors.Is. Those of packages sfu and
// ortc come through wrapped.
var (
	// ErrStopping means that no more rooms are opened.
	ErrStopping = errors.New("host is stopping")
	// ErrFull means that the room, or the number of rooms, is at its limit.
	ErrFull = errors.New("host is full")
	// ErrBadResume means a resume secret that is unknown, used or expired.
	ErrBadResume = errors.New("resume secret is unknown, used or expired")
	// ErrNotMember means that the Membership has ended: its peer left, was
	// removed, or is held by a newer socket.
	ErrNotMember = errors.New("not a member of the room")
	// ErrNoRoom and ErrNoPeer mean that there is none of that name.
	ErrNoRoom = errors.New("no such room")
	ErrNoPeer = errors.New("no such peer")
	// ErrNoProducer and ErrNoConsumer mean that there is none of that id.
	ErrNoProducer = errors.New("no such producer")
	ErrNoConsumer = errors.New("no such consumer")
	// ErrSelfProducer means that a peer asked for its own media.
	ErrSelfProducer = errors.New("own producer")
	// ErrNotAllowed means something that belongs to somebody else.
	ErrNotAllowed = errors.New("not allowed")
	// ErrAudioOnly means video in an audio call.
	ErrAudioOnly = errors.New("video in an audio call")
	// ErrTooMany means a limit of the peer's own objects.
	ErrTooMany = errors.New("too many")
	// ErrBadRequest means a request with a field out of its range.
	ErrBadRequest = errors.New("bad request")

	errNoServer = errors.New("no WebRtcServer given")
	// errRoomClosed never leaves the package: an empty room has ended, and a
	// new one is made in its place.
	errRoomClosed = errors.New("room is closed")
)
