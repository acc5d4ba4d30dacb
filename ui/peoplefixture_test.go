package ui

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"takoshome/app"
	"takoshome/app/identity"
	"takoshome/app/session"
)

// titles are names that owners give to people.
func titles() []string {
	return []string{
		"Bob", "花子", "مريم حسن", "Grandma 👵🏽🎉", "Bartholomew Maximilian von und zu Hohenstein-Oettingen-Wallerstein the Younger",
		"דוד", "佐藤 一郎 2", "Zoë", "Иван", "o'neill", "", "\u202eevil\u202c\nname",
	}
}

// knowing is a host with a takos id and n friends; from 5 on, some of them ask,
// are asked, and are blocked.
func knowing(n int) *app.Snapshot {
	s := hosting()
	s.Identity = app.Identity{State: app.IdentityReady, Name: "alice", Domain: "home.example", ID: "alice@home.example"}
	s.People.Accounts = []app.Account{{Name: "alice", Owner: true, HasPassword: true}, {Name: "tako_taro"}}
	for i := range n {
		f := app.Friend{ID: friendID(i), Title: titles()[i%len(titles())], State: stateFriends}
		switch i {
		case 3, 7:
			f.State, f.Title = stateAsked, ""
		case 5:
			f.State = stateRequested
		case 8:
			f.State = stateBlocked
		}
		s.People.Friends = append(s.People.Friends, f)
	}
	return s
}

func friendID(i int) identity.ID {
	if i == 4 {
		return "bartholomew_maximil@a-rather-long-domain-name-that-goes-on-and-on.example"
	}
	return identity.ID(fmt.Sprintf("person%d@b.example", i))
}

const familyID = "0d5b6a40-6a0e-4c8e-8f0b-1d3d5a1c0001@home.example"

// grouped adds groups of every kind, and a history.
func grouped(s *app.Snapshot) *app.Snapshot {
	member := func(id identity.ID, role identity.Role) identity.Member { return identity.Member{ID: id, Role: role} }
	family := app.Group{Own: true, Role: identity.RoleOwner}
	family.ID, family.Title = familyID, "Family"
	family.Members = []identity.Member{
		member("alice@home.example", identity.RoleOwner), member(friendID(1), identity.RoleAdmin),
		member(friendID(2), identity.RoleMember), member(friendID(4), identity.RoleMember),
	}
	club := app.Group{Own: true, Role: identity.RoleMember, People: 3}
	club.ID, club.Title = "0d5b6a40-6a0e-4c8e-8f0b-1d3d5a1c0002@home.example", "週末の映画クラブ、みんなで観る長い名前のグループ"
	club.Members = []identity.Member{member(friendID(0), identity.RoleOwner), member("alice@home.example", identity.RoleMember)}
	other := app.Group{}
	other.ID, other.Title = "0d5b6a40-6a0e-4c8e-8f0b-1d3d5a1c0003@c.example", "مجموعة الأصدقاء"
	s.People.Groups = []app.Group{family, club, other}
	return s
}

// called adds a history with two missed calls.
func called(s *app.Snapshot) *app.Snapshot {
	at := time.Now().Add(-10 * time.Minute)
	for i, c := range []app.PastCall{
		{Incoming: true, Video: true, Outcome: identity.OutcomeMissed},
		{Outcome: identity.OutcomeAnswered, Video: true},
		{Incoming: true, Outcome: identity.OutcomeAnswered},
		{Incoming: true, Outcome: identity.OutcomeBusy},
		{Outcome: identity.OutcomeMissed},
		{Outcome: identity.OutcomeDeclined, Video: true},
		{Outcome: identity.OutcomeBusy},
		{Outcome: identity.OutcomeCancelled},
		{Outcome: identity.OutcomeFailed},
		{Incoming: true, Outcome: identity.OutcomeDeclined},
		{Incoming: true, Outcome: identity.OutcomeAnswered, Group: familyID, Video: true},
	} {
		c.ID, c.Peer, c.StartedAt = fmt.Sprint("c", i), friendID(i), at.Add(-time.Duration(i*i)*time.Hour)
		c.EndedAt = c.StartedAt.Add(time.Duration(i*733+41) * time.Second)
		s.People.History = append(s.People.History, c)
	}
	s.People.Missed = 2
	return s
}

// dialing adds an outgoing call in a state.
func dialing(s *app.Snapshot, state, problem string) *app.Snapshot {
	s.People.Outgoing = &app.OutgoingCall{ID: "o1", Peer: string(friendID(0)), Title: "Bob", CallType: "video", State: state, StartedAt: time.Now()}
	if problem != "" {
		s.People.Outgoing.Problem, s.People.Outgoing.ProblemArgs = problem, map[string]string{"domain": "b.example", "peer": "Bob"}
	}
	return s
}

// firstStart is a host whose owner has not chosen a name.
func firstStart() *app.Snapshot {
	s := stopped()
	s.Identity = app.Identity{State: app.IdentityNew, Name: "taro"}
	return s
}

