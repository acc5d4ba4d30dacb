//go:build !(linux || freebsd || openbsd || netbsd)

package ui

// CheckDisplay returns ErrNoDisplay where there can be no window at all: never,
// here.
func CheckDisplay() error { return nil }
