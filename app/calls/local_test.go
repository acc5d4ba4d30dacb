package calls

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// Two people of one host call each other without any line.
func TestCallInTheHouse(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		h := w.of(alice)
		h.Connect(h.domain, nil)
		caller, callee := w.listen(alice, DeviceWindow), w.listen(ann, "phone")
		w.ring(alice, ann)
		callee.want(t, "callRequest")
		room := w.enter(w.answer(ann, alice))
		if other := w.enter(w.accepted(caller)); other != room {
			t.Errorf("they are in %q and %q", room, other)
		}
		w.wantStates(alice, ann, StateActive, StateActive)
		h.Left(room, string(ann))
		time.Sleep(returnTime)
		w.wantStates(alice, ann, StateEnded, StateEnded)
		w.wantPast(alice, identity.OutcomeAnswered)
		w.wantPast(ann, identity.OutcomeAnswered)
		if got := w.handled(); len(got) != 0 {
			t.Errorf("went over the line: %q", got)
		}
		if _, err := h.Request(t.Context(), "alice", bob, video("")); !errors.Is(err, federation.ErrUnreachable) {
			t.Errorf("calling another server: %v", err)
		}
	})
}

func TestCallInTheHouseEnds(t *testing.T) {
	for _, test := range []struct {
		name           string
		do             func(h *host, alices, anns Call) error
		caller, callee State
	}{
		{"declined", func(h *host, _, anns Call) error { return h.Decline(h.t.Context(), "ann", anns.ID) }, StateRejected, StateRejected},
		{"cancelled", func(h *host, alices, _ Call) error { return h.Cancel(h.t.Context(), "alice", alices.ID) }, StateCancelled, StateCancelled},
		{"the callee ends it", func(h *host, _, anns Call) error {
			_, err := h.Answer(h.t.Context(), "ann", anns.ID, "phone")
			return errors.Join(err, h.End(h.t.Context(), "ann", anns.ID))
		}, StateEnded, StateEnded},
		{"the caller ends it", func(h *host, alices, anns Call) error {
			_, err := h.Answer(h.t.Context(), "ann", anns.ID, "phone")
			return errors.Join(err, h.End(h.t.Context(), "alice", alices.ID))
		}, StateEnded, StateEnded},
		{"nobody comes", func(h *host, _, anns Call) error {
			_, err := h.Answer(h.t.Context(), "ann", anns.ID, "phone")
			time.Sleep(entryTime)
			return err
		}, StateFailed, StateEnded},
		{"the host stops", func(h *host, _, _ Call) error { h.Disconnect(); return nil }, StateFailed, StateFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				alices := w.ring(alice, ann)
				w.of(alice).check(test.do(w.of(alice), alices, w.ringing(ann, alice)))
				w.wantStates(alice, ann, test.caller, test.callee)
			})
		})
	}
}

func TestCrossingInTheHouse(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		for range 20 {
			callers, callees := w.listen(alice, DeviceWindow), w.listen(ann, DeviceWindow)
			w.both(alice, ann, 0)
			w.wantStates(alice, ann, StateAccepted, StateAccepted)
			rooms := map[string]bool{}
			for _, e := range []ear{callers, callees} {
				for _, event := range e.all() {
					if event.Type == EventAccept {
						grant, err := w.redeem(event.Way)
						if err != nil || grant.User != event.Call.Account+"@a.example" {
							t.Errorf("%+v, %v", grant, err)
						}
						rooms[grant.Room] = true
					}
				}
				e.stop()
			}
			if len(rooms) != 1 {
				t.Errorf("they are in %v", rooms)
			}
			call := w.of(alice).Calls("alice")[0]
			w.of(alice).check(w.of(alice).End(t.Context(), "alice", call.ID))
			synctest.Wait()
			time.Sleep(time.Minute)
		}
	})
}
