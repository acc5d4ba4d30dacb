// Package ui is the window and the tray of Takos Home, drawn with Fyne.
//
// It holds no truth: it draws the newest app.Snapshot and turns taps into
// app.Commands. What a command brought about shows in a later snapshot.
//
// Goroutines: Fyne's own goroutine (the one that called Run) touches every
// widget. The app's goroutine hands snapshots to feed.publish, which stores the
// newest and asks Fyne's goroutine to draw it. frontend.watchRaises waits for a
// second start of the program, idler.loop slows Fyne down while the window is
// hidden; both end before Run returns.
//
// Lock order: there are no locks here. feed and idler hand over through atomics
// and channels; everything else belongs to Fyne's goroutine.
//
// The look (colours, sizes, words) follows one table, palette.go, and two
// translations, assets/translations/en.json and ja.json.
package ui
