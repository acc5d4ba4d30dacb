// Package desktop makes the program a part of its owner's desktop.
//
// Links of the scheme takoshome: open it: on Linux with a .desktop file in the
// user's applications folder (freedesktop.org Desktop Entry Specification 1.5) that
// is the default for x-scheme-handler/takoshome in the user's mimeapps.list
// (Association between MIME types and applications 1.0), unless another program is
// already. Elsewhere that is left to an installer: Windows keeps such things in its
// registry and macOS in the application's bundle.
//
// It starts with the session where the owner wants that: by a file of the Desktop
// Application Autostart Specification 0.5, by the Run key of Windows' registry, or
// by a launch agent of macOS.
//
// The package starts no goroutine and no program, and asks nothing of the network.
package desktop
