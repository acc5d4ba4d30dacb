package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/session"
)

const (
	navWidth     float32 = 192
	navRailWidth float32 = 84
)

// nav is the navigation at the left: the pages, and below the host's state and
// the way out. In a narrow window it becomes a rail of icons with small words.
type nav struct {
	object *fyne.Container
	brand  *fyne.Container
	name   *line
	items  []*pushButton
	state  *fyne.Container
	dot    *panelGround
	word   *line
	quit   *pushButton
	rail   bool
}

// newNav makes the navigation; open is called with the index of a page.
func newNav(open func(int), quit func()) *nav {
	n := &nav{
		name: newBoldLine("Takos Home", textTitle),
		dot:  newGround(colorMuted, "", 5),
		word: newLine("", textCaption, colorMuted).shrinking(),
		quit: newPushButton(tr("nav.quit"), "exit", buttonNav, quit),
	}
	for i, page := range []struct{ text, icon string }{
		{tr("nav.home"), "home"},
		{tr("nav.call"), "phone"},
		{tr("nav.people"), "people"},
		{tr("nav.panel"), "panel"},
		{tr("nav.doctor"), "doctor"},
		{tr("nav.settings"), "settings"},
	} {
		n.items = append(n.items, newPushButton(page.text, page.icon, buttonNav, func() { open(i) }))
	}
	n.brand = container.New(rowLayout{10, 2}, newGlyph("octopus", colorAccent, 30), n.name, container.NewWithoutLayout())
	n.state = container.New(rowLayout{6, 1}, container.New(squareLayout{10}, n.dot), n.word)
	objects := []fyne.CanvasObject{newGround(colorNav, "", 0), n.brand}
	for _, item := range n.items {
		objects = append(objects, item)
	}
	n.object = container.New(navLayout{n}, append(objects, n.state, n.quit)...)
	return n
}

// choose marks the page that is open.
func (n *nav) choose(page int) {
	for i, item := range n.items {
		item.choose(i == page)
	}
}

// update shows the state of a snapshot's host.
func (n *nav) update(s *app.Snapshot) {
	fill, word := colorMuted, tr("nav.off")
	switch s.Host.State {
	case app.HostRunning:
		fill, word = colorGood, tr("nav.hosting")
		if s.Totals.People > 0 {
			fill, word = colorAccent, trCount("nav.inCall", s.Totals.People)
		}
	case app.HostFailed:
		fill, word = colorBad, tr("nav.failed")
	case app.HostStarting, app.HostStopping:
		fill, word = colorWarn, tr("nav.busy")
	}
	n.dot.set(fill)
	n.word.setText(word)
	mark := ""
	if isOn(s.Call.State) || s.Call.State == session.StatePreparing {
		mark = " "
	}
	n.items[pageCall].setMark(mark)
	n.items[pagePeople].setMark(markOf(s.People.Missed + askedBy(&s.People)))
}

// setRail changes between the wide form and the rail.
func (n *nav) setRail(rail bool) {
	if n.rail == rail {
		return
	}
	n.rail = rail
	setVisible(n.name, !rail)
	for _, button := range append(n.items[:len(n.items):len(n.items)], n.quit) {
		button.stacked = rail
		button.Refresh()
	}
	n.word.size = textCaption
	if rail {
		n.word.size = 11
	}
	n.word.Refresh()
}

// navLayout stacks the ground, the brand, the pages, and at the bottom the
// state and the way out.
type navLayout struct{ nav *nav }

// Layout places the parts.
func (l navLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	n := l.nav
	objects[0].Resize(size)
	margin := float32(12)
	if n.rail {
		margin = 6
	}
	width := size.Width - 2*margin
	place := func(object fyne.CanvasObject, x, y, width float32) float32 {
		height := object.MinSize().Height
		object.Move(fyne.NewPos(x, y))
		object.Resize(fyne.NewSize(width, height))
		return y + height
	}
	y := float32(20)
	if n.rail {
		y = place(n.brand, (size.Width-30)/2, y, 30)
	} else {
		y = place(n.brand, margin+spaceSmall, y, width-spaceSmall)
	}
	y += 20
	for _, item := range n.items {
		y = place(item, margin, y, width) + 4
	}
	bottom := size.Height - 12 - n.quit.MinSize().Height
	place(n.quit, margin, bottom, width)
	x := margin + 20
	if n.rail {
		x = margin
	}
	place(n.state, x, bottom-n.state.MinSize().Height-12, size.Width-margin-x)
}

// MinSize is the rail: a wide navigation is a gift of the shell.
func (l navLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(navRailWidth, 400)
}
