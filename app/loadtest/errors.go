package loadtest

import "errors"

// Why a load test cannot go on.
var (
	// ErrBadConfig is a test of nothing, or of more than there is.
	ErrBadConfig = errors.New("bad load test")
	// ErrLink is a link that leads to no call.
	ErrLink = errors.New("not a link to a call")
	// ErrUnreachable is a host that does not answer.
	ErrUnreachable = errors.New("the host cannot be reached")
	// ErrRefused is a host that lets nobody else in.
	ErrRefused = errors.New("the host lets nobody else in")
	// ErrHost is a host that does not keep to the protocol.
	ErrHost = errors.New("the host does not speak the call protocol")
	// ErrNoMedia is a host whose media port cannot be reached.
	ErrNoMedia = errors.New("media does not get through to the host")

	errNotConnected = errors.New("not connected yet")
)
