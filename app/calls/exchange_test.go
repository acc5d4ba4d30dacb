package calls

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

func TestCallBetweenTwoHosts(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		caller, callee := w.listen(alice, DeviceWindow), w.listen(bob, DeviceWindow)
		w.ring(alice, bob)
		w.wantStates(alice, bob, StateRinging, StateRinging)
		callee.want(t, "callRequest")
		bobs := w.answer(bob, alice)
		w.wantStates(alice, bob, StateAccepted, StateAccepted)
		alices := w.accepted(caller)
		for way, want := range map[Way]identity.ID{alices: alice, bobs: bob} {
			grant, err := w.redeem(way)
			if err != nil || grant.User != string(want) || way.Domain != "a.example" || grant.CallType != way.CallType {
				t.Errorf("%s's token: %+v, %v", want, grant, err)
			}
			w.of(alice).Entered(grant.Room, grant.User)
		}
		w.wantStates(alice, bob, StateActive, StateAccepted)
		w.of(alice).check(w.of(alice).End(t.Context(), "alice", alices.CallID))
		w.wantStates(alice, bob, StateEnded, StateEnded)
		caller.want(t, "callEnd")
		callee.want(t, "callCancel answered", "callEnd")
		w.wantPast(alice, identity.OutcomeAnswered)
		w.wantPast(bob, identity.OutcomeAnswered)
		if got := w.of(alice).ended; len(got) != 1 {
			t.Errorf("rooms that are over: %q", got)
		}
	})
}

// What the other side may do while it rings, and how each ends.
func TestRingingEnds(t *testing.T) {
	for _, test := range []struct {
		name           string
		do             func(w *town, alices, bobs Call) error
		caller, callee State
		callerHears    []string
		calleeHears    []string
		callersPast    identity.Outcome
		calleesPast    identity.Outcome
	}{
		{
			"declined", func(w *town, _, bobs Call) error { return w.of(bob).Decline(w.t.Context(), "bob", bobs.ID) },
			StateRejected, StateRejected,
			[]string{"callReject"},
			[]string{"callRequest", "callCancel declined"},
			identity.OutcomeDeclined, identity.OutcomeDeclined,
		},
		{
			"declined by end", func(w *town, _, bobs Call) error { return w.of(bob).End(w.t.Context(), "bob", bobs.ID) },
			StateRejected, StateRejected,
			[]string{"callReject"},
			[]string{"callRequest", "callCancel declined"},
			identity.OutcomeDeclined, identity.OutcomeDeclined,
		},
		{
			"cancelled", func(w *town, alices, _ Call) error { return w.of(alice).Cancel(w.t.Context(), "alice", alices.ID) },
			StateCancelled, StateCancelled,
			[]string{"callCancel cancelled"},
			[]string{"callRequest", "callCancel cancelled"},
			identity.OutcomeCancelled, identity.OutcomeMissed,
		},
		{
			"cancelled by end", func(w *town, alices, _ Call) error { return w.of(alice).End(w.t.Context(), "alice", alices.ID) },
			StateCancelled, StateCancelled,
			[]string{"callCancel cancelled"},
			[]string{"callRequest", "callCancel cancelled"},
			identity.OutcomeCancelled, identity.OutcomeMissed,
		},
		{
			"nobody answers", func(w *town, _, _ Call) error {
				w.weather(func(string, federation.Event) fate { return fate{err: federation.ErrUnreachable} })
				time.Sleep(ringTime) // of which each has a clock
				return nil
			},
			StateTimeout, StateTimeout,
			[]string{"callCancel timeout"},
			[]string{"callRequest", "callCancel timeout"},
			identity.OutcomeMissed, identity.OutcomeMissed,
		},
		{
			"the caller's host stops", func(w *town, _, _ Call) error { w.of(alice).Disconnect(); return nil },
			StateFailed, StateCancelled,
			[]string{"callCancel failed"},
			[]string{"callRequest", "callCancel cancelled"},
			identity.OutcomeFailed, identity.OutcomeMissed,
		},
		{
			"the callee's host stops", func(w *town, _, _ Call) error { w.of(bob).Disconnect(); return nil },
			StateRejected, StateFailed,
			[]string{"callReject"},
			[]string{"callRequest", "callCancel failed"},
			identity.OutcomeDeclined, identity.OutcomeFailed,
		},
		{
			"the caller blocks the callee", func(w *town, _, _ Call) error { w.of(alice).Forget("alice", bob); return nil },
			StateCancelled, StateCancelled,
			[]string{"callCancel cancelled"},
			[]string{"callRequest", "callCancel cancelled"},
			identity.OutcomeCancelled, identity.OutcomeMissed,
		},
		{ // who is blocked is not told
			"the callee blocks the caller", func(w *town, _, _ Call) error { w.of(bob).Forget("bob", alice); return nil },
			StateRinging, StateRejected,
			nil,
			[]string{"callRequest", "callCancel declined"},
			"", identity.OutcomeDeclined,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				caller, callee := w.listen(alice, DeviceWindow), w.listen(bob, DeviceWindow)
				alices := w.ring(alice, bob)
				if err := test.do(w, alices, w.ringing(bob, alice)); err != nil {
					t.Fatal(err)
				}
				w.wantStates(alice, bob, test.caller, test.callee)
				caller.want(t, test.callerHears...)
				callee.want(t, test.calleeHears...)
				if test.callersPast != "" {
					w.wantPast(alice, test.callersPast)
				}
				w.wantPast(bob, test.calleesPast)
				if got := len(w.of(alice).book.tokens); got != 0 {
					t.Errorf("%d tokens for nothing", got)
				}
			})
		})
	}
}

