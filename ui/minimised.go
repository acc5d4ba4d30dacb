package ui

import (
	"time"

	"fyne.io/fyne/v2"
)

const (
	// trayPatience is how long a desktop that is starting itself may take until it
	// shows trays.
	trayPatience = 10 * time.Second
	trayPause    = 500 * time.Millisecond
)

// stayBehind leaves the window in the tray; on a desktop without one it is made
// small, so that the person finds it. Fyne's loop runs.
func (f *frontend) stayBehind() {
	if f.tray == nil {
		f.showSmall()
		return
	}
	f.idler.rest()
	go f.awaitTray(trayPatience)
}

// awaitTray ends when there is a tray, after its patience, or with the window.
func (f *frontend) awaitTray(patience time.Duration) {
	ticker := time.NewTicker(trayPause)
	defer ticker.Stop()
	for waited := time.Duration(0); !trayPresent(); waited += trayPause {
		if waited >= patience {
			fyne.Do(f.showSmall)
			f.idler.poke()
			return
		}
		<-ticker.C
		if f.feed.closed.Load() {
			return
		}
	}
}

// showSmall shows the window as a minimised one, unless it is seen already.
func (f *frontend) showSmall() {
	if f.visible || f.feed.closed.Load() {
		return
	}
	f.show()
	if err := iconify(f.window); err != nil {
		f.log.Info("the window cannot be minimised", "error", err)
	}
}
