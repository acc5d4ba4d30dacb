package app

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"takoshome/app/calls"
	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

func TestTwoHostsCallEachOther(t *testing.T) {
	w := newWorld(t, "a.example", "b.example")
	alice, bob := w.pair(t)

	call := alice.rings(t, bob.id, room.CallVideo)
	if call.State != calls.StateRinging || call.Incoming {
		t.Errorf("alice's call is %+v", call)
	}
	rings := bob.hears(t, calls.EventRequest).Call
	if rings.Peer != alice.id || !rings.Incoming || rings.CallType != room.CallVideo || rings.Encryption.RoomKeyHash != "hash" {
		t.Errorf("bob's call is %+v", rings)
	}
	bobs := must(bob.exchange.Answer(t.Context(), bob.account, rings.ID, testDevice))(t)
	alices := alice.hears(t, calls.EventAccept).Way
	for _, way := range []calls.Way{alices, bobs} {
		if way.Domain != "a.example" || way.CallType != room.CallVideo {
			t.Errorf("a way to %s, %s", way.Domain, way.CallType)
		}
	}
	if alices.Token == bobs.Token {
		t.Fatal("both have the same token")
	}

	// Each token lets in who has it: alice herself, and bob, in one room.
	alice.enters(t, alice, alices)
	bob.enters(t, alice, bobs)
	if got := alice.sees(t, string(bob.id)); len(got.Peers) != 2 || got.CallType != room.CallVideo {
		t.Errorf("the room is %+v", got)
	}
	if _, status := w.ca.enter(t, bobs); status != http.StatusUnauthorized {
		t.Errorf("the token works once more: %d", status)
	}

	if err := bob.exchange.End(t.Context(), bob.account, rings.ID); err != nil {
		t.Error(err)
	}
	if err := alice.exchange.End(t.Context(), alice.account, call.ID); err != nil {
		t.Error(err)
	}
	for _, side := range []struct{ person, other *person }{{alice, bob}, {bob, alice}} {
		past := side.person.outcome(t, side.other.id, identity.OutcomeAnswered)
		if past.Incoming != (side.person == bob) || !past.Video || past.EndedAt.Before(past.StartedAt) {
			t.Errorf("%s's history has %+v", side.person.id, past)
		}
		side.person.isIdle(t)
	}
	alice.waitFor(t, "an empty house", func(s *Snapshot) bool { return len(s.Rooms) == 0 })
}

// The caller who leaves ends the call for who is left, as the callee does.
func TestWhoeverLeavesEndsTheCall(t *testing.T) {
	for _, who := range []string{"caller", "callee"} {
		t.Run(who, func(t *testing.T) {
			w := newWorld(t, "a.example", "b.example")
			alice, bob := w.pair(t)
			alice.rings(t, bob.id, room.CallAudio)
			bobs := bob.answers(t)
			own := alice.enters(t, alice, alice.hears(t, calls.EventAccept).Way)
			other := bob.enters(t, alice, bobs)
			if who == "callee" {
				own, other = other, own
			}
			own.leave(t)
			if code := other.closeCode(t); code < 1000 {
				t.Errorf("who is left hears %d", code)
			}
			alice.outcome(t, bob.id, identity.OutcomeAnswered)
			alice.isIdle(t)
		})
	}
}

