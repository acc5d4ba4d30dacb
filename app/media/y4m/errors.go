package y4m

import "errors"

// Errors that a caller can tell apart with errors.Is.
var (
	// ErrFormat means that this is no YUV4MPEG2 film, or a damaged one.
	ErrFormat = errors.New("not a readable y4m film")
	// ErrUnsupported means a film of a kind that is not read here.
	ErrUnsupported = errors.New("y4m film of an unsupported kind")
)
