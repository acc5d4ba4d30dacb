package pcp

import (
	"errors"
	"fmt"
)

// ErrNoAnswer means that the router said nothing that counts.
var ErrNoAnswer = errors.New("the router does not answer")

var (
	errShort    = errors.New("too short or too long")
	errKind     = errors.New("not an answer to this")
	errMismatch = errors.New("answer to something else")
)

// Result is a router's refusal, by PCP's numbers (RFC 6887 section 7.4).
type Result uint8

// Results that somebody acts upon.
const (
	Success               Result = 0
	UnsupportedVersion    Result = 1
	NotAuthorized         Result = 2
	UnsupportedOpcode     Result = 4
	NetworkFailure        Result = 7
	NoResources           Result = 8
	UserExceededQuota     Result = 10
	CannotProvideExternal Result = 11
	AddressMismatch       Result = 12
)

func (r Result) Error() string {
	return fmt.Sprintf("the router refused with result %d", uint8(r))
}
