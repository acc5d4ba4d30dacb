package identity

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"
)

// Security check 42: of 50 at the same moment one is accepted, and none later,
// nor after a restart.
func TestSec42EventIsAcceptedOnce(t *testing.T) {
	s := newStore(t)
	until := start.Add(10 * time.Minute)
	for round := range 5 {
		id := uuid.New()
		var accepted, seen atomic.Int32
		var gate, done sync.WaitGroup
		gate.Add(1)
		for range 50 {
			done.Go(func() {
				gate.Wait()
				switch err := s.AcceptEvent(start, "b.example", id, until); {
				case err == nil:
					accepted.Add(1)
				case errors.Is(err, ErrSeen):
					seen.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		gate.Done()
		done.Wait()
		if accepted.Load() != 1 || seen.Load() != 49 {
			t.Fatalf("round %d: %d accepted, %d seen before", round, accepted.Load(), seen.Load())
		}
		s = reopen(t, s)
		if err := s.AcceptEvent(start, "b.example", id, until); !errors.Is(err, ErrSeen) {
			t.Errorf("after a restart: %v", err)
		}
		// Another server may happen to, or mean to, use the same.
		if err := s.AcceptEvent(start, "c.example", id, until); err != nil {
			t.Errorf("from another: %v", err)
		}
	}
}

// Security check 42: what is remembered is bounded, and forgotten in time.
func TestSec42EventsAreBounded(t *testing.T) {
	s := newStoreWith(t, bounds{Limits: Limits{Events: 60, EventsPerOrigin: 20}}) // of which strangers have 30
	accept := func(now time.Time, origin string) error {
		return s.AcceptEvent(now, origin, uuid.New(), now.Add(10*time.Minute))
	}
	for n := range 100 {
		err := accept(start, "b.example")
		if (n < 20) != (err == nil) || (n >= 20 && !errors.Is(err, ErrFull)) {
			t.Fatalf("event %d of one origin: %v", n, err)
		}
	}
	for n := range 15 {
		if err := accept(start.Add(time.Minute), fmt.Sprintf("p%d.example", n)); (n < 10) != (err == nil) {
			t.Fatalf("event of origin %d: %v", n, err)
		}
	}
	s = reopen(t, s)
	if err := accept(start.Add(9*time.Minute), "c.example"); !errors.Is(err, ErrFull) {
		t.Errorf("before the first are forgotten: %v", err)
	}
	if err := accept(start.Add(10*time.Minute), "b.example"); err != nil {
		t.Errorf("after they are forgotten: %v", err)
	}
	if err := accept(start.Add(time.Hour), "b.example"); err != nil {
		t.Error(err)
	}
	counts := map[string]int{}
	err := s.view(func(tx *bolt.Tx) error {
		for _, bucket := range []string{bucketEvents, bucketExpiries, bucketOrigins} {
			counts[bucket] = tx.Bucket([]byte(bucket)).Stats().KeyN
		}
		return nil
	})
	if err != nil || counts[bucketEvents] != 1 || counts[bucketExpiries] != 1 || counts[bucketOrigins] != 1 {
		t.Errorf("an hour later there are %v, %v", counts, err)
	}
}

// Security check 42: strangers with any number of domains leave room for the
// servers of friends and groups.
func TestSec42EventsOfFriendsHaveRoom(t *testing.T) {
	s := newStoreWith(t, bounds{Limits: Limits{Events: 20, EventsPerOrigin: 4}})
	for _, friend := range []struct {
		id   ID
		step FriendStep
	}{{"bob@b.example", StepRequest}, {"pest@p.example", StepTheyRequest}, {"foe@f.example", StepBlock}} {
		must[FriendChange](t)(s.ChangeFriend(start, "alice", friend.id, friend.step))
	}
	group := must[Group](t)(s.CreateGroup(start, "Tea", "alice@a.example"))
	if err := s.AddMember(start, group.ID, "gus@g.example", RoleMember); err != nil {
		t.Fatal(err)
	}
	accept := func(origin string) error {
		return s.AcceptEvent(start, origin, uuid.New(), start.Add(10*time.Minute))
	}
	for n := range 30 {
		if err := accept(fmt.Sprintf("x%d.example", n)); (n < 10) != (err == nil) {
			t.Fatalf("stranger %d: %v", n, err)
		}
	}
	for origin, known := range map[string]bool{
		"b.example": true, "g.example": true, "p.example": false, "f.example": false, "c.example": false,
	} {
		if err := accept(origin); known != (err == nil) || (!known && !errors.Is(err, ErrFull)) {
			t.Errorf("%s: %v", origin, err)
		}
	}
}

// An event that was forgotten in its time is not accepted because the clock is
// set back.
func TestSec42EventAfterTheClockWentBack(t *testing.T) {
	s := newStore(t)
	id, until := uuid.New(), start.Add(10*time.Minute)
	for _, step := range []struct {
		now  time.Time
		id   uuid.UUID
		want error
	}{
		{start, id, nil},
		{until, id, ErrSeen},
		{until.Add(time.Minute), uuid.New(), ErrStale}, // which forgets the first
		{start, id, ErrStale},
		{start, uuid.New(), ErrStale},
	} {
		if err := s.AcceptEvent(step.now, "b.example", step.id, until); !errors.Is(err, step.want) {
			t.Errorf("at %v: %v, want %v", step.now, err, step.want)
		}
	}
	if err := s.AcceptEvent(start, "b.example", uuid.New(), until.Add(time.Millisecond)); err != nil {
		t.Errorf("a newer event: %v", err)
	}
}

func BenchmarkAcceptEvent(b *testing.B) {
	s, err := Open(Config{Path: b.TempDir() + "/state.db"})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for n := 0; b.Loop(); n++ {
		now := start.Add(time.Duration(n) * time.Second)
		if err := s.AcceptEvent(now, "b.example", uuid.New(), now.Add(10*time.Minute)); err != nil {
			b.Fatal(err)
		}
	}
}
