package friends

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
)

func TestRequestAndAccept(t *testing.T) {
	for _, test := range []struct {
		name string
		to   identity.ID
	}{{"other server", bob}, {"same server", anna}} {
		t.Run(test.name, func(t *testing.T) {
			n, a, b := newNetwork(t)
			there := b
			if test.to == anna {
				there = a
			}
			must(t, a.Request(t.Context(), "alice", test.to))
			if got := stateOf(t, a, "alice", test.to); got != identity.StateRequested {
				t.Errorf("asking: %s", got)
			}
			if got := stateOf(t, there, test.to.Name(), alice); got != identity.StateAsked {
				t.Errorf("asked: %s", got)
			}
			must(t, there.Accept(t.Context(), test.to.Name(), alice))
			must(t, there.Accept(t.Context(), test.to.Name(), alice)) // again
			if got := stateOf(t, a, "alice", test.to); got != identity.StateFriends {
				t.Errorf("asking: %s", got)
			}
			if got := stateOf(t, there, test.to.Name(), alice); got != identity.StateFriends {
				t.Errorf("asked: %s", got)
			}
			want := []federation.FriendStep{federation.FriendRequest, federation.FriendAccept}
			if test.to == anna {
				want = nil // nothing leaves the host
			}
			if got := n.steps(); !slices.Equal(got, want) {
				t.Errorf("sent %v, want %v", got, want)
			}
		})
	}
}

// Who asks somebody that has asked already says yes.
func TestRequestOfWhoAskedAccepts(t *testing.T) {
	n, a, b := newNetwork(t)
	must(t, a.Request(t.Context(), "alice", bob))
	must(t, b.Request(t.Context(), "bob", alice))
	if stateOf(t, a, "alice", bob) != identity.StateFriends || stateOf(t, b, "bob", alice) != identity.StateFriends {
		t.Error("no friends")
	}
	if got, want := n.steps(), []federation.FriendStep{federation.FriendRequest, federation.FriendAccept}; !slices.Equal(got, want) {
		t.Errorf("sent %v, want %v", got, want)
	}
}

// Both ask at the same moment, and neither has heard of the other's request.
func TestCrossedRequests(t *testing.T) {
	for range 20 {
		_, a, b := newNetwork(t)
		var both sync.WaitGroup
		both.Go(func() { must(t, a.Request(t.Context(), "alice", bob)) })
		both.Go(func() { must(t, b.Request(t.Context(), "bob", alice)) })
		both.Wait()
		if got := []identity.FriendState{stateOf(t, a, "alice", bob), stateOf(t, b, "bob", alice)}; got[0] != identity.StateFriends || got[1] != identity.StateFriends {
			t.Fatalf("got %v", got)
		}
	}
}

// What could not be told leaves nothing behind.
func TestUnreachable(t *testing.T) {
	n, a, b := newNetwork(t)
	n.failWith(func(federation.Friendship) error { return errLost })
	if err := a.Request(t.Context(), "alice", bob); !errors.Is(err, errLost) {
		t.Errorf("got %v", err)
	}
	if got := stateOf(t, a, "alice", bob); got != identity.StateNone {
		t.Errorf("after a request that got lost: %s", got)
	}
	n.failWith(nil)
	must(t, a.Request(t.Context(), "alice", bob))
	n.failWith(func(federation.Friendship) error { return errLost })
	if err := b.Accept(t.Context(), "bob", alice); !errors.Is(err, errLost) {
		t.Errorf("got %v", err)
	}
	if got := stateOf(t, b, "bob", alice); got != identity.StateAsked {
		t.Errorf("after a yes that got lost: %s", got)
	}
	// One more request that gets lost takes nothing of the first back.
	if err := a.Request(t.Context(), "alice", bob); !errors.Is(err, errLost) {
		t.Errorf("got %v", err)
	}
	if got := stateOf(t, a, "alice", bob); got != identity.StateRequested {
		t.Errorf("after a second request that got lost: %s", got)
	}
}

func TestNotHosting(t *testing.T) {
	_, a, _ := newNetwork(t)
	a.Disconnect()
	if err := a.Request(t.Context(), "alice", bob); !errors.Is(err, ErrNotHosting) {
		t.Errorf("other server: %v", err)
	}
	must(t, a.Request(t.Context(), "alice", anna))
	must(t, a.Accept(t.Context(), "anna", alice))
	if stateOf(t, a, "alice", anna) != identity.StateFriends {
		t.Error("people of one host need no line")
	}
}

