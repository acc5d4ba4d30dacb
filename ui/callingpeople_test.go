package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"takoshome/app"
	"takoshome/app/session"
)

func TestOutgoingCall(t *testing.T) {
	for _, tt := range []struct {
		name, state, problem string
		says                 []string
		press                string
		want                 []app.Command
	}{
		{"on its way", "calling", "", []string{"Calling Bob...", "Video call"}, "Cancel", []app.Command{app.CancelCall{}}},
		{"ringing", "ringing", "", []string{"Calling Bob...", "it rings there"}, "Cancel", []app.Command{app.CancelCall{}}},
		{"accepted", "accepted", "", []string{"Bob has answered"}, "", nil},
		{"declined", "rejected", "", []string{"Bob declined the call"}, "Close", []app.Command{app.CancelCall{}}},
		{"busy", "busy", "", []string{"Bob is in another call"}, "Call again", []app.Command{app.CancelCall{}, app.CallFriend{ID: "person0@b.example", CallType: "video"}}},
		{"no answer", "timeout", "", []string{"Bob did not answer"}, "Call again", []app.Command{app.CancelCall{}, app.CallFriend{ID: "person0@b.example", CallType: "video"}}},
		{"unreachable", "failed", "notice.peerUnreachable", []string{"Bob could not be called", "b.example cannot be reached"}, "Close", []app.Command{app.CancelCall{}}},
		{"for no known reason", "failed", "", []string{"Try again in a moment."}, "Close", []app.Command{app.CancelCall{}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := english(t)
			v.publish(dialing(knowing(1), tt.state, tt.problem))
			for _, text := range tt.says {
				v.says(t, text)
			}
			if tt.press != "" {
				test.Tap(v.button(t, tt.press))
			}
			v.asked(t, tt.want...)
			v.publish(knowing(1))
			v.lacks(t, "Calling Bob")
			if v.shell.calling.object.Visible() {
				t.Error("the card stays")
			}
		})
	}
	for _, state := range []string{"cancelled", "active", "ended"} {
		v := english(t)
		v.publish(dialing(knowing(1), state, ""))
		if v.shell.calling.object.Visible() {
			t.Errorf("there is a card for a call that is %s", state)
		}
	}
}

// TestEveryProblemOfACallIsASentence holds that each sentence about others can
// stand in the card of a call, in both languages.
func TestEveryProblemOfACallIsASentence(t *testing.T) {
	for _, language := range []string{"en", "ja"} {
		speak(t, language)
		for key := range readSentences(t, language) {
			if !strings.HasPrefix(key, "notice.") || key == "notice.other" {
				continue
			}
			words := sentence(key, map[string]string{"domain": "b.example"})
			if strings.Contains(words, "no value") || strings.Contains(words, "{{") || strings.Contains(words, "notice.") {
				t.Errorf("%s: %q", key, words)
			}
		}
	}
}

func TestIncomingWords(t *testing.T) {
	speak(t, "en")
	for _, tt := range []struct {
		call         session.Incoming
		title, words string
	}{
		{session.Incoming{From: "bob@b.example", CallType: "video"}, "bob is calling", "Video call · bob@b.example"},
		{session.Incoming{From: "bob@b.example", Title: "Grandma 👵🏽", CallType: "audio"}, "Grandma 👵🏽 is calling", "Voice call · bob@b.example"},
		{session.Incoming{From: "bob@b.example", Title: "مريم", CallType: "audio"}, "مريم\u200e is calling", "Voice call · bob@b.example"},
		{session.Incoming{From: "bob@b.example", Title: "Bob", Group: "Family", CallType: "video"}, "Call in “Family”", "Video call · started by Bob"},
		{session.Incoming{From: "\u202e"}, "? is calling", "Video call"},
	} {
		if title, words := incomingTitle(tt.call), incomingWords(tt.call); title != tt.title || words != tt.words {
			t.Errorf("%+v: %q, %q", tt.call, title, words)
		}
	}
}

// fakeRinger notes what is to be heard.
type fakeRinger struct{ heard []string }

func (r *fakeRinger) Ring()    { r.heard = append(r.heard, "ring") }
func (r *fakeRinger) Call()    { r.heard = append(r.heard, "call") }
func (r *fakeRinger) Silence() { r.heard = append(r.heard, "silence") }

