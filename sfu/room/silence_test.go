package room

import (
	"testing"
	"time"
)

// Who fell silent is waited for from then on, not from when it was noticed.
func TestSilentPeerIsGivenUpInTime(t *testing.T) {
	for name, test := range map[string]struct {
		silent, left time.Duration
	}{
		"noticed at once":     {0, 30 * time.Second},
		"noticed later":       {15 * time.Second, 15 * time.Second},
		"noticed much later":  {time.Hour, 0},
		"heard in the future": {-time.Hour, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			rooms := newTestRooms(t, Limits{})
			bob, _ := join(t, rooms, "bob")
			alice, _ := join(t, rooms, "alice")
			bob.take()
			begun := time.Now()
			alice.LeaveSince(Broken, begun.Add(-test.silent))
			var until time.Time
			must(t, bob.do(func(time.Time, *peer) error {
				for _, p := range bob.room.peers {
					if p.id == "alice" {
						until = p.awayUntil
					}
				}
				return nil
			}))
			if test.left == 0 {
				if !until.IsZero() && until.After(time.Now()) {
					t.Errorf("waits until %v", until)
				}
				return
			}
			if early, late := begun.Add(test.left), time.Now().Add(test.left); until.Before(early) || until.After(late) {
				t.Errorf("waits until %v, want %v", until, early)
			}
		})
	}
}
