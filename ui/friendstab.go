package ui

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/identity"
)

const (
	stateAsked     = identity.StateAsked
	stateRequested = identity.StateRequested
	stateFriends   = identity.StateFriends
	stateBlocked   = identity.StateBlocked
)

// filterFrom is how many friends make a field to search them useful.
const filterFrom = 12

// friendsTab is who the owner's friends are, who asks to be, and who is blocked.
type friendsTab struct {
	object   *fyne.Container
	actions  peopleActions
	add      *askForm
	filter   *textField
	empty    *paragraph
	sections []*friendSection
	friends  []app.Friend // that were drawn
	wanted   string       // the filter that was drawn
	domain   string       // of this host
	most     int          // rows, that were drawn
}

// friendSection is the part of the list in one state.
type friendSection struct {
	state  identity.FriendState
	object *fyne.Container
	title  *line
	list   *rowList[*friendRow]
}

func newFriendsTab(actions peopleActions) *friendsTab {
	t := &friendsTab{actions: actions, empty: newParagraph("", textBody, colorMuted)}
	t.add = newAskForm(tr("friends.add"), tr("friends.addPlaceholder"), tr("friends.addButton"), actions.changed, t.ask)
	t.add.keeps = true
	t.filter = newTextField(tr("friends.search"), mostTitle)
	t.filter.OnChanged = func(string) { actions.changed() }
	t.filter.onEscape = func() { t.filter.SetText("") }
	column := container.New(columnLayout{spaceMedium}, t.add.object, newRule(), t.filter, t.empty)
	for _, state := range []identity.FriendState{stateAsked, stateFriends, stateRequested, stateBlocked} {
		section := &friendSection{state: state, title: sectionTitle()}
		section.list = newRowList(func(string) *friendRow { return newFriendRow(actions) }, actions.changed)
		section.object = container.New(columnLayout{2}, section.title, section.list.object)
		t.sections = append(t.sections, section)
		column.Add(section.object)
	}
	t.object = column
	return t
}

func (t *friendsTab) look() fyne.CanvasObject { return t.object }
func (t *friendsTab) rest()                   {}

// ask sends a request to who was typed; false: that is nobody's id.
func (t *friendsTab) ask(text string) (problem string) {
	id, err := identity.ParseID(typedID(text, t.domain))
	if err != nil {
		return tr("friends.badID")
	}
	t.actions.send(app.AddFriend{ID: string(id)})
	return ""
}

// update draws the friends of a snapshot.
func (t *friendsTab) update(s *app.Snapshot, _ time.Time) (resized bool) {
	t.domain = s.Identity.Domain
	resized = t.add.update(ownHint(s))
	friends, wanted := s.People.Friends, strings.ToLower(strings.TrimSpace(t.filter.Text))
	most := 0
	for _, section := range t.sections {
		most += section.list.most
	}
	if wanted == t.wanted && most == t.most && slices.Equal(friends, t.friends) {
		return resized
	}
	t.friends, t.wanted, t.most = friends, wanted, most
	t.add.arrived(func(asked string) bool {
		id, err := identity.ParseID(typedID(asked, t.domain))
		return err == nil && slices.ContainsFunc(friends, func(f app.Friend) bool { return f.ID == id && f.State != stateAsked })
	})
	setVisible(t.filter, len(friends) > filterFrom || wanted != "")
	found := 0
	for _, section := range t.sections {
		found += section.update(friends, wanted)
	}
	words := ""
	switch {
	case len(friends) == 0:
		words = tr("friends.empty")
	case found == 0:
		words = tr("friends.notFound")
	}
	t.empty.setText(words)
	setVisible(t.empty, words != "")
	return true
}

// update shows those in the section's state whose names have the wanted words,
// and says how many there are.
func (f *friendSection) update(all []app.Friend, wanted string) int {
	var friends []app.Friend
	for _, friend := range all {
		if friend.State == f.state && matches(friend, wanted) {
			friends = append(friends, friend)
		}
	}
	slices.SortFunc(friends, func(a, b app.Friend) int {
		if order := strings.Compare(sortName(a), sortName(b)); order != 0 {
			return order
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	keys := make([]string, len(friends))
	for i := range friends {
		keys[i] = string(friends[i].ID)
	}
	f.list.update(keys, func(i int, row *friendRow) bool { row.update(friends[i]); return false })
	f.title.setText(sectionWords(f.state, len(friends)))
	setVisible(f.title, f.state != stateFriends)
	setVisible(f.object, len(friends) > 0)
	return len(friends)
}

func sectionWords(state identity.FriendState, count int) string {
	switch state {
	case stateAsked:
		return trCount("friends.asked", count)
	case stateRequested:
		return trCount("friends.requested", count)
	case stateBlocked:
		return trCount("friends.blocked", count)
	default:
		return ""
	}
}

func sortName(f app.Friend) string { return strings.ToLower(titleOf(f.ID, f.Title)) }

func matches(f app.Friend, wanted string) bool {
	return wanted == "" || strings.Contains(sortName(f), wanted) || strings.Contains(strings.ToLower(string(f.ID)), wanted)
}

// ownHint says what keeps the owner from being called by name, if anything.
func ownHint(s *app.Snapshot) string {
	switch {
	case s.Identity.State == app.IdentityLinks:
		return tr("friends.needsDomain")
	case s.Host.State == app.HostStopped || s.Host.State == app.HostFailed:
		return tr("friends.needsHosting")
	default:
		return tr("friends.addHint")
	}
}
