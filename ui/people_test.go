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
	if card, button := form.object, form.save; button.Position().Y+button.Size().Height > card.Size().Height+1 {
		t.Error("the form stands out of its card")
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
	s.Host.TLS = "self-signed"
	v.publish(s)
	v.says(t, "ask for a certificate for home.example")
	s = knowing(0)
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
