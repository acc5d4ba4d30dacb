package calls

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// Security check 44: nobody who is not a friend rings, whoever they are to the
// account, and all of them get the same answer.
func TestSec44OnlyFriendsRing(t *testing.T) {
	for _, test := range []struct {
		name  string
		steps []identity.FriendStep
	}{
		{"a stranger", nil},
		{"one who was asked", []identity.FriendStep{identity.StepRequest}},
		{"one who asks", []identity.FriendStep{identity.StepTheyRequest}},
		{"one who is blocked", []identity.FriendStep{identity.StepTheyRequest, identity.StepAccept, identity.StepBlock}},
		{"one who was blocked", []identity.FriendStep{identity.StepBlock, identity.StepUnblock}},
		{"one who was a friend", []identity.FriendStep{identity.StepTheyRequest, identity.StepAccept, identity.StepRemove}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				mallory := identity.ID("mallory@c.example")
				for _, step := range test.steps {
					_, err := w.of(bob).store.ChangeFriend(time.Now(), "bob", mallory, step)
					w.of(bob).check(err)
				}
				phone := w.listen(bob, "phone")
				w.wantStatus(federation.FriendCall{Step: federation.CallRequest, Caller: mallory, Callee: bob}, federation.StatusNotFriends)
				phone.want(t)
				if got := w.of(bob).Calls("bob"); len(got) != 0 {
					t.Errorf("there is a call: %+v", got)
				}
				w.wantPast(bob)
			})
		})
	}
}

func TestSec44NobodyOfThatName(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		for _, callee := range []identity.ID{"dave@b.example", "BOB@b.example"} {
			w.wantStatus(federation.FriendCall{Step: federation.CallRequest, Caller: carol, Callee: callee}, federation.StatusNoUser)
		}
		elsewhere := federation.FriendCall{Step: federation.CallRequest, Caller: carol, Callee: alice}
		if got := w.of(bob).FriendCall(t.Context(), elsewhere); got.Status != federation.StatusNoUser {
			t.Errorf("a user of another server: %d", got.Status)
		}
		if got := w.of(bob).FriendCall(t.Context(), federation.FriendCall{Step: "dance", Caller: carol, Callee: bob}); got.Status == federation.StatusOK {
			t.Error("an unknown step is fine")
		}
	})
}

// Security check 44: what carol's server can sign are carol's own steps. None of
// them, nor one about a call that she is not in, touches alice's call with bob.
func TestSec44ThirdsCannotInterfere(t *testing.T) {
	for _, answered := range []bool{false, true} {
		t.Run(fmt.Sprintf("answered %v", answered), func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				caller := w.listen(alice, DeviceWindow)
				w.ring(alice, bob)
				want := [2]State{StateRinging, StateRinging}
				if answered {
					w.answer(bob, alice)
					w.accepted(caller)
					want = [2]State{StateAccepted, StateAccepted}
				}
				tokens := len(w.of(alice).book.tokens)
				for _, event := range []federation.FriendCall{
					{Step: federation.CallAccept, Caller: alice, Callee: carol},
					{Step: federation.CallReject, Caller: alice, Callee: carol},
					{Step: federation.CallCancel, Caller: carol, Callee: alice},
					{Step: federation.CallCancel, Caller: carol, Callee: bob},
					{Step: federation.CallAccept, Caller: bob, Callee: carol},
					{Step: federation.CallReject, Caller: bob, Callee: carol},
					// The same two the other way round: nothing rings that way.
					{Step: federation.CallAccept, Caller: bob, Callee: alice},
					{Step: federation.CallReject, Caller: bob, Callee: alice},
					{Step: federation.CallCancel, Caller: bob, Callee: alice},
				} {
					if result := w.wantStatus(event, federation.StatusNoRequest); result.Token != "" {
						t.Errorf("%+v: gets a token", event)
					}
				}
				w.wantStates(alice, bob, want[0], want[1])
				caller.want(t)
				if got := len(w.of(alice).book.tokens); got != tokens {
					t.Errorf("%d tokens, want %d", got, tokens)
				}
			})
		})
	}
}

// Security check 44: the yes of somebody who is a friend no more brings no token.
func TestSec44AnswerOfNoFriend(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.ring(alice, bob)
		_, err := w.of(alice).store.ChangeFriend(time.Now(), "alice", bob, identity.StepBlock)
		w.of(alice).check(err)
		accept := federation.FriendCall{Step: federation.CallAccept, Caller: alice, Callee: bob}
		if result := w.wantStatus(accept, federation.StatusNotFriends); result.Token != "" || len(w.of(alice).book.tokens) > 0 {
			t.Error("there is a token")
		}
	})
}

