package calls

import (
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// newGroup makes a group at a.example of all four.
func (w *town) newGroup() identity.GroupID {
	w.t.Helper()
	store := w.of(alice).store
	group, err := store.CreateGroup(time.Now(), "Tea", alice)
	w.of(alice).check(err)
	for _, id := range []identity.ID{ann, bob, carol} {
		w.of(alice).check(store.AddMember(time.Now(), group.ID, id, identity.RoleMember))
	}
	return group.ID
}

func (w *town) start(id identity.ID, group identity.GroupID) Way {
	w.t.Helper()
	way, err := w.of(id).StartGroup(w.t.Context(), id.Name(), group, video(DeviceWindow))
	if err != nil || way.Token == "" || way.Domain != group.Domain() {
		w.t.Fatalf("%s starts: %v, %v", id, way, err)
	}
	return way
}

// Members of three hosts are in the call of a group, on the group's host.
func TestGroupCall(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group, h := w.newGroup(), w.of(alice)
		_, err := w.of(bob).JoinGroup(t.Context(), "bob", group, video(""))
		wantErr(t, "joining what does not run", err, ErrNoCall)
		window, anns := w.listen(alice, DeviceWindow), w.listen(ann, "phone")
		bobs := w.start(bob, group)
		for _, e := range []ear{window, anns} {
			told := e.all()
			if len(told) != 1 || told[0].Type != EventRequest || told[0].Call.Group != group || told[0].Call.Peer != bob {
				t.Errorf("a member hears %+v", told)
			}
		}
		w.enter(bobs)
		ring := h.Calls("alice")[0]
		alices, err := h.Answer(t.Context(), "alice", ring.ID, DeviceWindow)
		h.check(err)
		window.want(t, "callCancel answered")
		w.enter(alices)
		carols, err := w.of(carol).JoinGroup(t.Context(), "carol", group, video("phone"))
		h.check(err)
		room := w.enter(carols)
		if people, running := h.Running(group); people != 3 || !running {
			t.Errorf("%d people, running %v", people, running)
		}
		if got := w.state(alice, ""); got != StateActive {
			t.Errorf("alice's call is %s", got)
		}
		h.check(h.Decline(t.Context(), "ann", h.Calls("ann")[0].ID))
		anns.want(t, "callCancel declined")
		h.check(h.End(t.Context(), "alice", ring.ID))
		window.want(t, "callEnd")
		for _, id := range []identity.ID{alice, bob, carol} {
			h.Left(room, string(id))
		}
		time.Sleep(returnTime)
		synctest.Wait()
		if _, running := h.Running(group); running {
			t.Error("it runs without anybody")
		}
		w.wantPast(alice, identity.OutcomeAnswered)
		w.wantPast(ann, identity.OutcomeDeclined)
		w.wantPast(bob) // it lasts until bob's device says that it is over
	})
}

func TestGroupCallEnds(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(w *town, group identity.GroupID, way Way)
		want State // of ann's, at whose device it rings
		runs bool
	}{
		{"nobody comes", func(*town, identity.GroupID, Way) { time.Sleep(entryTime) }, StateCancelled, false},
		{"who started it goes", func(w *town, _ identity.GroupID, way Way) {
			w.of(alice).check(w.of(alice).End(w.t.Context(), "alice", way.CallID))
		}, StateCancelled, false},
		{"who started it leaves", func(w *town, _ identity.GroupID, way Way) {
			w.of(alice).Left(w.enter(way), string(alice))
			time.Sleep(returnTime)
		}, StateCancelled, false},
		{"who started it says so and leaves", func(w *town, _ identity.GroupID, way Way) {
			room := w.enter(way)
			w.of(alice).check(w.of(alice).End(w.t.Context(), "alice", way.CallID))
			w.of(alice).Left(room, string(alice))
		}, StateCancelled, false},
		{"who started it hangs up", func(w *town, _ identity.GroupID, way Way) {
			w.of(alice).Gone(w.enter(way), string(alice))
		}, StateCancelled, false},
		{"one of two hangs up", func(w *town, group identity.GroupID, way Way) {
			w.of(alice).Gone(w.enter(w.start(bob, group)), string(bob))
			w.of(alice).Left(w.enter(way), "somebody else")
		}, StateRinging, true},
		{"a page is loaded again", func(w *town, _ identity.GroupID, way Way) {
			room := w.enter(way)
			w.of(alice).Left(room, string(alice))
			time.Sleep(returnTime - time.Second)
			w.of(alice).Entered(room, string(alice))
			time.Sleep(time.Minute)
		}, StateRinging, true},
		{"one does not answer", func(w *town, _ identity.GroupID, way Way) {
			w.enter(way)
			time.Sleep(ringTime)
		}, StateTimeout, true},
		{"the host stops", func(w *town, _ identity.GroupID, _ Way) { w.of(alice).Disconnect() }, StateFailed, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				group := w.newGroup()
				way := w.start(alice, group)
				test.do(w, group, way)
				synctest.Wait()
				if got := w.state(ann, ""); got != test.want {
					t.Errorf("ann's call is %s, want %s", got, test.want)
				}
				if _, runs := w.of(alice).Running(group); runs != test.runs {
					t.Errorf("runs: %v", runs)
				}
				if _, err := w.redeem(way); err == nil && !test.runs {
					t.Error("a token outlives the call")
				}
			})
		})
	}
}

