package playback

import "errors"

var (
	// ErrConfig is returned by New when it is not given what it needs.
	ErrConfig = errors.New("playback needs a sound engine")
	// ErrDecoder tells that a decoder could not be made.
	ErrDecoder = errors.New("no decoder")
	// ErrCorrupt tells that a frame could not be decoded.
	ErrCorrupt = errors.New("frame cannot be decoded")
)
