package sfu

import "errors"

// Errors that a caller can tell apart with errors.Is. Invalid and unsupported
// RTP parameters come as ortc.ErrInvalid and ortc.ErrUnsupported.
var (
	ErrClosed                 = errors.New("closed")
	ErrAlreadyConnected       = errors.New("transport is already connected")
	ErrNoFingerprint          = errors.New("no DTLS fingerprint given")
	ErrUnsupportedFingerprint = errors.New("unsupported DTLS fingerprint")
	ErrBadRole                = errors.New("unknown DTLS role")
	ErrTooMany                = errors.New("too many")
	ErrWrongDirection         = errors.New("wrong direction of transport")
	ErrCannotConsume          = errors.New("no common codec")
	ErrBadOptions             = errors.New("option out of its range")

	errSealRtcp         = errors.New("no compound, or one too many for its keys")
	errWrongCertificate = errors.New("the peer's certificate matches no announced fingerprint")
)
