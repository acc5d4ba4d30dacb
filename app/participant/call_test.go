package participant

import (
	"testing"
	"time"
)

func TestTwoGuests(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	began := time.Now()
	alice := h.join("alice")
	t.Log("joined after", time.Since(began))
	alice.produce(ProducerConfig{Kind: kindAudio})
	t.Log("audio after", time.Since(began))
	video := alice.produce(ProducerConfig{Kind: kindVideo, Layers: oneLayer()})
	t.Log("video after", time.Since(began))

	began = time.Now()
	bob := h.join("bob")
	await(bob, func(e PeerJoined) bool { return e.PeerID == "alice" })
	hear(t, bob.awaitTrack("alice", kindAudio).Track)
	t.Log("heard after", time.Since(began))
	hear(t, bob.awaitTrack("alice", kindVideo).Track)
	t.Log("seen after", time.Since(began))
	await(alice, func(e PeerJoined) bool { return e.PeerID == "bob" })
	bob.produce(ProducerConfig{Kind: kindVideo, Source: "screen", Layers: threeLayers()})
	screen := alice.awaitTrack("bob", kindVideo)
	if screen.Source != "screen" {
		t.Errorf("source %q", screen.Source)
	}
	hear(t, screen.Track)
	video.Close()
	await(bob, func(e TrackRemoved) bool { return e.PeerID == "alice" && e.ProducerID == video.ID() })
	bob.HangUp()
	if e := await(bob, anyOf[Ended]); e.Err != nil {
		t.Errorf("ended with %v", e.Err)
	}
	await(alice, func(e TrackRemoved) bool { return e.PeerID == "bob" })
	await(alice, func(e PeerLeft) bool { return e.PeerID == "bob" })
}
