package calls

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

// A thousand requests wait for an answer, for the people of one host; all the
// while it is usable, and they end together.
func TestThousandPending(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		h := w.of(bob)
		const accounts = maxPending / maxRinging
		// The rates of pairs and domains are for one caller each here.
		for n := range accounts {
			w.plant(fmt.Sprintf("account%d", n), maxRinging)
		}
		began := time.Now()
		_, pending := h.count()
		if pending != maxPending {
			t.Fatalf("%d are pending", pending)
		}
		w.wantStatus(federation.FriendCall{Step: federation.CallRequest, Caller: alice, Callee: bob}, federation.StatusTooMany)
		if _, err := h.Request(t.Context(), "bob", alice, video("")); err == nil {
			t.Error("one more goes out")
		}
		call := h.Calls("account7")[0]
		h.check(h.Decline(t.Context(), "account7", call.ID))
		w.ring(ann, bob)
		w.answer(bob, ann)
		time.Sleep(ringTime - time.Since(began))
		synctest.Wait()
		if _, pending := h.count(); pending != 0 {
			t.Errorf("%d are pending after the time", pending)
		}
		w.wantPast(ann, identity.OutcomeFailed)
		w.wantPast(bob, identity.OutcomeAnswered)
	})
}

func (h *host) count() (ringing, pending int) {
	h.Exchange.mu.Lock()
	defer h.Exchange.mu.Unlock()
	return h.board.count("bob")
}

// plant lets calls ring at an account of bob's host, past the friends and rates.
func (w *town) plant(account string, count int) {
	h := w.of(bob)
	h.Exchange.mu.Lock()
	defer h.unlock()
	for n := range count {
		p := pair{caller: identity.ID(fmt.Sprintf("caller%d@c.example", n)), callee: identity.ID(account + "@b.example"), incoming: true}
		h.ringLocked(h.newIncoming(time.Now(), h.link, p, federation.FriendCall{}))
	}
}

// Many call and answer at the same time, on real clocks, with the race detector
// in mind; nothing is left in the end.
func TestManyAtOnce(t *testing.T) {
	w := newTown(t)
	defer w.close()
	people := []identity.ID{alice, ann, bob, carol}
	var all sync.WaitGroup
	for n := range 200 {
		x, y := people[n%4], people[(n+1+n/4%3)%4]
		all.Go(func() {
			h, to := w.of(x), w.of(y)
			events, stop := h.Watch(x.Name(), fmt.Sprint(n))
			defer stop()
			call, err := h.Request(t.Context(), x.Name(), y, CallRequest{CallType: room.CallAudio, Device: fmt.Sprint(n)})
			if err != nil {
				return
			}
			if rings, found := to.Find(y.Name(), x); found {
				_, _ = to.Answer(t.Context(), y.Name(), rings.ID, "phone")
			}
			select {
			case event := <-events:
				if event.Type == EventAccept {
					grant, err := w.redeem(event.Way)
					if err == nil && grant.User != string(x) {
						t.Errorf("%s got the token of %s", x, grant.User)
					}
				}
			default:
			}
			_ = h.End(t.Context(), x.Name(), call.ID)
		})
	}
	all.Wait()
}

func TestRate(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	r := newRate[int](3, time.Minute)
	for range 3 {
		if !r.may(now, 1) {
			t.Fatal("too few")
		}
		r.take(now, 1)
	}
	if r.may(now, 1) || r.may(now.Add(19*time.Second), 1) || !r.may(now.Add(20*time.Second), 1) || !r.may(now, 2) {
		t.Error("the rate is another")
	}
	r.take(now, 2)
	if r.may(now.Add(-time.Hour), 1) || r.left(now.Add(-time.Hour), 2) > 2 {
		t.Error("a clock that goes back gives something")
	}
	for n := range 3 * maxRates {
		r.take(now, n)
	}
	if len(r.used) > maxRates {
		t.Errorf("%d keys are remembered", len(r.used))
	}
	r.take(now.Add(time.Hour), -1)
	if len(r.used) > maxRates {
		t.Errorf("%d keys are remembered", len(r.used))
	}
}

func TestIssue(t *testing.T) {
	b := newBook(t)
	grant := Grant{Room: "alice@a.example-bob@b.example-01234567", User: "bob@b.example", CallType: room.CallVideo}
	token, err := b.Issue(start, grant, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Invitations(start)) != 0 {
		t.Error("it is listed")
	}
	if _, listed := b.NextExpiry(); listed {
		t.Error("the list waits for it")
	}
	if got, err := b.Redeem(start, token); err != nil || got != grant {
		t.Errorf("got %+v, %v", got, err)
	}
	late, _ := b.Issue(start, grant, time.Minute)
	if _, err := b.Redeem(start.Add(time.Minute), late); err == nil {
		t.Error("it lives too long")
	}
	gone, _ := b.Issue(start, grant, time.Minute)
	b.Withdraw(gone)
	b.Withdraw(gone)
	b.Withdraw("")
	if _, err := b.Redeem(start, gone); err == nil {
		t.Error("it lives on")
	}
	for _, bad := range []Grant{{}, {Room: "x"}, {Room: "x", User: "bob@b.example"}, {User: "bob@b.example", CallType: room.CallAudio}} {
		if _, err := b.Issue(start, bad, time.Minute); err == nil {
			t.Errorf("a token for %+v", bad)
		}
	}
}

func TestRoomNames(t *testing.T) {
	long := identity.ID("alice@" + string(make([]byte, 90)) + ".example")
	id := "01234567-89ab-cdef-0123-456789abcdef"
	for _, p := range []pair{{caller: alice, callee: bob}, {caller: long, callee: bob}} {
		name := roomOf(id, p)
		if _, err := roomName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	group := identity.GroupID(id + "@" + "a.very.long.domain.of.a.host.that.somebody.has.at.home.in.the.countryside.example")
	if name := groupRoom(group); len(name) > maxRoomBytes || name != "g{"+id+"}" {
		t.Errorf("%q", name)
	}
	if name := groupRoom(identity.GroupID(id + "@a.example")); name != "g{"+id+"}@a.example" {
		t.Errorf("%q", name)
	}
}