func TestRefusals(t *testing.T) {
	_, a, _ := newNetwork(t)
	for _, test := range []struct {
		name string
		do   func() error
		want error
	}{
		{"nobody there", func() error { return a.Request(t.Context(), "alice", "carol@b.example") }, federation.ErrNoUser},
		{"nobody here", func() error { return a.Request(t.Context(), "alice", "carol@a.example") }, federation.ErrNoUser},
		{"no server", func() error { return a.Request(t.Context(), "alice", "dave@d.example") }, federation.ErrUnreachable},
		{"oneself", func() error { return a.Request(t.Context(), "alice", alice) }, identity.ErrSelf},
		{"no account", func() error { return a.Request(t.Context(), "carol", bob) }, identity.ErrNoAccount},
		{"no id", func() error { return a.Request(t.Context(), "alice", "bob") }, identity.ErrBadID},
		{"accept of nothing", func() error { return a.Accept(t.Context(), "alice", bob) }, ErrNoRequest},
		{"name of a stranger", func() error { return a.Name(t.Context(), "alice", bob, "Bob") }, identity.ErrTransition},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.do(); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
	list, err := a.config.Store.Friends("alice")
	if err != nil || len(list) != 0 {
		t.Errorf("refusals left %v, %v", list, err)
	}
}

func TestNoDomain(t *testing.T) {
	store := newStore(t, "", "alice", "anna")
	f, err := New(Config{Store: store, Logger: slog.New(slog.DiscardHandler)})
	must(t, err)
	if err := f.Request(t.Context(), "alice", bob); !errors.Is(err, identity.ErrNoDomain) {
		t.Errorf("got %v", err)
	}
}

// Both ends hear of an end of friendship, and of a request that was taken back.
func TestRemove(t *testing.T) {
	for _, wasAccepted := range []bool{false, true} {
		for _, to := range []identity.ID{bob, anna} {
			t.Run(fmt.Sprint(wasAccepted, to), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					_, a, b := newNetwork(t)
					there := b
					if to == anna {
						there = a
					}
					must(t, a.Request(t.Context(), "alice", to))
					if wasAccepted {
						must(t, there.Accept(t.Context(), to.Name(), alice))
					}
					must(t, a.Remove(t.Context(), "alice", to))
					synctest.Wait()
					if got := stateOf(t, a, "alice", to); got != identity.StateNone {
						t.Errorf("here: %s", got)
					}
					if got := stateOf(t, there, to.Name(), alice); got != identity.StateNone {
						t.Errorf("there: %s", got)
					}
				})
			})
		}
	}
}

// The other server is away when a friendship ends: it is told later.
func TestRemoveIsToldLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, a, b := newNetwork(t)
		makeFriends(t, a, b)
		n.failWith(func(federation.Friendship) error { return errLost })
		must(t, a.Remove(t.Context(), "alice", bob))
		synctest.Wait()
		if got := stateOf(t, b, "bob", alice); got != identity.StateFriends {
			t.Fatalf("there: %s", got)
		}
		n.failWith(nil)
		time.Sleep(time.Minute)
		if got := stateOf(t, b, "bob", alice); got != identity.StateNone {
			t.Errorf("there, later: %s", got)
		}
	})
}

// What is told later must still be so then: they have become friends again.
func TestRemoveIsNotToldAfterANewRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, a, b := newNetwork(t)
		makeFriends(t, a, b)
		n.failWith(func(federation.Friendship) error { return errLost })
		must(t, a.Remove(t.Context(), "alice", bob))
		synctest.Wait()
		n.failWith(nil)
		must(t, a.Request(t.Context(), "alice", bob))
		time.Sleep(10 * time.Minute)
		// Bob's server never heard of the end, so its yes was still good.
		if got := []identity.FriendState{stateOf(t, a, "alice", bob), stateOf(t, b, "bob", alice)}; got[0] != identity.StateFriends || got[1] != identity.StateFriends {
			t.Errorf("got %v", got)
		}
	})
}

// Bob has declined, or lost, alice's request and asks her himself: she has said
// yes long ago, and says so again, even where his server is ready for that only
// after a moment, as takos servers are.
func TestRequestOfWhomWeAskedIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, a, b := newNetwork(t)
		must(t, a.Request(t.Context(), "alice", bob))
		must(t, b.Decline(t.Context(), "bob", alice))
		early := true
		n.failWith(func(event federation.Friendship) error {
			if event.Step == federation.FriendAccept && early {
				early = false
				return &federation.SendError{Domain: "b.example", Status: 400, Err: federation.ErrNoRequest}
			}
			return nil
		})
		must(t, b.Request(t.Context(), "bob", alice))
		if got := stateOf(t, a, "alice", bob); got != identity.StateFriends {
			t.Errorf("here: %s", got)
		}
		time.Sleep(time.Minute)
		if got := stateOf(t, b, "bob", alice); got != identity.StateFriends {
			t.Errorf("there: %s", got)
		}
	})
}

// Nothing that somebody who is blocked is answered differs from what a stranger is.
func TestBlockedIsAnsweredLikeAStranger(t *testing.T) {
	for _, step := range []federation.FriendStep{
		federation.FriendRequest, federation.FriendAccept, federation.FriendCancel, federation.FriendRemove,
	} {
		t.Run(string(step), func(t *testing.T) {
			_, a, _ := newNetwork(t)
			must(t, a.Block(t.Context(), "alice", bob))
			event := federation.Friendship{Step: step, From: bob, To: alice}
			blocked := a.Friendship(t.Context(), event)
			event.To = anna
			if stranger := a.Friendship(t.Context(), event); blocked != stranger {
				t.Errorf("blocked %v, stranger %v", blocked, stranger)
			}
			if got := stateOf(t, a, "alice", bob); got != identity.StateBlocked {
				t.Errorf("now %s", got)
			}
		})
	}
}

