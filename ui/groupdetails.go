package ui

import (
	"maps"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/identity"
)

// groupDetails is what is folded below a group.
type groupDetails struct {
	object *fyne.Container
	group  app.Group
	id     *paragraph
	name   *textField
	naming fyne.CanvasObject
	adding *fyne.Container
	form   *askForm
	choice *passingSelect // of friends who are not in the group
	others map[string]identity.ID
	list   *rowList[*memberRow]
	most   int
	leave  *pushButton
	end    *pushButton
}

func newGroupDetails(actions peopleActions, g app.Group) *groupDetails {
	d := &groupDetails{group: g, id: newParagraph("", textCaption, colorMuted), name: newTextField(tr("groups.newPlaceholder"), mostTitle)}
	d.name.SetText(g.Title)
	rename := func() {
		if title := strings.TrimSpace(d.name.content()); title != "" {
			actions.send(app.RenameGroup{ID: string(d.group.ID), Title: title})
		}
	}
	d.name.OnSubmitted = func(string) { rename() }
	d.naming = labelled(tr("groups.title"), container.New(newFlowLayout(spaceSmall, 0, 300), d.name,
		newPushButton(tr("form.save"), "check", buttonQuiet, rename)))
	d.form = newAskForm(tr("groups.add"), tr("friends.addPlaceholder"), tr("groups.addButton"), actions.changed, func(text string) string {
		id, err := identity.ParseID(typedID(text, d.group.ID.Domain()))
		if err != nil {
			return tr("friends.badID")
		}
		actions.send(app.AddMember{Group: string(d.group.ID), ID: string(id)})
		return ""
	})
	d.form.keeps = true
	d.choice = newPassingSelect(func(name string) {
		if id := d.others[name]; id != "" {
			actions.send(app.AddMember{Group: string(d.group.ID), ID: string(id)})
			d.choice.ClearSelected()
		}
	})
	d.choice.PlaceHolder = tr("groups.addFriend")
	d.adding = container.New(columnLayout{spaceSmall}, d.form.object, d.choice)
	d.list = newRowList(func(string) *memberRow { return newMemberRow(actions) }, actions.changed)
	d.leave = newPushButton(tr("groups.leave"), "exit", buttonQuiet, func() {
		id, title := string(d.group.ID), groupTitle(d.group)
		actions.confirm(tr("groups.askLeave", "group", title), tr("groups.leave"), func() { actions.send(app.LeaveGroup{ID: id}) })
	})
	d.end = newPushButton(tr("groups.delete"), "trash", buttonDanger, func() {
		id, title := string(d.group.ID), groupTitle(d.group)
		actions.confirm(tr("groups.askDelete", "group", title), tr("groups.delete"), func() { actions.send(app.DeleteGroup{ID: id}) })
	})
	d.object = detailsBox(d.list.object, d.adding, d.naming,
		labelled(tr("groups.id"), container.New(rowLayout{spaceSmall, 0}, d.id, copyButton(actions, func() string { return string(d.group.ID) }))),
		container.New(wrapLayout{spaceSmall}, d.leave, d.end))
	return d
}

// update shows a group: what the owner's role allows is offered.
func (d *groupDetails) update(g app.Group, known acquaintances) {
	d.group, d.most = g, d.list.most
	d.id.setText(string(g.ID))
	setVisible(d.naming, g.Own && g.Role.May(identity.RightManage))
	setVisible(d.adding, g.Own && g.Role.May(identity.RightInvite))
	d.form.arrived(func(asked string) bool {
		id, err := identity.ParseID(typedID(asked, g.ID.Domain()))
		_, isMember := g.Group.Role(id)
		return err == nil && isMember
	})
	d.others = known.outside(g)
	if names := slices.Sorted(maps.Keys(d.others)); !slices.Equal(names, d.choice.Options) {
		d.choice.Options = names
		d.choice.Refresh()
	}
	setVisible(d.choice, len(d.others) > 0)
	setVisible(d.end, g.Own && g.Role.May(identity.RightManage))
	members := g.Members
	if !g.Own {
		members = nil // their server knows them
	}
	keys := make([]string, len(members))
	for i := range members {
		keys[i] = string(members[i].ID)
	}
	d.list.update(keys, func(i int, row *memberRow) bool {
		row.update(g, members[i], known)
		return false
	})
}
