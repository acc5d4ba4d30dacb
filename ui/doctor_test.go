package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"takoshome/app"
	"takoshome/app/reach/doctor"
	"takoshome/app/reach/portmap"
)

// TestDoctorPage goes through an examination: hosting first, the wishes, the
// findings as they come, the verdict, what to do, and the report for others.
func TestDoctorPage(t *testing.T) {
	v := english(t)
	v.openDoctor(settled(stopped()))
	test.Tap(v.button(t, "Start hosting"))
	v.asked(t, app.StartHosting{})

	s := outside(portmap.Mapped, "")
	v.publish(s)
	test.Tap(v.shell.doctor.friends.check)
	test.Tap(v.button(t, "Find out"))
	v.asked(t, app.RunDoctor{DoctorWishes: app.DoctorWishes{AskFriends: true}})

	running := *s
	running.Doctor = ailing()
	running.Doctor.Running, running.Doctor.Verdict, running.Doctor.Findings = true, "", running.Doctor.Findings[:2]
	v.publish(&running)
	v.says(t, "2 of 14 done")
	v.says(t, "home.example leads to this computer.")
	if b := v.button(t, "Looking..."); !b.Disabled() || !v.shell.doctor.progress.object.Visible() {
		t.Error("an examination can be begun while one runs, or its progress is not to be seen")
	}

	done := *s
	done.Doctor = ailing()
	v.publish(&done)
	v.says(t, "Only people in your home can reach you")
	order := v.shell.doctor.list.order
	if order[0] != string(doctor.CheckRouter) || order[len(order)-1] != string(doctor.CheckClock) || len(order) != 14 {
		t.Errorf("the order is %v: what is wrong comes first", order)
	}
	row := v.shell.doctor.list.rows[order[0]]
	test.Tap(row.fold.button)
	for _, text := range []string{"Not working", "What this means", "Friends outside cannot connect.", "What to do", "UDP 8443, TCP 8443"} {
		v.says(t, text)
	}
	if v.shell.doctor.list.rows[string(doctor.CheckClock)].fold.button.Visible() {
		t.Error("what is fine unfolds")
	}

	moved, o := done, *s.Host.Outside
	o.ChangedAt = time.Now()
	moved.Host.Outside = &o
	v.publish(&moved)
	v.says(t, "has changed since")

	test.Tap(v.button(t, "Copy the report"))
	report := v.fyne.Clipboard().Content()
	for _, text := range []string{"Only people in your home", "[Not working] Router", "[Fine] Clock", "forward UDP 8443, TCP 8443"} {
		if !strings.Contains(report, text) {
			t.Errorf("the report has no %q: %s", text, report)
		}
	}
	v.button(t, "Copied")
	v.asked(t)
}

// TestEveryVerdictHasWords goes through what package doctor may say in one word.
func TestEveryVerdictHasWords(t *testing.T) {
	seen := map[string]string{}
	for _, language := range []string{"en", "ja"} {
		speak(t, language)
		for _, verdict := range constants(t, "../app/reach/doctor/report.go", "Verdict") {
			title, words, _ := verdictWords(verdict)
			if other, taken := seen[title+words]; taken && other != verdict {
				t.Errorf("%s says the same as %s: %q", verdict, other, title)
			}
			seen[title+words] = verdict
		}
	}
}

// TestDoctorKeys opens the pages by their keys and goes through them with Tab.
func TestDoctorKeys(t *testing.T) {
	v := english(t)
	s := outside(portmap.Failed, portmap.ProblemRefused)
	s.Doctor = ailing()
	v.publish(s)
	for key, page := range map[fyne.KeyName]int{fyne.Key5: pageDoctor, fyne.Key6: pageSettings} {
		pressControlIn(v, key)
		if v.shell.page != page {
			t.Errorf("Ctrl+%s opens page %d, want %d", key, v.shell.page, page)
		}
	}
	v.shell.open(pageDoctor)
	v.redraw()
	canvas := v.window.Canvas()
	seen := map[fyne.Focusable]bool{}
	for range 40 {
		canvas.FocusNext()
		seen[canvas.Focused()] = true
	}
	d := v.shell.doctor
	for name, want := range map[string]fyne.Focusable{
		"run": d.run, "copy": d.copy, "friends": d.friends.check, "uplink": d.uplink.check,
		"unfold": d.list.rows[string(doctor.CheckNAT)].fold.button,
	} {
		if !seen[want] {
			t.Errorf("Tab does not reach %s", name)
		}
	}
	canvas.Focus(d.list.rows[string(doctor.CheckNAT)].fold.button)
	canvas.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	v.says(t, "Ask your provider")
}

func pressControlIn(v *view, key fyne.KeyName) {
	v.window.Canvas().(fyne.Shortcutable).TypedShortcut(controlShortcut(key))
}

