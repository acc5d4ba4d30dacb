package udp

import "errors"

var (
	// ErrInvalidAddress means that an address to listen on is the zero AddrPort.
	ErrInvalidAddress = errors.New("invalid address")

	// ErrNoBuffer means that ReadBatch was given nothing to read into.
	ErrNoBuffer = errors.New("no buffer to read into")
)
