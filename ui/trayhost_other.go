//go:build !(linux || freebsd || openbsd || netbsd)

package ui

// trayPossible says whether a tray may be asked for at all: always, here.
func trayPossible() bool { return true }

// trayPresent says whether somebody shows tray icons: the desktop itself.
func trayPresent() bool { return true }
