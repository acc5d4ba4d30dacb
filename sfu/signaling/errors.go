package signaling

import "errors"

// Reasons to refuse a socket or a message.
var (
	errNoRooms      = errors.New("no rooms given")
	errNoAuthorizer = errors.New("no authorizer given")
	errBadOrigin    = errors.New("origin is not of the form scheme://host[:port]")

	errForeignOrigin  = errors.New("origin is not allowed")
	errTooManySockets = errors.New("too many sockets of one address")
	errFull           = errors.New("too many sockets")

	errBadMessage  = errors.New("invalid message format")
	errUnknownType = errors.New("unknown message type")
)
