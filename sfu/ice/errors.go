package ice

import "errors"

var (
	// ErrInvalidConfig means that a Server cannot be made from its Config.
	ErrInvalidConfig = errors.New("invalid ice config")

	// ErrClosed means that the Server was closed before the packet came.
	ErrClosed = errors.New("ice server closed")

	// ErrInvalidSource means that a packet came from no address that could be
	// answered.
	ErrInvalidSource = errors.New("invalid source address")

	// ErrMalformed means that a packet is not a well-formed STUN message.
	ErrMalformed = errors.New("malformed stun message")

	// ErrFingerprint means that FINGERPRINT does not match the message.
	ErrFingerprint = errors.New("stun fingerprint mismatch")

	// ErrUnknownMethod means that a request asks for something else than Binding.
	ErrUnknownMethod = errors.New("unknown stun method")

	// ErrBadRequest means that a check lacks an attribute every check has.
	ErrBadRequest = errors.New("stun request lacks a required attribute")

	// ErrUnauthorized means that a check is not signed with our password.
	ErrUnauthorized = errors.New("stun request not authenticated")

	// ErrUnknownAttribute means that a check has an attribute which must be
	// understood and is not.
	ErrUnknownAttribute = errors.New("unknown stun attribute")

	// ErrRoleConflict means that the peer wants to be the controlled agent,
	// which a lite agent always is itself.
	ErrRoleConflict = errors.New("ice role conflict")
)
