package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"takoshome/app"
	"takoshome/app/identity"
)

// groupRow is one group with its calls; members and titles are folded below.
type groupRow struct {
	object  *fyne.Container
	actions peopleActions
	group   app.Group
	icon    *glyph
	ground  *panelGround
	title   *line
	caption *line
	join    *pushButton     // into a call that goes on
	calls   *fyne.Container // to begin one
	fold    *foldable
	more    *groupDetails // nil until it was open once
	titles  map[identity.ID]string
}

func newGroupRow(actions peopleActions) *groupRow {
	r := &groupRow{
		actions: actions, icon: newGlyph("people", colorAccent, 20), ground: newGround(colorTint, "", 20),
		title: newTitleLine(), caption: newCaptionLine(),
	}
	r.fold = newFoldable(r.build, actions.changed)
	call := func(video bool) func() {
		return func() { actions.send(callGroup(string(r.group.ID), video)) }
	}
	r.calls = container.New(rowLayout{0, 9},
		newPushButton("", "camera", buttonPlain, call(true)), newPushButton("", "phone", buttonPlain, call(false)))
	r.join = newPushButton(tr("groups.join"), "phone", buttonPrimary, call(true))
	r.object = padded(container.New(columnLayout{spaceSmall},
		container.New(rowLayout{12, 1}, badge(r.icon, r.ground, 40), twoLines(r.title, r.caption), r.calls, r.join, r.fold.button),
		r.fold.below), 0, 10)
	return r
}

func (r *groupRow) look() fyne.CanvasObject { return r.object }

// callGroup asks for a group's call.
func callGroup(id string, video bool) app.CallGroup {
	if video {
		return app.CallGroup{ID: id, CallType: "video"}
	}
	return app.CallGroup{ID: id, CallType: "audio"}
}

// update shows a group.
func (r *groupRow) update(g app.Group, s *app.Snapshot) {
	r.group = g
	r.titles = titlesOf(s)
	r.title.setText(groupTitle(g))
	caption, ink := tr("groups.elsewhere", "domain", shown(g.ID.Domain())), colorMuted
	if g.Own {
		caption = trCount("groups.members", len(g.Members))
		if g.Role != "" {
			caption += " · " + roleName(g.Role)
		}
	}
	if g.People > 0 {
		caption, ink = trCount("groups.inCall", g.People), colorGood
	}
	r.caption.set(caption, ink)
	setVisible(r.join, g.People > 0)
	setVisible(r.calls, g.People == 0)
	if r.more != nil {
		r.more.update(g, r.titles)
	}
}

// flow shows more members, if the person asked for them.
func (r *groupRow) flow() bool {
	if r.more == nil || r.more.most == r.more.list.most {
		return false
	}
	r.more.update(r.group, r.titles)
	return true
}

func (r *groupRow) build() fyne.CanvasObject {
	r.more = newGroupDetails(r.actions, r.group)
	r.more.update(r.group, r.titles)
	return r.more.object
}

func groupTitle(g app.Group) string {
	if title := shown(g.Title); title != "" {
		return title
	}
	return shown(g.ID.Domain())
}

// titlesOf are what the owner calls friends, and the owner themself.
func titlesOf(s *app.Snapshot) map[identity.ID]string {
	titles := make(map[identity.ID]string, len(s.People.Friends)+1)
	for i := range s.People.Friends {
		f := &s.People.Friends[i]
		titles[f.ID] = titleOf(f.ID, f.Title)
	}
	if s.Identity.ID != "" {
		titles[identity.ID(s.Identity.ID)] = tr("call.you")
	}
	return titles
}

func roleName(role identity.Role) string {
	switch role {
	case identity.RoleOwner:
		return tr("role.owner")
	case identity.RoleAdmin:
		return tr("role.admin")
	default:
		return tr("role.member")
	}
}

// groupDetails is what is folded below a group.
type groupDetails struct {
	object *fyne.Container
	group  app.Group
	id     *paragraph
	name   *textField
	naming fyne.CanvasObject
	adding *askForm
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
	d.adding = newAskForm(tr("groups.add"), tr("friends.addPlaceholder"), tr("groups.addButton"), "plus", func(text string) string {
		id, err := identity.ParseID(typedID(text, d.group.ID.Domain()))
		if err != nil {
			return tr("friends.badID")
		}
		actions.send(app.AddMember{Group: string(d.group.ID), ID: string(id)})
		return ""
	})
	d.list = newRowList(func(string) *memberRow { return newMemberRow(actions) }, actions.changed)
	d.leave = newPushButton(tr("groups.leave"), "exit", buttonQuiet, func() {
		id, title := string(d.group.ID), groupTitle(d.group)
		actions.confirm(tr("groups.askLeave", "group", title), tr("groups.leave"), func() { actions.send(app.LeaveGroup{ID: id}) })
	})
	d.end = newPushButton(tr("groups.delete"), "trash", buttonDanger, func() {
		id, title := string(d.group.ID), groupTitle(d.group)
		actions.confirm(tr("groups.askDelete", "group", title), tr("groups.delete"), func() { actions.send(app.DeleteGroup{ID: id}) })
	})
	d.object = detailsBox(d.list.object, d.adding.object, d.naming,
		labelled(tr("groups.id"), container.New(rowLayout{spaceSmall, 0}, d.id, copyButton(actions, func() string { return string(d.group.ID) }))),
		container.New(wrapLayout{spaceSmall}, d.leave, d.end))
	return d
}

// update shows a group: what the owner's role allows is offered.
func (d *groupDetails) update(g app.Group, titles map[identity.ID]string) {
	d.group, d.most = g, d.list.most
	d.id.setText(string(g.ID))
	setVisible(d.naming, g.Own && g.Role.May(identity.RightManage))
	setVisible(d.adding.object, g.Own && g.Role.May(identity.RightInvite))
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
		row.update(g, members[i], titles[members[i].ID])
		return false
	})
}
