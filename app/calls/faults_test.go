package calls

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

func ofStep(step federation.CallStep, f fate) func(string, federation.Event) fate {
	return func(_ string, event federation.Event) fate {
		if call, isCall := event.(federation.FriendCall); isCall && call.Step == step {
			return f
		}
		return fate{}
	}
}

func lostAnswer() error { return &federation.SendError{Domain: "x.example", Err: federation.ErrSlow} }

// Each event comes twice: nothing happens twice.
func TestDuplicates(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.weather(func(string, federation.Event) fate { return fate{twice: true} })
		caller, callee := w.listen(alice, DeviceWindow), w.listen(bob, DeviceWindow)
		w.ring(alice, bob)
		callee.want(t, "callRequest")
		w.answer(bob, alice)
		caller.want(t, "callAccept")
		if got := len(w.of(alice).book.tokens); got != 2 {
			t.Errorf("%d tokens, want 2", got)
		}
		accept := federation.FriendCall{Step: federation.CallAccept, Caller: alice, Callee: bob}
		if again := w.wantStatus(accept, federation.StatusNoRequest); again.Token != "" {
			t.Error("there is a second token")
		}
		// The request that has been answered comes again, late.
		request := federation.FriendCall{Step: federation.CallRequest, Caller: alice, Callee: bob}
		w.wantStatus(request, federation.StatusOK)
		w.wantStates(alice, bob, StateAccepted, StateAccepted)
		callee.want(t, "callCancel answered")
		w.of(alice).check(w.of(alice).End(t.Context(), "alice", w.of(alice).Calls("alice")[0].ID))
		w.wantStates(alice, bob, StateEnded, StateEnded)
		if got, want := len(w.past(bob)), 1; got != want {
			t.Errorf("bob has %d calls in the history, want %d", got, want)
		}
	})
}

// Events for which there is nothing: each is refused and changes nothing.
func TestLateEvents(t *testing.T) {
	for _, test := range []struct {
		name  string
		setup func(w *town)
		event federation.CallStep
	}{
		{"accept of nothing", func(*town) {}, federation.CallAccept},
		{"reject of nothing", func(*town) {}, federation.CallReject},
		{"cancel of nothing", func(*town) {}, federation.CallCancel},
		{"accept after a cancel", cancelled, federation.CallAccept},
		{"reject after a cancel", cancelled, federation.CallReject},
		{"cancel after a cancel", cancelled, federation.CallCancel},
		{"accept after a reject", rejected, federation.CallAccept},
		{"reject after a reject", rejected, federation.CallReject},
		{"cancel after a reject", rejected, federation.CallCancel},
		{"accept after an accept", func(w *town) { w.ring(alice, bob); w.answer(bob, alice) }, federation.CallAccept},
		{"accept after the timeout", func(w *town) { w.ring(alice, bob); time.Sleep(ringTime) }, federation.CallAccept},
		{"cancel after the timeout", func(w *town) { w.ring(alice, bob); time.Sleep(ringTime) }, federation.CallCancel},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				test.setup(w)
				synctest.Wait()
				before := [2]State{w.state(alice, bob), w.state(bob, alice)}
				result := w.wantStatus(federation.FriendCall{Step: test.event, Caller: alice, Callee: bob}, federation.StatusNoRequest)
				if result.Token != "" {
					t.Error("there is a token")
				}
				w.wantStates(alice, bob, before[0], before[1])
			})
		})
	}
}

func cancelled(w *town) {
	call := w.ring(alice, bob)
	w.of(alice).check(w.of(alice).Cancel(w.t.Context(), "alice", call.ID))
}

func rejected(w *town) {
	w.ring(alice, bob)
	w.of(bob).check(w.of(bob).Decline(w.t.Context(), "bob", w.ringing(bob, alice).ID))
}

// The no of a device that was late does not end the call of the one that said
// yes, once that one is in.
func TestLateRejectInACall(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		caller := w.listen(alice, DeviceWindow)
		w.ring(alice, bob)
		room := w.enter(w.answer(bob, alice))
		w.enter(w.accepted(caller))
		w.wantStatus(federation.FriendCall{Step: federation.CallReject, Caller: alice, Callee: bob}, federation.StatusOK)
		w.wantStates(alice, bob, StateActive, StateAccepted)
		w.of(alice).Left(room, string(bob))
		w.wantStates(alice, bob, StateEnded, StateEnded)
	})
}

