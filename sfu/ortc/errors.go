package ortc

import "errors"

var (
	// ErrInvalid means parameters or capabilities that break their own rules,
	// where mediasoup throws a TypeError.
	ErrInvalid = errors.New("invalid rtp parameters")
	// ErrUnsupported means a codec that the router or the remote end cannot
	// handle, where mediasoup throws an UnsupportedError.
	ErrUnsupported = errors.New("unsupported codec")
	// ErrNoPayloadType means that the router's codecs need more dynamic payload
	// types than RTP has.
	ErrNoPayloadType = errors.New("no dynamic payload type left")
)