// Coming again gives another token, and the one before is of no use.
func TestGroupCallAgain(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group := w.newGroup()
		first, second := w.start(alice, group), w.start(alice, group)
		if _, err := w.redeem(first); err == nil {
			t.Error("both tokens let in")
		}
		w.enter(second)
		third := w.start(alice, group)
		if third.CallID != first.CallID {
			t.Error("there are two calls")
		}
		if got := w.state(alice, ""); got != StateActive {
			t.Errorf("it is %s", got)
		}
	})
}

// Who is in another call is not rung at.
func TestGroupCallOfTheBusy(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group, anns := w.newGroup(), w.listen(ann, "phone")
		w.ring(carol, ann)
		w.answer(ann, carol)
		anns.want(t, "callRequest", "callCancel answered")
		w.start(alice, group)
		anns.want(t)
		w.wantPast(ann, identity.OutcomeMissed)
		_, err := w.of(ann).JoinGroup(t.Context(), "ann", group, video(""))
		wantErr(t, "joining in a call", err, ErrInCall)
	})
}

// Security check 44: who is blocked does not ring by way of a group either.
func TestSec44GroupCallOfTheBlocked(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group, window, anns := w.newGroup(), w.listen(alice, DeviceWindow), w.listen(ann, "phone")
		_, err := w.of(ann).store.ChangeFriend(time.Now(), "ann", bob, identity.StepBlock)
		w.of(ann).check(err)
		w.start(bob, group)
		window.want(t, "callRequest")
		anns.want(t)
		w.wantPast(ann)
		if _, err := w.of(ann).JoinGroup(t.Context(), "ann", group, video("phone")); err != nil {
			t.Errorf("going in: %v", err)
		}
	})
}

func TestGroupCallRefused(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group := w.newGroup()
		w.of(alice).check(w.of(alice).store.RemoveMember(group, bob))
		w.of(alice).check(w.of(alice).store.RemoveMember(group, ann))
		_, err := w.of(bob).StartGroup(t.Context(), "bob", group, video(""))
		wantErr(t, "no member of another host", err, ErrNotMember)
		_, err = w.of(ann).StartGroup(t.Context(), "ann", group, video(""))
		wantErr(t, "no member of this host", err, ErrNotMember)
		_, err = w.of(alice).StartGroup(t.Context(), "alice", "0196a5a0-0000-7000-8000-000000000000@a.example", video(""))
		wantErr(t, "no group", err, federation.ErrNoGroup)
		_, err = w.of(alice).StartGroup(t.Context(), "alice", "x", video(""))
		wantErr(t, "no id", err, identity.ErrBadGroupID)
		_, err = w.of(alice).StartGroup(t.Context(), "alice", "0196a5a0-0000-7000-8000-000000000000@nowhere.example", video(""))
		wantErr(t, "no server", err, federation.ErrUnreachable)
		if _, runs := w.of(alice).Running(group); runs {
			t.Error("it runs")
		}
	})
}

// The asker is gone before the other server has answered.
func TestGroupAskerGoes(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		group := w.newGroup()
		w.weather(func(string, federation.Event) fate { return fate{answerDelay: 5 * time.Second} })
		done := make(chan error, 1)
		go func() {
			_, err := w.of(bob).StartGroup(t.Context(), "bob", group, video(""))
			done <- err
		}()
		synctest.Wait()
		w.of(bob).check(w.of(bob).End(t.Context(), "bob", w.of(bob).Calls("bob")[0].ID))
		wantErr(t, "starting", <-done, ErrNoCall)
		time.Sleep(entryTime)
		synctest.Wait()
		if _, runs := w.of(alice).Running(group); runs {
			t.Error("it runs")
		}
	})
}