// The answer to our request is lost: the callee's devices do not ring for nothing.
func TestLostAnswerToRequest(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.weather(ofStep(federation.CallRequest, fate{answerErr: lostAnswer()}))
		_, err := w.of(alice).Request(t.Context(), "alice", bob, video(""))
		wantErr(t, "request", err, federation.ErrSlow)
		w.wantStates(alice, bob, StateFailed, StateCancelled)
	})
}

// The token is lost on its way: the caller hears that nobody comes.
func TestLostToken(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		caller := w.listen(alice, DeviceWindow)
		w.ring(alice, bob)
		w.weather(ofStep(federation.CallAccept, fate{answerErr: lostAnswer()}))
		_, err := w.of(bob).Answer(t.Context(), "bob", w.ringing(bob, alice).ID, "phone")
		wantErr(t, "answer", err, federation.ErrSlow)
		w.wantStates(alice, bob, StateEnded, StateFailed)
		caller.want(t, "callAccept", "callEnd")
		if got := len(w.of(alice).book.tokens); got != 0 {
			t.Errorf("%d tokens are left", got)
		}
	})
}

// The yes does not arrive: it is over here, and there when it has rung enough.
func TestLostAccept(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.ring(alice, bob)
		w.weather(func(from string, _ federation.Event) fate {
			if from == "b.example" {
				return fate{err: &federation.SendError{Domain: "a.example", Err: federation.ErrUnreachable}}
			}
			return fate{}
		})
		_, err := w.of(bob).Answer(t.Context(), "bob", w.ringing(bob, alice).ID, "phone")
		wantErr(t, "answer", err, federation.ErrUnreachable)
		w.wantStates(alice, bob, StateRinging, StateFailed)
		time.Sleep(ringTime)
		w.wantStates(alice, bob, StateTimeout, "")
	})
}

// A cancel that is lost is sent again.
func TestLostCancel(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		call := w.ring(alice, bob)
		left := 2
		w.weather(func(string, federation.Event) fate {
			if left--; left >= 0 {
				return fate{err: lostAnswer()}
			}
			return fate{}
		})
		w.of(alice).check(w.of(alice).Cancel(t.Context(), "alice", call.ID))
		w.wantStates(alice, bob, StateCancelled, StateRinging)
		time.Sleep(noticePause(1) + noticePause(2))
		w.wantStates(alice, bob, "", StateCancelled)
	})
}

// Both lose everything after the request: each ends by its own clock.
func TestEverythingIsLost(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.ring(alice, bob)
		w.weather(func(string, federation.Event) fate { return fate{err: lostAnswer()} })
		time.Sleep(ringTime)
		w.wantStates(alice, bob, StateTimeout, StateTimeout)
	})
}

// A cancel does not overtake the request that is still on its way.
func TestCancelWhileAsking(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		callee := w.listen(bob, "phone")
		w.weather(ofStep(federation.CallRequest, fate{delay: 5 * time.Second}))
		asked := make(chan error, 1)
		go func() {
			_, err := w.of(alice).Request(t.Context(), "alice", bob, video(""))
			asked <- err
		}()
		synctest.Wait()
		call, _ := w.of(alice).Find("alice", bob)
		w.of(alice).check(w.of(alice).Cancel(t.Context(), "alice", call.ID))
		wantErr(t, "the request", <-asked, ErrCancelled)
		w.wantStates(alice, bob, StateCancelled, "")
		time.Sleep(5 * time.Second)
		w.wantStates(alice, bob, StateCancelled, StateCancelled)
		callee.want(t, "callRequest", "callCancel cancelled")
	})
}

// A late cancel of one call does not hit the next one.
func TestCancelThenCallAgain(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.weather(ofStep(federation.CallCancel, fate{delay: 5 * time.Second}))
		call := w.ring(alice, bob)
		w.of(alice).check(w.of(alice).Cancel(t.Context(), "alice", call.ID))
		time.Sleep(time.Second)
		w.ring(alice, bob)
		time.Sleep(10 * time.Second)
		w.wantStates(alice, bob, StateRinging, StateRinging)
		if got := w.handled(); got[1] != "cancel alice>bob 1" || got[2] != "request alice>bob 1" {
			t.Errorf("handled %q", got)
		}
	})
}

