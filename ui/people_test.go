package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
	"takoshome/app/identity"
)

// lacks fails if the window shows a text.
func (v *view) lacks(t *testing.T, text string) {
	t.Helper()
	if all := texts(v.window.Content()); strings.Contains(strings.Join(all, " "), text) {
		t.Errorf("the window says %q: %q", text, all)
	}
}

func TestFirstStart(t *testing.T) {
	v := english(t)
	v.publish(firstStart())
	v.says(t, "Welcome. What is your name?")
	form := v.shell.welcome.form
	if form.name.Text != "taro" {
		t.Errorf("the suggestion is %q", form.name.Text)
	}
	for _, bad := range []struct{ name, domain, says string }{
		{"花子", "", "“花子” has others"},
		{"ab", "", "3 to 20"},
		{"taro", "https://a.example", "is no domain"},
		{"taro", "192.168.0.1", "is no domain"},
	} {
		form.name.SetText(bad.name)
		form.domain.SetText(bad.domain)
		test.Tap(v.button(t, "Continue"))
		v.asked(t)
		if !strings.Contains(form.problem.text, bad.says) {
			t.Errorf("%q at %q: it says %q", bad.name, bad.domain, form.problem.text)
		}
	}
	form.name.SetText(" ｔａｒｏ_1 ") // wide, as a Japanese keyboard types
	form.domain.SetText("Home.example")
	v.publish(firstStart()) // must not take away what was typed
	form.domain.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	v.asked(t, app.SetIdentity{Name: "taro_1", Domain: "Home.example"})

	v.publish(knowing(0))
	v.lacks(t, "Welcome")
	v.says(t, "Invite friends")
}

func TestFirstStartLater(t *testing.T) {
	v := english(t)
	v.publish(firstStart())
	test.Tap(v.button(t, "Later"))
	v.asked(t)
	v.lacks(t, "Welcome")
	v.says(t, "You are not hosting")

	v.openPeople(firstStart(), tabFriends)
	v.says(t, "You have no name yet")
	v.lacks(t, "Add a friend")
	v.shell.people.own.form.domain.SetText("")
	test.Tap(v.button(t, "Save"))
	v.asked(t, app.SetIdentity{Name: "taro"})
}

func TestWelcomeDoesNotCoverACall(t *testing.T) {
	v := english(t)
	s := calling(1)
	s.Identity.State = app.IdentityNew
	v.openCall(s)
	v.lacks(t, "Welcome")
}

func TestChangingTheIdentity(t *testing.T) {
	v := english(t)
	v.openPeople(knowing(0), tabFriends)
	test.Tap(v.iconButton("copy"))
	if got := v.fyne.Clipboard().Content(); got != "alice@home.example" {
		t.Errorf("got %q in the clipboard", got)
	}
	test.Tap(v.iconButton("pencil"))
	v.says(t, "until you have asked them again")
	test.Tap(v.button(t, "Cancel"))
	v.lacks(t, "Your name")
	test.Tap(v.iconButton("pencil"))
	v.shell.people.own.form.name.SetText("alice2")
	test.Tap(v.button(t, "Save"))
	v.asked(t, app.SetIdentity{Name: "alice2", Domain: "home.example"})

	s := knowing(0)
	s.Host.State = app.HostStopped
	v.publish(s)
	v.says(t, "Nobody can call you while you are not hosting.")
	test.Tap(v.button(t, "Start hosting"))
	v.asked(t, app.StartHosting{})
}

func TestBrokenStateIsASentence(t *testing.T) {
	v := english(t)
	peopleScenes()["people-broken"](v)
	v.says(t, "identity.db is damaged")
	v.lacks(t, "Add a friend")
	for _, key := range []string{"notice.identityNewer", "notice.identityInUse", "notice.identityUnreadable"} {
		s := hosting()
		s.Identity = app.Identity{State: app.IdentityBroken, Problem: key, ProblemArgs: map[string]string{"path": "/x/identity.db", "reason": "no"}}
		v.publish(s)
		v.says(t, "/x/identity.db")
	}
}

