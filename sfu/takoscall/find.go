package takoscall

import (
	"fmt"
	"slices"
	"time"
)

// room finds a room and notes that it is in use.
func (h *hub) room(now time.Time, id string) (*room, error) {
	r := h.rooms[id]
	if r == nil {
		return nil, fmt.Errorf("room %s %w", id, errNotFound)
	}
	r.usedAt = now
	return r, nil
}

// peer finds a peer and notes that it is in use.
func (h *hub) peer(now time.Time, at path) (*peer, error) {
	r, err := h.room(now, at.room)
	if err != nil {
		return nil, err
	}
	p := r.peer(at.peer)
	if p == nil {
		return nil, fmt.Errorf("peer %s %w in room %s", at.peer, errNotFound, at.room)
	}
	p.usedAt = now
	return p, nil
}

func (r *room) peer(id string) *peer {
	return find(r.peers, func(p *peer) bool { return p.id == id })
}

// producer finds one of any of the room's peers.
func (r *room) producer(id string) *producer {
	for _, p := range r.peers {
		if found := find(p.producers, func(own *producer) bool { return own.sfu.ID() == id }); found != nil {
			return found
		}
	}
	return nil
}

func (p *peer) transport(id string) (*transport, error) {
	t := find(p.transports, func(t *transport) bool { return t.sfu.ID() == id })
	return t, p.missing("transport", id, t == nil)
}

func (p *peer) producer(id string) (*producer, error) {
	own := find(p.producers, func(own *producer) bool { return own.sfu.ID() == id })
	return own, p.missing("producer", id, own == nil)
}

func (p *peer) consumer(id string) (*consumer, error) {
	own := find(p.consumers, func(own *consumer) bool { return own.sfu.ID() == id })
	return own, p.missing("consumer", id, own == nil)
}

func (p *peer) missing(what, id string, isMissing bool) error {
	if !isMissing {
		return nil
	}
	return fmt.Errorf("%s %s %w for peer %s", what, id, errNotFound, p.id)
}

func (p *peer) has(t *transport) bool { return slices.Contains(p.transports, t) }

func find[T any](list []*T, match func(*T) bool) *T {
	if i := slices.IndexFunc(list, match); i >= 0 {
		return list[i]
	}
	return nil
}

func without[T any](list []*T, item *T) []*T {
	return slices.DeleteFunc(list, func(other *T) bool { return other == item })
}
