package room

import (
	"slices"
	"strings"
	"testing"
	"time"

	"takoshome/sfu/ortc"
)

// hall drives speakers through time.
type hall struct {
	t         *testing.T
	s         speakers
	now       time.Time
	producers map[string]*producer
}

func newHall(t *testing.T) *hall {
	return &hall{t: t, now: time.Unix(1_800_000_000, 0), producers: map[string]*producer{}}
}

// producer is named after its peer, with a number behind a second one.
func (h *hall) producer(name string) *producer {
	if h.producers[name] == nil {
		h.producers[name] = &producer{info: ProducerInfo{ID: name, PeerID: strings.TrimRight(name, "2")}}
	}
	return h.producers[name]
}

// after lets time pass and checks the news: names, "none" for nobody, "" for no news.
func (h *hall) after(d time.Duration, volumes map[string]int8, want string) {
	h.t.Helper()
	h.now = h.now.Add(d)
	for name, volume := range volumes {
		h.s.hear(h.now, h.producer(name), volume)
	}
	peers, changed := h.s.news(h.now)
	got := strings.Join(peers, " ")
	if changed && len(peers) == 0 {
		got = "none"
	}
	if got != want {
		h.t.Errorf("at %v: got %q, want %q", h.now.Sub(time.Unix(1_800_000_000, 0)), got, want)
	}
	if next := h.s.next(); !next.IsZero() && !next.After(h.now) && changed {
		h.t.Errorf("news again at once")
	}
}

func TestSpeakers(t *testing.T) {
	const step = speakingInterval
	h := newHall(t)
	if next := h.s.next(); !next.IsZero() {
		t.Errorf("waits for %v in silence", next)
	}
	h.after(step, map[string]int8{"ann": -30}, "ann")
	h.after(step, map[string]int8{"ann": -32}, "")
	h.after(step, map[string]int8{"ann": -30, "bob": -20}, "bob ann")
	h.after(step, map[string]int8{"ann": -18, "bob": -20}, "") // hardly louder
	h.after(step, map[string]int8{"ann": -10, "bob": -20}, "ann bob")
	h.after(step/2, map[string]int8{"cyd": -5}, "") // too soon
	h.after(step/2, nil, "cyd ann bob")
	h.after(speakingHold-2*step, map[string]int8{"bob": -20}, "") // ann has not ended yet
	h.after(step, nil, "cyd bob")
	h.after(step, nil, "bob")
	h.s.forget(h.producer("bob"))
	if next := h.s.next(); next.IsZero() {
		t.Error("nothing is to be told of bob, who was muted")
	}
	h.after(step, nil, "none")
	h.after(time.Hour, nil, "")
	if next := h.s.next(); !next.IsZero() {
		t.Errorf("waits for %v in silence", next)
	}
}

// A peer of two voices is as loud as the louder one.
func TestSpeakersOfTwoVoices(t *testing.T) {
	h := newHall(t)
	h.after(time.Second, map[string]int8{"ann": -40, "ann2": -10, "bob": -30}, "ann bob")
	h.s.forget(h.producer("ann2"))
	h.after(speakingInterval, map[string]int8{"ann": -40, "bob": -30}, "bob ann")
}

// Who left is spoken of no more, and the snapshot knows who speaks.
func TestSpeakingInARoom(t *testing.T) {
	rooms := newTestRooms(t, Limits{})
	alice, _ := join(t, rooms, "alice")
	bob, _ := join(t, rooms, "bob")
	alice.take()
	audio := alice.produce(ortc.KindAudio, 1)
	bob.take()
	withPeer(t, rooms, "alice", func(r *Room, p *peer) {
		r.speakers.hear(time.Now(), p.media.producer(audio), -20)
	})
	speaking := func(m *member, want ...string) {
		t.Helper()
		events := m.await()
		last := events[len(events)-1]
		if got, ok := last.(Speaking); !ok || !slices.Equal(got.PeerIDs, want) {
			t.Errorf("%s was told %+v, want %v", m.PeerID(), last, want)
		}
	}
	speaking(bob, "alice")
	speaking(alice, "alice")
	peers := rooms.Snapshot()[0].Peers
	if !peers[0].Speaking || peers[1].Speaking {
		t.Errorf("snapshot %+v", peers)
	}
	_, told := joinWhateverIsTold(t, rooms, "carol")
	if got := names(told); got != "Welcome carol, Speaking" {
		t.Errorf("carol was told %q", got)
	}
	bob.take()
	alice.Leave(HungUp)
	for {
		events := bob.await()
		if got, ok := events[len(events)-1].(Speaking); ok {
			if len(got.PeerIDs) != 0 {
				t.Errorf("still speaking: %v", got.PeerIDs)
			}
			return
		}
	}
}
