package rtpstream

import "errors"

// ErrConfig is wrapped by every constructor's complaint about its arguments.
var ErrConfig = errors.New("invalid rtp stream configuration")