func TestAddingAFriend(t *testing.T) {
	for _, tt := range []struct {
		name, typed, says string
		want              []app.Command
	}{
		{"an id", "bob_1@B.example", "", []app.Command{app.AddFriend{ID: "bob_1@b.example"}}},
		{"wide", "　ｂｏｂ＠ｂ．ｅｘａｍｐｌｅ ", "", []app.Command{app.AddFriend{ID: "bob@b.example"}}},
		{"of this host", "bob", "", []app.Command{app.AddFriend{ID: "bob@home.example"}}},
		{"no id", "bob b", "This is no takos id", nil},
		{"a link", "https://b.example/j#i=1", "This is no takos id", nil},
		{"nothing", "  ", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := english(t)
			v.openPeople(knowing(1), tabFriends)
			form := v.shell.people.tabs[tabFriends].(*friendsTab).add
			test.Type(form.field, tt.typed)
			test.Tap(v.button(t, "Ask"))
			v.asked(t, tt.want...)
			if !strings.Contains(form.hint.text, tt.says) {
				t.Errorf("it says %q, want %q", form.hint.text, tt.says)
			}
			if len(tt.want) == 0 {
				return
			}
			if form.field.Text != tt.typed {
				t.Errorf("%q is in the field before it has come true", form.field.Text)
			}
			s := knowing(1)
			s.People.Friends = append(s.People.Friends, app.Friend{ID: identity.ID(tt.want[0].(app.AddFriend).ID), State: stateRequested})
			v.publish(s)
			if form.field.Text != "" {
				t.Errorf("%q stays in the field", form.field.Text)
			}
		})
	}
}

// friend is a snapshot with one friend in a state.
func friend(state identity.FriendState) *app.Snapshot {
	s := knowing(1)
	s.People.Friends[0].State = state
	return s
}

func TestFriendButtons(t *testing.T) {
	const id = "person0@b.example"
	for _, tt := range []struct {
		name   string
		state  identity.FriendState
		press  string // a text or an icon
		answer string // to the question, "" for none
		want   app.Command
	}{
		{"accept", stateAsked, "Accept", "", app.AcceptFriend{ID: id}},
		{"decline", stateAsked, "Decline", "", app.DeclineFriend{ID: id}},
		{"take back", stateRequested, "Take back", "", app.RemoveFriend{ID: id}},
		{"unblock", stateBlocked, "Unblock", "", app.UnblockFriend{ID: id}},
		{"video", stateFriends, "camera", "", app.CallFriend{ID: id, CallType: "video"}},
		{"remove", stateFriends, "trash", "Remove", app.RemoveFriend{ID: id}},
		{"block", stateFriends, "shield", "Block", app.BlockFriend{ID: id}},
		{"block who asks", stateAsked, "shield", "Block", app.BlockFriend{ID: id}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := english(t)
			v.openPeople(friend(tt.state), tabFriends)
			v.unfold(0)
			test.Tap(v.pressable(t, tt.press))
			if tt.answer != "" {
				v.asked(t) // not before the answer
				if v.shell.bar.button.text != tt.answer {
					t.Errorf("the bar offers %q", v.shell.bar.button.text)
				}
				test.Tap(v.shell.bar.button)
			}
			v.asked(t, tt.want)
		})
	}
}

// pressable finds a visible button by its text or icon, below the bar of the page.
func (v *view) pressable(t *testing.T, name string) *pushButton {
	t.Helper()
	for _, b := range v.buttons() {
		if b.text == name || b.text == "" && b.icon == name || b.icon == name && b.kind != buttonNav {
			return b
		}
	}
	t.Fatalf("there is no button %q", name)
	return nil
}

func TestRenamingAFriend(t *testing.T) {
	v := english(t)
	v.openPeople(friend(stateFriends), tabFriends)
	v.unfold(0)
	row := v.shell.people.tabs[tabFriends].(*friendsTab).sections[1].list.rows["person0@b.example"]
	row.more.name.SetText(" Bobby ")
	v.publish(knowing(5)) // others come, what was typed stays
	row.more.name.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	v.asked(t, app.NameFriend{ID: "person0@b.example", Title: "Bobby"})
	s := knowing(5)
	s.People.Friends[0].Title = "Bobby"
	v.publish(s)
	v.says(t, "Bobby")
}

