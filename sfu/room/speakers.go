package room

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"

	"takoshome/sfu"
)

const (
	// speakingInterval is how often it is told at most who speaks.
	speakingInterval = 200 * time.Millisecond
	// speakingThreshold in dBov is below a quiet voice and above a room's noise.
	speakingThreshold = -50
	// speakingHold is how long somebody goes on speaking after the last sound:
	// longer than the pauses between words.
	speakingHold = 800 * time.Millisecond
	// louder is by how much, in dB, the loudest is to be outdone before the order
	// is told anew.
	louder = 6
)

// speakers are who speaks, by the volumes of their producers. It belongs to the
// room's goroutine.
type speakers struct {
	heard map[*producer]heard
	told  []string // peers, the loudest first
	last  time.Time
	dirty bool // heard has changed since told
}

// heard is when a producer was last loud, and how loud.
type heard struct {
	at     time.Time
	volume int8 // dBov
}

// hear takes the volume of a producer that was loud in the last interval.
func (s *speakers) hear(now time.Time, p *producer, volume int8) {
	if s.heard == nil {
		s.heard = map[*producer]heard{}
	}
	s.heard[p] = heard{at: now, volume: volume}
	s.dirty = true
}

// forget drops a producer that ended, or was muted: it does not go on speaking.
func (s *speakers) forget(p *producer) {
	if _, known := s.heard[p]; known {
		delete(s.heard, p)
		s.dirty = true
	}
}

// now lists who speaks, the loudest first.
func (s *speakers) now(now time.Time) []string {
	loudest := map[string]int8{}
	for p, h := range s.heard {
		if now.Sub(h.at) >= speakingHold {
			delete(s.heard, p)
			continue
		}
		volume, known := loudest[p.info.PeerID]
		if !known || h.volume > volume {
			loudest[p.info.PeerID] = h.volume
		}
	}
	peers := make([]string, 0, len(loudest))
	for id := range loudest {
		peers = append(peers, id)
	}
	slices.SortFunc(peers, func(a, b string) int {
		return cmp.Or(cmp.Compare(loudest[b], loudest[a]), cmp.Compare(a, b))
	})
	if s.sameOrder(peers, loudest) {
		return s.told
	}
	return peers
}

// sameOrder reports whether the same speak as were told, and whoever was told to
// be the loudest still about is.
func (s *speakers) sameOrder(peers []string, loudest map[string]int8) bool {
	if len(peers) != len(s.told) || len(peers) == 0 {
		return false
	}
	for _, id := range s.told {
		if _, speaks := loudest[id]; !speaks {
			return false
		}
	}
	return int(loudest[peers[0]])-int(loudest[s.told[0]]) < louder
}

// news returns who speaks if that is to be told now.
func (s *speakers) news(now time.Time) (peers []string, changed bool) {
	if !reached(now, s.next()) {
		return nil, false
	}
	s.dirty = false
	peers = s.now(now)
	if slices.Equal(peers, s.told) {
		return nil, false
	}
	s.told, s.last = peers, now
	return peers, true
}

// next is when news may have something to tell, zero if never.
func (s *speakers) next() time.Time {
	var next time.Time
	for _, h := range s.heard {
		if end := h.at.Add(speakingHold); next.IsZero() || end.Before(next) {
			next = end
		}
	}
	soonest := s.last.Add(speakingInterval)
	if s.dirty || !next.IsZero() && next.Before(soonest) {
		return soonest
	}
	return next
}

// volumes are what the AudioLevelObserver said last; it marks them in the
// room's inbox.
type volumes struct {
	latest atomic.Pointer[[]sfu.AudioLevelVolume]
}

func (v *volumes) looked(r *Room) {
	now := time.Now()
	for _, loud := range *v.latest.Load() {
		if p := r.producer(loud.Producer.ID()); p != nil && !p.info.Paused {
			r.speakers.hear(now, p, loud.Volume)
		}
	}
}

// listen makes the observer of the room's voices.
func (r *Room) listen() error {
	heard := &volumes{}
	var err error
	r.observer, err = r.router.NewAudioLevelObserver(sfu.AudioLevelObserverOptions{
		MaxEntries: r.rooms.config.Limits.Peers,
		Threshold:  speakingThreshold,
		Interval:   speakingInterval,
		OnVolumes: func(loud []sfu.AudioLevelVolume) {
			heard.latest.Store(&loud)
			r.inbox.mark(heard)
		},
	})
	return err
}

// tellSpeaking tells everybody who speaks, where that has changed.
func (r *Room) tellSpeaking(now time.Time) {
	peers, changed := r.speakers.news(now)
	if !changed {
		return
	}
	r.changed = true
	for _, p := range r.peers {
		p.tell(Speaking{PeerIDs: peers})
	}
}
