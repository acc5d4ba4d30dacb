package ui

import (
	"fmt"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"takoshome/app"
	"takoshome/app/identity"
)

func TestGroups(t *testing.T) {
	v := english(t)
	v.openPeople(knowing(5), tabGroups)
	v.says(t, "No groups yet.")
	tab := v.shell.people.tabs[tabGroups].(*groupsTab)
	test.Type(tab.add.field, " Family ")
	test.Tap(v.button(t, "Make"))
	v.asked(t, app.NewGroup{Title: "Family"})

	v.unfold(0)
	test.Type(tab.follow.id, "nonsense")
	test.Tap(v.button(t, "Remember the group"))
	v.says(t, "This is no group id.")
	v.asked(t)
	tab.follow.id.SetText("g{0D5B6A40-6A0E-4C8E-8F0B-1D3D5A1C0009}@C.example")
	test.Type(tab.follow.title, "Club")
	tab.follow.title.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	v.asked(t, app.FollowGroup{ID: "0d5b6a40-6a0e-4c8e-8f0b-1d3d5a1c0009@c.example", Title: "Club"})
}

func TestGroupCalls(t *testing.T) {
	v := english(t)
	v.openPeople(grouped(knowing(5)), tabGroups)
	v.says(t, "3 people are in the call")
	test.Tap(v.iconButton("camera"))
	v.asked(t, app.CallGroup{ID: familyID, CallType: "video"})
	test.Tap(v.button(t, "Join"))
	v.asked(t, app.CallGroup{ID: "0d5b6a40-6a0e-4c8e-8f0b-1d3d5a1c0002@home.example", CallType: "video"})
}

func TestOwnGroup(t *testing.T) {
	v := english(t)
	v.openPeople(grouped(knowing(5)), tabGroups)
	v.unfold(1)
	row := v.shell.people.tabs[tabGroups].(*groupsTab).list.rows[familyID]
	row.more.name.SetText("Familie")
	test.Tap(v.button(t, "Save"))
	v.asked(t, app.RenameGroup{ID: familyID, Title: "Familie"})

	test.Type(row.more.form.field, "person0@b.example")
	test.Tap(v.button(t, "Add"))
	v.asked(t, app.AddMember{Group: familyID, ID: "person0@b.example"})
	row.more.form.field.SetText("tako_taro")
	row.more.form.field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	v.asked(t, app.AddMember{Group: familyID, ID: "tako_taro@home.example"})

	row.more.choice.SetSelected("Bob · person0@b.example")
	v.asked(t, app.AddMember{Group: familyID, ID: "person0@b.example"})
	if slices.Contains(row.more.choice.Options, "花子 · person1@b.example") || row.more.choice.Selected != "" {
		t.Errorf("%q is offered, %q chosen", row.more.choice.Options, row.more.choice.Selected)
	}

	member := row.more.list.rows[string(friendID(2))]
	member.role.SetSelected("Admin")
	v.asked(t, app.SetRole{Group: familyID, ID: string(friendID(2)), Role: identity.RoleAdmin})
	v.publish(grouped(knowing(5))) // on its way: the choice stays
	if member.role.Selected != "Admin" {
		t.Errorf("the role jumps back to %s", member.role.Selected)
	}
	v.asked(t)
	test.Tap(member.remove)
	test.Tap(v.shell.bar.button)
	v.asked(t, app.RemoveMember{Group: familyID, ID: string(friendID(2))})

	test.Tap(v.button(t, "Leave"))
	v.says(t, "Leave “Family”?")
	test.Tap(v.shell.bar.button)
	v.asked(t, app.LeaveGroup{ID: familyID})
	test.Tap(v.button(t, "End the group"))
	test.Tap(v.shell.bar.cross)
	v.asked(t)
	test.Tap(v.button(t, "End the group"))
	test.Tap(v.shell.bar.button)
	v.asked(t, app.DeleteGroup{ID: familyID})
}

// TestRolesOfferWhatTheyAllow holds that nobody is offered what the app refuses.
func TestRolesOfferWhatTheyAllow(t *testing.T) {
	for _, tt := range []struct {
		role                 identity.Role
		own                  bool
		naming, adding, ends bool
		roles, removes       int
	}{
		{identity.RoleOwner, true, true, true, true, 4, 3},
		{identity.RoleAdmin, true, false, true, false, 0, 2},
		{identity.RoleMember, true, false, false, false, 0, 0},
		{"", false, false, false, false, 0, 0},
	} {
		t.Run(fmt.Sprint(tt.role, tt.own), func(t *testing.T) {
			v := english(t)
			s := grouped(knowing(5))
			s.People.Groups = s.People.Groups[:1]
			s.People.Groups[0].Role, s.People.Groups[0].Own = tt.role, tt.own
			v.openPeople(s, tabGroups)
			v.unfold(1)
			more := v.shell.people.tabs[tabGroups].(*groupsTab).list.rows[familyID].more
			roles, removes := 0, 0
			for _, row := range more.list.rows {
				if row.roleBox.Visible() {
					roles++
				}
				if row.remove.Visible() {
					removes++
				}
			}
			if more.naming.Visible() != tt.naming || more.adding.Visible() != tt.adding || more.end.Visible() != tt.ends {
				t.Errorf("naming %v, adding %v, ending %v", more.naming.Visible(), more.adding.Visible(), more.end.Visible())
			}
			if roles != tt.roles || removes != tt.removes {
				t.Errorf("%d roles and %d removals are offered", roles, removes)
			}
		})
	}
}
