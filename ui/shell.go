package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
)

// railThreshold is the width of a window below which the navigation is a rail.
const railThreshold = 760

const (
	pageHome = iota
	pagePanel
)

// shell is the whole window: navigation, bar and the open page.
type shell struct {
	object *fyne.Container
	main   *fyne.Container
	nav    *nav
	bar    *bar
	home   *home
	panel  *panel
	page   int
}

func newShell(home *home, panel *panel, quit func(), opened func()) *shell {
	s := &shell{bar: newBar(), home: home, panel: panel}
	s.nav = newNav(func(page int) { s.open(page); opened() }, quit)
	s.main = container.New(mainLayout{}, s.bar.object, home.object, panel.object)
	s.object = container.New(shellLayout{s.nav},
		newGround(theme.ColorNameBackground, "", 0), s.nav.object, s.main)
	s.open(pageHome)
	return s
}

// open shows a page. What it draws comes with the next update.
func (s *shell) open(page int) {
	s.page = page
	s.nav.choose(page)
	setVisible(s.home.object, page == pageHome)
	setVisible(s.panel.object, page == pagePanel)
}

// update draws a snapshot on the navigation and the open page.
func (s *shell) update(snapshot *app.Snapshot, t *tree, h *history, now time.Time) {
	s.nav.update(snapshot)
	if s.page == pagePanel {
		s.panel.update(snapshot, t, h, now)
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

// shellLayout sets ground, navigation and main part.
type shellLayout struct{ nav *nav }

// Layout places the parts and chooses the form of the navigation.
func (l shellLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	ground, main := objects[0], objects[2]
	rail := size.Width < railThreshold
	l.nav.setRail(rail)
	width := navWidth
	if rail {
		width = navRailWidth
	}
	ground.Resize(size)
	l.nav.object.Resize(fyne.NewSize(width, size.Height))
	main.Move(fyne.NewPos(width, 0))
	main.Resize(fyne.NewSize(size.Width-width, size.Height))
}

// MinSize is the smallest window that everything fits into.
func (l shellLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(480, 600)
}

// mainLayout sets the bar on top and gives the pages the rest.
type mainLayout struct{}

// Layout places bar and pages.
func (mainLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	top := float32(0)
	if bar := objects[0]; bar.Visible() {
		margin := widthLayout{margin: spaceLarge}.marginAt(size.Width)
		width := size.Width - 2*margin
		bar.Move(fyne.NewPos(margin, spaceMedium))
		heightAt(bar, width)
		top = spaceMedium + heightAt(bar, width)
	}
	for _, page := range objects[1:] {
		page.Move(fyne.NewPos(0, top))
		page.Resize(fyne.NewSize(size.Width, size.Height-top))
	}
}

// MinSize leaves it to the shell.
func (mainLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 400) }
