package records

import (
	"errors"
	"fmt"
)

var (
	// ErrConfig means settings that cannot be used.
	ErrConfig = errors.New("DNS records cannot be changed")
	// ErrDenied means that the provider does not take the key or token.
	ErrDenied = errors.New("the DNS provider does not take the token")
	// ErrNoZone means that the account has no zone that the name is in.
	ErrNoZone = errors.New("the DNS provider knows no zone of yours that the name is in")
	// ErrRefused means any other refusal.
	ErrRefused = errors.New("the DNS provider refused")
	// ErrHook means that the hook could not be run, or failed.
	ErrHook = errors.New("the hook failed")
)

// StatusError is a refusal by HTTP.
type StatusError struct {
	Status int
	kind   error
}

// Error has the number alone: what stands beside it may repeat secrets.
func (e *StatusError) Error() string { return fmt.Sprintf("%v (HTTP %d)", e.kind, e.Status) }

// Unwrap gives what kind of refusal it is.
func (e *StatusError) Unwrap() error { return e.kind }
