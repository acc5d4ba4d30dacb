package calls

import (
	"testing"

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
		told := caller.all()
		if len(told) != 1 || told[0].Type != EventAccept {
			t.Fatalf("alice hears %+v", told)
		}
		alices := told[0].Way
		for way, want := range map[Way]identity.ID{alices: alice, bobs: bob} {
			grant, err := w.hosts["a.example"].book.Redeem(w.of(alice).Exchange.config.Now(), way.Token)
			if err != nil || grant.User != string(want) || way.Domain != "a.example" {
				t.Errorf("%s's token: %+v, %v", want, grant, err)
			}
			w.of(alice).Entered(grant.Room, grant.User)
		}
		w.wantStates(alice, bob, StateActive, StateAccepted)
		if err := w.of(alice).End(t.Context(), "alice", alices.CallID); err != nil {
			t.Fatal(err)
		}
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