// TestWhoCanReachYou holds that home never claims more than was tried.
func TestWhoCanReachYou(t *testing.T) {
	for _, tt := range []struct {
		name   string
		make   func() *app.Snapshot
		title  string
		says   string
		doctor bool
	}{
		{"mapped", func() *app.Snapshot { return outside(portmap.Mapped, "") }, "Friends can probably reach you", "The router agreed", true},
		{"mapped behind a provider's router", func() *app.Snapshot {
			s := outside(portmap.Mapped, "")
			s.Host.Outside.CGNAT = true
			return s
		}, "Only people in your home can reach you", "CGNAT", true},
		{"refused", func() *app.Snapshot { return outside(portmap.Failed, portmap.ProblemRefused) }, "Only people in your home can reach you", "The router refuses", true},
		{"not asked", func() *app.Snapshot { return outside(portmap.Off, "") }, "Only people in your home can reach you", "is not asked", true},
		{"searching", func() *app.Snapshot { return outside(portmap.Searching, "") }, "Looking for the way out", "in your home can join", false},
		{"no network", func() *app.Snapshot {
			s := outside(portmap.Waiting, "")
			s.Host.Outside.Online = false
			return s
		}, "This computer has no network", "Connect it", true},
		{"a public address", func() *app.Snapshot {
			s := outside(portmap.NoRouter, "")
			s.Host.Outside.Public[0].Source = "interface"
			return s
		}, "Friends can probably reach you", "public address", true},
		{"a name in the settings", func() *app.Snapshot {
			s := outside(portmap.Off, "")
			s.Host.Outside.Named = true
			return s
		}, "Friends can probably reach you", "settings", true},
		{"tried", func() *app.Snapshot {
			s := outside(portmap.Mapped, "")
			s.Doctor = healthy()
			return s
		}, "Friends can reach you", "Tried from outside by hanako.example", false},
		{"tried before the address changed", func() *app.Snapshot {
			s := outside(portmap.Mapped, "")
			s.Doctor = healthy()
			s.Host.Outside.ChangedAt = time.Now()
			return s
		}, "Friends can probably reach you", "Nobody has tried", true},
		{"nobody outside was asked", func() *app.Snapshot {
			s := outside(portmap.Mapped, "")
			s.Doctor = ailing()
			return s
		}, "Friends can probably reach you", "Nobody has tried", true},
		{"tried in vain", func() *app.Snapshot {
			s := outside(portmap.Mapped, "")
			s.Doctor = healthy()
			s.Doctor.Verdict = doctor.VerdictClosed
			return s
		}, "Friends elsewhere cannot reach you", "did not get in", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := english(t)
			s := tt.make()
			v.publish(s)
			if got := v.shell.home.host.title.text; got != tt.title {
				t.Errorf("the title is %q, want %q", got, tt.title)
			}
			v.says(t, tt.says)
			if got := v.shell.home.host.doctor.Visible(); got != tt.doctor {
				t.Errorf("the way to the doctor is there: %v", got)
			}
			if tt.doctor {
				test.Tap(v.button(t, "Find out more"))
				if v.shell.page != pageDoctor {
					t.Error("the button does not open the doctor")
				}
			}
		})
	}
}

// TestFriendRequestsAreTold holds that the desktop hears of each request once, and
// of none from before the start.
func TestFriendRequestsAreTold(t *testing.T) {
	v := newView(t, "en", theme.VariantLight, wide())
	bell := &fakeBell{}
	v.bell = bell
	v.publish(knowing(4)) // one of them asks
	v.publish(knowing(4))
	if len(bell.heard) > 0 {
		t.Fatalf("the desktop heard %v", bell.heard)
	}
	v.publish(knowing(8)) // another one does
	v.publish(knowing(8))
	if len(bell.heard) != 1 || !strings.HasPrefix(bell.heard[0], "Somebody wants to be your friend: person7") {
		t.Errorf("the desktop heard %q", bell.heard)
	}
	v.publish(knowing(0))
	v.publish(knowing(8))
	if len(bell.heard) != 2 || !strings.HasPrefix(bell.heard[1], "2 people want to be your friends: person3") {
		t.Errorf("the desktop heard %q", bell.heard)
	}
	v.hide()
	v.lookAt(aboutFriend) // a click on the notification
	if !v.visible || v.shell.page != pagePeople || v.shell.people.tab != tabFriends {
		t.Error("the friends do not open")
	}
}

// TestPanelTellsTheWay shows relayed and unsteady people, and the way outside.
func TestPanelTellsTheWay(t *testing.T) {
	v := newView(t, "en", theme.VariantLight, fyne.NewSize(1600, 1400))
	reachScenes()["panel-way"](v)
	for _, text := range []string{"by relay", "nothing arrives", "mapped by UPnP at 203.0.113.7", "Relay: one person uses it", "% of 18.40 Mbit/s"} {
		v.says(t, text)
	}
	v.selectRow("Movie night", "花子")
	v.says(t, "by the relay")
}
