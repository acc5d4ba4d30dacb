package room

import (
	"fmt"
	"slices"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
)

// maxSourceLen bounds ProduceRequest.Source.
const maxSourceLen = 16

// Produce makes a Producer; Produced is the answer.
func (m *Membership) Produce(req ProduceRequest) error {
	return m.do(func(_ time.Time, p *peer) error { return m.room.produce(p, req) })
}

// CloseProducer ends a Producer of the peer's own.
func (m *Membership) CloseProducer(id string) error {
	return m.do(func(_ time.Time, p *peer) error {
		own := p.media.producer(id)
		if own == nil {
			return m.room.refuseProducer(id)
		}
		m.room.closeProducer(own)
		return nil
	})
}

func (r *Room) produce(p *peer, req ProduceRequest) error {
	if err := checkProduce(req, p.callType); err != nil {
		return err
	}
	if !r.makeWay(p.media) {
		return fmt.Errorf("%w producers", ErrTooMany)
	}
	made := &producer{media: p.media}
	var err error
	made.sfu, err = p.media.send.Produce(sfu.ProducerOptions{
		Kind:          req.Kind,
		RtpParameters: req.RtpParameters,
		Source:        req.Source,
		OnPresence:    func(bool) { r.inbox.mark(made) },
	})
	if err != nil {
		return fmt.Errorf("produce: %w", err)
	}
	made.info = ProducerInfo{ID: made.sfu.ID(), PeerID: p.id, Kind: req.Kind, Source: req.Source}
	p.media.producers = append(p.media.producers, made)
	if req.Kind == ortc.KindAudio {
		r.observer.AddProducer(made.sfu)
	}
	p.tell(Produced{made.info})
	r.others(p, func(other *peer) { other.tell(ProducerAdded{made.info}) })
	r.changed = true
	return nil
}

func checkProduce(req ProduceRequest, callType CallType) error {
	if req.Kind != ortc.KindAudio && req.Kind != ortc.KindVideo {
		return fmt.Errorf("%w: kind is neither audio nor video", ErrBadRequest)
	}
	if req.Kind == ortc.KindVideo && callType == CallAudio {
		return ErrAudioOnly
	}
	for _, c := range req.Source {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return fmt.Errorf("%w: source has other characters than letters", ErrBadRequest)
		}
	}
	if len(req.Source) > maxSourceLen {
		return fmt.Errorf("%w: source is longer than %d letters", ErrBadRequest, maxSourceLen)
	}
	return nil
}

// makeWay reports whether one more producer fits. A client of the specification
// closes producers without a word, so the one that has been silent for longest
// makes way.
func (r *Room) makeWay(m *media) bool {
	if len(m.producers) < r.rooms.config.Limits.Producers {
		return true
	}
	var oldest *producer
	for _, p := range m.producers {
		if !p.goneSince.IsZero() && (oldest == nil || p.goneSince.Before(oldest.goneSince)) {
			oldest = p
		}
	}
	if oldest == nil {
		return false
	}
	r.closeProducer(oldest)
	return true
}

// closeProducer ends a producer and tells the others, unless they have been
// told already, when it fell silent.
func (r *Room) closeProducer(p *producer) {
	m := p.media
	m.producers = slices.DeleteFunc(m.producers, func(other *producer) bool { return other == p })
	if p.goneSince.IsZero() {
		r.announceEnd(p)
	}
	p.sfu.Close()
	r.speakers.forget(p)
	r.changed = true
}

// looked follows a producer that fell silent, or can be heard again.
func (p *producer) looked(r *Room) {
	if !slices.Contains(p.media.producers, p) {
		return // closed meanwhile
	}
	gone := p.sfu.Gone()
	if gone == !p.goneSince.IsZero() {
		return
	}
	r.changed = true
	if gone {
		p.goneSince = time.Now()
		r.speakers.forget(p)
		r.announceEnd(p)
		return
	}
	p.goneSince, p.toldPaused = time.Time{}, p.info.Paused
	r.others(p.media.peer, func(other *peer) { other.tell(ProducerAdded{p.info}) })
}

// announceEnd ends the others' consumers of p and tells them.
func (r *Room) announceEnd(p *producer) {
	r.others(p.media.peer, func(other *peer) {
		if c := other.media.consumerOf(p.info.ID); c != nil {
			other.media.drop(c)
			c.sfu.Close()
			other.tell(ConsumerClosed{ConsumerID: c.sfu.ID(), ProducerID: p.info.ID})
		}
		other.tell(ProducerClosed{ProducerID: p.info.ID, PeerID: p.info.PeerID})
	})
}

// refuseProducer says what is wrong with a producer id that is not one's own.
func (r *Room) refuseProducer(id string) error {
	if r.producer(id) != nil {
		return fmt.Errorf("%w: somebody else's producer", ErrNotAllowed)
	}
	return ErrNoProducer
}

func (r *Room) producer(id string) *producer {
	for _, p := range r.peers {
		if found := p.media.producer(id); found != nil {
			return found
		}
	}
	return nil
}