func TestCallsThatComeToNothing(t *testing.T) {
	for _, test := range []struct {
		name string
		// end ends the ringing.
		end          func(t *testing.T, alice, bob *person, call, rings calls.Call)
		hearsCaller  calls.EventType
		hearsCallee  calls.EventType
		reason       calls.Reason
		alices, bobs identity.Outcome
	}{
		{
			"declined", func(t *testing.T, _, bob *person, _, rings calls.Call) {
				if err := bob.exchange.Decline(t.Context(), bob.account, rings.ID); err != nil {
					t.Error(err)
				}
			}, calls.EventReject, calls.EventCancel, calls.ReasonDeclined, identity.OutcomeDeclined, identity.OutcomeDeclined,
		},
		{
			"cancelled", func(t *testing.T, alice, _ *person, call, _ calls.Call) {
				if err := alice.exchange.Cancel(t.Context(), alice.account, call.ID); err != nil {
					t.Error(err)
				}
			}, "", calls.EventCancel, calls.ReasonCancelled, identity.OutcomeCancelled, identity.OutcomeMissed,
		},
		{
			"not answered", func(*testing.T, *person, *person, calls.Call, calls.Call) {},
			calls.EventCancel, calls.EventCancel, calls.ReasonTimeout, identity.OutcomeMissed, identity.OutcomeMissed,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, "a.example", "b.example")
			if test.reason == calls.ReasonTimeout {
				w.ringTime = 300 * time.Millisecond
			}
			alice, bob := w.pair(t)
			call := alice.rings(t, bob.id, room.CallAudio)
			rings := bob.hears(t, calls.EventRequest).Call
			test.end(t, alice, bob, call, rings)
			if test.hearsCaller != "" {
				alice.hears(t, test.hearsCaller)
			}
			if got := bob.hears(t, test.hearsCallee); got.Reason != test.reason && test.reason != calls.ReasonTimeout {
				t.Errorf("bob hears %q, want %q", got.Reason, test.reason)
			}
			alice.outcome(t, bob.id, test.alices)
			bob.outcome(t, alice.id, test.bobs)
			for _, p := range []*person{alice, bob} {
				p.isIdle(t)
				p.heardNothing(t, calls.EventAccept)
			}

			// Whatever comes afterwards is late, and lets nobody in.
			if _, err := bob.exchange.Answer(t.Context(), bob.account, rings.ID, testDevice); err == nil {
				t.Error("bob could answer what is over")
			}
			late := federation.FriendCall{Step: federation.CallAccept, Caller: alice.id, Callee: bob.id, CallType: federation.CallAudio}
			if answer, err := bob.sends(t, late); !errors.Is(err, federation.ErrNoRequest) || answer.Token != "" {
				t.Errorf("a late accept: %v", err)
			}
		})
	}
}

// Who is in a call is busy for everybody else, and sees afterwards who called.
func TestBusy(t *testing.T) {
	w := newWorld(t, "a.example", "b.example", "c.example")
	alice, bob := w.pair(t)
	carol := w.start(t, "carol@c.example")
	befriend(t, carol, bob)
	alice.rings(t, bob.id, room.CallAudio)
	bob.enters(t, alice, bob.answers(t))

	if _, err := carol.request(t.Context(), bob.id, room.CallAudio); !errors.Is(err, federation.ErrBusy) {
		t.Errorf("carol rings: %v", err)
	}
	carol.hears(t, calls.EventBusy)
	bob.heardNothing(t, calls.EventRequest)
	carol.outcome(t, bob.id, identity.OutcomeBusy)
	bob.outcome(t, carol.id, identity.OutcomeMissed)
}

// Both ring at the same moment: they end up in one call, once.
func TestCrossingRequests(t *testing.T) {
	w := newWorld(t, "a.example", "b.example")
	alice, bob := w.pair(t)
	var both sync.WaitGroup
	for _, p := range []struct{ from, to *person }{{alice, bob}, {bob, alice}} {
		both.Go(func() { _, _ = p.from.request(t.Context(), p.to.id, room.CallAudio) })
	}
	both.Wait()
	// The lower id stays the caller. Where bob's request was over before alice's
	// began, she has simply answered it.
	alices, bobs := alice.hears(t, calls.EventAccept).Way, bob.hears(t, calls.EventAccept).Way
	if alices.Domain != bobs.Domain || alices.Token == bobs.Token {
		t.Fatalf("they go to %s and %s", alices.Domain, bobs.Domain)
	}
	host := alice
	if alices.Domain == bob.domain {
		host = bob
	}
	alice.enters(t, host, alices)
	bob.enters(t, host, bobs)
	for _, p := range []*person{alice, bob} {
		if n := len(liveCalls(p)); n != 1 {
			t.Errorf("%s is in %d calls", p.id, n)
		}
	}
}

func liveCalls(p *person) (live []calls.Call) {
	for _, call := range p.exchange.Calls(p.account) {
		if !call.State.IsOver() {
			live = append(live, call)
		}
	}
	return live
}

// A server that is gone in the middle leaves nothing behind.
func TestServerIsGone(t *testing.T) {
	w := newWorld(t, "a.example", "b.example")
	w.ringTime = 500 * time.Millisecond
	alice, bob := w.pair(t)

	// Bob's server is gone while it rings: it ends by the clock of each.
	call := alice.rings(t, bob.id, room.CallAudio)
	bob.hears(t, calls.EventRequest)
	w.ca.gate(t, "b.example").shut()
	_ = alice.exchange.Cancel(t.Context(), alice.account, call.ID)
	if got := bob.hears(t, calls.EventCancel); got.Reason != calls.ReasonTimeout {
		t.Errorf("bob hears %q", got.Reason)
	}
	alice.isIdle(t)
	bob.isIdle(t)
	bob.outcome(t, alice.id, identity.OutcomeMissed)

	// And cannot be reached at all.
	var failed *federation.SendError
	_, err := alice.request(t.Context(), bob.id, room.CallAudio)
	if !errors.As(err, &failed) || !errors.Is(err, federation.ErrUnreachable) || failed.Domain != "b.example" {
		t.Errorf("alice rings nobody: %v", err)
	}
	alice.outcome(t, bob.id, identity.OutcomeFailed)
	alice.isIdle(t)

	// Alice's is gone when bob answers.
	w.ca.gate(t, "b.example").lead(bob.running().webAddr.String())
	alice.rings(t, bob.id, room.CallAudio)
	rings := bob.hears(t, calls.EventRequest).Call
	w.ca.gate(t, "a.example").shut()
	if _, err := bob.exchange.Answer(t.Context(), bob.account, rings.ID, testDevice); err == nil {
		t.Error("bob has a way into a call of nobody's")
	}
	bob.isIdle(t)
	alice.isIdle(t)
}

