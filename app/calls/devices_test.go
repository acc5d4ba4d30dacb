package calls

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// All devices ring, and stop once one has answered.
func TestSeveralDevices(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		phone, tab, window := w.listen(bob, "phone"), w.listen(bob, "phone"), w.listen(bob, DeviceWindow)
		mine, other := w.listen(alice, "laptop"), w.listen(alice, DeviceWindow)
		_, err := w.of(alice).Request(t.Context(), "alice", bob, video("laptop"))
		w.of(alice).check(err)
		for _, e := range []ear{phone, tab, window} {
			e.want(t, "callRequest")
		}
		_, err = w.of(bob).Answer(t.Context(), "bob", w.ringing(bob, alice).ID, "phone")
		w.of(bob).check(err)
		for _, e := range []ear{phone, tab, window} {
			told := e.all()
			if len(told) != 1 || told[0].Reason != ReasonAnswered || told[0].Call.Device != "phone" || told[0].Way.Token != "" {
				t.Errorf("a device hears %+v", told)
			}
		}
		mine.want(t, "callAccept")
		other.want(t)
		w.of(alice).check(w.of(alice).End(t.Context(), "alice", w.of(alice).Calls("alice")[0].ID))
		phone.want(t, "callEnd")
		window.want(t)
		mine.want(t, "callEnd")
		other.want(t)
	})
}

// Two devices answer at the same moment: one goes in.
func TestTwoDevicesAnswer(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.ring(alice, bob)
		w.weather(func(string, federation.Event) fate { return fate{delay: time.Second} })
		id := w.ringing(bob, alice).ID
		answers := make(chan error, 2)
		for _, device := range []string{"phone", "tablet"} {
			go func() {
				_, err := w.of(bob).Answer(t.Context(), "bob", id, device)
				answers <- err
			}()
		}
		wantErr(t, "the second", <-answers, ErrAnswered)
		wantErr(t, "declining meanwhile", w.of(bob).Decline(t.Context(), "bob", id), ErrAnswered)
		wantErr(t, "the first", <-answers, nil)
	})
}

// A device that has not heard the answer asks again, and gets the same way.
func TestSameDeviceAnswersAgain(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		w.ring(ann, alice)
		way := w.answerAgain(alice, ann)
		w.enter(way)
		id := w.of(alice).Calls("alice")[0].ID
		_, err := w.of(alice).Answer(t.Context(), "alice", id, "phone")
		wantErr(t, "answering from inside", err, ErrAnswered)
		w.ring(carol, bob)
		w.answerAgain(bob, carol)
		w.of(carol).Entered(w.room(carol), string(carol))
		time.Sleep(entryTime)
		_, err = w.of(bob).Answer(t.Context(), "bob", w.of(bob).Calls("bob")[0].ID, "phone")
		wantErr(t, "answering long after", err, ErrAnswered)
	})
}

// answerAgain answers three times by the same device, twice at once.
func (w *town) answerAgain(callee, caller identity.ID) Way {
	w.t.Helper()
	id := w.ringing(callee, caller).ID
	ways := make(chan Way, 3)
	answer := func() {
		way, err := w.of(callee).Answer(w.t.Context(), callee.Name(), id, "phone")
		if err != nil {
			w.t.Errorf("%s answers again: %v", callee, err)
		}
		ways <- way
	}
	go answer()
	go answer()
	synctest.Wait()
	answer()
	first := <-ways
	for range 2 {
		if way := <-ways; way != first || way.Token == "" {
			w.t.Errorf("%s gets two ways", callee)
		}
	}
	return first
}

// A device that comes while it rings hears of it, and one that was away while
// its call was answered gets the way in.
func TestDeviceComesBack(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		_, err := w.of(alice).Request(t.Context(), "alice", bob, video("phone"))
		w.of(alice).check(err)
		late := w.listen(bob, "phone")
		late.want(t, "callRequest")
		bobs := w.answer(bob, alice)
		for range 2 {
			back, other := w.listen(alice, "phone"), w.listen(alice, "tablet")
			w.accepted(back)
			other.want(t)
		}
		room := w.enter(bobs)
		again := w.listen(alice, "phone")
		w.of(alice).Entered(room, string(alice))
		w.accepted(again)
		w.listen(alice, "phone").want(t)
		w.listen(bob, DeviceWindow).want(t)
	})
}

// Where the media is on another server, a device that has gone for good leaves
// the call.
func TestDeviceGoes(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		phone := w.listen(bob, "phone")
		w.ring(alice, bob)
		_, err := w.of(bob).Answer(t.Context(), "bob", w.ringing(bob, alice).ID, "phone")
		w.of(bob).check(err)
		w.of(alice).Entered(w.of(alice).Calls("alice")[0].ID, string(alice)) // no such room
		second := w.listen(bob, "phone")
		phone.stop()
		phone.stop()
		time.Sleep(entryTime / 2)
		w.wantStates(alice, bob, StateAccepted, StateAccepted)
		second.stop()
		time.Sleep(entryTime / 4)
		third := w.listen(bob, "phone")
		w.of(alice).Entered(w.room(alice), string(alice))
		time.Sleep(2 * absentTime)
		w.wantStates(alice, bob, StateActive, StateAccepted)
		third.stop()
		time.Sleep(absentTime)
		w.wantStates(alice, bob, StateEnded, StateEnded)
	})
}

// room is where a person's call is held.
func (w *town) room(id identity.ID) string {
	e := w.of(id).Exchange
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range e.board.live() {
		if l.call.Account == id.Name() {
			return l.room
		}
	}
	return ""
}

// Who does not read is dropped, and nobody waits for it.
func TestSlowReader(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		slow := w.listen(bob, "phone")
		for range watchBuffer + 1 {
			id := w.ring(ann, bob).ID
			w.of(ann).check(w.of(ann).Cancel(t.Context(), "ann", id))
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		count := 0
		for range slow.events {
			count++
		}
		if count != watchBuffer {
			t.Errorf("heard %d events, want %d", count, watchBuffer)
		}
		slow.stop()
	})
}

func TestTooManyWatch(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		for range maxOfAccount {
			w.listen(bob, "phone")
		}
		if _, open := <-w.listen(bob, "phone").events; open {
			t.Error("one too many watches")
		}
	})
}

// No token gets into a log by itself.
func TestSec40WayHidesItsToken(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		caller := w.listen(alice, DeviceWindow)
		w.ring(alice, bob)
		w.answer(bob, alice)
		told := caller.all()[0]
		for _, text := range printed(told) {
			if strings.Contains(text, told.Way.Token) {
				t.Errorf("the token stands in %s", text)
			}
		}
	})
}

func printed(event Event) []string {
	return []string{fmt.Sprint(event), fmt.Sprintf("%+v", event), fmt.Sprint(event.Way), fmt.Sprintf("%+v", &event.Way)}
}
