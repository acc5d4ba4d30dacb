// Package desktop makes links of the scheme takoshome: open this program: on
// Linux with a .desktop file in the user's applications folder (freedesktop.org
// Desktop Entry Specification 1.5) that is the default for
// x-scheme-handler/takoshome in the user's mimeapps.list (Association between
// MIME types and applications 1.0), unless another program is already.
//
// Elsewhere it does nothing: Windows keeps such things in its registry and macOS
// in the application's bundle, both of which an installer writes.
//
// It starts no goroutine and no program, and asks nothing of the network.
package desktop