// A host that stops says so to those whom it keeps waiting.
func TestHostStopsInTheMiddle(t *testing.T) {
	for _, test := range []struct {
		name        string
		stopsCaller bool
		hears       calls.EventType // who is left
		outcome     identity.Outcome
	}{
		{"the caller's", true, calls.EventCancel, identity.OutcomeMissed},
		{"the callee's", false, calls.EventReject, identity.OutcomeDeclined},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, "a.example", "b.example")
			alice, bob := w.pair(t)
			alice.rings(t, bob.id, room.CallAudio)
			bob.hears(t, calls.EventRequest)
			stops, left := alice, bob
			if !test.stopsCaller {
				stops, left = bob, alice
			}
			do(t, stops.App, StopHosting{})
			left.hears(t, test.hears)
			left.outcome(t, stops.id, test.outcome)
			left.isIdle(t)
			stops.isIdle(t)
			if _, err := stops.request(t.Context(), left.id, room.CallAudio); !errors.Is(err, calls.ErrNotHosting) {
				t.Errorf("who does not host rings: %v", err)
			}
		})
	}
}

// Friends of two hosts in the call of a group that a third one keeps.
func TestGroupCallOnAThirdServer(t *testing.T) {
	w := newWorld(t, "a.example", "b.example", "c.example")
	alice, bob := w.start(t, "alice@a.example"), w.start(t, "bob@b.example")
	carol := w.start(t, "carol@c.example")
	group := must(carol.store.CreateGroup(time.Now(), "Band", carol.id))(t)
	if err := carol.store.AddMember(time.Now(), group.ID, alice.id, identity.RoleMember); err != nil {
		t.Fatal(err)
	}
	wish := calls.CallRequest{CallType: room.CallVideo, Device: testDevice}
	if _, err := alice.exchange.JoinGroup(t.Context(), alice.account, group.ID, wish); !errors.Is(err, calls.ErrNoCall) {
		t.Errorf("alice joins what nobody has started: %v", err)
	}
	alices := must(alice.exchange.StartGroup(t.Context(), alice.account, group.ID, wish))(t)
	alice.enters(t, carol, alices)
	if rings := carol.hears(t, calls.EventRequest).Call; rings.Group != group.ID || rings.Peer != alice.id {
		t.Errorf("carol hears %+v", rings)
	}

	if _, err := bob.exchange.JoinGroup(t.Context(), bob.account, group.ID, wish); !errors.Is(err, federation.ErrNotMember) {
		t.Errorf("bob, who is no member, joins: %v", err)
	}
	if err := carol.store.AddMember(time.Now(), group.ID, bob.id, identity.RoleMember); err != nil {
		t.Fatal(err)
	}
	bobs := must(bob.exchange.JoinGroup(t.Context(), bob.account, group.ID, wish))(t)
	bob.enters(t, carol, bobs)
	carols := must(carol.exchange.JoinGroup(t.Context(), carol.account, group.ID, wish))(t)
	carol.enters(t, carol, carols)
	for _, way := range []calls.Way{alices, bobs, carols} {
		if way.Domain != "c.example" {
			t.Errorf("a way to %s", way.Domain)
		}
	}
	got := carol.sees(t, string(carol.id))
	if got.ID != group.ID.Room() || len(got.Peers) != 3 {
		t.Errorf("the room is %s with %d people", got.ID, len(got.Peers))
	}
}

// sends brings an event of this host's to another, past its own call control.
func (p *person) sends(t testing.TB, event federation.Event) (federation.Answer, error) {
	t.Helper()
	line := p.currentLine()
	if line == nil {
		t.Fatalf("%s is at no domain", p.id)
	}
	return line.service.Send(t.Context(), event.Receiver(), event)
}
