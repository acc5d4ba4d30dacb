package participant

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/sfu/room"
)

func TestChat(t *testing.T) {
	t.Parallel()
	m := newMeddler(t)
	h := newHost(t, m.option())
	alice, bob := h.join("alice", withTimeouts(quick())), h.join("bob")
	must(t, alice.Chat(" hello\nthere "))
	for _, g := range []*guest{alice, bob} {
		if e := await(g, anyOf[Chatted]); e.PeerID != "alice" || e.Text != "hello\nthere" || time.Since(e.At) > time.Minute {
			t.Errorf("%s heard %+v", g.name, e)
		}
	}
	must(t, bob.Chat("hi"))
	await(alice, func(e Chatted) bool { return e.Text == "hi" })
	await(bob, func(e Chatted) bool { return e.Text == "hi" })
	// The history after a resume brings nothing twice, and what was missed.
	m.cut()
	await(alice, anyOf[Reconnected])
	await(bob, anyOf[Reconnected])
	must(t, bob.Chat("again"))
	if e := await(alice, anyOf[Chatted]); e.Text != "again" {
		t.Errorf("heard %+v twice", e)
	}
	carol := h.join("carol")
	for _, want := range []string{"hello\nthere", "hi", "again"} {
		if e := await(carol, anyOf[Chatted]); e.Text != want {
			t.Errorf("history: %q, want %q", e.Text, want)
		}
	}
	for _, text := range []string{"", " \n ", strings.Repeat("ö", maxChat+1), "\xff"} {
		if err := alice.Chat(text); !errors.Is(err, ErrBadChat) {
			t.Errorf("%.10q: %v, want ErrBadChat", text, err)
		}
	}
}

func TestPauseAndSpeaking(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice"), h.join("bob")
	voice := alice.produce(ProducerConfig{Kind: kindAudio, Paused: true})
	if e := bob.awaitTrack("alice", kindAudio); !e.Paused {
		await(bob, anyOf[TrackPaused]) // it was told a moment later
	}
	voice.mu.Lock()
	voice.level = 20
	voice.mu.Unlock()
	voice.Resume()
	await(bob, func(e TrackResumed) bool { return e.ProducerID == voice.ID() })
	for _, g := range []*guest{alice, bob} {
		await(g, func(e Speaking) bool { return slices.Equal(e.PeerIDs, []string{"alice"}) })
	}
	voice.Pause()
	await(bob, func(e TrackPaused) bool { return e.PeerID == "alice" })
	await(bob, func(e Speaking) bool { return len(e.PeerIDs) == 0 })
	for _, extension := range []string{"chat", "pause", "restart", "speaking"} {
		if !bob.Offers(extension) {
			t.Errorf("the host does not offer %s", extension)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	t.Run("a token works once", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		l := h.link("alice")
		join(t, "alice", l)
		if _, err := tryJoin(t, "alice", l); !errors.Is(err, ErrExpired) {
			t.Errorf("got %v, want ErrExpired", err)
		}
	})
	t.Run("full", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *hostConfig) { c.rooms.Limits.Peers = 1 })
		h.join("alice")
		if _, err := tryJoin(t, "bob", h.link("bob")); !errors.Is(err, ErrFull) {
			t.Errorf("got %v, want ErrFull", err)
		}
	})
	t.Run("name", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		l, err := ParseLink(h.http.URL + "/j#i=good")
		must(t, err)
		if _, err := tryJoin(t, "alice@a.example", l); !errors.Is(err, ErrBadName) {
			t.Errorf("got %v, want ErrBadName", err)
		}
	})
	t.Run("video in an audio call", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *hostConfig) { c.callType = room.CallAudio })
		alice := h.join("alice")
		if alice.CallType() != kindAudio || alice.Room() != "den" || alice.PeerID() != "alice" {
			t.Errorf("joined %s of %s as %s", alice.CallType(), alice.Room(), alice.PeerID())
		}
		_, err := alice.Produce(t.Context(), ProducerConfig{Kind: kindVideo, Layers: oneLayer()})
		if !errors.Is(err, ErrRefused) {
			t.Errorf("got %v, want ErrRefused", err)
		}
		alice.produce(ProducerConfig{Kind: kindAudio})
	})
	t.Run("configuration", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		alice := h.join("alice")
		for _, config := range []ProducerConfig{{}, {Kind: "smell"}, {Kind: kindVideo}} {
			if _, err := alice.Produce(t.Context(), config); !errors.Is(err, ErrConfig) {
				t.Errorf("%+v: %v, want ErrConfig", config, err)
			}
		}
		if _, err := Join(t.Context(), Config{Link: h.link("bob")}); !errors.Is(err, ErrConfig) {
			t.Errorf("no events: %v, want ErrConfig", err)
		}
	})
}

// A host that closes a stream of ours wants it no more.
func TestHostClosesProducer(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice"), h.join("bob")
	voice := alice.produce(ProducerConfig{Kind: kindAudio})
	bob.awaitTrack("alice", kindAudio)
	must(t, h.rooms.CloseProducer("den", "alice", voice.ID()))
	await(bob, anyOf[TrackRemoved])
	must(t, alice.Chat("what has happened before has been heard now"))
	await(alice, anyOf[Chatted])
	if err := voice.Write(0, media.Sample{}); !errors.Is(err, ErrClosed) {
		t.Errorf("write: %v, want ErrClosed", err)
	}
}
