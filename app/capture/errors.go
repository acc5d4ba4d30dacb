package capture

import "errors"

// Errors that a caller can tell apart with errors.Is.
var (
	// ErrID means a device's ID that cannot be understood.
	ErrID = errors.New("not the ID of a device")
	// ErrClosed means that the camera, microphone or Capture is closed.
	ErrClosed = errors.New("capture is closed")
	// ErrStarted means that a camera was started twice.
	ErrStarted = errors.New("camera is started already")
	// ErrNoPicture means that a device gives no pictures, or none that can be used.
	ErrNoPicture = errors.New("device gives no usable pictures")

	errSize   = errors.New("picture of a size that cannot be encoded")
	errGone   = errors.New("device is gone")
	errBusy   = errors.New("device is busy")
	errDenied = errors.New("device is denied")
)
