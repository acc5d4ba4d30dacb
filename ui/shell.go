package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
)

// railThreshold is the width of a window below which the navigation is a rail.
const railThreshold = 760

const (
	pageHome = iota
	pageCall
	pagePeople
	pagePanel
	pageDoctor
	pageSettings
)

// shell is the whole window: navigation, bar and the open page.
type shell struct {
	pages
	object *fyne.Container
	main   *fyne.Container
	nav    *nav
	bar    *bar
	page   int
	full   bool // the call alone, without the navigation
}

// pages are what the shell shows.
type pages struct {
	welcome  *welcome // in place of home until the owner has a name
	home     *home
	call     *callPage
	people   *peoplePage
	panel    *panel
	doctor   *doctorPage
	settings *settingsPage
	rings    *ringing
	calling  *outgoing
}

func newShell(p pages, quit func(), opened func()) *shell {
	s := &shell{bar: newBar(), pages: p}
	s.nav = newNav(func(page int) { s.open(page); opened() }, quit)
	s.main = container.New(mainLayout{}, s.rings.object, s.calling.object, s.bar.object,
		p.welcome.object, p.home.object, p.call.object, p.people.object, p.panel.object,
		p.doctor.object, p.settings.object)
	// No ground: Fyne paints the theme's own, and another one would cost a fifth
	// of a core under moving pictures without a graphics card.
	s.object = container.New(shellLayout{s}, s.nav.object, s.main)
	s.open(pageHome)
	return s
}

// open shows a page. What it draws comes with the next update.
func (s *shell) open(page int) {
	s.page = page
	s.nav.choose(page)
	setVisible(s.home.object, page == pageHome)
	setVisible(s.welcome.object, false)
	setVisible(s.call.object, page == pageCall)
	setVisible(s.people.object, page == pagePeople)
	setVisible(s.panel.object, page == pagePanel)
	setVisible(s.doctor.object, page == pageDoctor)
	setVisible(s.settings.object, page == pageSettings)
	if page != pageCall {
		s.call.rest()
	}
	if page != pagePeople {
		s.people.rest()
	}
	if page != pageDoctor {
		s.doctor.rest()
	}
}

// fill leaves the window to the call, or brings the navigation back.
func (s *shell) fill(full bool) {
	s.full = full
	setVisible(s.nav.object, !full)
	s.object.Refresh()
}

// update draws a snapshot on the navigation and the open page.
func (s *shell) update(snapshot *app.Snapshot, t *tree, h *history, now time.Time) {
	s.nav.update(snapshot)
	ringing, calling := s.rings.update(snapshot.Call.Incoming), s.calling.update(snapshot.People.Outgoing)
	if ringing || calling {
		s.main.Refresh()
	}
	switch s.page {
	case pagePeople:
		s.people.update(snapshot, now)
	case pagePanel:
		s.panel.update(snapshot, t, h, now)
	case pageCall:
		s.call.update(&snapshot.Call, now)
	case pageDoctor:
		s.doctor.update(snapshot, now)
	case pageSettings:
		s.settings.update(snapshot, now)
	default:
		s.updateHome(snapshot, now)
	}
}

// updateHome draws the first page: before the owner has a name, the welcome.
func (s *shell) updateHome(snapshot *app.Snapshot, now time.Time) {
	isNew := s.welcome.wanted(snapshot)
	setVisible(s.welcome.object, isNew)
	setVisible(s.home.object, !isNew)
	if isNew {
		s.welcome.update(snapshot)
		return
	}
	s.home.update(snapshot, now)
}

// say shows a message in the bar, or nothing.
func (s *shell) say(m *message) {
	changed := false
	if m == nil {
		changed = s.bar.hide()
	} else {
		changed = s.bar.show(*m)
	}
	if changed {
		s.main.Refresh()
	}
}

// shellLayout sets navigation and main part.
type shellLayout struct{ shell *shell }

// Layout places the parts and chooses the form of the navigation.
func (l shellLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	main := objects[1]
	rail := size.Width < railThreshold
	l.shell.nav.setRail(rail)
	width := navWidth
	switch {
	case l.shell.full:
		width = 0
	case rail:
		width = navRailWidth
	}
	l.shell.nav.object.Resize(fyne.NewSize(width, size.Height))
	main.Move(fyne.NewPos(width, 0))
	main.Resize(fyne.NewSize(size.Width-width, size.Height))
}

// MinSize is the smallest window that everything fits into.
func (l shellLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(480, 600)
}

// barsOnTop is how many objects stand above the pages: calls that come in, the
// call that goes out, and the bar.
const barsOnTop = 3

// mainLayout sets calls and the bar on top and gives the pages the rest.
type mainLayout struct{}

// Layout places the calls, the bar and the pages.
func (mainLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	top := float32(0)
	for _, bar := range objects[:barsOnTop] {
		if !bar.Visible() {
			continue
		}
		margin := widthLayout{margin: spaceLarge}.marginAt(size.Width)
		width := size.Width - 2*margin
		bar.Move(fyne.NewPos(margin, top+spaceMedium))
		heightAt(bar, width)
		top += spaceMedium + heightAt(bar, width)
	}
	for _, page := range objects[barsOnTop:] {
		page.Move(fyne.NewPos(0, top))
		page.Resize(fyne.NewSize(size.Width, size.Height-top))
	}
}

// MinSize leaves it to the shell.
func (mainLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 400) }
