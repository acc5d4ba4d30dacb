package takoscall

import "errors"

// Errors of New and CheckKey that a caller can tell apart with errors.Is.
var (
	// ErrNoKey means that there is no key, which would let everybody in.
	ErrNoKey = errors.New("takos-call needs an API key")
	// ErrShortKey means a key that can be guessed, for an address that others reach.
	ErrShortKey = errors.New("takos-call needs an API key of at least 16 characters on an address that others reach")
	// ErrLongKey means a key that does not fit into a request.
	ErrLongKey = errors.New("takos-call's API key is longer than 512 characters")

	errNoServer   = errors.New("no WebRtcServer given")
	errNoListener = errors.New("no listener given")
)
