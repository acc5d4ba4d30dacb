package sound

import "errors"

var (
	// ErrBadID means text that cannot be the ID of a device.
	ErrBadID = errors.New("not the ID of a sound device")
	// ErrClosed means an Engine that was closed.
	ErrClosed = errors.New("sound engine is closed")

	errNoSystem   = errors.New("no sound system answers")
	errNoFrames   = errors.New("nothing takes the frames of the input")
	errNoFill     = errors.New("nothing fills the output")
	errTreatment  = errors.New("no memory for treating sound")
	errNotStarted = errors.New("sound device does not start")
)
