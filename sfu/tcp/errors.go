package tcp

import "errors"

var (
	// ErrBadConfig is a Config that makes no sense.
	ErrBadConfig = errors.New("bad config of a TCP listener")

	errFrame     = errors.New("a frame of no packet's length")
	errUnproved  = errors.New("something other than a check came first")
	errEnded     = errors.New("ended by the server")
	errNoMessage = errors.New("no message in time")
)
