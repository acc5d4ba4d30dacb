package room

import (
	"errors"
	"testing"
	"time"

	"takoshome/sfu/ortc"
)

func TestPauseTellsTheOthers(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, _ := join(t, rooms, "bob")
	alice.take()
	audio := alice.produce(ortc.KindAudio, 1)
	bob.take()
	must(t, alice.PauseProducer(audio))
	must(t, alice.PauseProducer(audio))
	bob.expect("ProducerPaused alice")
	_, carols := join(t, rooms, "carol")
	if len(carols.Producers) != 1 || !carols.Producers[0].Paused {
		t.Errorf("carol is welcomed with %+v", carols.Producers)
	}
	if !rooms.Snapshot()[0].Peers[0].Producers[0].Paused {
		t.Error("the snapshot does not say so")
	}
	alice.expect("PeerJoined carol")
}

func TestPauseOfSomebodyElses(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, _ := join(t, rooms, "bob")
	audio := alice.Membership
	id := func() string { alice.take(); return alice.produce(ortc.KindAudio, 1) }()
	for name, test := range map[string]struct{ got, want error }{
		"pause":          {bob.PauseProducer(id), ErrNotAllowed},
		"resume":         {bob.ResumeProducer(id), ErrNotAllowed},
		"pause nobody's": {bob.PauseProducer("x"), ErrNoProducer},
	} {
		if !errors.Is(test.got, test.want) {
			t.Errorf("%s: got %v, want %v", name, test.got, test.want)
		}
	}
	if rooms.Snapshot()[0].Peers[0].Producers[0].Paused {
		t.Error("it is muted")
	}
	audio.Leave(HungUp)
	if err := alice.PauseProducer(id); !errors.Is(err, ErrNotMember) {
		t.Errorf("after leaving: got %v, want ErrNotMember", err)
	}
}

// Whoever toggles all the time is told of at a bounded pace, and in the end rightly.
func TestMarksAreHeldBack(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, _ := join(t, rooms, "bob")
	alice.take()
	audio, video := alice.produce(ortc.KindAudio, 1), alice.produce(ortc.KindVideo, 2)
	bob.take()
	began := time.Now()
	const toggles = 200
	for range toggles {
		must(t, alice.PauseProducer(audio))
		must(t, alice.ResumeProducer(audio))
	}
	must(t, alice.PauseProducer(audio))
	must(t, alice.PauseProducer(video))
	marked := map[string]bool{}
	told := 0
	for !marked[audio] || !marked[video] {
		for _, e := range bob.await() {
			told++
			switch e := e.(type) {
			case ProducerPaused:
				marked[e.ProducerID] = true
			case ProducerResumed:
				marked[e.ProducerID] = false
			}
		}
	}
	if most := 2 * (2 + int(time.Since(began)/marksInterval)); told > most {
		t.Errorf("told %d times, want %d at most", told, most)
	}
}

// Who comes while a mark is held back is not left with an old one.
func TestWelcomeFlushesMarks(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, _ := join(t, rooms, "bob")
	alice.take()
	audio := alice.produce(ortc.KindAudio, 1)
	bob.take()
	withPeer(t, rooms, "alice", func(r *Room, p *peer) {
		r.marks.last = time.Now().Add(time.Hour) // as if told a moment ago
		r.setPaused(p.media.producer(audio), true)
	})
	bob.expect("")
	_, carols := join(t, rooms, "carol")
	if !carols.Producers[0].Paused {
		t.Errorf("carol is welcomed with %+v", carols.Producers)
	}
	bob.expect("PeerJoined carol, ProducerPaused alice")
}

func TestPauseAcrossResume(t *testing.T) {
	for name, keep := range map[string]bool{"with media": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			rooms := newTestRooms(t, Limits{})
			bob, bobs := join(t, rooms, "bob")
			alice, welcome := join(t, rooms, "alice")
			audio := alice.produce(ortc.KindAudio, 1)
			must(t, alice.PauseProducer(audio))
			bob.take()
			alice.Leave(Broken)
			again, _ := resume(t, rooms, welcome.ResumeSecret, keep)
			_, back := resume(t, rooms, bobs.ResumeSecret, true)
			if !keep {
				again.produce(ortc.KindAudio, 2)
				if len(back.Producers) != 0 {
					t.Errorf("bob finds %+v", back.Producers)
				}
				return
			}
			if !back.Producers[0].Paused {
				t.Errorf("bob finds %+v", back.Producers)
			}
			must(t, again.ResumeProducer(audio))
		})
	}
}

// A producer that fell silent while muted the old way is back when it is paused.
func TestPausingWhatFellSilent(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, _ := join(t, rooms, "bob")
	alice.take()
	audio := alice.produce(ortc.KindAudio, 1)
	bob.take()
	withPeer(t, rooms, "alice", func(r *Room, p *peer) {
		own := p.media.producer(audio)
		own.goneSince = time.Now()
		r.announceEnd(own)
		r.setPaused(own, true)
		own.looked(r) // as package sfu marks it: it is not gone
	})
	events := bob.expect("ProducerClosed alice, ProducerAdded alice")
	if !events[1].(ProducerAdded).Paused {
		t.Error("announced without its mark")
	}
	must(t, alice.ResumeProducer(audio))
	for _, e := range bob.await() {
		if _, ok := e.(ProducerResumed); !ok {
			t.Errorf("told %T", e)
		}
	}
}
