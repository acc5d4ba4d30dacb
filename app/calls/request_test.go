package calls

import (
	"errors"
	"slices"
	"testing"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// Why a request is refused, and what becomes of the call.
func TestRequestRefused(t *testing.T) {
	refusal := func(err error) error { return &federation.SendError{Domain: "b.example", Status: 400, Err: err} }
	lost := func(err error) error { return &federation.SendError{Domain: "b.example", Err: err} }
	for _, test := range []struct {
		err   error
		state State
		heard string
	}{
		{refusal(federation.ErrBusy), StateBusy, "callBusy"},
		{refusal(federation.ErrNotFriends), StateFailed, "callCancel failed"},
		{refusal(federation.ErrNoUser), StateFailed, "callCancel failed"},
		{refusal(federation.ErrTooMany), StateFailed, "callCancel failed"},
		{refusal(federation.ErrUnauthorized), StateFailed, "callCancel failed"},
		{lost(federation.ErrUnreachable), StateFailed, "callCancel failed"},
		{lost(federation.ErrSlow), StateFailed, "callCancel failed"},
		{lost(federation.ErrCertificate), StateFailed, "callCancel failed"},
		{lost(federation.ErrOverload), StateFailed, "callCancel failed"},
	} {
		t.Run(test.err.Error(), func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				caller := w.listen(alice, DeviceWindow)
				w.weather(func(string, federation.Event) fate { return fate{err: test.err} })
				call, err := w.of(alice).Request(t.Context(), "alice", bob, video(DeviceWindow))
				if !errors.Is(err, test.err) || !errors.Is(call.Err, test.err) || call.State != test.state {
					t.Errorf("got %s, %v", call.State, err)
				}
				caller.want(t, test.heard)
				time.Sleep(time.Minute)
				if got := w.of(alice).Calls("alice"); len(got) != 0 {
					t.Errorf("still shown after a minute: %+v", got)
				}
			})
		})
	}
}

func TestRequestRefusesHere(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		stranger := identity.ID("mallory@b.example")
		_, err := w.of(alice).store.ChangeFriend(time.Now(), "alice", carol, identity.StepBlock)
		w.of(alice).check(err)
		for _, test := range []struct {
			name    string
			account string
			friend  identity.ID
			request CallRequest
			want    error
		}{
			{"stranger", "alice", stranger, video(""), ErrNotFriends},
			{"blocked", "alice", carol, video(""), identity.ErrBlocked},
			{"oneself", "alice", alice, video(""), identity.ErrSelf},
			{"no account", "dave", bob, video(""), identity.ErrNoAccount},
			{"no call type", "alice", bob, CallRequest{}, ErrCallType},
			{"bad hash", "alice", bob, CallRequest{CallType: "audio", Encryption: federation.Encryption{RoomKeyHash: "a b"}}, ErrEncryption},
			{"no hash", "alice", bob, CallRequest{CallType: "audio", Encryption: federation.Encryption{Encrypted: true}}, ErrEncryption},
		} {
			if _, err := w.of(alice).Request(t.Context(), test.account, test.friend, test.request); !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %v", test.name, err, test.want)
			}
		}
		w.of(alice).Disconnect()
		if _, err := w.of(alice).Request(t.Context(), "alice", bob, video("")); !errors.Is(err, ErrNotHosting) {
			t.Errorf("disconnected: %v", err)
		}
		if got := w.handled(); len(got) != 0 {
			t.Errorf("other servers heard %q", got)
		}
	})
}

