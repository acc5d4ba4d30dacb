package ui

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
)

// peopleActions are what the page of people asks for.
type peopleActions struct {
	send func(app.Command)
	copy func(text string) // into the clipboard
	// confirm asks a question, and does what it is about after a yes.
	confirm func(question, button string, do func())
	// changed asks for an update with the newest snapshot.
	changed func()
}

// peopleTab is one part of the page.
type peopleTab interface {
	look() fyne.CanvasObject
	// update draws a snapshot and says whether the height may have changed.
	update(s *app.Snapshot, now time.Time) bool
	// rest says that the tab is not to be seen.
	rest()
}

// The tabs, from the left.
const (
	tabFriends = iota
	tabGroups
	tabCalls
	tabHousehold
)

// peoplePage is whom the owner knows: the own name on top, and below it, one
// at a time, friends, groups, past calls, and the people of this computer.
type peoplePage struct {
	object  *container.Scroll
	own     *ownCard
	chooser *fyne.Container
	buttons []*pushButton
	tabs    []peopleTab
	cards   []*fyne.Container
	tab     int
	stale   bool // another tab was opened, or more rows: the height is another
	changed func()
}

func newPeoplePage(actions peopleActions) *peoplePage {
	p := &peoplePage{changed: actions.changed}
	actions.changed = p.redraw
	p.own = newOwnCard(actions)
	p.tabs = []peopleTab{newFriendsTab(actions), newGroupsTab(actions), newCallsTab(actions), newHouseholdTab(actions)}
	p.chooser = container.New(newTilesLayout(4, 80))
	column := container.New(columnLayout{spaceMedium}, p.own.object, p.chooser)
	for i, text := range []string{tr("tab.friends"), tr("tab.groups"), tr("tab.calls"), tr("tab.household")} {
		button := newPushButton(text, "", buttonChoice, func() { p.open(i) })
		p.buttons = append(p.buttons, button)
		p.chooser.Add(button)
		card := newCard(p.tabs[i].look(), spaceMedium)
		p.cards = append(p.cards, card)
		column.Add(card)
	}
	p.object = container.NewVScroll(container.New(widthLayout{most: 820, margin: spaceLarge}, column))
	p.choose(tabFriends)
	return p
}

// open shows a tab.
func (p *peoplePage) open(tab int) {
	if p.tab != tab {
		p.tabs[p.tab].rest()
		p.object.ScrollToTop()
	}
	p.choose(tab)
	p.redraw()
}

func (p *peoplePage) choose(tab int) {
	p.tab = tab
	for i, button := range p.buttons {
		button.choose(i == tab)
	}
	p.stale = true
}

// redraw is for what changes the height without a new snapshot.
func (p *peoplePage) redraw() {
	p.stale = true
	p.changed()
}

// rest says that the page is not to be seen.
func (p *peoplePage) rest() { p.tabs[p.tab].rest() }

// update draws a snapshot.
func (p *peoplePage) update(s *app.Snapshot, now time.Time) {
	usable := s.Identity.State == app.IdentityReady || s.Identity.State == app.IdentityLinks
	setVisible(p.own.object, s.Identity.State != "")
	resized := p.own.update(s) || p.stale || p.chooser.Visible() != usable
	p.stale = false
	setVisible(p.chooser, usable)
	for i, card := range p.cards {
		setVisible(card, usable && i == p.tab)
	}
	if usable {
		p.buttons[tabFriends].setMark(markOf(askedBy(&s.People)))
		p.buttons[tabCalls].setMark(markOf(s.People.Missed))
		resized = p.tabs[p.tab].update(s, now) || resized
	}
	if resized {
		reflow(p.object)
	}
}

// markOf is a number on a button, and nothing for none.
func markOf(count int) string {
	const most = 99
	switch {
	case count <= 0:
		return ""
	case count > most:
		return strconv.Itoa(most) + "+"
	default:
		return strconv.Itoa(count)
	}
}

// askedBy counts who waits for a yes or no.
func askedBy(p *app.People) int {
	count := 0
	for i := range p.Friends {
		if p.Friends[i].State == stateAsked {
			count++
		}
	}
	return count
}