// The same for the callee's no.
func TestRejectThenRingAgain(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		lost := 1
		w.weather(func(_ string, event federation.Event) fate {
			if event.(federation.FriendCall).Step == federation.CallReject && lost > 0 {
				lost--
				return fate{err: lostAnswer()}
			}
			return fate{}
		})
		alices := w.ring(alice, bob)
		w.of(bob).check(w.of(bob).Decline(t.Context(), "bob", w.ringing(bob, alice).ID))
		w.of(alice).check(w.of(alice).Cancel(t.Context(), "alice", alices.ID))
		time.Sleep(time.Second)
		w.ring(alice, bob)
		w.answer(bob, alice)
		time.Sleep(10 * time.Second)
		w.wantStates(alice, bob, StateAccepted, StateAccepted)
	})
}

// Both hang up at the same moment, and one rings again at once: the other's last
// word is about the call that was.
func TestHangUpThenRingAgain(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		alices := w.ring(alice, bob)
		bobs := w.answer(bob, alice)
		w.weather(ofStep(federation.CallReject, fate{delay: time.Second}))
		w.of(bob).check(w.of(bob).End(t.Context(), "bob", bobs.CallID))
		w.of(alice).check(w.of(alice).End(t.Context(), "alice", alices.ID))
		time.Sleep(10 * time.Millisecond)
		w.ring(alice, bob)
		time.Sleep(time.Second)
		w.wantStates(alice, bob, StateRinging, StateRinging)
		w.of(bob).check(w.of(bob).Decline(t.Context(), "bob", w.ringing(bob, alice).ID))
		time.Sleep(time.Second)
		w.wantStates(alice, bob, StateRejected, StateRejected)
	})
}

// A cancel crosses with the yes: whichever the caller's host has first counts.
func TestCancelCrossesWithAccept(t *testing.T) {
	for _, test := range []struct {
		name           string
		fate           func(string, federation.Event) fate
		want           error
		caller, callee State
	}{
		{"the cancel is first", ofStep(federation.CallAccept, fate{delay: time.Second}), ErrNoCall, StateCancelled, StateCancelled},
		{"the cancel is first, and slow", func(_ string, event federation.Event) fate {
			if event.(federation.FriendCall).Step == federation.CallCancel {
				return fate{delay: 3 * time.Second}
			}
			return fate{delay: time.Second}
		}, ErrNoCall, StateCancelled, StateCancelled},
		{"the token is on its way", ofStep(federation.CallAccept, fate{answerDelay: time.Second}), ErrNoCall, StateEnded, StateCancelled},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				call := w.ring(alice, bob)
				w.weather(test.fate)
				answered := make(chan error, 1)
				go func() {
					_, err := w.of(bob).Answer(t.Context(), "bob", w.ringing(bob, alice).ID, "phone")
					answered <- err
				}()
				synctest.Wait()
				w.of(alice).check(w.of(alice).End(t.Context(), "alice", call.ID))
				wantErr(t, "answer", <-answered, test.want)
				time.Sleep(10 * time.Second)
				w.wantStates(alice, bob, "", "")
				w.wantPast(alice, outcome(test.caller, false))
				w.wantPast(bob, outcome(test.callee, true))
			})
		})
	}
}

// The yes comes before the answer to the request does.
func TestAcceptOvertakesAnswer(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.weather(ofStep(federation.CallRequest, fate{answerDelay: 5 * time.Second}))
		asked := make(chan Call, 1)
		go func() {
			call, _ := w.of(alice).Request(t.Context(), "alice", bob, video(""))
			asked <- call
		}()
		synctest.Wait()
		w.answer(bob, alice)
		if call := <-asked; call.State != StateAccepted {
			t.Errorf("got %s", call.State)
		}
		time.Sleep(10 * time.Second)
		w.wantStates(alice, bob, StateAccepted, StateAccepted)
	})
}

