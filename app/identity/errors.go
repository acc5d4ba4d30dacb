package identity

import (
	"errors"
	"fmt"
)

// What can be wrong with the file; a *FileError says which file.
var (
	// ErrCorrupt means a file that is damaged, or is none of ours.
	ErrCorrupt = errors.New("stored state is damaged")
	// ErrNewer means a file that a newer version of the program wrote.
	ErrNewer = errors.New("stored state is of a newer version")
	// ErrInUse means that another process has the file open.
	ErrInUse = errors.New("stored state is in use by another process")
)

// What can be wrong with what is asked for.
var (
	ErrBadName     = errors.New("not a user name")
	ErrBadDomain   = errors.New("not a domain")
	ErrBadID       = errors.New("not a takos id")
	ErrBadGroupID  = errors.New("not a group id")
	ErrBadTitle    = errors.New("not a title for people")
	ErrBadRole     = errors.New("not a role")
	ErrBadPassword = errors.New("password is too short or too long")
	ErrBadCall     = errors.New("not a call of the history")

	ErrNoProfile = errors.New("no takos id has been chosen")
	ErrNoDomain  = errors.New("no domain has been chosen")
	ErrNoAccount = errors.New("no such account")
	ErrNoGroup   = errors.New("no such group")
	ErrNoMember  = errors.New("no such member")
	ErrNoKey     = errors.New("no such key")
	ErrNoSession = errors.New("no such session")

	ErrTaken      = errors.New("name is taken")
	ErrOwner      = errors.New("the owner's account cannot be removed")
	ErrLastOwner  = errors.New("a group needs an owner")
	ErrMember     = errors.New("already a member")
	ErrSelf       = errors.New("nobody is their own friend")
	ErrBlocked    = errors.New("blocked")
	ErrTransition = errors.New("not possible in this state of friendship")
	ErrPassword   = errors.New("wrong name or password")
	ErrBusy       = errors.New("too many passwords are being checked")
	ErrSeen       = errors.New("event was accepted before")
	ErrStale      = errors.New("event is past the time it is remembered for")
	ErrFull       = errors.New("as many as may be kept")
)

// What can be wrong with a document that is imported.
var (
	// ErrDocument means a document that is not ours or breaks its own rules;
	// nothing of it was taken.
	ErrDocument = errors.New("not a whole document of an identity")
	// ErrDocumentNewer means a document that a newer version wrote.
	ErrDocumentNewer = errors.New("document is of a newer version")
)

var (
	errNoPath    = errors.New("no file given")
	errBadLimits = errors.New("a limit is not above zero")
)

// FileError says which file is wrong, and how: errors.Is tells ErrCorrupt,
// ErrNewer, ErrInUse and the system's own errors apart.
type FileError struct {
	Path string
	Err  error
}

// Error names the file before the reason.
func (e *FileError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

// Unwrap gives the reason.
func (e *FileError) Unwrap() error { return e.Err }

// corrupt is an ErrCorrupt with a detail for the log.
func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCorrupt, fmt.Sprintf(format, args...))
}
