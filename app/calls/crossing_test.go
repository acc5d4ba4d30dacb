package calls

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

// both lets two friends call each other at the same moment.
func (w *town) both(x, y identity.ID, after time.Duration) {
	w.t.Helper()
	var asked sync.WaitGroup
	for _, own := range [][2]identity.ID{{x, y}, {y, x}} {
		asked.Go(func() {
			_, err := w.of(own[0]).Request(w.t.Context(), own[0].Name(), own[1], video(DeviceWindow))
			if err != nil {
				w.t.Errorf("%s calls %s: %v", own[0], own[1], err)
			}
		})
		if after > 0 {
			time.Sleep(after)
		}
	}
	asked.Wait()
}

// However two requests cross, both are in one call: the lower id's.
func TestCrossing(t *testing.T) {
	const slow, fast = 300 * time.Millisecond, 10 * time.Millisecond
	for _, test := range []struct {
		name    string
		x, y    identity.ID
		between time.Duration // the two requests
		fate    func(from string, event federation.Event) fate
	}{
		{"at once", alice, bob, 0, func(string, federation.Event) fate { return fate{delay: time.Microsecond} }},
		{"on a slow line", alice, bob, 0, func(string, federation.Event) fate { return fate{delay: slow, answerDelay: slow} }},
		{"the lower first", alice, bob, fast, func(string, federation.Event) fate { return fate{delay: slow} }},
		{"the higher first", bob, alice, fast, func(string, federation.Event) fate { return fate{delay: slow} }},
		{"the lower's line is slower", alice, bob, 0, func(from string, _ federation.Event) fate {
			return fate{delay: map[string]time.Duration{"a.example": slow, "b.example": fast}[from]}
		}},
		{"the higher's line is slower", alice, bob, 0, func(from string, _ federation.Event) fate {
			return fate{delay: map[string]time.Duration{"a.example": fast, "b.example": slow}[from]}
		}},
		{"the answers are slow", alice, bob, 0, func(string, federation.Event) fate { return fate{delay: fast, answerDelay: time.Second} }},
		{"what is taken back comes first", alice, bob, 0, func(_ string, event federation.Event) fate {
			if call := event.(federation.FriendCall); call.Step == federation.CallAccept {
				return fate{delay: slow}
			}
			return fate{delay: fast}
		}},
		{"what is taken back comes last", alice, bob, 0, func(_ string, event federation.Event) fate {
			if call := event.(federation.FriendCall); call.Step == federation.CallCancel {
				return fate{delay: time.Second}
			}
			return fate{delay: fast}
		}},
		{"what is taken back is lost", alice, bob, 0, func(_ string, event federation.Event) fate {
			if call := event.(federation.FriendCall); call.Step == federation.CallCancel {
				return fate{err: errors.New("lost")}
			}
			return fate{delay: fast}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				alices, bobs := w.listen(alice, DeviceWindow), w.listen(bob, DeviceWindow)
				w.weather(test.fate)
				w.both(test.x, test.y, test.between)
				time.Sleep(crossTime / 2)
				w.wantStates(alice, bob, StateAccepted, StateAccepted)
				w.wantOneCall(alices, bobs, "a.example")
			})
		})
	}
}

// wantOneCall checks that alice and bob have ways into the same room of a domain.
func (w *town) wantOneCall(alices, bobs ear, domain string) {
	w.t.Helper()
	rooms := map[string]bool{}
	for id, e := range map[identity.ID]ear{alice: alices, bob: bobs} {
		found := false
		for _, event := range e.all() {
			if event.Type == EventRequest {
				w.t.Errorf("it rings at %s", id)
			}
			if event.Type != EventAccept {
				continue
			}
			grant, err := w.redeem(event.Way)
			if err != nil || grant.User != string(id) || event.Way.Domain != domain || found {
				w.t.Errorf("%s goes to %s as %+v, %v", id, event.Way.Domain, grant, err)
			}
			rooms[grant.Room], found = true, true
		}
		if !found {
			w.t.Errorf("%s has no way in", id)
		}
	}
	if len(rooms) != 1 {
		w.t.Errorf("they are in the rooms %v", rooms)
	}
}

// deployed is a server of April 2025: it knows no cancel, answers nothing by
// itself, and hands a token to whoever says yes to a request it has sent.
type deployed struct {
	mu    sync.Mutex
	asked []federation.FriendCall // that came in
	steps []string                // all that came in; mu protects all of it
	early bool                    // it does not know its request yet when it is first accepted
}