func TestBlockAndUnblock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, a, b := newNetwork(t)
		makeFriends(t, a, b)
		before := len(n.steps())
		must(t, a.Block(t.Context(), "alice", bob))
		if err := a.Request(t.Context(), "alice", bob); !errors.Is(err, identity.ErrBlocked) {
			t.Errorf("request of who is blocked: %v", err)
		}
		if err := a.Accept(t.Context(), "alice", bob); !errors.Is(err, identity.ErrBlocked) {
			t.Errorf("accept of who is blocked: %v", err)
		}
		must(t, a.Unblock(t.Context(), "alice", bob))
		synctest.Wait()
		if got := stateOf(t, a, "alice", bob); got != identity.StateNone {
			t.Errorf("after unblocking: %s", got)
		}
		if got := n.steps(); len(got) != before {
			t.Errorf("they were told: %v", got[before:])
		}
	})
}

func TestStrangersFillNoList(t *testing.T) {
	n, a, _ := newNetwork(t)
	limit := identity.DefaultLimits().RequestsPerPeer
	for i := range limit + 1 {
		event := federation.Friendship{Step: federation.FriendRequest, From: identity.ID(fmt.Sprintf("user%d@b.example", i)), To: alice}
		got := a.Friendship(t.Context(), event).Status
		want := federation.StatusOK
		if i == limit {
			want = federation.StatusTooMany
		}
		if got != want {
			t.Fatalf("request %d: %v, want %v", i, got, want)
		}
	}
	if len(n.steps()) != 0 {
		t.Error("strangers were answered")
	}
}

func TestForeignEvents(t *testing.T) {
	_, a, _ := newNetwork(t)
	for _, test := range []struct {
		name  string
		event federation.Friendship
		want  federation.Status
	}{
		{"no account", federation.Friendship{Step: federation.FriendRequest, From: bob, To: "carol@a.example"}, federation.StatusNoUser},
		{"not here", federation.Friendship{Step: federation.FriendRequest, From: bob, To: "alice@c.example"}, federation.StatusNoUser},
		{"oneself", federation.Friendship{Step: federation.FriendRequest, From: alice, To: alice}, federation.StatusNoUser},
		{"accept of nothing", federation.Friendship{Step: federation.FriendAccept, From: bob, To: alice}, federation.StatusNoRequest},
		{"cancel of nothing", federation.Friendship{Step: federation.FriendCancel, From: bob, To: alice}, federation.StatusOK},
		{"unknown step", federation.Friendship{Step: "wink", From: bob, To: alice}, federation.StatusFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := a.Friendship(t.Context(), test.event).Status; got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestWhoIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := newNetwork(t)
		changes := 0
		var ended []identity.ID
		a.config.OnChange = func() { changes++ }
		a.config.OnEnd = func(account string, id identity.ID) { ended = append(ended, identity.ID(account), id) }
		makeFriends(t, a, b)
		if changes != 2 || ended != nil {
			t.Errorf("%d changes, want 2; ended %v", changes, ended)
		}
		must(t, a.Name(t.Context(), "alice", bob, "Bob"))
		must(t, b.Remove(t.Context(), "bob", alice))
		synctest.Wait()
		if changes != 4 || !slices.Equal(ended, []identity.ID{"alice", bob}) {
			t.Errorf("%d changes, want 4; ended %v", changes, ended)
		}
	})
}

// Close does not wait for servers that do not answer.
func TestCloseEndsTelling(t *testing.T) {
	_, a, b := newNetwork(t)
	makeFriends(t, a, b)
	hangs := make(chan struct{})
	a.Connect("a.example", hanging{hangs})
	must(t, a.Remove(t.Context(), "alice", bob))
	<-hangs
	a.Close()
}

// Takos servers refuse what has been done before; it is done all the same.
func TestDoneBefore(t *testing.T) {
	refuse := func(n *network, words string) {
		n.failWith(func(federation.Friendship) error {
			return &federation.SendError{Domain: "b.example", Status: 400, Reason: words, Err: federation.ErrRefused}
		})
	}
	for _, test := range []struct {
		words string
		want  identity.FriendState
	}{{"Already requested", identity.StateRequested}, {"Already friends", identity.StateFriends}} {
		n, a, _ := newNetwork(t)
		refuse(n, test.words)
		must(t, a.Request(t.Context(), "alice", bob))
		if got := stateOf(t, a, "alice", bob); got != test.want {
			t.Errorf("request, %s: %s", test.words, got)
		}
	}
	n, a, b := newNetwork(t)
	must(t, a.Request(t.Context(), "alice", bob))
	refuse(n, "Already friends")
	must(t, b.Accept(t.Context(), "bob", alice))
	if got := stateOf(t, b, "bob", alice); got != identity.StateFriends {
		t.Errorf("accept: %s", got)
	}
	refuse(n, "Server error")
	if err := a.Request(t.Context(), "alice", "carol@b.example"); !errors.Is(err, federation.ErrRefused) {
		t.Errorf("another refusal: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("friends without a store were made")
	}
}
