package ui

import (
	"fyne.io/systray"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// systrayHost is the tray that Fyne runs. Fyne's own menu is left alone: it is
// built anew for each change.
type systrayHost struct {
	fyne desktop.App
	poke func() // wakes Fyne's goroutine
}

// newSystrayHost makes Fyne run a tray that belongs to a window. A click on the
// icon calls open, from any goroutine.
func newSystrayHost(fyneApp desktop.App, window fyne.Window, icon fyne.Resource, open, poke func()) *systrayHost {
	fyneApp.SetSystemTrayIcon(icon)
	fyneApp.SetSystemTrayWindow(window)
	systray.SetOnTapped(open)
	return &systrayHost{fyne: fyneApp, poke: poke}
}

// Add appends an entry.
func (h *systrayHost) Add(title string, action func()) trayEntry {
	item := systray.AddMenuItem(title, "")
	go h.listen(item.ClickedCh, action)
	return item
}

// listen takes the clicks on an entry, which lasts as long as the program.
func (h *systrayHost) listen(clicks <-chan struct{}, action func()) {
	for range clicks {
		fyne.Do(action)
		h.poke()
	}
}

// AddSeparator appends a line.
func (h *systrayHost) AddSeparator() { systray.AddSeparator() }

// SetIcon shows another picture.
func (h *systrayHost) SetIcon(png []byte) {
	h.fyne.SetSystemTrayIcon(fyne.NewStaticResource("tray.png", png))
}

// SetTooltip sets the words under the pointer.
func (h *systrayHost) SetTooltip(words string) { systray.SetTooltip(words) }
