package takoscall

import (
	"errors"
	"strings"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
)

// Errors of New and CheckKey that a caller can tell apart with errors.Is.
var (
	// ErrNoKey means that there is no key, which would let everybody in.
	ErrNoKey = errors.New("takos-call needs an API key")
	// ErrShortKey means a key that can be guessed, for an address that others reach.
	ErrShortKey = errors.New("takos-call needs an API key of at least 16 characters on an address that others reach")
	// ErrLongKey means a key that does not fit into a request.
	ErrLongKey = errors.New("takos-call's API key is longer than 512 characters")

	errNoServer   = errors.New("no WebRtcServer given")
	errNoListener = errors.New("no listener given")
)

// What is wrong with a command.
var (
	errBadFrame       = errors.New("the message is not a JSON object with an id of text or number")
	errBadField       = errors.New("wrong field")
	errUnknownCommand = errors.New("unknown message type")
	errNotFound       = errors.New("not found")
	errExists         = errors.New("already exists")
	errTooMany        = errors.New("too many")
	errCannotConsume  = errors.New("could not create consumer")
)

// toldErrors are those whose text speaks of the controller's own input alone.
func toldErrors() []error {
	return []error{
		errBadFrame, errBadField, errUnknownCommand, errNotFound, errExists, errTooMany, errCannotConsume,
		sfu.ErrAlreadyConnected, sfu.ErrNoFingerprint, sfu.ErrUnsupportedFingerprint, sfu.ErrBadRole,
		sfu.ErrWrongDirection, sfu.ErrCannotConsume, sfu.ErrTooMany, sfu.ErrClosed,
		ortc.ErrInvalid, ortc.ErrUnsupported, ortc.ErrNoPayloadType,
	}
}

func isTold(err error) bool {
	for _, told := range toldErrors() {
		if errors.Is(err, told) {
			return true
		}
	}
	return false
}

// maxErrorText bounds what of an error's text a controller is told.
const maxErrorText = 300

// toWire is the one place where an error becomes what a controller is told.
func toWire(err error) *wireError {
	e := &wireError{Code: codeCommand, Message: "the host could not do that"}
	switch {
	case errors.Is(err, errBadFrame):
		e.Code = codeInternal
	case errors.Is(err, errCannotConsume):
		e.Code = codeConsumer
	}
	if isTold(err) {
		text := err.Error()
		e.Message = strings.ToValidUTF8(text[:min(len(text), maxErrorText)], "")
	}
	return e
}
