package app

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"takoshome/app/calls"
	"takoshome/app/control"
	"takoshome/app/identity"
	"takoshome/app/session"
	"takoshome/sfu/room"
)

// friendsOnTwoHosts are alice and bob, each with a window and a host.
func friendsOnTwoHosts(t *testing.T, change func(*Config)) (a, b caller) {
	t.Helper()
	ca := neighbours(t, "a.example", "b.example")
	a, b = startNeighbour(t, ca, alice, change), startNeighbour(t, ca, bob, change)
	befriended(t, a, b)
	return a, b
}

// ring has somebody called, and waits until it rings there.
func (c caller) ring(t *testing.T, other caller, callType room.CallType) session.Incoming {
	t.Helper()
	do(t, c.App, CallFriend{string(other.id(t)), callType})
	s := other.now(t, "the ringing", func(s *Snapshot) bool { return len(s.Call.Incoming) == 1 })
	return s.Call.Incoming[0]
}

func (c caller) outcome(t *testing.T, want identity.Outcome) identity.Call {
	t.Helper()
	s := c.now(t, "a past call that was "+string(want), func(s *Snapshot) bool {
		return len(s.People.History) > 0 && s.People.History[0].Outcome == want
	})
	return s.People.History[0]
}

func (c caller) outgoing(t *testing.T, want calls.State) *OutgoingCall {
	t.Helper()
	s := c.now(t, "a call that is "+string(want), func(s *Snapshot) bool {
		return s.People.Outgoing != nil && s.People.Outgoing.State == string(want)
	})
	return s.People.Outgoing
}

// Alice calls bob, he answers, and both talk on alice's host until he hangs up.
func TestCallAFriend(t *testing.T) {
	for _, who := range []string{"caller", "callee"} {
		t.Run(who, func(t *testing.T) {
			a, b := friendsOnTwoHosts(t, nil)
			a.keepSpeaking(t, "alice")
			b.keepSpeaking(t, "bob")
			do(t, b.App, NameFriend{alice, "Ally"})
			rings := a.ring(t, b, room.CallAudio)
			if rings.From != alice || rings.Title != "Ally" || rings.Group != "" || rings.CallType != "audio" || rings.At.IsZero() {
				t.Errorf("at bob's it rings as %+v", rings)
			}
			if got := a.outgoing(t, calls.StateRinging); got.Peer != bob || got.CallType != room.CallAudio || got.Problem != "" {
				t.Errorf("alice sees %+v", got)
			}
			do(t, b.App, AnswerCall{rings.ID})
			<-b.RaiseRequests()
			for c, peer := range map[caller]string{a: alice, b: bob} {
				s := c.callWith(t, func(c Call) bool { return isIn(c) && len(c.People) == 1 })
				if s.Me.PeerID != peer || s.CallType != "audio" || s.Host != "a.example" || s.Me.Camera || len(s.Incoming) != 0 {
					t.Errorf("%s is in %+v", peer, s)
				}
			}
			eventually(t, "both hear each other", func() bool { return a.hears("bob") && b.hears("alice") })
			if s := a.Snapshot(); len(s.Rooms) != 1 || s.People.Outgoing != nil {
				t.Errorf("alice's host has %d rooms, and %+v", len(s.Rooms), s.People.Outgoing)
			}
			if who == "caller" {
				do(t, a.App, LeaveCall{})
			} else {
				do(t, b.App, LeaveCall{})
			}
			for _, c := range []caller{a, b} {
				c.callWith(t, func(c Call) bool { return !isLive(c.State) })
				past := c.outcome(t, identity.OutcomeAnswered)
				if past.Video || past.Incoming != (c == b) || past.EndedAt.IsZero() {
					t.Errorf("the history has %+v", past)
				}
			}
			a.now(t, "an empty house", func(s *Snapshot) bool { return len(s.Rooms) == 0 })
			b.ring(t, a, room.CallVideo) // and now the other way
		})
	}
}

