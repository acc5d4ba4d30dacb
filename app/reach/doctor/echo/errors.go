package echo

import "errors"

// Errors that a caller can tell apart with errors.Is.
var (
	// ErrBadRequest means a question that makes no sense.
	ErrBadRequest = errors.New("not a question of the echo protocol")
	// ErrNotPublic means that the answerer saw an address it does not try.
	ErrNotPublic = errors.New("asked from an address that is not public")
	// ErrSameNetwork means that the answerer is behind the same address.
	ErrSameNetwork = errors.New("the answerer is in the same network")
	// ErrTooMany means that the answerer has been asked too often.
	ErrTooMany = errors.New("asked too often")
	// ErrNoEcho means a server that does not do this.
	ErrNoEcho = errors.New("the server has no echo")
	// ErrBadAnswer means an answer that makes no sense.
	ErrBadAnswer = errors.New("the answer makes no sense")

	errNoAddress = errors.New("no way to tell who may be tried")
	errNoProof   = errors.New("no proof")
)
