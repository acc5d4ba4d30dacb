package identity

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestFriendStates(t *testing.T) {
	const refused, blocked = "refused", "blocked!"
	states := []FriendState{StateNone, StateRequested, StateAsked, StateFriends, StateBlocked}
	for _, test := range []struct {
		step FriendStep
		want [5]string // from none, requested, asked, friends, blocked
	}{
		{StepRequest, [5]string{"requested", "requested", "friends", "friends", blocked}},
		{StepWithdraw, [5]string{"none", "none", refused, refused, blocked}},
		{StepAccept, [5]string{refused, refused, "friends", "friends", blocked}},
		{StepDecline, [5]string{"none", refused, "none", refused, blocked}},
		{StepRemove, [5]string{"none", "none", "none", "none", blocked}},
		{StepBlock, [5]string{"blocked", "blocked", "blocked", "blocked", "blocked"}},
		{StepUnblock, [5]string{"none", refused, refused, refused, "none"}},
		{StepTheyRequest, [5]string{"asked", "friends", "asked", "friends", blocked}},
		{StepTheyWithdraw, [5]string{"none", refused, "none", refused, blocked}},
		{StepTheyAccept, [5]string{refused, "friends", refused, "friends", blocked}},
		{StepTheyRemove, [5]string{"none", "none", "none", "none", blocked}},
		{"dance", [5]string{refused, refused, refused, refused, blocked}},
	} {
		for n, from := range states {
			t.Run(fmt.Sprint(from, " ", test.step), func(t *testing.T) {
				s := newStore(t)
				reach(t, s, from)
				change, err := s.ChangeFriend(start, "alice", "bob@b.example", test.step)
				got := string(change.After)
				switch {
				case errors.Is(err, ErrTransition):
					got = refused
				case errors.Is(err, ErrBlocked):
					got = blocked
				}
				if got != test.want[n] || change.Before != from {
					t.Errorf("from %s: got %s (%v), want %s", change.Before, got, err, test.want[n])
				}
				after := must[Friend](t)(s.Friend("alice", "bob@b.example"))
				if after.State != change.After {
					t.Errorf("kept %s, told %s", after.State, change.After)
				}
			})
		}
	}
}

func reach(t *testing.T, s *Store, state FriendState) {
	t.Helper()
	for _, step := range map[FriendState][]FriendStep{
		StateRequested: {StepRequest},
		StateAsked:     {StepTheyRequest},
		StateFriends:   {StepRequest, StepTheyAccept},
		StateBlocked:   {StepBlock},
	}[state] {
		must[FriendChange](t)(s.ChangeFriend(start, "alice", "bob@b.example", step))
	}
}

func TestFriendsAreKept(t *testing.T) {
	s := newStore(t)
	reach(t, s, StateFriends)
	must[FriendChange](t)(s.ChangeFriend(start.Add(time.Minute), "alice", "ann@b.example", StepTheyRequest))
	if err := s.NameFriend("alice", "bob@b.example", "Bobby"); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s)
	list := must[[]Friend](t)(s.Friends("alice"))
	want := []Friend{
		{ID: "ann@b.example", State: StateAsked, ChangedAt: start.Add(time.Minute)},
		{ID: "bob@b.example", State: StateFriends, Title: "Bobby", ChangedAt: start},
	}
	if len(list) != 2 || list[0] != want[0] || list[1] != want[1] {
		t.Errorf("got %+v", list)
	}
	if others := must[[]Friend](t)(s.Friends("carol")); len(others) != 0 {
		t.Errorf("carol has %+v", others)
	}
}

func TestFriendsRefuse(t *testing.T) {
	s := newStore(t)
	for _, test := range []struct {
		account string
		id      ID
		want    error
	}{
		{"nobody", "bob@b.example", ErrNoAccount},
		{"alice", "alice@a.example", ErrSelf},
		{"alice", "carol@a.example", nil},
		{"alice", "bob", ErrBadID},
		{"alice", "bob@B.example", ErrBadID},
		{"alice", "", ErrBadID},
	} {
		if _, err := s.ChangeFriend(start, test.account, test.id, StepRequest); !errors.Is(err, test.want) {
			t.Errorf("%s and %s: %v, want %v", test.account, test.id, err, test.want)
		}
	}
	if err := s.NameFriend("alice", "stranger@b.example", "x"); !errors.Is(err, ErrTransition) {
		t.Errorf("name for a stranger: %v", err)
	}
	if err := s.NameFriend("alice", "carol@a.example", "a\u202eb"); !errors.Is(err, ErrBadTitle) {
		t.Errorf("name with a direction override: %v", err)
	}
}

// A thousand requests fill neither the disk nor the places of real friends.
func TestFriendRequestsAreBounded(t *testing.T) {
	s := newStoreWith(t, bounds{Limits: Limits{Friends: 12, Requests: 6, RequestsPerPeer: 4}})
	ask := func(id ID) error {
		_, err := s.ChangeFriend(start, "alice", id, StepTheyRequest)
		return err
	}
	count := 0
	for peer := range 100 {
		for user := range 10 {
			err := ask(ID(fmt.Sprintf("user%d@p%d.example", user, peer)))
			if err == nil {
				count++
			} else if !errors.Is(err, ErrFull) {
				t.Fatal(err)
			}
			if count > 4 && peer == 0 {
				t.Fatal("more from one peer than may be")
			}
		}
	}
	if count != 6 {
		t.Errorf("%d requests are kept", count)
	}
	for n := range 6 {
		must[FriendChange](t)(s.ChangeFriend(start, "alice", ID(fmt.Sprintf("own%d@b.example", n)), StepRequest))
	}
	if _, err := s.ChangeFriend(start, "alice", "more@b.example", StepRequest); !errors.Is(err, ErrFull) {
		t.Errorf("a 13th: %v", err)
	}
	// What is there may still change, and anybody be blocked.
	must[FriendChange](t)(s.ChangeFriend(start, "alice", "user0@p0.example", StepAccept))
	must[FriendChange](t)(s.ChangeFriend(start, "alice", "pest@p0.example", StepBlock))
}
