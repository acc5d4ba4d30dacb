//go:build !(linux || freebsd || openbsd || netbsd)

package ui

import "fyne.io/fyne/v2"

// iconify is never needed: these desktops all have a tray.
func iconify(fyne.Window) error { return nil }
