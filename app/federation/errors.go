package federation

import (
	"errors"
	"fmt"
)

// Why an event could not be brought to another server. A *SendError has one of
// them, and which server it was.
var (
	// ErrBadDomain means a domain that no other server can have.
	ErrBadDomain = errors.New("not the domain of another server")
	// ErrBadEvent means an event that this host may not or cannot send there.
	ErrBadEvent = errors.New("not an event for that server")
	// ErrUnreachable means that no connection came about.
	ErrUnreachable = errors.New("server is unreachable")
	// ErrNotAllowed means that the domain leads to an address that is not
	// public, and is not named in the configuration.
	ErrNotAllowed = errors.New("server is at an address that is not public")
	// ErrCertificate means a certificate that is not the domain's.
	ErrCertificate = errors.New("server has no valid certificate")
	// ErrSlow means that the answer took too long.
	ErrSlow = errors.New("server does not answer in time")
	// ErrOverload means that as many events as may are on their way there.
	ErrOverload = errors.New("too many events are on their way to the server")
	// ErrBadAnswer means an answer that says neither yes nor no.
	ErrBadAnswer = errors.New("server's answer is not understood")
	// ErrRefused means that the server said no; each of the following is one too.
	ErrRefused = errors.New("server refuses the event")

	// ErrUnauthorized means that it does not take our signature for ours.
	ErrUnauthorized = errors.New("server does not accept this host's signature")
	// ErrClock means that its clock and ours are more than five minutes apart.
	ErrClock = errors.New("this host's clock and the server's differ")
	// ErrUnknownEvent means that it does not know such events.
	ErrUnknownEvent = errors.New("server does not know this event")
	ErrNoUser       = errors.New("no such user")
	ErrNotFriends   = errors.New("not friends")
	ErrNoRequest    = errors.New("no such request")
	ErrNoGroup      = errors.New("no such group")
	ErrNotMember    = errors.New("not a member")
	ErrBusy         = errors.New("busy")
	ErrTooMany      = errors.New("too many requests")
)

// SendError says what came of sending an event to a server.
type SendError struct {
	Domain string
	Status int    // the HTTP status of a refusal, else 0
	Reason string // what the server said, cut short; for the log, never for people
	Err    error  // one of this package's errors
}

// Error names the server and the reason, without what the server said: its text
// is not ours to show.
func (e *SendError) Error() string {
	if e.Status > 0 {
		return fmt.Sprintf("%s: %v (%d)", e.Domain, e.Err, e.Status)
	}
	return fmt.Sprintf("%s: %v", e.Domain, e.Err)
}

// Unwrap gives the reason, and ErrRefused for all refusals.
func (e *SendError) Unwrap() []error {
	if e.Status > 0 && !errors.Is(e.Err, ErrBadAnswer) {
		return []error{e.Err, ErrRefused}
	}
	return []error{e.Err}
}

// Why an event that came in is refused; refusal says how.
var (
	errNoAuthorization  = errors.New("no Authorization header")
	errBadAuthorization = errors.New("the Authorization header is not understood")
	errBadOrigin        = errors.New("the origin is not another server's domain")
	errBadExpire        = errors.New("by this server's clock, the key ended too long ago, or ends too late")
	errNotVerified      = errors.New("the signature is not by the origin's key")
	errNoKey            = errors.New("the origin's key could not be had")
	errTooManyFetches   = errors.New("too many keys are being asked for")
	errTooLarge         = errors.New("the body is too large")
	errSlowBody         = errors.New("the body took too long")
	errBadEnvelope      = errors.New("the body is not an event")
	errBadEventID       = errors.New("the eventId is not a UUID of version 7")
	errClock            = errors.New("the eventId's time is more than 5 minutes from this server's clock")
	errUnknownEvent     = errors.New("no such event")
	errBadPayload       = errors.New("the payload does not fit the event")
	errForeign          = errors.New("the origin cannot speak for that user")
	errNotLocal         = errors.New("the event is for users of another server")
	errSeen             = errors.New("the event was accepted before")
	errFull             = errors.New("too many events are remembered")
	errRate             = errors.New("too many events")
	errOverload         = errors.New("too many requests at the same moment")
	errStore            = errors.New("the event could not be remembered")
	errClosed           = errors.New("this host is stopping")
)

var (
	errNoKeys       = errors.New("no keys given")
	errNoEvents     = errors.New("no memory of events given")
	errNoHandler    = errors.New("no handler given")
	errNoCA         = errors.New("the file of certificate authorities has none")
	errNotPublic    = errors.New("address is not public")
	errBadHost      = errors.New("not a domain and an address for it")
	errKeyAnswer    = errors.New("the answer has no key")
	errKeyTooLarge  = errors.New("the answer is too large")
	errRedirect     = errors.New("the answer leads elsewhere")
	errNotJSON      = errors.New("not a JSON object")
	errRepeatedName = errors.New("a name stands twice in a JSON object")
)