// A peer that never answers holds nothing up, and is given up.
func TestSilentPeer(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.weather(func(from string, event federation.Event) fate {
			if event.Receiver() == "b.example" {
				return fate{delay: time.Hour}
			}
			return fate{}
		})
		began := time.Now()
		asked := make(chan error, 1)
		go func() {
			_, err := w.of(alice).Request(t.Context(), "alice", bob, video(""))
			asked <- err
		}()
		synctest.Wait()
		w.ring(ann, carol) // others are not kept waiting
		if err := <-asked; err == nil || time.Since(began) > sendTime {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		w.wantStates(alice, bob, StateFailed, "")
		stopped := time.Now()
		w.of(alice).Disconnect()
		if d := time.Since(stopped); d > goodbyeTime {
			t.Errorf("disconnected after %v", d)
		}
	})
}

// A caller on whose server the call is over, of which we were not told, rings again.
func TestRingAfterLostEnd(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		callee := w.listen(bob, DeviceWindow)
		w.ring(alice, bob)
		w.answer(bob, alice)
		w.weather(func(string, federation.Event) fate { return fate{err: lostAnswer()} })
		w.of(alice).check(w.of(alice).End(t.Context(), "alice", w.of(alice).Calls("alice")[0].ID))
		time.Sleep(time.Minute)
		w.wantStates(alice, bob, "", StateAccepted)
		w.weather(nil)
		w.ring(alice, bob)
		w.wantStates(alice, bob, StateRinging, StateRinging)
		callee.want(t, "callRequest", "callCancel answered", "callEnd", "callRequest")
		w.wantPast(bob, identity.OutcomeAnswered)
	})
}

// The book is full: nobody comes.
func TestNoTokenLeft(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.ring(alice, bob)
		w.of(alice).book.config.MaxTokens = 1
		_, err := w.of(bob).Answer(t.Context(), "bob", w.ringing(bob, alice).ID, "phone")
		if err == nil || errors.Is(err, ErrNoCall) {
			t.Errorf("answered: %v", err)
		}
		w.wantStates(alice, bob, StateRejected, StateFailed)
	})
}

// An answer that waits for an earlier no to arrive says nothing where the caller
// goes meanwhile: it would hit the call after this one.
func TestAnswerOfWhatIsTakenBack(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.weather(func(_ string, event federation.Event) fate {
			if call, ok := event.(federation.FriendCall); ok && call.Step == federation.CallReject {
				return fate{delay: 2 * settleTime}
			}
			return fate{}
		})
		first, b := w.ring(alice, bob), w.of(bob)
		b.check(b.Decline(t.Context(), "bob", w.ringing(bob, alice).ID))
		w.of(alice).check(w.of(alice).Cancel(t.Context(), "alice", first.ID))
		second := w.ring(alice, bob)
		ringing := w.ringing(bob, alice)
		done := make(chan error, 1)
		go func() {
			_, err := b.Answer(t.Context(), "bob", ringing.ID, DeviceWindow)
			done <- err
		}()
		synctest.Wait()
		w.of(alice).check(w.of(alice).Cancel(t.Context(), "alice", second.ID))
		wantErr(t, "answering", <-done, ErrNoCall)
		time.Sleep(time.Minute)
		synctest.Wait()
		rejects := 0
		for _, line := range w.handled() {
			if strings.HasPrefix(line, "reject ") {
				rejects++
			}
		}
		if rejects != 1 {
			t.Errorf("%d times no: %q", rejects, w.handled())
		}
	})
}

// Somebody connects while the last calls are being ended, which may take a while.
func TestConnectWhileClosing(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		h := w.of(alice)
		w.ring(alice, bob)
		w.weather(func(string, federation.Event) fate { return fate{delay: time.Minute} })
		closed := make(chan struct{})
		go func() {
			h.Close()
			close(closed)
		}()
		synctest.Wait() // bob's host is being told
		h.Connect(h.domain, line{w, h.domain})
		_, err := h.Request(t.Context(), "alice", carol, video(DeviceWindow))
		wantErr(t, "calling while it closes", err, ErrNotHosting)
		<-closed
		h.Connect(h.domain, line{w, h.domain})
		_, err = h.Request(t.Context(), "alice", carol, video(DeviceWindow))
		wantErr(t, "calling when it is closed", err, ErrNotHosting)
	})
}