// What happens after the yes, and how each ends.
func TestAnsweredEnds(t *testing.T) {
	type ways struct{ alice, bob Way }
	end := func(id identity.ID) func(*town, ways, string) {
		return func(w *town, ws ways, _ string) {
			callID := ws.alice.CallID
			if id == bob {
				callID = ws.bob.CallID
			}
			w.of(id).check(w.of(id).End(w.t.Context(), id.Name(), callID))
		}
	}
	for _, test := range []struct {
		name           string
		comes          string // who goes into the room
		do             func(w *town, ws ways, room string)
		after          time.Duration
		caller, callee State
	}{
		{"nobody comes", "", nil, entryTime, StateFailed, StateEnded},
		{"nobody comes yet", "", nil, entryTime - time.Second, StateAccepted, StateAccepted},
		{"one comes", "b", nil, time.Hour, StateActive, StateAccepted},
		{"the caller ends it before anybody came", "", end(alice), 0, StateEnded, StateEnded},
		{"the callee ends it before anybody came", "", end(bob), 0, StateEnded, StateEnded},
		{"the callee ends it while the caller waits", "a", end(bob), 0, StateEnded, StateEnded},
		{"the caller ends it", "ab", end(alice), 0, StateEnded, StateEnded},
		{"the callee's word comes before they leave", "ab", func(w *town, ws ways, room string) {
			end(bob)(w, ws, room)
			synctest.Wait()
			w.of(alice).Left(room, string(bob))
		}, 0, StateEnded, StateEnded},
		{"the callee's word comes after they left", "ab", func(w *town, ws ways, room string) {
			w.of(alice).Left(room, string(bob))
			end(bob)(w, ws, room)
		}, 0, StateEnded, StateEnded},
		{"the callee leaves without a word", "ab", func(w *town, _ ways, room string) {
			w.of(alice).Left(room, string(bob))
		}, returnTime, StateEnded, StateEnded},
		{"the caller leaves without a word", "ab", func(w *town, _ ways, room string) {
			w.of(alice).Left(room, string(alice))
		}, returnTime, StateEnded, StateEnded},
		{"the callee hangs up", "ab", func(w *town, _ ways, room string) {
			w.of(alice).Gone(room, string(bob))
			w.of(alice).Gone(room, string(bob))
		}, 0, StateEnded, StateEnded},
		{"both leave", "ab", func(w *town, _ ways, room string) {
			w.of(alice).Left(room, string(alice))
			w.of(alice).Left(room, string(bob))
		}, returnTime, StateEnded, StateEnded},
		{"a page is loaded again", "ab", func(w *town, _ ways, room string) {
			w.of(alice).Left(room, string(bob))
			time.Sleep(returnTime - time.Second)
			w.of(alice).Entered(room, string(bob))
		}, time.Hour, StateActive, StateAccepted},
		{"strangers come and go", "ab", func(w *town, _ ways, room string) {
			w.of(alice).Entered(room, "guest")
			w.of(alice).Left(room, "guest")
			w.of(alice).Left("another room", string(bob))
			w.of(alice).Entered("another room", string(bob))
		}, time.Hour, StateActive, StateAccepted},
		{"the caller's host stops", "ab", func(w *town, _ ways, _ string) { w.of(alice).Disconnect() }, 0, StateEnded, StateEnded},
		{"the callee's host stops", "a", func(w *town, _ ways, _ string) { w.of(bob).Disconnect() }, 0, StateEnded, StateEnded},
		{"the callee blocks the caller", "a", func(w *town, _ ways, _ string) { w.of(bob).Forget("bob", alice) }, 0, StateEnded, StateEnded},
		{"a call on another server that nobody ends", "ab", nil, longestTime, StateActive, StateEnded},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				caller := w.listen(alice, DeviceWindow)
				w.ring(alice, bob)
				ws := ways{bob: w.answer(bob, alice)}
				ws.alice = w.accepted(caller)
				room := ""
				for _, who := range test.comes {
					room = w.enter(map[rune]Way{'a': ws.alice, 'b': ws.bob}[who])
				}
				if test.do != nil {
					test.do(w, ws, room)
				}
				time.Sleep(test.after)
				w.wantStates(alice, bob, test.caller, test.callee)
				isOver := test.caller.IsOver()
				if got := len(w.of(alice).ended) > 0; got != isOver {
					t.Errorf("the room is over: %v, want %v", got, isOver)
				}
				for _, way := range []Way{ws.alice, ws.bob} {
					if _, err := w.redeem(way); isOver && !errors.Is(err, ErrToken) {
						t.Errorf("a token of a call that is over: %v", err)
					}
				}
			})
		})
	}
}

