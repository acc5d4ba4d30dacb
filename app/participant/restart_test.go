package participant

import (
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/sfu"
	"takoshome/sfu/ice"
)

// ways are several ways to a host's media, of which its guests are told one.
type ways struct {
	relays []*relay
	told   atomic.Int64
	asked  atomic.Int64 // restarts that the host has answered
}

// newWays puts them before a host.
func newWays(t *testing.T, m *meddler, number int) *ways {
	w := &ways{}
	for range number {
		w.relays = append(w.relays, newRelay(t))
	}
	m.fromHost = func(message map[string]any) bool {
		eachCandidate(message, func(_ string, c map[string]any) { c["port"] = float64(w.relays[w.told.Load()].port()) })
		if message["type"] == "iceRestarted" {
			w.asked.Add(1)
		}
		return true
	}
	return w
}

// lead leads them to the host.
func (w *ways) lead(h *host) {
	for _, r := range w.relays {
		r.host = net.UDPAddrFromAddrPort(h.server.LocalAddr())
		r.done.Go(r.runFront)
	}
}

// awaitMedia waits until all transports of the room stand.
func (h *host) awaitMedia() {
	h.t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for began := time.Now(); time.Since(began) < patience; <-ticker.C {
		stand := true
		for _, r := range h.rooms.Snapshot() {
			for _, p := range r.Peers {
				for _, t := range p.Transports {
					stand = stand && t.IceState == string(ice.StateCompleted) && t.DtlsState == string(sfu.DtlsStateConnected)
				}
			}
		}
		if stand {
			return
		}
	}
	h.t.Fatalf("media does not stand: %+v", h.rooms.Snapshot())
}

// talk brings two into a call, of whom alice is heard by bob.
func (h *host) talk(t Timeouts) (alice, bob *guest, sound media.RemoteTrack) {
	h.t.Helper()
	alice, bob = h.join("alice", withTimeouts(t)), h.join("bob", withTimeouts(t))
	alice.produce(ProducerConfig{Kind: kindAudio})
	sound = bob.awaitTrack("alice", kindAudio).Track
	hear(h.t, sound)
	h.awaitMedia()
	return alice, bob, sound
}

// stays fails for a guest whose call was interrupted: whose media was made anew.
func stays(t *testing.T, guests ...*guest) {
	t.Helper()
	for _, g := range guests {
		g.mu.Lock()
		for _, e := range g.events {
			switch e.(type) {
			case TrackRemoved, PeerLeft, Reconnecting, Ended:
				t.Errorf("%s is told %T", g.name, e)
			}
		}
		g.mu.Unlock()
	}
}

// The way to the host dies, and the host is found by another one: the same
// streams go on.
func TestRestartWhenNothingComes(t *testing.T) {
	t.Parallel()
	m := newMeddler(t)
	w := newWays(t, m, 2)
	h := newHost(t, m.option())
	w.lead(h)
	alice, bob := h.join("alice", withTimeouts(quick())), h.join("bob", withTimeouts(quick()))
	alice.produce(ProducerConfig{Kind: kindAudio})
	video := alice.produce(ProducerConfig{Kind: kindVideo, Layers: threeLayers()})
	sound, picture := bob.awaitTrack("alice", kindAudio).Track, bob.awaitTrack("alice", kindVideo).Track
	hear(t, sound)
	hear(t, picture)
	h.awaitMedia()
	w.told.Store(1)
	w.relays[0].dead.Store(true)
	hearOn(t, sound)
	hearOn(t, picture)
	stays(t, alice, bob)
	if w.asked.Load() < 4 {
		t.Errorf("%d restarts for two guests of two transports", w.asked.Load())
	}
	video.Close() // and what is negotiated afterwards works
	again := alice.produce(ProducerConfig{Kind: kindVideo, Layers: oneLayer()})
	hear(t, await(bob, func(e TrackAdded) bool { return e.ProducerID == again.ID() }).Track)
}

// hearOn reads more of a stream than can have been on its way before.
func hearOn(t *testing.T, track media.RemoteTrack) {
	t.Helper()
	for range 30 { // three seconds
		hear(t, track)
	}
}

