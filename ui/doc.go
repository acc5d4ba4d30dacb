// Package ui is the window and the tray of Takos Home, drawn with Fyne.
//
// It holds no truth: it draws the newest app.Snapshot and turns taps into
// app.Commands. What a command brought about shows in a later snapshot.
//
// Goroutines: Fyne's own goroutine (the one that called Run) touches every
// widget. The app's goroutine hands snapshots to feed.publish, which stores the
// newest and asks Fyne's goroutine to draw it. raiser.loop waits for a second
// start of the program and ends before Run returns. systrayHost.listen takes the
// clicks on an entry of the tray as long as the program lasts. Questions to the
// desktop that may take their time (frontend.lookForTray, frontend.notify) have
// a goroutine each, which ends with the answer or with the connection. While the
// window is hidden, idler lets Fyne's goroutine sleep between events.
// desktopBell.loop shows calls that come in as notifications of the desktop and
// ends before Run returns. Decoders and cameras hand pictures to pane.take on
// goroutines of theirs; frameClock draws them on Fyne's, if need be after a timer.
//
// Lock order: pane.mu and frameClock.mu are held while nothing else is. feed and
// idler hand over through atomics and channels; everything else belongs to Fyne's
// goroutine.
//
// The look (colours, sizes, words) follows one table, palette.go, and two
// translations, assets/translations/en.json and ja.json.
package ui
