package participant

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"takoshome/app/media"
	"takoshome/sfu/room"
)

// awaitHost waits until the rooms look as the test wants.
func (h *host) awaitHost(what string, done func([]room.Snapshot) bool) {
	h.t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	timeout := time.After(patience)
	for !done(h.rooms.Snapshot()) {
		select {
		case <-ticker.C:
		case <-timeout:
			h.t.Fatalf("waiting for %s in vain: %+v", what, h.rooms.Snapshot())
		}
	}
}

// All layers of a camera arrive under their RIDs, and so do retransmissions.
func TestSimulcastOverLoss(t *testing.T) {
	t.Parallel()
	m, r := newMeddler(t), newRelay(t)
	r.through(m)
	h := newHost(t, m.option())
	alice, bob := h.join("alice"), h.join("bob")
	alice.produce(ProducerConfig{Kind: kindVideo, Layers: threeLayers()})
	track := bob.awaitTrack("alice", kindVideo).Track
	hear(t, track)
	h.awaitHost("three layers", func(s []room.Snapshot) bool {
		for _, p := range s[0].Peers {
			for _, producer := range p.Producers {
				if len(producer.Layers) == 3 && producer.Layers[0].PacketCount > 0 &&
					producer.Layers[1].PacketCount > 0 && producer.Layers[2].PacketCount > 0 {
					return true
				}
			}
		}
		return false
	})
	r.lossUp.Store(100)
	r.lossDown.Store(100)
	missing := missingOf(t, track, 100)
	if missing > 4 {
		t.Errorf("%d of 100 packets are missing although they can be sent again", missing)
	}
	deadline := time.Now().Add(patience)
	for s := bob.Stats(); s.DownLoss["alice"] == 0; s = bob.Stats() {
		if time.Now().After(deadline) {
			t.Fatalf("no loss in %+v", s)
		}
		_, err := track.ReadRTP()
		must(t, err)
	}
	for s := alice.Stats(); s.UpLoss == 0 || s.RTT == 0 || s.EstimateBps == 0; s = alice.Stats() {
		if time.Now().After(deadline) {
			t.Fatalf("no loss in %+v", s)
		}
		_, err := track.ReadRTP()
		must(t, err)
	}
	h.awaitHost("retransmissions", func(s []room.Snapshot) bool {
		for _, p := range s[0].Peers {
			for _, producer := range p.Producers {
				for _, layer := range producer.Layers {
					if layer.PacketsRetransmitted > 0 && layer.Rid != "" {
						return true
					}
				}
			}
		}
		_, err := track.ReadRTP()
		return err != nil
	})
}

// missingOf reads a stream and counts what is missing of so many packets, half of
// them later.
func missingOf(t *testing.T, track media.RemoteTrack, count int) int {
	t.Helper()
	must(t, track.(*remoteTrack).SetReadDeadline(time.Now().Add(patience)))
	first, err := track.ReadRTP()
	must(t, err)
	seen := map[uint16]bool{}
	for last := 0; last < count+count/2; {
		p, err := track.ReadRTP()
		must(t, err)
		seen[p.SequenceNumber] = true
		last = max(last, int(int16(p.SequenceNumber-first.SequenceNumber)))
	}
	missing := 0
	for i := 1; i <= count; i++ {
		if !seen[first.SequenceNumber+uint16(i)] {
			missing++
		}
	}
	return missing
}

// A camera that goes on and off all the time leaves nothing behind.
func TestCameraOnAndOff(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice"), h.join("bob")
	alice.produce(ProducerConfig{Kind: kindAudio})
	sound := bob.awaitTrack("alice", kindAudio).Track
	for i := range 25 {
		layers := threeLayers()[:1+i%3]
		camera := alice.produce(ProducerConfig{Kind: kindVideo, Layers: layers})
		screen := alice.produce(ProducerConfig{Kind: kindVideo, Source: "screen", Layers: oneLayer()})
		track := await(bob, func(e TrackAdded) bool { return e.ProducerID == camera.ID() })
		hear(t, track.Track)
		camera.Close()
		screen.Close()
		camera.halt()
		screen.halt()
		await(bob, func(e TrackRemoved) bool { return e.ProducerID == camera.ID() })
		if _, err := track.Track.ReadRTP(); err == nil {
			// What waited in the buffer may still come, and then the end.
			_, _ = track.Track.ReadRTP()
		}
	}
	hear(t, sound)
	for name, g := range map[string]*guest{"sender": alice, "receiver": bob} {
		sections := make(chan [2]int, 1)
		g.post(func(o *owner) {
			o.media.send.lane.do(func() {
				sent := len(o.media.send.sections)
				o.media.recv.lane.do(func() { sections <- [2]int{sent, len(o.media.recv.sections)} })
			})
		})
		if got := <-sections; got[0] > 4 || got[1] > 5 {
			t.Errorf("%s: %v sections", name, got)
		}
	}
	h.awaitHost("nothing of the camera", func(s []room.Snapshot) bool {
		for _, p := range s[0].Peers {
			if p.ID == "alice" && len(p.Producers) != 1 {
				return false
			}
		}
		return true
	})
}

// Everybody's streams come at once, whatever their number.
func TestManyGuests(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	var guests []*guest
	for i := range 6 {
		g := h.join(fmt.Sprint("guest", i))
		g.produce(ProducerConfig{Kind: kindAudio})
		g.produce(ProducerConfig{Kind: kindVideo, Layers: oneLayer()})
		guests = append(guests, g)
	}
	late := h.join("late")
	var done sync.WaitGroup
	for i := range guests {
		for _, kind := range []string{kindAudio, kindVideo} {
			track := late.awaitTrack(fmt.Sprint("guest", i), kind).Track
			done.Go(func() { hear(t, track) })
		}
	}
	done.Wait()
	hear(t, guests[0].awaitTrack("guest5", kindVideo).Track)
}

// Joining, producing and hanging up in any order ends everything.
func TestHangUpUnderWay(t *testing.T) {
	t.Parallel()
	m := newMeddler(t)
	h := newHost(t, m.option())
	for i := range 10 {
		g := h.join("alice", withTimeouts(quick()))
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() {
			if p, err := g.Produce(ctx, ProducerConfig{Kind: kindAudio}); err == nil {
				p.Close()
				p.Close()
			}
		})
		switch i % 3 {
		case 1:
			m.cut()
		case 2:
			cancel()
		}
		g.HangUp()
		g.HangUp()
		cancel()
		done.Wait()
		if e := await(g, anyOf[Ended]); e.Err != nil {
			t.Errorf("round %d: %v", i, e.Err)
		}
	}
}

// The estimate tells the encoders what to take, and silence frees them.
func TestBitrates(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice := h.join("alice")
	video := alice.produce(ProducerConfig{Kind: kindVideo, Layers: threeLayers()})
	deadline := time.After(patience)
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	wait := func(what string, done func() bool) {
		for !done() {
			select {
			case <-ticker.C:
			case <-deadline:
				t.Fatalf("%s: rates %d %d %d of %d", what, video.rate(0), video.rate(1), video.rate(2), alice.Stats().EstimateBps)
			}
		}
	}
	wait("the largest layer", func() bool { return video.rate(0) == 150_000 && video.rate(2) > 0 })
	video.Pause()
	wait("off while paused", func() bool { return video.rate(0) == 0 && video.rate(1) == 0 && video.rate(2) == 0 })
	video.Resume()
	wait("on again", func() bool { return video.rate(0) > 0 })
}
