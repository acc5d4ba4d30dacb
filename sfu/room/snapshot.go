package room

import (
	"slices"

	"takoshome/sfu"
)

// Snapshot is what one room looked like at one moment; it shares nothing with
// the room and may be kept.
type Snapshot struct {
	ID       string         `json:"id"`
	CallType CallType       `json:"callType"`
	Peers    []PeerSnapshot `json:"peers"`
}

// PeerSnapshot is one person of a Snapshot.
type PeerSnapshot struct {
	ID string `json:"id"`
	// Connected is false while the peer's WebSocket is gone and may still resume.
	Connected bool `json:"connected"`
	// Unstable is true while nothing comes from the peer's media connection.
	Unstable   bool                 `json:"unstable,omitempty"`
	JoinedAt   int64                `json:"joinedAt"` // Unix milliseconds
	Speaking   bool                 `json:"speaking,omitempty"`
	Transports []sfu.TransportStats `json:"transports"`
	Producers  []sfu.ProducerStats  `json:"producers"`
	Consumers  []ConsumerSnapshot   `json:"consumers"`
}

// ConsumerSnapshot is a Consumer with the peer whose media it carries.
type ConsumerSnapshot struct {
	sfu.ConsumerStats
	ProducerPeerID string `json:"producerPeerId"`
}

// unstableAfterMs is above the time between two checks of any client: browsers
// make one every 2.5 s.
const unstableAfterMs = 4000

func (r *Room) snapshot() Snapshot {
	s := Snapshot{ID: r.id, CallType: r.callType, Peers: make([]PeerSnapshot, 0, len(r.peers))}
	for _, p := range r.peers {
		peer := p.snapshot()
		peer.Speaking = slices.Contains(r.speakers.told, p.id)
		s.Peers = append(s.Peers, peer)
	}
	return s
}

func (p *peer) snapshot() PeerSnapshot {
	s := PeerSnapshot{
		ID:         p.id,
		Connected:  p.link != nil,
		JoinedAt:   p.joinedAt.UnixMilli(),
		Transports: []sfu.TransportStats{p.media.send.Stats(), p.media.recv.Stats()},
		Producers:  make([]sfu.ProducerStats, 0, len(p.media.producers)),
		Consumers:  make([]ConsumerSnapshot, 0, len(p.media.consumers)),
	}
	for _, t := range s.Transports {
		s.Unstable = s.Unstable || t.SilentMs >= unstableAfterMs
	}
	for _, producer := range p.media.producers {
		s.Producers = append(s.Producers, producer.sfu.Stats())
	}
	for _, c := range p.media.consumers {
		s.Consumers = append(s.Consumers, ConsumerSnapshot{
			ConsumerStats:  c.sfu.Stats(),
			ProducerPeerID: c.producer.info.PeerID,
		})
	}
	return s
}