// A token is used in the moment in which the call ends: its owner is put out.
func TestEntersTooLate(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		call := w.ring(alice, bob)
		grant, err := w.redeem(w.answer(bob, alice))
		w.of(alice).check(err)
		w.of(alice).check(w.of(alice).End(t.Context(), "alice", call.ID))
		w.of(alice).Entered(grant.Room, grant.User)
		w.of(alice).Entered("another room", "somebody")
		w.of(alice).Entered("", "somebody")
		if got := w.of(alice).ended; !slices.Equal(got, []seat{{room: grant.Room}, {room: grant.Room}}) {
			t.Errorf("rooms that are over: %q", got)
		}
	})
}

// accepted is the way that an EventAccept brings, the only event so far.
func (w *town) accepted(e ear) Way {
	w.t.Helper()
	told := e.all()
	if len(told) != 1 || told[0].Type != EventAccept || told[0].Way.Token == "" {
		w.t.Fatalf("hears %+v", told)
	}
	return told[0].Way
}

// A second call may ring while one rings; it goes on while the first is
// answered, and can be taken afterwards.
func TestTwoRing(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.ring(alice, bob)
		w.ring(carol, bob)
		way := w.answer(bob, alice)
		second := w.ringing(bob, carol)
		_, err := w.of(bob).Answer(t.Context(), "bob", second.ID, DeviceWindow)
		wantErr(t, "answering in a call", err, ErrInCall)
		w.of(bob).check(w.of(bob).End(t.Context(), "bob", way.CallID))
		w.answer(bob, carol)
		w.wantStates(bob, carol, StateAccepted, StateAccepted)
	})
}

// Who answers is in one call: what they ask for elsewhere is taken back.
func TestAnswerTakesOwnRequestBack(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.ring(bob, carol)
		w.ring(alice, bob)
		w.answer(bob, alice)
		w.wantStates(bob, carol, StateCancelled, StateCancelled)
		w.wantStates(alice, bob, StateAccepted, StateAccepted)
	})
}

// A request whose asker is gone before it was taken is taken back.
func TestAskerGoes(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.weather(func(string, federation.Event) fate { return fate{delay: time.Second} })
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err := w.of(alice).Request(ctx, "alice", bob, video(""))
		wantErr(t, "asking", err, context.DeadlineExceeded)
		time.Sleep(5 * time.Second)
		w.wantStates(alice, bob, StateCancelled, StateCancelled)
	})
}

// The same for an answer: the caller is not left alone.
func TestAnswererGoes(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.ring(alice, bob)
		w.weather(func(string, federation.Event) fate { return fate{delay: time.Second} })
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err := w.of(bob).Answer(ctx, "bob", w.ringing(bob, alice).ID, "phone")
		wantErr(t, "answering", err, context.DeadlineExceeded)
		time.Sleep(5 * time.Second)
		w.wantStates(alice, bob, StateEnded, StateFailed)
	})
}

// An exchange may be connected again, also under another domain, and be closed
// more than once.
func TestConnectAgain(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.ring(alice, bob)
		w.of(bob).Connect("b.example", line{w, "b.example"})
		w.wantStates(alice, bob, StateRejected, StateFailed)
		time.Sleep(time.Second)
		w.ring(alice, bob)
		w.answer(bob, alice)
		w.of(bob).Close()
		w.of(bob).Connect("b.example", line{w, "b.example"})
		if events, stop := w.of(bob).Watch("bob", ""); events != nil {
			if _, open := <-events; open {
				t.Error("a closed exchange tells something")
			}
			stop()
		}
		w.wantStates(alice, bob, StateEnded, StateEnded)
	})
}
