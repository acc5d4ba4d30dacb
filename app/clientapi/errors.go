package clientapi

import "errors"

var (
	errConfig   = errors.New("the client API needs a store, an exchange, friends and a logger")
	errBadLimit = errors.New("limits must be positive")

	errUnauthorized = errors.New("nobody is signed in")
	errNoSession    = errors.New("no such session")
	errForeign      = errors.New("the page is of another site")
	errNotJSON      = errors.New("the body is no JSON")
	errBody         = errors.New("the body is not as it must be")
	errTooLarge     = errors.New("the body is too large")
	errSlowBody     = errors.New("the body is too slow")
	errTooMany      = errors.New("too many tries")
	errFull         = errors.New("too many sockets")
	errNoUser       = errors.New("not the id of another user")
	errFriends      = errors.New("friends already")
	errNoRequest    = errors.New("nobody has asked that")
	errNoCall       = errors.New("no such call")
	errClosed       = errors.New("the client API is closed")
)
