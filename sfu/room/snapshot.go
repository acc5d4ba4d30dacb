package room

import "takoshome/sfu"

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
	Connected  bool                 `json:"connected"`
	JoinedAt   int64                `json:"joinedAt"` // Unix milliseconds
	Transports []sfu.TransportStats `json:"transports"`
	Producers  []sfu.ProducerStats  `json:"producers"`
	Consumers  []ConsumerSnapshot   `json:"consumers"`
}

// ConsumerSnapshot is a Consumer with the peer whose media it carries.
type ConsumerSnapshot struct {
	sfu.ConsumerStats
	ProducerPeerID string `json:"producerPeerId"`
}
