package takoscall

import "time"

// What closes, closes what is below it first, and each tells of its end: a
// controller never hears of something in a thing that it knows to be gone.

func (h *hub) closeRoom(r *room) {
	for len(r.peers) > 0 {
		h.closePeer(r.usedAt, r.peers[0])
	}
	r.router.Close()
	delete(h.rooms, r.id)
	h.tell(event{Event: "roomClosed", RoomID: r.id})
}

func (h *hub) closePeer(now time.Time, p *peer) {
	for len(p.consumers) > 0 {
		h.closeConsumer(p.consumers[0])
	}
	for len(p.producers) > 0 {
		h.closeProducer(p.producers[0])
	}
	for len(p.transports) > 0 {
		h.closeTransport(p.transports[0])
	}
	h.revokeRelay(p)
	p.room.peers = without(p.room.peers, p)
	p.room.usedAt = now
	h.tell(event{Event: "peerClosed", RoomID: p.room.id, PeerID: p.id})
}

func (h *hub) closeTransport(t *transport) {
	for _, c := range append([]*consumer(nil), t.peer.consumers...) {
		if c.transport == t {
			h.closeConsumer(c)
		}
	}
	for _, p := range append([]*producer(nil), t.peer.producers...) {
		if p.transport == t {
			h.closeProducer(p)
		}
	}
	t.peer.transports = without(t.peer.transports, t)
	t.sfu.Close()
	h.tell(t.newEvent("transportClosed"))
}

// closeProducer ends the consumers of all peers with it: theirs would stay
// silent for ever.
func (h *hub) closeProducer(p *producer) {
	for len(p.consumers) > 0 {
		h.closeConsumer(p.consumers[0])
	}
	owner := p.transport.peer
	owner.producers = without(owner.producers, p)
	p.sfu.Close()
	h.tell(event{Event: "producerClosed", RoomID: owner.room.id, PeerID: owner.id, ProducerID: p.sfu.ID()})
}

func (h *hub) closeConsumer(c *consumer) {
	owner := c.transport.peer
	owner.consumers = without(owner.consumers, c)
	c.producer.consumers = without(c.producer.consumers, c)
	c.sfu.Close()
	h.tell(event{Event: "consumerClosed", RoomID: owner.room.id, PeerID: owner.id, ConsumerID: c.sfu.ID()})
}
