package cli

import (
	"errors"
	"fmt"
	"strings"

	"takoshome/app/control"
)

var (
	errUsesWithUser = errors.New("--uses is for room links, without --user")

	errLoadtestPeople = errors.New("--people takes 2 or more, --subscribers 1 or more, and only one of the two")
	errNoWindow       = errors.New("this build has no window")
	errSeenOrClear    = errors.New("--seen and --clear do not go together")
	errNothingToSet   = errors.New("--name or --domain says what to change")
	errNeedsYes       = errors.New("there is no terminal to ask on, --yes is needed")
	errNotConfirmed   = errors.New("not confirmed")
	errDifferent      = errors.New("the two passwords are different")
	errNoPassword     = errors.New("no password was given")
	errNobodyRings    = errors.New("nobody is calling")
	errNoWayIntoCall  = errors.New("the running app tells no way into the call")
)

// usageError is a command line that makes no sense.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// whoError is a name that nobody has, or that several have.
type whoError struct {
	kind  string // "friend", "group", "member", "caller" or "callee"
	name  string
	found []string
}

func (e *whoError) Error() string {
	if len(e.found) == 0 {
		return fmt.Sprintf("no %s called %q", e.kind, e.name)
	}
	return fmt.Sprintf("%q may be %s", e.name, strings.Join(e.found, ", "))
}

// nobodyCameError is a call that nobody took.
type nobodyCameError struct {
	who  string
	call control.Call
}

func (e *nobodyCameError) Error() string { return "nobody came: " + e.call.State }

// brokenError is stored state that cannot be read; problem is as in app.Identity.
type brokenError struct {
	problem string
	args    map[string]string
}

func (e *brokenError) Error() string { return "the stored state cannot be read: " + e.problem }