// The host says that it has moved: nobody waits until nothing comes any more.
func TestRestartWhenTheHostMoves(t *testing.T) {
	t.Parallel()
	m := newMeddler(t)
	w := newWays(t, m, 2)
	h := newHost(t, m.option())
	w.lead(h)
	// With the usual timeouts, silence would take longer than the test has.
	slow := quick()
	slow.Disconnected, slow.Failed = 10*patience, patience
	alice, bob, sound := h.talk(slow)
	w.told.Store(1)
	h.server.SetAnnounced([]sfu.Announced{{Addr: netip.MustParseAddr("203.0.113.7")}})
	w.relays[0].dead.Store(true)
	hearOn(t, sound)
	stays(t, alice, bob)
}

// A client comes back by another socket, and learns only from init that the host
// has moved.
func TestRestartAfterResume(t *testing.T) {
	t.Parallel()
	m := newMeddler(t)
	w := newWays(t, m, 2)
	h := newHost(t, m.option())
	w.lead(h)
	slow := quick()
	slow.Disconnected, slow.Failed = 10*patience, patience
	alice, bob, sound := h.talk(slow)
	m.setRefuse(503)
	m.cut()
	for _, g := range []*guest{alice, bob} {
		await(g, anyOf[Reconnecting])
	}
	w.told.Store(1)
	w.relays[0].dead.Store(true)
	m.setRefuse(0)
	for _, g := range []*guest{alice, bob} {
		await(g, anyOf[Reconnected])
	}
	hearOn(t, sound)
	stays(t, alice, bob)
}

// Whatever way comes and goes, a client whose own is as it was restarts nothing.
func TestOtherWaysAreNobodysBusiness(t *testing.T) {
	t.Parallel()
	m := newMeddler(t)
	var restarts atomic.Int64
	m.fromGuest = func(message map[string]any) bool {
		if message["type"] == "restartIce" {
			restarts.Add(1)
		}
		return true
	}
	h := newHost(t, m.option())
	alice, bob, sound := h.talk(quick())
	for i := range 20 {
		h.server.SetAnnounced([]sfu.Announced{{Addr: netip.MustParseAddr("203.0.113.7"), UDPPort: uint16(i + 1)}})
		hear(t, sound)
	}
	stays(t, alice, bob)
	if restarts.Load() > 0 {
		t.Errorf("%d restarts", restarts.Load())
	}
}

// The host takes away an address that works all the same: it goes on being used.
func TestRestartKeepsWhatWorks(t *testing.T) {
	t.Parallel()
	m := newMeddler(t)
	w := newWays(t, m, 2)
	h := newHost(t, m.option())
	w.lead(h)
	alice, bob, sound := h.talk(quick())
	w.relays[1].dead.Store(true)
	w.told.Store(1)
	h.server.SetAnnounced([]sfu.Announced{{Addr: netip.MustParseAddr("203.0.113.7")}})
	hearOn(t, sound)
	stays(t, alice, bob)
	if w.asked.Load() == 0 {
		t.Error("nobody restarted, the test shows nothing")
	}
}

// Answers that make no sense, or that nobody has asked for, change nothing.
func TestBadRestarts(t *testing.T) {
	t.Parallel()
	m := newMeddler(t)
	var spoiled atomic.Int64
	m.fromHost = func(message map[string]any) bool {
		switch message["type"] {
		case "candidates":
			message["iceCandidates"] = []any{}
		case "iceRestarted":
			if spoiled.Add(1)%2 == 0 {
				message["iceParameters"] = map[string]any{"usernameFragment": "x\r\na=b", "password": "short"}
			} else {
				message["iceCandidates"] = []any{map[string]any{"ip": "::", "port": 0}}
			}
		}
		return true
	}
	h := newHost(t, m.option())
	alice, bob, sound := h.talk(quick())
	h.server.SetAnnounced([]sfu.Announced{{Addr: netip.MustParseAddr("203.0.113.7")}})
	hearOn(t, sound)
	stays(t, alice, bob)
	if spoiled.Load() == 0 {
		t.Error("nobody restarted, the test shows nothing")
	}
}