// TestTones holds that calls are heard exactly as long as they ring, with the
// window closed too, and never over the voices of a call.
func TestTones(t *testing.T) {
	ringing := func(s *app.Snapshot) *app.Snapshot {
		s.Call.Incoming = []session.Incoming{{ID: "1", From: "bob@b.example", CallType: "video"}}
		return s
	}
	for _, tt := range []struct {
		name  string
		shown []*app.Snapshot
		want  []string
	}{
		{"nobody calls", []*app.Snapshot{hosting(), stopped()}, nil},
		{"declined", []*app.Snapshot{ringing(hosting()), ringing(hosting()), hosting()}, []string{"ring", "silence"}},
		{"answered", []*app.Snapshot{ringing(hosting()), preparing(), calling(1)}, []string{"ring", "silence"}},
		{"in a call", []*app.Snapshot{calling(1), ringing(calling(1)), calling(1)}, nil},
		{"calling somebody", []*app.Snapshot{dialing(knowing(1), "calling", ""), dialing(knowing(1), "ringing", ""), dialing(knowing(1), "timeout", "")}, []string{"call", "silence"}},
		{"crossing", []*app.Snapshot{dialing(knowing(1), "ringing", ""), ringing(dialing(knowing(1), "ringing", "")), hosting()}, []string{"call", "ring", "silence"}},
		{"accepted", []*app.Snapshot{dialing(knowing(1), "ringing", ""), dialing(knowing(1), "accepted", "")}, []string{"call", "silence"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := english(t)
			ringer := &fakeRinger{}
			v.tones.ringer = ringer
			v.hide()
			for _, s := range tt.shown {
				v.publish(s)
			}
			if !slices.Equal(ringer.heard, tt.want) {
				t.Errorf("heard %v, want %v", ringer.heard, tt.want)
			}
		})
	}
}

func TestQuittingIsSilent(t *testing.T) {
	v := english(t)
	ringer := &fakeRinger{}
	v.tones.ringer = ringer
	v.quit()
	if !slices.Equal(ringer.heard, []string{"silence"}) {
		t.Errorf("heard %v", ringer.heard)
	}
}

// TestMissedCallsAreTold holds that the desktop hears of each missed call once,
// and of none from before the start.
func TestMissedCallsAreTold(t *testing.T) {
	v := english(t)
	bell := &fakeBell{}
	v.bell = bell
	v.publish(called(knowing(1))) // of yesterday
	if len(bell.heard) > 0 {
		t.Fatalf("the desktop heard %v", bell.heard)
	}
	s := called(knowing(1))
	s.People.Missed = 0
	v.publish(s)
	one := called(knowing(1))
	one.People.Missed = 1
	one.People.History[0].StartedAt = time.Now()
	v.publish(one)
	v.publish(one)
	two := called(knowing(1))
	v.publish(two)
	if len(bell.heard) != 2 || !strings.HasPrefix(bell.heard[0], "Missed call: Bob called at today ") || !strings.HasPrefix(bell.heard[1], "You missed 2 calls: Bob") {
		t.Errorf("the desktop heard %q", bell.heard)
	}
	v.hide()
	v.lookAt(aboutMissed) // a click on the notification
	if !v.visible || v.shell.page != pagePeople || v.shell.people.tab != tabCalls {
		t.Error("the list of calls does not open")
	}
	v.asked(t, app.SeeCalls{})
}

// TestFriendsHaveTheirTitlesInACall holds that the owner's own names stand in the
// call and its chat, and that the app's snapshot stays as it is.
func TestFriendsHaveTheirTitlesInACall(t *testing.T) {
	v := english(t)
	s := chatting(calling(2))
	s.People = knowing(3).People
	s.Call.People[0].Name, s.Call.People[1].Name = "person0@b.example", "stranger@b.example"
	s.Call.Chat[0].From = "person1@b.example"
	v.openCall(s)
	v.says(t, "Bob")
	v.says(t, "stranger@b.example")
	if got := v.snapshot.Call.Chat[0].From; got != "花子" {
		t.Errorf("%q writes", got)
	}
	if s.Call.People[0].Name != "person0@b.example" || s.Call.Chat[0].From != "person1@b.example" {
		t.Error("the app's snapshot was changed")
	}
}

// TestLeavingACallBetweenPeople promises no way back where there is none.
func TestLeavingACallBetweenPeople(t *testing.T) {
	v := english(t)
	s := ended("")
	s.Call.Again = true
	v.openCall(s)
	v.says(t, "You can join again")
	s = ended("")
	v.openCall(s)
	v.lacks(t, "You can join again")
	v.says(t, "You left the call")
}
