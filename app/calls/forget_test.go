package calls

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// Whoever is in a group no more has no part in its call either, however far they
// have come.
func TestForgetMember(t *testing.T) {
	for _, test := range []struct {
		name string
		who  identity.ID
		come func(w *town, who identity.ID, group identity.GroupID) Way
		want State // of their call, where it is known here
	}{
		{"it rings", ann, func(*town, identity.ID, identity.GroupID) Way { return Way{} }, StateCancelled},
		{"has a token", ann, func(w *town, who identity.ID, group identity.GroupID) Way { return w.start(who, group) }, StateEnded},
		{"is in", ann, func(w *town, who identity.ID, group identity.GroupID) Way {
			way := w.start(who, group)
			w.enter(way)
			return way
		}, StateEnded},
		{"has a token, elsewhere", bob, func(w *town, who identity.ID, group identity.GroupID) Way { return w.start(who, group) }, ""},
		{"is in, from elsewhere", bob, func(w *town, who identity.ID, group identity.GroupID) Way {
			way := w.start(who, group)
			w.enter(way)
			return way
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				group, h := w.newGroup(), w.of(alice)
				room := w.enter(w.start(alice, group))
				way := test.come(w, test.who, group)
				h.check(h.store.RemoveMember(group, test.who))
				h.ForgetMember(group, test.who)
				if !slices.Contains(h.ended, seat{room, string(test.who)}) {
					t.Errorf("put out of the rooms: %v", h.ended)
				}
				if _, err := h.book.Redeem(time.Now(), way.Token); err == nil {
					t.Error("the token lets in")
				}
				h.Gone(room, string(test.who))
				if got := w.state(test.who, ""); test.want != "" && got != test.want {
					t.Errorf("the call is %s", got)
				}
				if people, _ := h.Running(group); people != 1 || w.state(alice, "") != StateActive {
					t.Errorf("%d people are left, and alice is %s", people, w.state(alice, ""))
				}
				if _, err := w.of(test.who).JoinGroup(t.Context(), test.who.Name(), group, video("")); err == nil {
					t.Error("they come in anew")
				}
				h.Gone(room, string(alice))
			})
		})
	}
}

// A token was used, and whoever has it comes into the room only when they are
// removed already.
func TestForgottenMemberIsLate(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group, h := w.newGroup(), w.of(alice)
		room := w.enter(w.start(alice, group))
		for range 2 { // once they have been put out, their place in the room is as any other
			_, err := w.redeem(w.start(bob, group))
			h.check(err)
			h.ForgetMember(group, bob)
			h.ended = nil
			h.Entered(room, string(bob))
			if people, _ := h.Running(group); people != 1 || !slices.Equal(h.ended, []seat{{room, string(bob)}}) {
				t.Errorf("%d people, put out: %v", people, h.ended)
			}
		}
		h.Gone(room, string(alice))
	})
}

// Who is taken into the group again may come in again.
func TestForgottenMemberComesBack(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group, h := w.newGroup(), w.of(alice)
		room := w.enter(w.start(alice, group))
		w.start(bob, group)
		h.ForgetMember(group, bob)
		h.ended = nil
		w.enter(w.start(bob, group))
		if people, _ := h.Running(group); people != 2 || len(h.ended) > 0 {
			t.Errorf("%d people, put out: %v", people, h.ended)
		}
		for _, id := range []identity.ID{alice, bob} {
			h.Gone(room, string(id))
		}
	})
}

// Somebody is removed in the moment in which they ask for the token.
func TestMemberRemovedWhileComing(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group, h := w.newGroup(), w.of(alice)
		h.config.IsBusy = func(string) bool { // asked between the look at the group and the token
			if h.store.RemoveMember(group, bob) == nil {
				h.ForgetMember(group, bob)
			}
			return false
		}
		result := h.GroupCall(t.Context(), federation.GroupCall{Step: federation.GroupRequest, Group: group, User: bob})
		if result.Status != federation.StatusNotMember || result.Token != "" {
			t.Errorf("bob got %+v", result)
		}
		if _, runs := h.Running(group); runs || w.state(ann, "") != StateCancelled {
			t.Error("the call goes on")
		}
	})
}

func TestForgetGroup(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group, h, window := w.newGroup(), w.of(alice), w.listen(alice, DeviceWindow)
		room := w.enter(w.start(alice, group))
		bobs := w.start(bob, group)
		carols := w.start(carol, group)
		_, err := w.redeem(carols)
		h.check(err)
		h.check(h.store.DeleteGroup(group))
		h.ForgetGroup(group)
		if !slices.Contains(h.ended, seat{room: room}) {
			t.Errorf("put out of the rooms: %v", h.ended)
		}
		window.want(t, "callEnd")
		if got := w.state(ann, ""); got != StateCancelled {
			t.Errorf("at ann's it is %s", got)
		}
		if _, err := w.redeem(bobs); err == nil {
			t.Error("bob comes in")
		}
		h.Entered(room, string(carol))
		if !slices.Contains(h.ended, seat{room, string(carol)}) {
			t.Error("carol stays in")
		}
		if _, runs := h.Running(group); runs {
			t.Error("it runs")
		}
	})
}

// Who lives here no more is in no call of friends and of groups, of this host
// and of others.
func TestForgetAccount(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group, h := w.newGroup(), w.of(alice)
		forget := func() {
			t.Helper()
			h.ForgetAccount("ann")
			synctest.Wait()
			for _, call := range h.Calls("ann") {
				if !call.State.IsOver() {
					t.Errorf("goes on: %+v", call)
				}
			}
		}
		w.ring(ann, bob)
		forget()
		w.wantStates(ann, bob, StateCancelled, StateCancelled)
		time.Sleep(showTime)
		w.ring(bob, ann)
		forget()
		w.wantStates(bob, ann, StateRejected, StateRejected)
		time.Sleep(showTime)
		w.ring(bob, ann)
		w.enter(w.answer(ann, bob))
		forget()
		w.wantStates(bob, ann, StateActive, StateEnded) // until ann's device has left bob's host
		time.Sleep(time.Minute)

		room := w.enter(w.start(alice, group))
		w.enter(w.start(ann, group))
		h.ended = nil
		forget()
		if !slices.Equal(h.ended, []seat{{room, string(ann)}}) {
			t.Errorf("put out of the rooms: %v", h.ended)
		}
		h.Gone(room, string(ann))
		h.Gone(room, string(alice))
		h.ForgetAccount("nobody")
	})
}

// The history says nothing of who was removed, and no error is told.
func TestForgottenAccountHasNoHistory(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.ring(ann, bob)
		w.of(ann).check(w.of(ann).store.RemoveAccount("ann"))
		w.of(ann).ForgetAccount("ann")
		w.wantPast(bob, identity.OutcomeMissed)
		w.wantPast(alice)
	})
}
