package takoscall

import (
	"cmp"
	"slices"
	"time"

	"takoshome/sfu"
	sfuroom "takoshome/sfu/room"
)

// Snapshot is what all rooms look like now, ordered by their id, in the words
// of the host's own rooms.
func (s *Server) Snapshot() []sfuroom.Snapshot {
	snapshots := []sfuroom.Snapshot{}
	s.hub.do(func(time.Time) {
		for _, r := range s.hub.rooms {
			snapshots = append(snapshots, r.snapshot())
		}
	})
	slices.SortFunc(snapshots, func(a, b sfuroom.Snapshot) int { return cmp.Compare(a.ID, b.ID) })
	return snapshots
}

// RemovePeer takes a peer out of a room; the controllers are told.
func (s *Server) RemovePeer(roomID, peerID string) error {
	return s.at(roomID, peerID, func(now time.Time, p *peer) error {
		s.hub.closePeer(now, p)
		return nil
	})
}

// CloseProducer ends one stream of a peer; the controllers are told.
func (s *Server) CloseProducer(roomID, peerID, producerID string) error {
	return s.at(roomID, peerID, func(_ time.Time, p *peer) error {
		own, err := p.producer(producerID)
		if err != nil {
			return sfuroom.ErrNoProducer
		}
		s.hub.closeProducer(own)
		return nil
	})
}

// at runs fn with a peer that exists.
func (s *Server) at(roomID, peerID string, fn func(time.Time, *peer) error) error {
	err := sfuroom.ErrNoRoom // also of a hub that has ended
	s.hub.do(func(now time.Time) {
		r := s.hub.rooms[roomID]
		if r == nil {
			return
		}
		p := r.peer(peerID)
		if p == nil {
			err = sfuroom.ErrNoPeer
			return
		}
		err = fn(now, p)
	})
	return err
}

func (r *room) snapshot() sfuroom.Snapshot {
	s := sfuroom.Snapshot{ID: r.id, CallType: sfuroom.CallVideo, Peers: make([]sfuroom.PeerSnapshot, 0, len(r.peers))}
	for _, p := range r.peers {
		s.Peers = append(s.Peers, p.snapshot())
	}
	return s
}

func (p *peer) snapshot() sfuroom.PeerSnapshot {
	s := sfuroom.PeerSnapshot{
		ID:         p.id,
		Connected:  true, // whether its WebSocket is there, only its controller knows
		JoinedAt:   p.joinedAt.UnixMilli(),
		Transports: make([]sfu.TransportStats, 0, len(p.transports)),
		Producers:  make([]sfu.ProducerStats, 0, len(p.producers)),
		Consumers:  make([]sfuroom.ConsumerSnapshot, 0, len(p.consumers)),
	}
	for _, t := range p.transports {
		s.Transports = append(s.Transports, t.sfu.Stats())
	}
	for _, own := range p.producers {
		s.Producers = append(s.Producers, own.sfu.Stats())
	}
	for _, c := range p.consumers {
		s.Consumers = append(s.Consumers, sfuroom.ConsumerSnapshot{
			ConsumerStats:  c.sfu.Stats(),
			ProducerPeerID: c.producer.transport.peer.id,
		})
	}
	return s
}
