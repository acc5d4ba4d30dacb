package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"takoshome/app"
)

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
