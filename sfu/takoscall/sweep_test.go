package takoscall

import (
	"log/slog"
	"testing"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
)

// newIdleHub is a hub whose steps the test makes itself.
func newIdleHub(t testing.TB, limits Limits) *hub {
	t.Helper()
	limits.fill()
	h := newHub(Config{Server: newSfu(t), Limits: limits, Logger: slog.New(slog.DiscardHandler), OnChange: func() {}})
	t.Cleanup(h.closeRooms)
	return h
}

func TestSweep(t *testing.T) {
	t.Parallel()
	const idle, orphan = 6 * time.Hour, 2 * time.Minute
	for name, test := range map[string]struct {
		controller   bool
		after        time.Duration
		peers, rooms int
	}{
		"soon":                            {true, idle - time.Second, 1, 2},
		"nothing for long":                {true, idle, 0, 1}, // the room has lost its last peer just now
		"no controller for a moment":      {false, orphan - time.Second, 1, 2},
		"no controller, nothing for long": {false, orphan, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, start := newIdleHub(t, Limits{IdleTTL: idle, OrphanTTL: orphan}), time.Now()
			h.orphaned = start
			if test.controller {
				h.links[newOutbox(newEnding())] = struct{}{}
				h.orphaned = time.Time{}
			}
			r, err := h.openRoom(start, "den", nil)
			must(t, err)
			p, err := h.addPeer(start, r, "alice")
			must(t, err)
			_, err = h.addTransport(p, sfu.DirectionSend)
			must(t, err)
			_, err = h.openRoom(start, "hall", ortc.DefaultMediaCodecs())
			must(t, err)
			now := start.Add(test.after)
			h.sweep(now)
			if len(r.peers) != test.peers || len(h.rooms) != test.rooms {
				t.Errorf("got %d peers and %d rooms, want %d and %d", len(r.peers), len(h.rooms), test.peers, test.rooms)
			}
			h.sweep(now.Add(idle))
			h.sweep(now.Add(2 * idle))
			if len(h.rooms) != 0 {
				t.Errorf("%d rooms are left for ever", len(h.rooms))
			}
		})
	}
}

// Commands keep what they name.
func TestSweepSparesWhatIsUsed(t *testing.T) {
	t.Parallel()
	h, now := newIdleHub(t, Limits{}), time.Now()
	r, err := h.openRoom(now, "den", nil)
	must(t, err)
	_, err = h.addPeer(now, r, "alice")
	must(t, err)
	for range 10 {
		now = now.Add(h.config.Limits.OrphanTTL / 2)
		_, err := h.peer(now, path{"den", "alice"})
		must(t, err)
		h.sweep(now)
	}
	if len(h.rooms) != 1 || len(r.peers) != 1 {
		t.Errorf("%d rooms, %d peers are left", len(h.rooms), len(r.peers))
	}
}

// A call goes on without its controller for as long as its media do; what has
// none ends.
func TestCallOutlivesItsController(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{OrphanTTL: 300 * time.Millisecond})
	first := h.connect()
	alice, bob := first.enter("den", "alice"), first.enter("den", "bob")
	audio, _ := alice.publish("audio")
	heard := bob.receive(audio)
	hear(t, heard, "audio/opus")
	idle := first.enter("hall", "carol")
	idle.Drop()

	h.await("the idle room's end", func() bool { return len(h.Snapshot()) == 1 })
	hear(t, heard, "audio/opus")
	again := h.connect()
	if got := string(again.try("getRoomInfo", data{"roomId": "hall"}).Data); got != "null" {
		t.Errorf("the idle room: %s", got)
	}
	if len(peerOf(t, again, "den", "alice").Producers) != 1 {
		t.Error("alice's producer is gone")
	}
	again.Drop()
	alice.send.Close()
	alice.recv.Close()
	bob.send.Close()
	bob.recv.Close()
	h.await("the call's end", func() bool { return len(h.Snapshot()) == 0 })
}
