package turn

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	pionturn "github.com/pion/turn/v5"
)

// Server is the TURN server.
type Server struct {
	config    Config
	log       *slog.Logger
	nonces    *nonces
	strangers *limiter
	streams   streams
	engine    *pionturn.Server
	// engineNonce is pion/turn's own, which the door and it use between them.
	engineNonce atomic.Pointer[[]byte]
	parcels     sync.Pool // of *parcel
	counts      counts
	stop        chan struct{}
	engines     sync.WaitGroup // pion/turn's goroutines, as far as they read from us

	mu        sync.Mutex // protects all below, and what peers and clients have
	closed    bool
	peers     map[string]*peer
	byTag     map[string]*peer
	clients   map[string]*client // by id
	last      uint64             // id
	relayed   map[netip.AddrPort]struct{}
	port      int // last one that was given
	endpoints []Endpoint
}

// counts are over the Server's life.
type counts struct {
	challenged, forged, limited, full, blocked, dropped atomic.Uint64
	received, sent                                      atomic.Uint64 // bytes
}

// Stats are a Server's figures.
type Stats struct {
	// Peers may have allocations, Allocations are those they have, Connections are
	// open over TCP and TLS.
	Peers       int `json:"peers"`
	Allocations int `json:"allocations"`
	Connections int `json:"connections"`
	// BytesReceived are of clients for the media server, BytesSent the other way,
	// without what TURN adds.
	BytesReceived uint64 `json:"bytesReceived"`
	BytesSent     uint64 `json:"bytesSent"`
	// Challenged counts requests of those who did not yet say who they are, Forged
	// those signed by nobody we know, Limited what strangers sent too much, Full the
	// allocations that were one too many, Blocked what was for another than the media
	// server, Dropped packets that a client was too slow for.
	Challenged uint64 `json:"challenged"`
	Forged     uint64 `json:"forged"`
	Limited    uint64 `json:"limited"`
	Full       uint64 `json:"full"`
	Blocked    uint64 `json:"blocked"`
	Dropped    uint64 `json:"dropped"`
}

// New starts a Server. After an error nothing that was handed in is closed.
func New(config Config) (*Server, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	s := &Server{
		config: config, log: config.Logger, stop: make(chan struct{}),
		nonces:    newNonces(config.Now(), config.Times.Nonce),
		strangers: newLimiter(config.Now(), config.Limits.Strangers, config.Limits.AddressStrangers),
		streams:   streams{open: map[*stream]struct{}{}, byAddr: map[netip.Prefix]int{}},
		parcels:   sync.Pool{New: func() any { return new(parcel) }},
		peers:     map[string]*peer{}, byTag: map[string]*peer{},
		clients: map[string]*client{}, relayed: map[netip.AddrPort]struct{}{},
	}
	engine := pionturn.ServerConfig{
		LoggerFactory: quiet{},
		Realm:         realm,
		AuthHandler:   s.keyFor,
		// pion/turn follows the listener's family by default; the media server's
		// counts, see door.rewrite.
		StrictAddressFamily: true,
		AllocationLifetime:  config.Times.Allocation,
		PermissionTimeout:   config.Times.Permission,
		ChannelBindTimeout:  config.Times.Channel,
		InboundMTU:          maxMessage,
	}
	for _, conn := range config.PacketConns {
		engine.PacketConnConfigs = append(engine.PacketConnConfigs, pionturn.PacketConnConfig{
			PacketConn: newSocket(s, conn), RelayAddressGenerator: generator{s}, PermissionHandler: s.mayReach,
		})
	}
	for _, l := range config.Listeners {
		engine.ListenerConfigs = append(engine.ListenerConfigs, pionturn.ListenerConfig{
			Listener: newListener(s, l), RelayAddressGenerator: generator{s}, PermissionHandler: s.mayReach,
		})
	}
	var err error
	if s.engine, err = pionturn.NewServer(engine); err != nil {
		return nil, fmt.Errorf("start TURN: %w", err)
	}
	return s, nil
}

// keyFor tells pion/turn the key of a client that the door has let in.
func (s *Server) keyFor(a *pionturn.RequestAttributes) (id string, key []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.clients[a.Username]
	if c == nil {
		return "", nil, false
	}
	return c.id, c.key, true
}

// Stats are the figures of this moment.
func (s *Server) Stats() Stats {
	stats := Stats{
		Connections: s.streams.count(),
		Challenged:  s.counts.challenged.Load(), Forged: s.counts.forged.Load(), Limited: s.counts.limited.Load(),
		Full: s.counts.full.Load(), Blocked: s.counts.blocked.Load(), Dropped: s.counts.dropped.Load(),
		BytesReceived: s.counts.received.Load(), BytesSent: s.counts.sent.Load(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	stats.Peers, stats.Allocations = len(s.peers), len(s.relayed)
	return stats
}

// Close ends all allocations and connections and what they came from, and waits
// for their goroutines. It is idempotent. The media server is closed afterwards.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		s.engines.Wait()
		return nil
	}
	s.closed = true
	close(s.stop)
	clients := make([]*client, 0, len(s.clients))
	for _, c := range s.clients {
		clients = append(clients, c)
	}
	s.mu.Unlock()
	for _, c := range clients {
		c.end()
	}
	err := s.engine.Close()
	s.streams.close()
	s.engines.Wait()
	if err != nil {
		return errors.Join(errors.New("close TURN"), err)
	}
	return nil
}

func (s *Server) isStopped() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

func (s *Server) pause(d time.Duration) {
	select {
	case <-s.stop:
	case <-time.After(d):
	}
}
