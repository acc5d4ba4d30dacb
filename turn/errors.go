package turn

import "errors"

var (
	// ErrBadConfig is a Config that makes no sense.
	ErrBadConfig = errors.New("bad config of a TURN server")
	// ErrClosed is a Server that has been closed.
	ErrClosed = errors.New("the TURN server is closed")
	// ErrTooMany is more of something than the limits allow.
	ErrTooMany = errors.New("too many")

	errNoSockets = errors.New("this relay opens no sockets")
	errNoFamily  = errors.New("the media server has no address of this family")
	errUnknown   = errors.New("nobody who has proved who they are")
	errFrame     = errors.New("neither STUN nor ChannelData")
)