func (d *deployed) handle(event federation.Event) (federation.Answer, error) {
	refused := func(err error) (federation.Answer, error) {
		return federation.Answer{}, &federation.SendError{Domain: event.Receiver(), Status: 400, Err: err}
	}
	call, isCall := event.(federation.FriendCall)
	if !isCall {
		return refused(federation.ErrUnknownEvent)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.steps = append(d.steps, string(call.Step))
	switch call.Step {
	case federation.CallRequest:
		d.asked = append(d.asked, call)
	case federation.CallAccept:
		if d.early {
			d.early = false
			return refused(federation.ErrRefused)
		}
		return federation.Answer{Token: "token-of-the-deployed-server"}, nil
	case federation.CallCancel:
		return refused(federation.ErrUnknownEvent)
	}
	return federation.Answer{}, nil
}

// A deployed server never takes its request back: the call comes about there.
func TestCrossingWithDeployedServer(t *testing.T) {
	for _, test := range []struct {
		name   string
		me     identity.ID // whose host is ours
		other  identity.ID
		early  bool
		within time.Duration
	}{
		{"ours is the lower", alice, bob, false, crossTime},
		{"ours is the higher", bob, alice, false, 0},
		{"ours is the higher, and too fast", bob, alice, true, againPause},
	} {
		t.Run(test.name, func(t *testing.T) {
			inTown(t, func(t *testing.T, w *town) {
				d := &deployed{early: test.early}
				h := w.of(test.me)
				h.Connect(h.domain, deployedLine{d})
				ear := w.listen(test.me, DeviceWindow)
				w.ring(test.me, test.other)
				request := federation.FriendCall{Step: federation.CallRequest, Caller: test.other, Callee: test.me, CallType: federation.CallVideo}
				if got := h.FriendCall(t.Context(), request); got.Status != federation.StatusOK {
					t.Fatalf("the request: %+v", got)
				}
				time.Sleep(test.within)
				way := w.accepted(ear)
				if way.Domain != test.other.Domain() || way.Token != "token-of-the-deployed-server" {
					t.Errorf("goes to %v", way.Domain)
				}
				call, _ := h.Find(test.me.Name(), test.other)
				if call.State != StateAccepted || call.Incoming {
					t.Errorf("has %+v", call)
				}
				d.mu.Lock()
				defer d.mu.Unlock()
				if !slices.Contains(d.steps, "cancel") {
					t.Errorf("the deployed server hears %q", d.steps)
				}
			})
		})
	}
}

type deployedLine struct{ *deployed }

func (l deployedLine) Send(ctx context.Context, _ string, event federation.Event) (federation.Answer, error) {
	if err := ctx.Err(); err != nil {
		return federation.Answer{}, err
	}
	return l.handle(event)
}

// Our request did not arrive, and theirs did: theirs is answered.
func TestCrossingWithALostRequest(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		alices, bobs := w.listen(alice, DeviceWindow), w.listen(bob, DeviceWindow)
		w.weather(func(from string, event federation.Event) fate {
			if from == "a.example" && event.(federation.FriendCall).Step == federation.CallRequest {
				return fate{delay: time.Second, err: &federation.SendError{Domain: "b.example", Err: federation.ErrUnreachable}}
			}
			return fate{delay: time.Millisecond}
		})
		w.both(alice, bob, 0)
		time.Sleep(2 * time.Second)
		w.wantStates(alice, bob, StateAccepted, StateAccepted)
		w.wantOneCall(alices, bobs, "b.example")
	})
}

// Neither way leads to a call: our request has failed, and theirs cannot be answered.
func TestCrossingWithNothing(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		ear := w.listen(alice, DeviceWindow)
		w.weather(func(string, federation.Event) fate {
			return fate{delay: time.Second, err: &federation.SendError{Domain: "b.example", Err: federation.ErrUnreachable}}
		})
		request := federation.FriendCall{Step: federation.CallRequest, Caller: bob, Callee: alice}
		done := make(chan error, 1)
		go func() {
			_, err := w.of(alice).Request(t.Context(), "alice", bob, video(DeviceWindow))
			done <- err
		}()
		synctest.Wait()
		w.of(alice).FriendCall(t.Context(), request)
		wantErr(t, "asking", <-done, federation.ErrUnreachable)
		ear.want(t, "callCancel failed")
	})
}

// The caller whose request stays takes it back: the other one is told no.
func TestCrossingThenCancel(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		d := &deployed{}
		w.of(alice).Connect("a.example", deployedLine{d})
		call := w.ring(alice, bob)
		w.of(alice).FriendCall(t.Context(), federation.FriendCall{Step: federation.CallRequest, Caller: bob, Callee: alice})
		w.of(alice).check(w.of(alice).Cancel(t.Context(), "alice", call.ID))
		synctest.Wait()
		d.mu.Lock()
		defer d.mu.Unlock()
		if !slices.Contains(d.steps, "reject") || slices.Contains(d.steps, "accept") {
			t.Errorf("the other server hears %q", d.steps)
		}
	})
}

// One who takes back a request that has crossed only lets ours ring on.
func TestCrossingTakenBack(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		d := &deployed{}
		w.of(alice).Connect("a.example", deployedLine{d})
		w.ring(alice, bob)
		theirs := federation.FriendCall{Step: federation.CallRequest, Caller: bob, Callee: alice}
		w.wantStatus(theirs, federation.StatusOK)
		theirs.Step = federation.CallCancel
		w.wantStatus(theirs, federation.StatusOK)
		w.wantStatus(theirs, federation.StatusNoRequest)
		time.Sleep(2 * crossTime)
		if call, _ := w.of(alice).Find("alice", bob); call.State != StateRinging || call.Incoming {
			t.Errorf("has %+v", call)
		}
	})
}

// wantStatus brings an event to its host as if its sender's server had sent it.
func (w *town) wantStatus(event federation.Event, want federation.Status) federation.Result {
	w.t.Helper()
	result := w.hosts[event.Receiver()].handle(w.t.Context(), event)
	if result.Status != want {
		w.t.Errorf("%+v: status %d, want %d", event, result.Status, want)
	}
	return result
}
