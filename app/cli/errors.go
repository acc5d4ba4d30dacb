package cli

import "errors"

var (
	errUsesWithUser = errors.New("--uses is for room links, without --user")
	errNoWindow     = errors.New("this build has no window")
)

// usageError is a command line that makes no sense.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }
