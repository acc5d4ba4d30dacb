//go:build linux || freebsd || openbsd || netbsd

package ui

import "os"

// CheckDisplay returns ErrNoDisplay where there can be no window at all. GLFW is built for
// X11, so a Wayland session is reached through XWayland, which sets DISPLAY as
// well. Nothing is tried out here: a connection that comes and goes makes a
// bare X server reset itself under the feet of the next one.
func CheckDisplay() error {
	if os.Getenv("DISPLAY") == "" {
		return ErrNoDisplay
	}
	return nil
}
