package igd

import (
	"errors"
	"fmt"
	"slices"
)

var (
	// ErrNotFound means that no router described itself as one that maps ports.
	ErrNotFound = errors.New("no UPnP router found")
	// ErrMalformed means an answer that makes no sense.
	ErrMalformed = errors.New("malformed answer of the router")
	// ErrForeign means a URL that is not the router's own.
	ErrForeign = errors.New("address is not the router's")
	// ErrNoService means that the router does not offer what was asked for.
	ErrNoService = errors.New("router does not offer this")
)

// Fault is a router's refusal, with a number of UPnP's.
type Fault struct {
	Code int
	Text string // the router's own word, printable and short
}

func (f *Fault) Error() string { return fmt.Sprintf("the router refused with %d %s", f.Code, f.Text) }

// Codes that somebody acts upon.
const (
	CodeInvalidArgs      = 402
	CodeActionFailed     = 501
	CodeNotAuthorized    = 606
	CodeNoSuchPinhole    = 704
	CodeNoSuchEntry      = 714
	CodeConflict         = 718
	CodeSamePorts        = 724
	CodePermanentOnly    = 725
	CodeNoPortsAvailable = 728
)

// HasCode tells whether an error is a refusal with one of the codes.
func HasCode(err error, codes ...int) bool {
	var fault *Fault
	return errors.As(err, &fault) && slices.Contains(codes, fault.Code)
}
