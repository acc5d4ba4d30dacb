package participant

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"takoshome/sfu/room"
)

// quick are timeouts for tests in which something breaks.
func quick() Timeouts {
	return Timeouts{
		Disconnected: 2 * time.Second, Failed: time.Second, Media: 8 * time.Second,
		Retry: 20 * time.Millisecond, RetryMost: 100 * time.Millisecond,
	}
}

// A socket that breaks takes nothing with it: streams go on, and what happened
// meanwhile is made up for.
func TestSocketCut(t *testing.T) {
	t.Parallel()
	m := newMeddler(t)
	h := newHost(t, m.option())
	alice, bob := h.join("alice", withTimeouts(quick())), h.join("bob", withTimeouts(quick()))
	voice := alice.produce(ProducerConfig{Kind: kindAudio})
	track := bob.awaitTrack("alice", kindAudio).Track
	hear(t, track)
	m.setRefuse(http.StatusBadGateway)
	m.cut()
	await(alice, anyOf[Reconnecting])
	await(bob, anyOf[Reconnecting])
	hear(t, track) // media goes on meanwhile
	voice.Pause()
	video := newStream(ProducerConfig{Kind: kindVideo, Layers: oneLayer()})
	produced := make(chan error, 1)
	go func() {
		var err error
		video.Producer, err = alice.Produce(context.Background(), video.config)
		produced <- err
	}()
	m.setRefuse(0)
	await(alice, anyOf[Reconnected])
	await(bob, anyOf[Reconnected])
	must(t, <-produced)
	video.play(t)
	await(bob, anyOf[TrackPaused])
	hear(t, bob.awaitTrack("alice", kindVideo).Track)
	voice.Resume()
	await(bob, anyOf[TrackResumed])
	hear(t, track)
	bob.mu.Lock()
	defer bob.mu.Unlock()
	for _, e := range bob.events {
		switch e.(type) {
		case TrackRemoved, PeerLeft:
			t.Errorf("%T although media was kept", e)
		}
	}
}

// Sockets that break again and again, in the middle of everything, leave a call
// that works.
func TestSocketCutOften(t *testing.T) {
	t.Parallel()
	m := newMeddler(t)
	h := newHost(t, m.option())
	alice, bob := h.join("alice", withTimeouts(quick())), h.join("bob", withTimeouts(quick()))
	cutAndReturn := func() {
		m.cut()
		for _, g := range []*guest{alice, bob} {
			await(g, anyOf[Reconnecting])
			await(g, anyOf[Reconnected])
		}
	}
	for range 5 {
		config := ProducerConfig{Kind: kindVideo, Layers: oneLayer()}
		s := newStream(config)
		produced := make(chan error, 1)
		go func() {
			var err error
			s.Producer, err = alice.Produce(context.Background(), s.config)
			produced <- err
		}()
		cutAndReturn()
		must(t, <-produced)
		s.play(t)
		track := await(bob, func(e TrackAdded) bool { return e.ProducerID == s.ID() })
		hear(t, track.Track)
		s.Close()
		s.halt()
		cutAndReturn()
		await(bob, func(e TrackRemoved) bool { return e.ProducerID == s.ID() })
	}
}

// Media that dies while the socket lives is made anew, with everything in it.
func TestMediaDead(t *testing.T) {
	t.Parallel()
	m, r := newMeddler(t), newRelay(t)
	r.through(m)
	h := newHost(t, m.option())
	alice := h.join("alice", withTimeouts(quick()))
	alice.produce(ProducerConfig{Kind: kindAudio})
	alice.produce(ProducerConfig{Kind: kindVideo, Layers: threeLayers()})
	bob := h.join("bob", withTimeouts(quick()))
	sound := bob.awaitTrack("alice", kindAudio)
	hear(t, sound.Track)
	hear(t, bob.awaitTrack("alice", kindVideo).Track)
	r.dead.Store(true)
	await(alice, anyOf[Reconnecting])
	await(bob, anyOf[Reconnecting])
	await(bob, func(e TrackRemoved) bool { return e.ProducerID == sound.ProducerID })
	r.dead.Store(false)
	await(alice, anyOf[Reconnected])
	await(bob, anyOf[Reconnected])
	h.hearLatest(bob, kindAudio)
	h.hearLatest(bob, kindVideo)
	if _, err := sound.Track.ReadRTP(); err == nil {
		t.Error("the old track is not at its end")
	}
}

// hearLatest hears a stream, whose track may end once more while its sender comes
// back.
func (h *host) hearLatest(g *guest, kind string) {
	g.t.Helper()
	for {
		track := await(g, func(e TrackAdded) bool { return e.Kind == kind }).Track
		must(g.t, track.(interface{ SetReadDeadline(time.Time) error }).SetReadDeadline(time.Now().Add(5*time.Second)))
		heard := 0
		for ; heard < 25; heard++ { // half a second
			if _, err := track.ReadRTP(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				text, _ := json.MarshalIndent(h.rooms.Snapshot(), "", " ")
				g.t.Logf("%s", text)
				g.t.Fatalf("read %s after %d: %v", kind, heard, err)
			}
		}
		if heard == 25 {
			return
		}
	}
}

