package participant

import (
	"errors"
	"testing"
	"time"
)

// A host that speaks the specification and nothing else: parameters as text, no
// names, no extensions, no way back, and no answer to produce.
func TestBareHost(t *testing.T) {
	t.Parallel()
	for name, silent := range map[string]bool{"answers produce": false, "answers nothing": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMeddler(t)
			specOnly(m, silent)
			h := newHost(t, m.option())
			timeouts := quick()
			timeouts.Reply = 500 * time.Millisecond
			alice := h.join("alice", withTimeouts(timeouts))
			if alice.PeerID() != "" || alice.Offers("chat") {
				t.Errorf("peer %q, chat %v", alice.PeerID(), alice.Offers("chat"))
			}
			if err := alice.Chat("hello"); !errors.Is(err, ErrNotOffered) {
				t.Errorf("chat: %v, want ErrNotOffered", err)
			}
			voice := alice.produce(ProducerConfig{Kind: kindAudio})
			alice.produce(ProducerConfig{Kind: kindVideo, Layers: threeLayers()})
			bob := h.join("bob", withTimeouts(timeouts))
			sound := bob.awaitTrack("alice", kindAudio).Track
			hear(t, sound)
			hear(t, bob.awaitTrack("alice", kindVideo).Track)
			bob.produce(ProducerConfig{Kind: kindAudio})
			hear(t, alice.awaitTrack("bob", kindAudio).Track)
			voice.Pause()
			voice.Resume()
			hear(t, sound)
			voice.Close() // without a word
			bob.HangUp()
			await(alice, func(e PeerLeft) bool { return e.PeerID == "bob" })
			m.cut()
			if e := await(alice, anyOf[Ended]); !errors.Is(e.Err, ErrHostGone) {
				t.Errorf("ended with %v, want ErrHostGone", e.Err)
			}
		})
	}
}
