package friends

import "errors"

// Besides these, methods give the errors of identity.Store.ChangeFriend, and
// those of federation where the other side refuses or cannot be reached.
var (
	// ErrNotHosting means that other servers cannot be told now: this host is
	// not reachable under its domain.
	ErrNotHosting = errors.New("not hosting under a domain")
	// ErrNoRequest means that nobody of that id has asked.
	ErrNoRequest = errors.New("no such request")

	errConfig = errors.New("friends need a store and a logger")
)