func TestMediaNeverConnects(t *testing.T) {
	t.Parallel()
	m, r := newMeddler(t), newRelay(t)
	r.through(m)
	r.dead.Store(true)
	h := newHost(t, m.option())
	timeouts := quick()
	timeouts.Media = 300 * time.Millisecond
	alice := h.join("alice", withTimeouts(timeouts))
	if e := await(alice, anyOf[Ended]); !errors.Is(e.Err, ErrNoMedia) {
		t.Errorf("ended with %v, want ErrNoMedia", e.Err)
	}
	if got := m.sockets(); got != maxMediaTries+1 {
		t.Errorf("%d attempts, want %d", got, maxMediaTries+1)
	}
}

// The connectivity checks go on while media flows both ways: they are the
// consent without which a host falls silent.
func TestConsent(t *testing.T) {
	t.Parallel()
	m, r := newMeddler(t), newRelay(t)
	r.through(m)
	h := newHost(t, m.option())
	timeouts := quick() // checks every 500 ms
	alice, bob := h.join("alice", withTimeouts(timeouts)), h.join("bob", withTimeouts(timeouts))
	alice.produce(ProducerConfig{Kind: kindAudio})
	hear(t, bob.awaitTrack("alice", kindAudio).Track)
	before := r.checks.Load()
	deadline := time.After(patience)
	for r.checks.Load() < before+20 {
		select {
		case <-r.changed:
		case <-deadline:
			t.Fatalf("%d checks since media began", r.checks.Load()-before)
		}
	}
}

func TestHostGone(t *testing.T) {
	t.Parallel()
	m := newMeddler(t)
	h := newHost(t, m.option(), func(c *hostConfig) { c.rooms.Limits = room.Limits{ResumeTTL: time.Second} })
	alice := h.join("alice", withTimeouts(quick()))
	m.setRefuse(http.StatusBadGateway)
	m.cut()
	if e := await(alice, anyOf[Ended]); !errors.Is(e.Err, ErrHostGone) {
		t.Errorf("ended with %v, want ErrHostGone", e.Err)
	}
	if _, err := alice.Produce(t.Context(), ProducerConfig{Kind: kindAudio}); !errors.Is(err, ErrEnded) {
		t.Errorf("produce after the end: %v", err)
	}
}

// A host that stops says so, and may be back soon. It knows nobody then; a link
// for several guests lets one in again.
func TestHostRestarts(t *testing.T) {
	t.Parallel()
	first := newHost(t)
	address := first.http.Listener.Addr().String()
	l := first.link("alice")
	alice := newGuest(t, "alice")
	l.Token, l.Code = "", "good"
	var err error
	alice.Call, err = Join(t.Context(), Config{
		Link: l, Name: "alice", Events: alice.take, Timeouts: quick(), Logger: testLogger(t, "alice"),
	})
	must(t, err)
	t.Cleanup(alice.HangUp)
	alice.produce(ProducerConfig{Kind: kindAudio})
	first.closeAll()
	await(alice, anyOf[Reconnecting])
	second := newHost(t, func(c *hostConfig) {
		c.unstarted = func(s *httptest.Server) {
			must(t, s.Listener.Close())
			s.Listener, err = net.Listen("tcp", address)
			must(t, err)
			s.Start()
		}
	})
	await(alice, anyOf[Reconnected])
	bob := second.join("bob")
	hear(t, bob.awaitTrack("alice", kindAudio).Track)
}

func TestHostStops(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	timeouts := quick()
	timeouts.Restart = 300 * time.Millisecond
	alice := h.join("alice", withTimeouts(timeouts))
	h.closeAll()
	if e := await(alice, anyOf[Ended]); !errors.Is(e.Err, ErrHostEnded) {
		t.Errorf("ended with %v, want ErrHostEnded", e.Err)
	}
}

func TestRemovedAndReplaced(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice"), h.join("bob")
	h.join("alice")
	if e := await(alice, anyOf[Ended]); !errors.Is(e.Err, ErrReplaced) {
		t.Errorf("ended with %v, want ErrReplaced", e.Err)
	}
	must(t, h.rooms.RemovePeer("den", "bob"))
	if e := await(bob, anyOf[Ended]); !errors.Is(e.Err, ErrRemoved) {
		t.Errorf("ended with %v, want ErrRemoved", e.Err)
	}
	alice.HangUp()
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	d := defaultTimeouts
	for _, test := range []struct {
		attempts int
		random   float64
		want     time.Duration
	}{
		{1, 0.5, 500 * time.Millisecond},
		{1, 0, 250 * time.Millisecond},
		{2, 0.5, time.Second},
		{3, 0.5, 2 * time.Second},
		{4, 0.5, 4 * time.Second},
		{5, 0.5, 5 * time.Second},
		{1000, 0.5, 5 * time.Second},
		{1000, 0.99, 7450 * time.Millisecond},
	} {
		if got := backoff(test.attempts, d, test.random); got != test.want {
			t.Errorf("after %d attempts, at %g: %v, want %v", test.attempts, test.random, got, test.want)
		}
	}
}
