package room

import (
	"fmt"
	"time"

	"takoshome/sfu"
)

// Consume makes a Consumer; Consumed is the answer. Of one producer a peer has
// one consumer: asking again is answered with the same.
func (m *Membership) Consume(req ConsumeRequest) error {
	return m.do(func(_ time.Time, p *peer) error { return m.room.consume(p, req) })
}

// CloseConsumer ends a Consumer of the peer's own.
func (m *Membership) CloseConsumer(id string) error {
	return m.do(func(_ time.Time, p *peer) error {
		own := p.media.consumer(id)
		if own == nil {
			return m.room.refuseConsumer(id)
		}
		p.media.drop(own)
		own.sfu.Close()
		m.room.changed = true
		return nil
	})
}

func (r *Room) consume(p *peer, req ConsumeRequest) error {
	if p.media.producer(req.ProducerID) != nil {
		return ErrSelfProducer
	}
	source := r.producer(req.ProducerID)
	if source == nil || !source.goneSince.IsZero() {
		return ErrNoProducer
	}
	c := p.media.consumerOf(req.ProducerID)
	if c == nil {
		var err error
		if c, err = r.newConsumer(p.media, source, req); err != nil {
			return err
		}
	}
	p.media.consumed = true
	p.tell(Consumed{ConsumerID: c.sfu.ID(), Producer: source.info, RtpParameters: c.sfu.RtpParameters()})
	return nil
}

func (r *Room) newConsumer(m *media, source *producer, req ConsumeRequest) (*consumer, error) {
	if len(m.consumers) >= r.rooms.config.Limits.Consumers {
		return nil, fmt.Errorf("%w consumers", ErrTooMany)
	}
	c := &consumer{producer: source, media: m}
	var err error
	c.sfu, err = m.recv.Consume(sfu.ConsumerOptions{
		Producer:        source.sfu,
		RtpCapabilities: req.RtpCapabilities,
		OnClose:         func(sfu.CloseReason) { r.inbox.mark(c) },
	})
	if err != nil {
		return nil, fmt.Errorf("consume: %w", err)
	}
	m.consumers = append(m.consumers, c)
	r.changed = true
	return c, nil
}

// looked tells the peer of a consumer that ended in some other way than by the
// room, which takes a consumer off the list before it closes it.
func (c *consumer) looked(r *Room) {
	if c.media.drop(c) {
		c.media.peer.tell(ConsumerClosed{ConsumerID: c.sfu.ID(), ProducerID: c.producer.info.ID})
		r.changed = true
	}
}

// refuseConsumer says what is wrong with a consumer id that is not one's own.
func (r *Room) refuseConsumer(id string) error {
	for _, p := range r.peers {
		if p.media.consumer(id) != nil {
			return fmt.Errorf("%w: somebody else's consumer", ErrNotAllowed)
		}
	}
	return ErrNoConsumer
}