// familiar is what a family has after a few days.
func familiar() *app.Snapshot {
	s := called(grouped(knowing(0)))
	s.People.Missed = 1
	for _, f := range []struct {
		id    identity.ID
		title string
		state identity.FriendState
	}{
		{"mio_2024@takos.example", "", stateAsked},
		{"hanako@b.example", "花子", stateFriends},
		{"granny@family.example", "Grandma 👵🏽", stateFriends},
		{"zoe@c.example", "Zoë", stateFriends},
		{"maryam@d.example", "مريم حسن", stateFriends},
		{"taro@takos.example", "", stateRequested},
	} {
		s.People.Friends = append(s.People.Friends, app.Friend{ID: f.id, Title: f.title, State: f.state})
	}
	s.Call.Incoming = []session.Incoming{{ID: "1", From: "granny@family.example", Title: "Grandma 👵🏽", CallType: "video"}}
	return s
}

func (v *view) openPeople(s *app.Snapshot, tab int) {
	v.publish(s)
	v.shell.open(pagePeople)
	v.shell.people.open(tab)
	v.redraw()
}

// unfold opens what is folded below the n-th row of what is shown.
func (v *view) unfold(n int) {
	i := 0
	for _, b := range v.buttons() {
		if b.icon == "folded" && b.text == "" {
			if i == n {
				b.onTapped()
				return
			}
			i++
		}
	}
}

func peopleScenes() map[string]func(*view) {
	return map[string]func(*view){
		"welcome": func(v *view) { v.publish(firstStart()) },
		"welcome-problem": func(v *view) {
			v.publish(firstStart())
			v.shell.welcome.form.name.SetText("花子")
			v.shell.welcome.form.submit()
		},
		"people-0":      func(v *view) { v.openPeople(knowing(0), tabFriends) },
		"people-1":      func(v *view) { v.openPeople(knowing(1), tabFriends) },
		"people-12":     func(v *view) { v.openPeople(called(knowing(12)), tabFriends) },
		"people-200":    func(v *view) { v.openPeople(knowing(200), tabFriends) },
		"people-friend": func(v *view) { v.openPeople(knowing(2), tabFriends); v.unfold(0) },
		"people-links": func(v *view) {
			s := knowing(0)
			s.Identity = app.Identity{State: app.IdentityLinks, Name: "alice"}
			v.openPeople(s, tabFriends)
		},
		"people-stopped": func(v *view) {
			s := knowing(3)
			s.Host = app.Host{State: app.HostStopped}
			v.openPeople(s, tabFriends)
		},
		"people-broken": func(v *view) {
			s := hosting()
			s.Identity = app.Identity{State: app.IdentityBroken, Problem: "notice.identityCorrupt", ProblemArgs: map[string]string{"path": "/home/alice/.config/takoshome/identity.db"}}
			v.openPeople(s, tabFriends)
		},
		"people":           func(v *view) { v.openPeople(familiar(), tabFriends) }, // of the documentation
		"people-own":       func(v *view) { v.openPeople(knowing(1), tabFriends); v.shell.people.own.change.onTapped() },
		"people-groups":    func(v *view) { v.openPeople(grouped(knowing(5)), tabGroups) },
		"people-groups-0":  func(v *view) { v.openPeople(knowing(5), tabGroups); v.unfold(0) },
		"people-group":     func(v *view) { v.openPeople(grouped(knowing(5)), tabGroups); v.unfold(1) },
		"people-calls":     func(v *view) { v.openPeople(called(grouped(knowing(12))), tabCalls) },
		"people-calls-0":   func(v *view) { v.openPeople(knowing(0), tabCalls) },
		"people-household": func(v *view) { v.openPeople(knowing(0), tabHousehold); v.unfold(0); v.unfold(0) },
		"people-wrong": func(v *view) {
			v.openPeople(knowing(1), tabFriends)
			form := v.shell.people.tabs[tabFriends].(*friendsTab).add
			form.field.SetText("nobody")
			form.field.SetText("no body")
			form.submit()
		},
		"people-ask":        func(v *view) { v.openPeople(knowing(2), tabFriends); v.unfold(0); v.iconButton("shield").onTapped() },
		"outgoing-ringing":  func(v *view) { v.publish(dialing(knowing(1), outRinging, "")) },
		"outgoing-timeout":  func(v *view) { v.publish(dialing(knowing(1), outTimeout, "")) },
		"outgoing-failed":   func(v *view) { v.publish(dialing(knowing(1), outFailed, "notice.peerNotAllowed")) },
		"outgoing-accepted": func(v *view) { v.publish(dialing(knowing(1), outAccepted, "")) },
		"incoming-friend": func(v *view) {
			s := knowing(1)
			s.Call.Incoming = []session.Incoming{{ID: "1", From: string(friendID(4)), Title: titles()[4], CallType: "video"}}
			v.openPeople(s, tabFriends)
		},
		"incoming-group": func(v *view) {
			s := knowing(1)
			s.Call.Incoming = []session.Incoming{{ID: "1", From: "bob@b.example", Title: "Bob", Group: "Family", CallType: "audio"}, {ID: "2", From: "mary@c.example", Title: "مريم حسن", CallType: "video"}}
			v.publish(s)
		},
	}
}

// buttons are the visible ones, in drawing order.
func (v *view) buttons() []*pushButton {
	var all []*pushButton
	walk(v.window.Content(), fyne.NewPos(0, 0), func(object fyne.CanvasObject, _ fyne.Position) {
		if b, ok := object.(*pushButton); ok {
			all = append(all, b)
		}
	})
	return all
}

// iconButton is the first visible button with an icon.
func (v *view) iconButton(icon string) *pushButton {
	for _, b := range v.buttons() {
		if b.icon == icon {
			return b
		}
	}
	return newPushButton("", "", buttonPlain, func() {})
}
