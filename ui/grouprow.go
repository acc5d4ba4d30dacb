package ui

import (
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
	known   acquaintances
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
	r.known = acquaintances{own: identity.ID(s.Identity.ID), titles: titlesOf(s), friends: s.People.Friends}
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
		r.more.update(g, r.known)
	}
}

// flow shows more members, if the person asked for them.
func (r *groupRow) flow() bool {
	if r.more == nil || r.more.most == r.more.list.most {
		return false
	}
	r.more.update(r.group, r.known)
	return true
}

func (r *groupRow) build() fyne.CanvasObject {
	r.more = newGroupDetails(r.actions, r.group)
	r.more.update(r.group, r.known)
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

// acquaintances are whom the owner knows, and what they are called here.
type acquaintances struct {
	own     identity.ID
	titles  map[identity.ID]string
	friends []app.Friend
}

// outside are the friends who are not in a group, by what a list calls them.
func (a acquaintances) outside(g app.Group) map[string]identity.ID {
	found := make(map[string]identity.ID)
	for i := range a.friends {
		f := &a.friends[i]
		if _, isMember := g.Group.Role(f.ID); f.State == stateFriends && !isMember {
			found[titleOf(f.ID, f.Title)+" · "+shown(string(f.ID))] = f.ID
		}
	}
	return found
}
