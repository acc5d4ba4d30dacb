package app

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"syscall"
)

// Errors that a caller can tell apart with errors.Is.
var (
	// ErrNotHosting means something that needs a running host.
	ErrNotHosting = errors.New("hosting is off")
	// ErrClosed means that the app has ended.
	ErrClosed = errors.New("the app has ended")
	// ErrBusy means that too many commands wait already.
	ErrBusy = errors.New("too many commands at once")
	// ErrNoIncoming means a call that does not ring, or no longer.
	ErrNoIncoming = errors.New("no such call rings")
	// ErrNoOutgoing means that no call rings at anybody else's.
	ErrNoOutgoing = errors.New("no call rings at anybody's")
	// ErrCalling means that a call rings at somebody's already.
	ErrCalling = errors.New("a call rings at somebody's already")
	// ErrNotAllowed means something in a group that the owner's role does not
	// allow there, or that only the group's own server can do.
	ErrNotAllowed = errors.New("not allowed in this group")

	errNoDataDir      = errors.New("no data folder given")
	errUnknownCommand = errors.New("unknown command")
	errNoSettingsFile = errors.New("this system has no place for a settings file")
)

// DataDirError is a data folder that cannot be used.
type DataDirError struct {
	Path string
	Err  error
}

// Error names the folder before the reason.
func (e *DataDirError) Error() string { return fmt.Sprintf("data folder %s: %v", e.Path, e.Err) }

// Unwrap gives the reason.
func (e *DataDirError) Unwrap() error { return e.Err }

// ListenError is an address that cannot be listened on.
type ListenError struct {
	Network string // "tcp" or "udp"
	Addr    netip.AddrPort
	// Setting is where the address comes from, unless from --http or --rtc.
	Setting string
	Err     error
}

// Error names the address before the reason.
func (e *ListenError) Error() string { return fmt.Sprintf("%s port %s: %v", e.Network, e.Addr, e.Err) }

// Unwrap gives the reason.
func (e *ListenError) Unwrap() error { return e.Err }

// IsTaken reports whether another program holds the port.
func (e *ListenError) IsTaken() bool {
	const wsaAddrInUse = syscall.Errno(10048) // what Windows says for EADDRINUSE
	return errors.Is(e.Err, syscall.EADDRINUSE) || (runtime.GOOS == "windows" && errors.Is(e.Err, wsaAddrInUse))
}

// IsForbidden reports whether the system keeps the port for others: on Unix, those
// below 1024 for administrators.
func (e *ListenError) IsForbidden() bool {
	const wsaAccess = syscall.Errno(10013)
	return errors.Is(e.Err, syscall.EACCES) || errors.Is(e.Err, syscall.EPERM) || (runtime.GOOS == "windows" && errors.Is(e.Err, wsaAccess))
}

// IsElsewhere reports whether the address is none of this machine's, at this time.
func (e *ListenError) IsElsewhere() bool {
	const wsaAddrNotAvail = syscall.Errno(10049)
	return errors.Is(e.Err, syscall.EADDRNOTAVAIL) || (runtime.GOOS == "windows" && errors.Is(e.Err, wsaAddrNotAvail))
}

// AuthorityError is a file of certificate authorities that cannot be used.
type AuthorityError struct {
	Path string
	Err  error
}

// Error names the file before the reason.
func (e *AuthorityError) Error() string {
	return fmt.Sprintf("certificate authorities in %s: %v", e.Path, e.Err)
}

// Unwrap gives the reason.
func (e *AuthorityError) Unwrap() error { return e.Err }

// AcmeError is why no authority can be asked for certificates.
type AcmeError struct{ Err error }

// Error says what is wrong with the settings.
func (e *AcmeError) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *AcmeError) Unwrap() error { return e.Err }