func TestFriendsAreSearchedAndSorted(t *testing.T) {
	v := english(t)
	v.openPeople(knowing(4), tabFriends)
	tab := v.shell.people.tabs[tabFriends].(*friendsTab)
	if tab.filter.Visible() {
		t.Error("a few friends are searched")
	}
	if got := tab.sections[1].list.order; !slices.Equal(got, []string{"person0@b.example", "person2@b.example", "person1@b.example"}) {
		t.Errorf("the order is %v", got)
	}
	v.publish(knowing(200))
	tab.filter.SetText("PERSON199")
	if got := tab.sections[1].list.order; !slices.Equal(got, []string{"person199@b.example"}) {
		t.Errorf("found %v", got)
	}
	tab.filter.SetText("nobody there")
	v.says(t, "Nobody here has such a name.")
	tab.filter.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if got := len(tab.sections[1].list.order); got != listPage {
		t.Errorf("%d friends are shown at first", got)
	}
	test.Tap(v.button(t, "Show 156 more"))
	if got := len(tab.sections[1].list.order); got != 2*listPage {
		t.Errorf("%d friends are shown then", got)
	}
	v.asked(t)
}

// TestManyFriendsStayFast holds that a snapshot with as many friends as there
// may be is drawn without noticeable work while nothing has changed.
func TestManyFriendsStayFast(t *testing.T) {
	v := english(t)
	s := knowing(2000)
	v.openPeople(s, tabFriends)
	if n := len(v.buttons()); n > 4*listPage+40 {
		t.Errorf("%d buttons are drawn", n)
	}
	allocations := testing.AllocsPerRun(20, func() { v.shell.people.update(s, time.Now()) })
	if allocations > 400 {
		t.Errorf("drawing the same again takes %v allocations", allocations)
	}
}

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

func TestPastCalls(t *testing.T) {
	v := english(t)
	v.publish(called(grouped(knowing(12))))
	if got := v.shell.nav.items[pagePeople].mark; got != "4" { // two missed, two ask
		t.Errorf("the badge is %q", got)
	}
	v.asked(t) // nobody has looked yet
	v.openPeople(called(grouped(knowing(12))), tabCalls)
	v.asked(t, app.SeeCalls{})
	v.publish(called(grouped(knowing(12))))
	v.asked(t) // asked once is enough
	for _, text := range []string{"Missed", "Incoming", "Outgoing", "No answer", "Declined", "Busy", "Cancelled", "Did not work", "You declined", "Missed while you were in a call", "Family"} {
		v.says(t, text)
	}
	test.Tap(v.pressable(t, "camera"))
	v.asked(t, app.CallFriend{ID: "person0@b.example", CallType: "video"})
	rows := v.shell.people.tabs[tabCalls].(*callsTab).list
	test.Tap(rows.rows[rows.order[10]].again)
	v.asked(t, app.CallGroup{ID: familyID, CallType: "video"})
	test.Tap(v.button(t, "Empty the list"))
	test.Tap(v.shell.bar.button)
	v.asked(t, app.ForgetCalls{})
	v.publish(knowing(0))
	v.says(t, "No calls yet.")
	if got := v.shell.nav.items[pagePeople].mark; got != "" {
		t.Errorf("the badge stays: %q", got)
	}
}

func TestCallLength(t *testing.T) {
	for length, want := range map[time.Duration]string{
		400 * time.Millisecond: "0:00", 59600 * time.Millisecond: "1:00", 754 * time.Second: "12:34", 3*time.Hour + 65*time.Second: "3:01:05",
	} {
		if got := callLength(length); got != want {
			t.Errorf("%v: got %q, want %q", length, got, want)
		}
	}
}

