package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/identity"
)

// memberRow is one person of a group, with their role.
type memberRow struct {
	object  *fyne.Container
	badge   *personBadge
	title   *line
	caption *line
	role    *passingSelect
	roleBox *fyne.Container
	remove  *pushButton
	group   app.Group
	member  identity.Member
	chosen  wish[identity.Role]
	send    func(app.Command)
}

func newMemberRow(actions peopleActions) *memberRow {
	r := &memberRow{send: actions.send, badge: newPersonBadge(32), title: newTitleLine(), caption: newCaptionLine()}
	r.role = newPassingSelect(r.picked)
	for _, role := range roles() {
		r.role.Options = append(r.role.Options, roleName(role))
	}
	r.roleBox = container.New(widthOf{130}, r.role)
	r.remove = newPushButton("", "close", buttonPlain, func() {
		group, id := string(r.group.ID), string(r.member.ID)
		actions.confirm(tr("groups.askRemove", "name", r.title.text, "group", groupTitle(r.group)), tr("groups.remove"), func() {
			r.send(app.RemoveMember{Group: group, ID: id})
		})
	})
	r.object = padded(container.New(newFlowLayout(spaceSmall, 0, 400),
		container.New(rowLayout{10, 1}, r.badge.object, twoLines(r.title, r.caption)),
		container.New(rowLayout{4, 9}, r.roleBox, r.remove)), 0, 6)
	return r
}

func roles() []identity.Role {
	return []identity.Role{identity.RoleOwner, identity.RoleAdmin, identity.RoleMember}
}

func (r *memberRow) look() fyne.CanvasObject { return r.object }

func (r *memberRow) picked(text string) {
	for _, role := range roles() {
		if roleName(role) == text && role != r.chosen.over(r.member.Role, time.Now()) {
			r.chosen.set(role, time.Now())
			r.send(app.SetRole{Group: string(r.group.ID), ID: string(r.member.ID), Role: role})
		}
	}
}

// update shows a member.
func (r *memberRow) update(g app.Group, m identity.Member, known acquaintances) {
	r.group, r.member = g, m
	title := known.titles[m.ID]
	if title == "" {
		title = titleOf(m.ID, "")
	}
	r.badge.set(title, false)
	r.title.setText(title)
	manages, invites := g.Own && g.Role.May(identity.RightManage), g.Own && g.Role.May(identity.RightInvite)
	caption := shown(string(m.ID))
	if !manages {
		caption = roleName(m.Role) + " · " + caption
	}
	r.caption.setText(caption)
	if name := roleName(r.chosen.over(m.Role, time.Now())); r.role.Selected != name {
		r.role.Selected = name // not SetSelected, which would send it
		r.role.Refresh()
	}
	setVisible(r.roleBox, manages)
	// Oneself leaves by the button for that.
	setVisible(r.remove, m.ID != known.own && (manages || invites && m.Role == identity.RoleMember))
}