// Security check 44: three rings a minute from one to another, thirty from a domain.
func TestSec44RingRate(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		again := func(caller identity.ID, want federation.Status) {
			t.Helper()
			event := federation.FriendCall{Step: federation.CallRequest, Caller: caller, Callee: bob}
			w.wantStatus(event, want)
			event.Step = federation.CallCancel
			if want == federation.StatusOK {
				w.wantStatus(event, federation.StatusOK)
			}
		}
		for range ringsOfPair {
			again(alice, federation.StatusOK)
		}
		again(alice, federation.StatusTooMany)
		again(ann, federation.StatusOK)
		time.Sleep(20 * time.Second)
		again(alice, federation.StatusOK)
		again(alice, federation.StatusTooMany)

		time.Sleep(time.Minute)
		callers := make([]identity.ID, ringsOfPeer+1)
		for n := range callers {
			callers[n] = identity.ID(fmt.Sprintf("caller%d@c.example", n))
			w.of(bob).befriend(bob, callers[n])
		}
		for _, caller := range callers[:ringsOfPeer] {
			again(caller, federation.StatusOK)
		}
		again(callers[ringsOfPeer], federation.StatusTooMany)
		again(alice, federation.StatusOK) // of another domain
	})
}

// Security check 44: who is busy is not buried in missed calls.
func TestSec44BusyIsRated(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.of(bob).busy["bob"] = true
		event := federation.FriendCall{Step: federation.CallRequest, Caller: alice, Callee: bob}
		for range ringsOfPair {
			w.wantStatus(event, federation.StatusBusy)
		}
		for range 100 {
			w.wantStatus(event, federation.StatusTooMany)
		}
		if got := len(w.past(bob)); got != ringsOfPair {
			t.Errorf("%d missed calls, want %d", got, ringsOfPair)
		}
	})
}

// Security check 44: eight ring at an account, not more.
func TestSec44RingingAtOnce(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		for n := range maxRinging + 1 {
			caller := identity.ID(fmt.Sprintf("caller%d@c.example", n))
			w.of(bob).befriend(bob, caller)
			want := federation.StatusOK
			if n == maxRinging {
				want = federation.StatusTooMany
			}
			w.wantStatus(federation.FriendCall{Step: federation.CallRequest, Caller: caller, Callee: bob}, want)
		}
	})
}

// Security check 44: a group's call is for its members, and for those who live
// where they say; a token is the member's own.
func TestSec44GroupTokens(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group := w.newGroup()
		mallory := identity.ID("mallory@c.example")
		for _, step := range []federation.GroupStep{federation.GroupRequest, federation.GroupJoin} {
			event := federation.GroupCall{Step: step, Group: group, User: mallory}
			if result := w.wantStatus(event, federation.StatusNotMember); result.Token != "" {
				t.Error("a stranger gets a token")
			}
		}
		result := w.wantStatus(federation.GroupCall{Step: federation.GroupRequest, Group: group, User: bob}, federation.StatusOK)
		grant, err := w.of(alice).book.Redeem(time.Now(), result.Token)
		if err != nil || grant.User != string(bob) || grant.Room != group.Room() {
			t.Errorf("the token is for %+v, %v", grant, err)
		}
		join := federation.GroupCall{Step: federation.GroupJoin, Group: group, User: carol}
		for range entriesOfOne {
			w.wantStatus(join, federation.StatusOK)
		}
		w.wantStatus(join, federation.StatusTooMany)
		if got := len(w.of(alice).book.tokens); got != 1 {
			t.Errorf("%d tokens, want carol's last", got)
		}
		w.of(alice).check(w.of(alice).store.RemoveMember(group, carol))
		w.wantStatus(join, federation.StatusNotMember)
	})
}

// Security check 44: nothing happens where this host does not host.
func TestSec44NotHosting(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group := w.newGroup()
		w.of(alice).Disconnect()
		for _, step := range []federation.CallStep{federation.CallRequest, federation.CallCancel} {
			w.wantStatus(federation.FriendCall{Step: step, Caller: bob, Callee: alice}, federation.StatusUnavailable)
		}
		w.wantStatus(federation.FriendCall{Step: federation.CallAccept, Caller: alice, Callee: bob}, federation.StatusUnavailable)
		w.wantStatus(federation.GroupCall{Step: federation.GroupRequest, Group: group, User: bob}, federation.StatusUnavailable)
		if got := w.of(alice).Calls("alice"); slices.ContainsFunc(got, func(c Call) bool { return true }) {
			t.Errorf("there are calls: %+v", got)
		}
	})
}