func TestHousehold(t *testing.T) {
	v := english(t)
	v.openPeople(knowing(0), tabHousehold)
	tab := v.shell.people.tabs[tabHousehold].(*householdTab)
	v.says(t, "owner · can sign in")
	v.says(t, "has no password yet")
	v.unfold(0)
	owner := tab.list.rows["alice"]
	if owner.parting.Visible() {
		t.Error("the owner can be removed")
	}
	owner.password.SetText("correct horse")
	test.Tap(v.button(t, "Save"))
	v.asked(t, app.SetPassword{Name: "alice", Password: "correct horse"})
	if owner.password.Text != "" {
		t.Error("the password stays in the field")
	}
	v.unfold(0) // of the second account
	test.Tap(v.button(t, "Remove the account"))
	test.Tap(v.shell.bar.button)
	v.asked(t, app.RemoveAccount{Name: "tako_taro"})
	v.unfold(0)
	tab.name.SetText("hanako")
	tab.password.SetText("battery staple")
	test.Tap(v.button(t, "Add"))
	v.asked(t, app.AddAccount{Name: "hanako", Password: "battery staple"})
	if tab.name.Text != "hanako" || tab.password.Text != "" {
		t.Errorf("%q and %q stay in the fields", tab.name.Text, tab.password.Text)
	}
	s := knowing(0)
	s.People.Accounts = append(s.People.Accounts, app.Account{Name: "hanako", HasPassword: true})
	v.publish(s)
	if tab.name.Text != "" {
		t.Errorf("%q stays in the field", tab.name.Text)
	}
	tab.password.SetText("typed and forgotten")
	v.shell.open(pageHome)
	if tab.password.Text != "" {
		t.Error("a password stays on a page that nobody sees")
	}
}

func TestCopyOfEverything(t *testing.T) {
	v := english(t)
	v.openPeople(knowing(0), tabHousehold)
	tab := v.shell.people.tabs[tabHousehold].(*householdTab)
	if !strings.HasSuffix(tab.file.Text, ".json") {
		t.Errorf("the file is %q", tab.file.Text)
	}
	tab.file.SetText(" /tmp/copy.json ")
	test.Tap(v.button(t, "Write the copy"))
	v.asked(t, app.ExportIdentity{Path: "/tmp/copy.json"})
	test.Tap(v.button(t, "Bring back a copy"))
	v.asked(t)
	test.Tap(v.shell.bar.button)
	v.asked(t, app.ImportIdentity{Path: "/tmp/copy.json"})
}

// TestPeopleByKeyboard goes through the page with Tab: each thing is reached and
// scrolled into sight.
func TestPeopleByKeyboard(t *testing.T) {
	for tab, unfolds := range map[int]int{tabFriends: 2, tabGroups: 2, tabCalls: 0, tabHousehold: 2} {
		t.Run(fmt.Sprint(tab), func(t *testing.T) {
			v := newView(t, "en", theme.VariantLight, fyne.NewSize(480, 600))
			v.openPeople(called(grouped(knowing(12))), tab)
			for i := range unfolds {
				v.unfold(i)
			}
			wanted := make(map[fyne.CanvasObject]bool)
			walk(v.window.Content(), fyne.NewPos(0, 0), func(object fyne.CanvasObject, _ fyne.Position) {
				if f, ok := object.(fyne.Focusable); ok {
					if d, ok := f.(fyne.Disableable); !ok || !d.Disabled() {
						wanted[object] = true
					}
				}
			})
			for range len(wanted) {
				test.FocusNext(v.window.Canvas())
				focused := v.window.Canvas().Focused().(fyne.CanvasObject)
				delete(wanted, focused)
				_, isSelect := focused.(*passingSelect)
				at := fyne.CurrentApp().Driver().AbsolutePositionForObject(focused)
				if !isSelect && (at.Y < 0 || at.Y+focused.Size().Height > 601) {
					t.Errorf("%T is at %v", focused, at)
				}
			}
			for object := range wanted {
				t.Errorf("%T is not reached: %+v", object, object)
			}
		})
	}
}
