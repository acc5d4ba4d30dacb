package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// closing is called instead of closing the window. Where a tray shows icons
// the window goes there; where none does, the person is told once how to get
// it back. Who shows icons is asked away from Fyne's goroutine.
func (f *frontend) closing() {
	if f.tray == nil {
		f.closeWith(false)
		return
	}
	go f.lookForTray()
}

func (f *frontend) lookForTray() {
	present := trayPresent()
	fyne.Do(func() { f.closeWith(present) })
	f.idler.poke()
}

// closeWith closes the window, knowing whether there is a tray.
func (f *frontend) closeWith(tray bool) {
	if tray || f.fyne.Preferences().Bool(prefTrayMissing) {
		f.hide()
		return
	}
	f.ask(&message{
		text: tr("tray.missing"), button: tr("tray.close"), dismiss: f.forget,
		do: func() {
			f.fyne.Preferences().SetBool(prefTrayMissing, true)
			f.hide()
		},
	})
}

// addShortcuts makes the pages, closing and quitting reachable by keyboard.
func (f *frontend) addShortcuts() {
	for key, do := range map[fyne.KeyName]func(){
		fyne.Key1: func() { f.shell.open(pageHome); f.redraw() },
		fyne.Key2: func() { f.shell.open(pageCall); f.redraw() },
		fyne.Key3: func() { f.shell.open(pagePeople); f.redraw() },
		fyne.Key4: func() { f.shell.open(pagePanel); f.redraw() },
		fyne.Key5: func() { f.shell.open(pageDoctor); f.redraw() },
		fyne.Key6: func() { f.shell.open(pageSettings); f.redraw() },
		fyne.KeyW: f.closing,
		fyne.KeyQ: f.askQuit,
	} {
		shortcut := &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
		f.window.Canvas().AddShortcut(shortcut, func(fyne.Shortcut) { do() })
	}
	f.window.Canvas().SetOnTypedKey(f.typed)
	if c, ok := f.window.Canvas().(desktop.Canvas); ok {
		c.SetOnKeyDown(f.keyDown)
		c.SetOnKeyUp(f.keyUp)
	}
}
