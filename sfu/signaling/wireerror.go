package signaling

import (
	"errors"
	"net/http"
	"strings"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
	"takoshome/sfu/room"
)

// wireError is an error as the client is told. No text of our insides is in it.
type wireError struct {
	code    string // for programs
	message string // one sentence for people
}

// wireErrors maps errors to the wire; the first that matches counts.
func wireErrors() []struct {
	err  error
	wire wireError
} {
	return []struct {
		err  error
		wire wireError
	}{
		{errUnknownType, wireError{"unknownType", "Unknown message type"}},
		{errBadMessage, wireError{"badMessage", "Invalid message format"}},
		{room.ErrBadRequest, wireError{"badParameters", "A field has a value that is not allowed"}},
		{room.ErrAudioOnly, wireError{"notAllowed", "This call is audio only"}},
		{room.ErrNotAllowed, wireError{"notAllowed", "It belongs to somebody else"}},
		{room.ErrNoProducer, wireError{"notFound", "No such producer"}},
		{room.ErrNoConsumer, wireError{"notFound", "No such consumer"}},
		{room.ErrTooMany, wireError{"tooMany", "Too many of them"}},
		{sfu.ErrTooMany, wireError{"tooMany", "Too many of them"}},
		{sfu.ErrAlreadyConnected, wireError{"alreadyConnected", "The transport is already connected"}},
		{sfu.ErrNoFingerprint, wireError{"badParameters", "dtlsParameters has no fingerprint"}},
		{sfu.ErrUnsupportedFingerprint, wireError{"badParameters", "dtlsParameters has a fingerprint that cannot be used"}},
		{sfu.ErrBadRole, wireError{"badParameters", "dtlsParameters has an unknown role"}},
		{sfu.ErrCannotConsume, wireError{"unsupported", "No common codec"}},
		{ortc.ErrUnsupported, wireError{"unsupported", "No common codec"}},
		{ortc.ErrInvalid, wireError{"badParameters", "Invalid RTP parameters or capabilities"}},
		{sfu.ErrClosed, wireError{"closed", "The transport is closed"}},
		{room.ErrNotMember, wireError{"closed", "You are no longer in the call"}},
	}
}

// toWire is the one place where an error becomes what a client is told.
func toWire(err error) wireError {
	for _, known := range wireErrors() {
		if errors.Is(err, known.err) {
			return known.wire
		}
	}
	return wireError{"internal", "The host could not do that"}
}

// maxDetails bounds what of an error's text a client is told.
const maxDetails = 200

// details is the text of errors that speak of the client's own input alone.
func details(err error) string {
	for _, own := range []error{errBadMessage, room.ErrBadRequest, ortc.ErrInvalid, ortc.ErrUnsupported} {
		if errors.Is(err, own) {
			text := err.Error()
			return strings.ToValidUTF8(text[:min(len(text), maxDetails)], "")
		}
	}
	return ""
}

// refusal is an answer in place of the upgrade.
type refusal struct {
	status  int
	message string
}

// toStatus is toWire for what is refused before the upgrade.
func toStatus(err error) refusal {
	switch {
	case errors.Is(err, errForeignOrigin):
		return refusal{http.StatusForbidden, "Calls cannot be joined from that site."}
	case errors.Is(err, errTooManySockets):
		return refusal{http.StatusTooManyRequests, "Too many calls are open from your address."}
	case errors.Is(err, room.ErrBadResume):
		return refusal{http.StatusUnauthorized, "The resume secret is unknown, used or expired."}
	case errors.Is(err, room.ErrFull), errors.Is(err, errFull):
		return refusal{http.StatusServiceUnavailable, "The host is full."}
	case errors.Is(err, room.ErrStopping):
		return refusal{http.StatusServiceUnavailable, "The host is stopping."}
	default:
		return refusal{http.StatusServiceUnavailable, "The host cannot take the call."}
	}
}
