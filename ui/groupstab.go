package ui

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/identity"
)

// groupsTab is the groups that the owner is in.
type groupsTab struct {
	object  *fyne.Container
	actions peopleActions
	add     *askForm
	follow  *followForm
	fold    *foldable
	empty   *paragraph
	list    *rowList[*groupRow]
	groups  []app.Group // that were drawn
	friends []app.Friend
	own     app.Identity
	most    int
	drawn   bool
}

func newGroupsTab(actions peopleActions) *groupsTab {
	t := &groupsTab{actions: actions, empty: newParagraph(tr("groups.empty"), textBody, colorMuted)}
	t.add = newAskForm(tr("groups.new"), tr("groups.newPlaceholder"), tr("groups.newButton"), actions.changed, func(title string) string {
		actions.send(app.NewGroup{Title: title})
		return ""
	})
	t.follow = newFollowForm(actions)
	t.fold = newFoldable(func() fyne.CanvasObject { return t.follow.object }, actions.changed)
	t.list = newRowList(func(string) *groupRow { return newGroupRow(actions) }, actions.changed)
	t.object = container.New(columnLayout{spaceMedium}, t.add.object,
		container.New(columnLayout{spaceSmall},
			container.New(rowLayout{spaceSmall, 1}, t.fold.button, newLine(tr("groups.follow"), textCaption, colorMuted).shrinking()),
			t.fold.below),
		newRule(), t.empty, t.list.object)
	return t
}

func (t *groupsTab) look() fyne.CanvasObject { return t.object }
func (t *groupsTab) rest()                   {}

// update draws the groups of a snapshot.
func (t *groupsTab) update(s *app.Snapshot, _ time.Time) bool {
	hint := ""
	if s.Identity.State != app.IdentityReady {
		hint = tr("groups.needsDomain")
	}
	resized := t.add.update(hint)
	if t.drawn && t.most == t.list.most && sameIdentity(t.own, s.Identity) &&
		slices.Equal(t.friends, s.People.Friends) && reflect.DeepEqual(t.groups, s.People.Groups) {
		return t.list.update(t.list.order, func(_ int, row *groupRow) bool { return row.flow() }) || resized
	}
	t.drawn, t.most, t.own, t.groups, t.friends = true, t.list.most, s.Identity, s.People.Groups, s.People.Friends
	setVisible(t.empty, len(t.groups) == 0)
	keys := make([]string, len(t.groups))
	for i := range t.groups {
		keys[i] = string(t.groups[i].ID)
	}
	t.list.update(keys, func(i int, row *groupRow) bool {
		row.update(t.groups[i], s)
		return false
	})
	return true
}

// followForm takes a group of another server.
type followForm struct {
	object    *fyne.Container
	id, title *textField
	problem   *paragraph
}

func newFollowForm(actions peopleActions) *followForm {
	f := &followForm{
		id: newTextField(tr("groups.idPlaceholder"), mostTitle), title: newTextField(tr("groups.newPlaceholder"), mostTitle),
		problem: newParagraph("", textCaption, colorBad),
	}
	f.problem.Hide()
	submit := func() {
		id, err := identity.ParseGroupID(narrowed(f.id.content()))
		f.problem.setText("")
		if err != nil {
			f.problem.setText(tr("groups.badID"))
		}
		setVisible(f.problem, err != nil)
		actions.changed()
		if err != nil {
			return
		}
		title := strings.TrimSpace(f.title.content())
		if title == "" {
			title = id.Domain()
		}
		actions.send(app.FollowGroup{ID: string(id), Title: title})
		f.id.SetText("")
		f.title.SetText("")
	}
	f.id.OnSubmitted = func(string) { submit() }
	f.title.OnSubmitted = func(string) { submit() }
	f.object = detailsBox(
		newParagraph(tr("groups.followHint"), textCaption, colorMuted),
		labelled(tr("groups.followID"), f.id), labelled(tr("groups.title"), f.title), f.problem,
		container.New(wrapLayout{spaceSmall}, newPushButton(tr("groups.followButton"), "plus", buttonQuiet, submit)))
	return f
}