// What is asked of calls that are not there, or not in a state for it.
func TestNoSuchCall(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.of(alice), w.of(bob)
		alices := w.ring(alice, bob)
		bobs := w.ringing(bob, alice)
		_, err := a.Answer(t.Context(), "alice", alices.ID, "x")
		wantErr(t, "answering one's own call", err, ErrNoCall)
		wantErr(t, "declining one's own call", a.Decline(t.Context(), "alice", alices.ID), ErrNoCall)
		wantErr(t, "cancelling the other's call", b.Cancel(t.Context(), "bob", bobs.ID), ErrNoCall)
		wantErr(t, "another account's call", a.Cancel(t.Context(), "ann", alices.ID), ErrNoCall)
		_, err = b.Answer(t.Context(), "bob", "nothing", "x")
		wantErr(t, "answering nothing", err, ErrNoCall)
		w.answer(bob, alice)
		_, err = b.Answer(t.Context(), "bob", bobs.ID, "x")
		wantErr(t, "answering twice", err, ErrAnswered)
		wantErr(t, "declining after the answer", b.Decline(t.Context(), "bob", bobs.ID), ErrAnswered)
		_, err = a.Request(t.Context(), "alice", bob, video(""))
		wantErr(t, "calling in a call", err, ErrInCall)
		_, err = b.Request(t.Context(), "bob", carol, video(""))
		wantErr(t, "calling somebody else in a call", err, ErrInCall)
		w.wantStates(alice, bob, StateAccepted, StateAccepted)
		for range 2 {
			a.check(a.End(t.Context(), "alice", alices.ID))
		}
		w.wantStates(alice, bob, StateEnded, StateEnded)
		b.check(b.End(t.Context(), "bob", bobs.ID))
		b.check(b.End(t.Context(), "bob", "nothing"))
		wantErr(t, "cancelling what is over", a.Cancel(t.Context(), "alice", alices.ID), ErrNoCall)
		_, err = b.Answer(t.Context(), "bob", bobs.ID, "x")
		wantErr(t, "answering what is over", err, ErrNoCall)
	})
}

func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// Who rings already is answered by calling them.
func TestCallingWhoRings(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		phone, other := w.listen(bob, "phone"), w.listen(bob, "tablet")
		w.ring(alice, bob)
		call, err := w.of(bob).Request(t.Context(), "bob", alice, video("phone"))
		if err != nil || call.State != StateAccepted || !call.Incoming {
			t.Fatalf("got %+v, %v", call, err)
		}
		w.wantStates(alice, bob, StateAccepted, StateAccepted)
		told := phone.all()
		if last := told[len(told)-1]; last.Type != EventAccept || last.Way.Domain != "a.example" {
			t.Errorf("the phone hears %+v", told)
		}
		other.want(t, "callRequest", "callCancel answered")
	})
}

// The same request again rings once, and is the same call.
func TestAskedTwice(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		callee := w.listen(bob, "phone")
		first, second := w.ring(alice, bob), w.ring(alice, bob)
		if first.ID != second.ID {
			t.Error("there are two calls")
		}
		callee.want(t, "callRequest")
	})
}

// Somebody who is in a call is busy, and learns who called.
func TestBusy(t *testing.T) {
	for _, test := range []struct {
		name  string
		setup func(w *town)
	}{
		{"in a call", func(w *town) { w.ring(alice, bob); w.answer(bob, alice) }},
		{"in a call that they made", func(w *town) { w.ring(bob, alice); w.answer(alice, bob) }},
		{"in a call that the host tells of", func(w *town) { w.of(bob).busy["bob"] = true }},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				test.setup(w)
				ear := w.listen(bob, DeviceWindow)
				had := len(w.past(bob))
				call, err := w.of(carol).Request(t.Context(), "carol", bob, video(""))
				if call.State != StateBusy || !errors.Is(err, federation.ErrBusy) {
					t.Errorf("got %s, %v", call.State, err)
				}
				if got := ear.heard(); slices.Contains(got, "callRequest") {
					t.Errorf("it rings: %q", got)
				}
				w.wantPast(carol, identity.OutcomeBusy)
				if got := w.past(bob); len(got) != had+1 || got[0] != identity.OutcomeMissed {
					t.Errorf("bob's history: %q", got)
				}
			})
		})
	}
}