func TestCallsThatAreNotAnswered(t *testing.T) {
	a, b := friendsOnTwoHosts(t, nil)
	t.Run("declined", func(t *testing.T) {
		rings := a.ring(t, b, room.CallVideo)
		do(t, b.App, DeclineCall{rings.ID})
		a.outgoing(t, calls.StateRejected)
		a.outcome(t, identity.OutcomeDeclined)
		b.outcome(t, identity.OutcomeDeclined)
		if err := b.Do(t.Context(), AnswerCall{rings.ID}); !errors.Is(err, ErrNoIncoming) {
			t.Errorf("answered after all: %v", err)
		}
		do(t, a.App, CancelCall{})
		if got := a.Snapshot().People.Outgoing; got != nil {
			t.Errorf("it still shows %+v", got)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		a.ring(t, b, room.CallVideo)
		if err := a.Do(t.Context(), CallFriend{bob, room.CallAudio}); !errors.Is(err, ErrCalling) {
			t.Errorf("called once more: %v", err)
		}
		do(t, a.App, CancelCall{})
		b.now(t, "silence", func(s *Snapshot) bool { return len(s.Call.Incoming) == 0 })
		a.outcome(t, identity.OutcomeCancelled)
		b.outcome(t, identity.OutcomeMissed)
		if got := b.Snapshot().People.Missed; got != 1 {
			t.Errorf("%d calls were missed", got)
		}
		do(t, b.App, SeeCalls{})
		if got := b.Snapshot().People.Missed; got != 0 {
			t.Errorf("after a look: %d", got)
		}
		do(t, b.App, ForgetCalls{})
		if got := b.Snapshot().People.History; len(got) != 0 {
			t.Errorf("after forgetting: %+v", got)
		}
	})
	t.Run("hosting off", func(t *testing.T) {
		do(t, b.App, StopHosting{})
		do(t, a.App, CallFriend{bob, room.CallAudio})
		defer waitFor(t, a.App, func(s *Snapshot) bool { return s.People.Outgoing == nil }) // after some seconds
		if got := a.outgoing(t, calls.StateFailed); got.Problem != "notice.peerUnreachable" || got.ProblemArgs["domain"] != "b.example" {
			t.Errorf("alice sees %+v", got)
		}
		if err := b.Do(t.Context(), CallFriend{alice, room.CallAudio}); !errors.Is(err, ErrNotHosting) {
			t.Errorf("bob calls: %v", err)
		}
		do(t, b.App, StartHosting{})
	})
}

func TestCallTimesOut(t *testing.T) {
	a, b := friendsOnTwoHosts(t, func(c *Config) { c.ringTime = 300 * time.Millisecond })
	do(t, a.App, CallFriend{bob, room.CallVideo})
	a.outgoing(t, calls.StateTimeout)
	b.outcome(t, identity.OutcomeMissed)
	b.now(t, "silence", func(s *Snapshot) bool { return len(s.Call.Incoming) == 0 })
}

// Somebody in a call by a link is busy, and does not call either.
func TestBusyByLink(t *testing.T) {
	a, b := friendsOnTwoHosts(t, nil)
	b.join(t, b.roomLink(t, room.CallVideo), "Bob")
	do(t, a.App, CallFriend{bob, room.CallAudio})
	a.outgoing(t, calls.StateBusy)
	b.outcome(t, identity.OutcomeMissed)
	if err := b.Do(t.Context(), CallFriend{alice, room.CallAudio}); !errors.Is(err, session.ErrInCall) {
		t.Errorf("bob calls from the call: %v", err)
	}
	do(t, b.App, LeaveCall{})
	rings := b.ring(t, a, room.CallVideo)
	do(t, a.App, AnswerCall{rings.ID})
	b.callWith(t, func(c Call) bool { return isIn(c) && len(c.People) == 1 })
	if err := b.Do(t.Context(), PrepareCall{Link: b.roomLink(t, room.CallVideo)}); !errors.Is(err, session.ErrInCall) {
		t.Errorf("another call meanwhile: %v", err)
	}
}

// Blocking ends what is going on.
func TestBlockEndsTheCall(t *testing.T) {
	a, b := friendsOnTwoHosts(t, nil)
	rings := a.ring(t, b, room.CallAudio)
	do(t, b.App, AnswerCall{rings.ID})
	a.callWith(t, func(c Call) bool { return isIn(c) && len(c.People) == 1 })
	do(t, b.App, BlockFriend{alice})
	for _, c := range []caller{a, b} {
		c.callWith(t, func(c Call) bool { return !isLive(c.State) })
	}
	do(t, a.App, CallFriend{bob, room.CallAudio})
	if got := a.outgoing(t, calls.StateFailed); got.Problem != "notice.notFriends" {
		t.Errorf("alice sees %+v", got)
	}
}

// Without a window the ways in are told on the command line.
func TestCallWithoutWindows(t *testing.T) {
	ca := neighbours(t, "a.example", "b.example")
	headless := func(c *Config) { c.OpenDevices = nil }
	a, b := startNeighbour(t, ca, alice, headless), startNeighbour(t, ca, bob, headless)
	befriended(t, a, b)
	as, bs := control.NewClient(a.config.Settings.DataDir), control.NewClient(b.config.Settings.DataDir)
	called := must(as.Ask(t.Context(), control.Wish{Verb: control.VerbCall, ID: bob, CallType: "video"}))(t).Call
	if called == nil || called.State != control.CallRinging || called.URL != "" || called.Window || called.Peer != bob {
		t.Fatalf("alice is told %+v", called)
	}
	if again := must(as.Ask(t.Context(), control.Wish{Verb: control.VerbCall, ID: bob, CallType: "video"}))(t).Call; again.ID != called.ID {
		t.Errorf("the second question made another call: %+v", again)
	}
	rings := b.now(t, "the ringing", func(s *Snapshot) bool { return len(s.Call.Incoming) == 1 }).Call.Incoming[0]
	answered := must(bs.Ask(t.Context(), control.Wish{Verb: control.VerbAnswer, Call: rings.ID}))(t).Call
	if answered.URL == "" || answered.JoinURL != "" || answered.State != control.CallAccepted {
		t.Fatalf("bob is told %+v", answered)
	}
	accepted := called
	for accepted.State == control.CallRinging {
		accepted = must(as.Ask(t.Context(), control.Wish{Verb: control.VerbWatchCall, Call: called.ID, State: control.CallRinging}))(t).Call
	}
	if accepted.State != control.CallAccepted || accepted.URL == "" || accepted.URL == answered.URL || accepted.JoinURL == "" {
		t.Fatalf("alice is told %+v", accepted)
	}
	// Each link lets in who has it, on alice's host.
	guests := map[string]caller{}
	for name, link := range map[string]string{alice: accepted.URL, bob: answered.URL} {
		guest := startCaller(t, func(c *Config) {
			c.Settings.Hosting = false
			c.Settings.Federation.CAFile, c.Settings.Federation.Hosts = ca.file, ca.hosts()
		})
		do(t, guest.App, PrepareCall{Link: link, Now: true})
		if s := guest.callWith(t, func(c Call) bool { return isIn(c) || hasEnded(c) }); s.Me.PeerID != name {
			t.Fatalf("%s is in as %+v, %+v", name, s.Me, s.Problem)
		}
		guests[name] = guest
	}
	s := a.now(t, "both in the room", func(s *Snapshot) bool { return s.Totals.People == 2 })
	if !slices.ContainsFunc(s.Rooms[0].Peers, func(p room.PeerSnapshot) bool { return p.ID == bob }) {
		t.Errorf("the room has %+v", s.Rooms[0].Peers)
	}
	active := must(bs.Ask(t.Context(), control.Wish{Verb: control.VerbWatchCall, Call: rings.ID, State: control.CallRinging}))(t).Call
	if active.State != control.CallAccepted && active.State != control.CallActive {
		t.Errorf("bob's call is %+v", active)
	}
	if err := as.Call(t.Context(), control.ActionHangUp); err != nil {
		t.Errorf("hang up: %v", err)
	}
	for name, guest := range guests {
		if s := guest.callWith(t, hasEnded); s.Problem == nil || s.Problem.Key != session.ProblemHostEnded {
			t.Errorf("%s: %+v", name, s.Problem)
		}
	}
	b.outcome(t, identity.OutcomeAnswered)
	var refusal *control.Refusal
	for _, wish := range []control.Wish{{Verb: control.VerbAnswer, Call: rings.ID}, {Verb: control.VerbDecline, Call: "x"}, {Verb: control.VerbWatchCall, Call: "x"}} {
		if _, err := bs.Ask(t.Context(), wish); !errors.As(err, &refusal) || refusal.Code != control.CodeCallGone {
			t.Errorf("%s: %v", wish.Verb, err)
		}
	}
}

func TestControlOfPeople(t *testing.T) {
	ca := neighbours(t, "a.example", "gone.example")
	a := startNeighbour(t, ca, alice, nil)
	client := control.NewClient(a.config.Settings.DataDir)
	made := must(client.Ask(t.Context(), control.Wish{Verb: control.VerbNewGroup, Title: "tea"}))(t)
	if _, err := identity.ParseGroupID(made.ID); err != nil {
		t.Errorf("the group is %q", made.ID)
	}
	followed := must(client.Ask(t.Context(), control.Wish{Verb: control.VerbFollowGroup, Group: "g{0193AABB-ccdd-7eee-8fff-001122334455}@b.example", Title: "theirs"}))(t)
	if followed.ID != "0193aabb-ccdd-7eee-8fff-001122334455@b.example" {
		t.Errorf("followed %q", followed.ID)
	}
	for _, test := range []struct {
		wish control.Wish
		code string
		args map[string]string
	}{
		{control.Wish{Verb: "dance"}, control.CodeBadRequest, nil},
		{control.Wish{Verb: control.VerbSetIdentity, Name: "x"}, control.CodeBadName, nil},
		{control.Wish{Verb: control.VerbAddFriend, ID: "bob"}, control.CodeBadID, nil},
		{control.Wish{Verb: control.VerbAddFriend, ID: alice}, control.CodeSelf, nil},
		{control.Wish{Verb: control.VerbAddFriend, ID: "bob@gone.example"}, control.CodeUnreachable, map[string]string{"domain": "gone.example"}},
		{control.Wish{Verb: control.VerbAcceptFriend, ID: bob}, control.CodeNoRequest, nil},
		{control.Wish{Verb: control.VerbNameFriend, ID: bob, Title: "\x00"}, control.CodeBadTitle, nil},
		{control.Wish{Verb: control.VerbCall, ID: bob, CallType: "video"}, control.CodeNotFriends, nil},
		{control.Wish{Verb: control.VerbCallGroup, Group: "tea", CallType: "video"}, control.CodeBadGroupID, nil},
		{control.Wish{Verb: control.VerbDeleteGroup, Group: followed.ID}, control.CodeNoRight, nil},
		{control.Wish{Verb: control.VerbCancel}, control.CodeNoOutgoing, nil},
		{control.Wish{Verb: control.VerbAddAccount, Name: "alice"}, control.CodeNameTaken, nil},
		{control.Wish{Verb: control.VerbImport, Path: "/nowhere"}, control.CodeFile, map[string]string{"path": "/nowhere"}},
	} {
		_, err := client.Ask(t.Context(), test.wish)
		var refusal *control.Refusal
		if !errors.As(err, &refusal) || refusal.Code != test.code || refusal.Message == "" {
			t.Errorf("%+v: got %v, want %s", test.wish, err, test.code)
			continue
		}
		for name, want := range test.args {
			if refusal.Args[name] != want {
				t.Errorf("%+v: %s is %q, want %q", test.wish, name, refusal.Args[name], want)
			}
		}
	}
	for _, wish := range []control.Wish{
		{Verb: control.VerbRenameGroup, Group: made.ID, Title: "coffee"},
		{Verb: control.VerbAddMember, Group: made.ID, ID: bob},
		{Verb: control.VerbSetRole, Group: made.ID, ID: bob, Role: "admin"},
		{Verb: control.VerbRemoveMember, Group: made.ID, ID: bob},
		{Verb: control.VerbLeaveGroup, Group: followed.ID},
		{Verb: control.VerbBlockFriend, ID: bob},
		{Verb: control.VerbUnblockFriend, ID: bob},
		{Verb: control.VerbAddAccount, Name: "carol", Password: "correct horse battery"},
		{Verb: control.VerbSetPassword, Name: "carol", Password: "battery horse correct"},
		{Verb: control.VerbRemoveAccount, Name: "carol"},
		{Verb: control.VerbSeeCalls},
		{Verb: control.VerbForgetCalls},
		{Verb: control.VerbDeleteGroup, Group: made.ID},
		{Verb: control.VerbSetIdentity, Name: "alice2", Domain: "a.example"},
	} {
		if _, err := client.Ask(t.Context(), wish); err != nil {
			t.Errorf("%+v: %v", wish, err)
		}
	}
	if got := a.Snapshot().Identity.ID; got != "alice2@a.example" {
		t.Errorf("now it is %s", got)
	}
}

// A group's call on the host that keeps the group; its members come from others.
func TestCallAGroup(t *testing.T) {
	ca := neighbours(t, "a.example", "b.example", "c.example")
	a, b, c, id := groupOfThree(t, ca)
	do(t, a.App, CallGroup{id, room.CallVideo})
	a.callWith(t, isIn)
	rings := c.now(t, "the ringing", func(s *Snapshot) bool { return len(s.Call.Incoming) == 1 }).Call.Incoming[0]
	if rings.From != alice || rings.Group != "tea" {
		t.Errorf("it rings as %+v", rings)
	}
	do(t, b.App, CallGroup{id, room.CallVideo})
	s := b.callWith(t, func(c Call) bool { return isIn(c) && len(c.People) == 1 })
	if s.Host != "c.example" || s.Me.PeerID != bob {
		t.Errorf("bob is in %+v", s)
	}
	if got := c.now(t, "two in the group", func(s *Snapshot) bool { return s.People.Groups[0].People == 2 }); len(got.Rooms) != 1 {
		t.Errorf("rooms %+v", got.Rooms)
	}
	if err := startNeighbour(t, ca, "dave@c.example", func(c *Config) { c.Settings.Hosting = false }).Do(t.Context(), CallGroup{id, room.CallVideo}); !errors.Is(err, ErrNotHosting) {
		t.Errorf("dave calls: %v", err)
	}
	do(t, a.App, LeaveCall{})
	b.callWith(t, func(c Call) bool { return isIn(c) && len(c.People) == 0 })
	do(t, b.App, LeaveCall{})
	c.now(t, "an empty house", func(s *Snapshot) bool { return len(s.Rooms) == 0 && len(s.Call.Incoming) == 0 })
}

// groupOfThree is a group that carol's host keeps, with alice and bob of others.
func groupOfThree(t *testing.T, ca *authority) (a, b, c caller, id string) {
	t.Helper()
	a, b = startNeighbour(t, ca, alice, nil), startNeighbour(t, ca, bob, nil)
	c = startNeighbour(t, ca, "carol@c.example", func(c *Config) { c.OpenDevices = nil })
	do(t, c.App, NewGroup{"tea"})
	id = string(c.Snapshot().People.Groups[0].ID)
	for _, member := range []caller{a, b} {
		do(t, c.App, AddMember{id, string(member.id(t))})
		do(t, member.App, FollowGroup{id, "Carol's tea"})
	}
	return a, b, c, id
}

// Whoever is removed from a group leaves its call at once, and with the group its
// call ends.
func TestRemovedFromAGroupInACall(t *testing.T) {
	a, b, c, id := groupOfThree(t, neighbours(t, "a.example", "b.example", "c.example"))
	for _, member := range []caller{a, b} {
		do(t, member.App, CallGroup{id, room.CallVideo})
	}
	a.callWith(t, func(c Call) bool { return isIn(c) && len(c.People) == 1 })
	do(t, c.App, RemoveMember{id, bob})
	b.callWith(t, func(c Call) bool { return !isLive(c.State) })
	a.callWith(t, func(c Call) bool { return isIn(c) && len(c.People) == 0 })
	if err := b.Do(t.Context(), CallGroup{id, room.CallVideo}); !errors.Is(err, calls.ErrNotMember) {
		t.Errorf("bob calls once more: %v", err)
	}
	do(t, c.App, DeleteGroup{id})
	a.callWith(t, func(c Call) bool { return !isLive(c.State) })
	c.now(t, "an empty house", func(s *Snapshot) bool { return len(s.Rooms) == 0 && len(s.Call.Incoming) == 0 })
}

// The end comes within five seconds, and those who ring hear of it.
func TestCloseWhileCallsRing(t *testing.T) {
	a, b := friendsOnTwoHosts(t, nil)
	a.ring(t, b, room.CallVideo)
	begin := time.Now()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > patience {
		t.Errorf("it took %v", took)
	}
	b.now(t, "silence", func(s *Snapshot) bool { return len(s.Call.Incoming) == 0 })
	b.outcome(t, identity.OutcomeMissed)
}

// Security check 40: nothing of a call between people stands in log or status.
func TestSec40LogOfPeopleHasNoSecrets(t *testing.T) {
	log := &safeBuffer{}
	a, b := friendsOnTwoHosts(t, func(c *Config) {
		c.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	rings := a.ring(t, b, room.CallAudio)
	way := must(b.exchange.Answer(t.Context(), "bob", rings.ID, "a phone"))(t)
	a.callWith(t, isIn)
	for _, c := range []caller{a, b} {
		status := must(control.NewClient(c.config.Settings.DataDir).Status(t.Context()))(t)
		people := must(control.NewClient(c.config.Settings.DataDir).People(t.Context()))(t)
		if strings.Contains(string(status)+string(people), way.Token) {
			t.Error("status or people tell a token")
		}
	}
	if err := errors.Join(a.Close(), b.Close()); err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String(), way.Token) || strings.Contains(log.String(), "token=") {
		t.Errorf("the log tells a token:\n%s", log.String())
	}
	if !strings.Contains(log.String(), "a.example") {
		t.Error("nothing was logged at all")
	}
}
