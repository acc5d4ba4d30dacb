package room

import (
	"time"

	"takoshome/sfu/ortc"
)

// marksInterval is how often the others are told at most who is muted: whoever
// mutes and unmutes all the time fills nobody's outbox.
const marksInterval = 100 * time.Millisecond

// marks is when the others were last told who is muted, and whether there is
// more to tell.
type marks struct {
	last  time.Time
	dirty bool
}

// next is when there is something to tell, zero if never.
func (m *marks) next() time.Time {
	if !m.dirty {
		return time.Time{}
	}
	return m.last.Add(marksInterval)
}

// PauseProducer mutes a Producer of the peer's own; the others are told.
func (m *Membership) PauseProducer(id string) error { return m.setPaused(id, true) }

// ResumeProducer ends PauseProducer.
func (m *Membership) ResumeProducer(id string) error { return m.setPaused(id, false) }

func (m *Membership) setPaused(id string, paused bool) error {
	return m.do(func(_ time.Time, p *peer) error {
		own := p.media.producer(id)
		if own == nil {
			return m.room.refuseProducer(id)
		}
		m.room.setPaused(own, paused)
		return nil
	})
}

func (r *Room) setPaused(p *producer, paused bool) {
	if p.info.Paused == paused {
		return
	}
	p.info.Paused = paused
	r.marks.dirty, r.changed = true, true
	if !paused {
		p.sfu.Resume()
		return
	}
	p.sfu.Pause()
	if p.info.Kind == ortc.KindAudio {
		r.speakers.forget(p)
	}
}

// tellMarks tells the others of whom that has changed, unless they have been
// told of somebody a moment ago.
func (r *Room) tellMarks(now time.Time) {
	if reached(now, r.marks.next()) {
		r.marks.last = now
		r.flushMarks()
	}
}

// flushMarks tells at once, as before a list is handed out that is newer than
// what the others know.
func (r *Room) flushMarks() {
	if !r.marks.dirty {
		return
	}
	r.marks.dirty = false
	for _, owner := range r.peers {
		for _, p := range owner.media.producers {
			r.tellMark(p)
		}
	}
}

func (r *Room) tellMark(p *producer) {
	if p.toldPaused == p.info.Paused || !p.goneSince.IsZero() {
		return // whoever is gone is announced anew with its mark
	}
	p.toldPaused = p.info.Paused
	r.others(p.media.peer, func(other *peer) {
		if p.info.Paused {
			other.tell(ProducerPaused{ProducerID: p.info.ID, PeerID: p.info.PeerID})
		} else {
			other.tell(ProducerResumed{ProducerID: p.info.ID, PeerID: p.info.PeerID})
		}
	})
}
