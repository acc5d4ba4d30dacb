package sfu

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3/pkg/crypto/selfsign"

	"takoshome/sfu/ice"
	"takoshome/sfu/tcp"
	"takoshome/sfu/udp"
)

// Config says where a WebRtcServer listens.
type Config struct {
	// ListenAddr is the UDP address of all media; port 0 picks a free one.
	ListenAddr netip.AddrPort
	// Announce are the addresses told to clients; empty: the listening one, or
	// those of the machine's interfaces where that is unspecified.
	Announce []netip.Addr
	// Readers is how many goroutines read the port, where the system can share it
	// among them; 0 means one a processor, up to four.
	Readers int
	// Tcp takes media over TCP too, on the same port, where that is free; or on
	// TcpListener, which the WebRtcServer closes.
	Tcp         bool
	TcpListener net.Listener
	// TcpLimits are for clients over TCP; zero values are the defaults.
	TcpLimits tcp.Limits
	Logger    *slog.Logger
}

// maxReaders is the default's limit: four cores carry more packets than a home's
// line.
const maxReaders = 4

func (c *Config) validate() error {
	if !c.ListenAddr.IsValid() {
		return fmt.Errorf("listen address: %w", udp.ErrInvalidAddress)
	}
	if c.Readers < 0 {
		return fmt.Errorf("readers: %w", ErrBadOptions)
	}
	if c.Readers == 0 {
		c.Readers = min(runtime.GOMAXPROCS(0), maxReaders)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// WebRtcServer is one port that serves every transport.
type WebRtcServer struct {
	config      Config
	port        port
	certificate tls.Certificate
	candidates  candidates
	log         *slog.Logger
	born        time.Time // the zero of every sender report's clock

	// mu protects the maps; packets of unknown senders touch nothing else.
	mu         sync.RWMutex
	transports map[*WebRtcTransport]struct{}
	byUfrag    map[string]*WebRtcTransport // of several fragments while ICE restarts
	byTuple    map[ice.Tuple]*WebRtcTransport
	observers  map[*AudioLevelObserver]struct{}
	closed     bool
	tickerStop chan struct{} // open while the ticker runs
	// What the ticker drives; nil when it has changed. The lists are replaced whole.
	tickedTransports []*WebRtcTransport
	tickedObservers  []*AudioLevelObserver

	workers      sync.WaitGroup // readers and ticker
	associations sync.WaitGroup // DTLS, which may still say goodbye through the socket
	standstill   standstill
	// unknown counts packets that belong to no transport.
	unknown atomic.Uint64
}

// NewWebRtcServer opens the port and starts reading.
func NewWebRtcServer(config Config) (*WebRtcServer, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	certificate, err := selfsign.GenerateSelfSigned()
	if err != nil {
		return nil, fmt.Errorf("make DTLS certificate: %w", err)
	}
	s := &WebRtcServer{
		config:      config,
		certificate: certificate,
		log:         config.Logger,
		born:        time.Now(),
		transports:  map[*WebRtcTransport]struct{}{},
		byUfrag:     map[string]*WebRtcTransport{},
		byTuple:     map[ice.Tuple]*WebRtcTransport{},
		observers:   map[*AudioLevelObserver]struct{}{},
	}
	if err := s.port.openUDP(config.ListenAddr, config.Readers); err != nil {
		return nil, err
	}
	err = s.openTCP()
	if err == nil {
		_, err = s.listCandidates()
	}
	if err != nil {
		return nil, errors.Join(err, s.port.closeTCP(), s.port.closeUDP())
	}
	for _, socket := range s.port.sockets {
		s.workers.Go(func() { s.read(socket) })
	}
	if s.port.streams != nil {
		s.port.streams.Start()
	}
	return s, nil
}

// since is how many nanoseconds a time is after the server's beginning, by a clock
// that nobody sets: the system's may jump, in either direction.
func (s *WebRtcServer) since(t time.Time) int64 { return int64(t.Sub(s.born)) }

// LocalAddr is the address the port is bound to.
func (s *WebRtcServer) LocalAddr() netip.AddrPort { return s.port.localAddr() }

// Transports is how many WebRtcTransports there are, two for each person.
func (s *WebRtcServer) Transports() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.transports)
}

// Close ends every transport and waits for all goroutines. It is idempotent.
func (s *WebRtcServer) Close() error {
	for _, t := range s.beginClose() {
		t.Close()
	}
	s.associations.Wait()
	err := errors.Join(s.port.closeTCP(), s.port.closeUDP())
	s.workers.Wait()
	return err
}

func (s *WebRtcServer) beginClose() []*WebRtcTransport {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return s.transportsLocked(nil)
}

// demux tells the protocols on the port apart by the first byte (RFC 7983
// section 7): 0-3 STUN, 20-63 DTLS, 128-191 RTP and RTCP.
func (s *WebRtcServer) demux(now time.Time, packet []byte, from ice.Tuple, r *reader) {
	if len(packet) == 0 {
		return
	}
	first := packet[0]
	if first <= 3 {
		s.handleStun(now, packet, from, r)
		return
	}
	// All else is heard only from addresses that an authenticated STUN check
	// came from: a stranger's ClientHello must not reach DTLS.
	t := s.transportAt(from)
	switch {
	case t == nil:
		s.unknown.Add(1)
	case first >= 20 && first <= 63:
		t.handleDtls(packet)
	case first >= 128 && first <= 191 && isRtcp(packet):
		if t.handleRtcp(now, packet, r) {
			t.heard(now, from)
		}
	case first >= 128 && first <= 191 && s.standstill.isStale(now.Sub(s.born)):
		t.dropped.Add(1)
	case first >= 128 && first <= 191:
		if t.handleRtp(now, packet, r) {
			t.heard(now, from)
		}
	default:
		t.dropped.Add(1)
	}
}

func (s *WebRtcServer) handleStun(now time.Time, packet []byte, from ice.Tuple, r *reader) {
	ufrag, ok := ice.LocalUsernameFragment(packet)
	if !ok {
		s.unknown.Add(1)
		return
	}
	s.mu.RLock()
	t := s.byUfrag[ufrag]
	s.mu.RUnlock()
	if t == nil {
		s.unknown.Add(1)
		return
	}
	t.handleStun(now, packet, from, r)
}

// isRtcp tells RTCP from RTP on one port (RFC 5761 section 4).
func isRtcp(packet []byte) bool {
	return len(packet) >= 2 && packet[1] >= 192 && packet[1] <= 223
}

func (s *WebRtcServer) transportAt(tuple ice.Tuple) *WebRtcTransport {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.byTuple[tuple]
	if t == nil && tuple.Local.IsValid() {
		// Checked before the machine had several addresses: until the next check.
		tuple.Local = netip.Addr{}
		t = s.byTuple[tuple]
	}
	return t
}

// add makes a transport known by its ufrag and starts the ticker with the first.
func (s *WebRtcServer) add(t *WebRtcTransport, ufrag string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.transports[t] = struct{}{}
	s.byUfrag[ufrag] = t
	s.tickedTransports = nil
	if s.tickerStop == nil {
		s.tickerStop = make(chan struct{})
		stop := s.tickerStop
		s.workers.Go(func() { s.tick(stop) })
	}
	return nil
}

// rename makes a transport known by other ufrags.
func (s *WebRtcServer) rename(t *WebRtcTransport, before, after []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.transports[t]; !known {
		return // closed meanwhile
	}
	for _, ufrag := range before {
		delete(s.byUfrag, ufrag)
	}
	for _, ufrag := range after {
		s.byUfrag[ufrag] = t
	}
}

// remove forgets a transport and stops the ticker with the last.
func (s *WebRtcServer) remove(t *WebRtcTransport, ufrags []string) {
	s.port.letGo(s.removeTuples(t, ufrags))
}

func (s *WebRtcServer) removeTuples(t *WebRtcTransport, ufrags []string) (removed []ice.Tuple) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.transports, t)
	for _, ufrag := range ufrags {
		delete(s.byUfrag, ufrag)
	}
	s.tickedTransports = nil
	removed = s.clearTuplesLocked(t)
	if len(s.transports) == 0 && s.tickerStop != nil {
		close(s.tickerStop)
		s.tickerStop = nil
	}
	return removed
}

func (s *WebRtcServer) clearTuplesLocked(t *WebRtcTransport) (removed []ice.Tuple) {
	for tuple, owner := range s.byTuple {
		if owner == t {
			delete(s.byTuple, tuple)
			removed = append(removed, tuple)
		}
	}
	return removed
}

// setTuples makes the given addresses the ones t hears from. The connections of
// others that it had are let go.
func (s *WebRtcServer) setTuples(t *WebRtcTransport, tuples []ice.Tuple) {
	removed := s.replaceTuples(t, tuples)
	s.port.letGo(slices.DeleteFunc(removed, func(old ice.Tuple) bool { return slices.Contains(tuples, old) }))
}

func (s *WebRtcServer) replaceTuples(t *WebRtcTransport, tuples []ice.Tuple) (before []ice.Tuple) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.transports[t]; !known {
		return nil // closed meanwhile
	}
	before = s.clearTuplesLocked(t)
	for _, tuple := range tuples {
		// The first transport keeps an address: another could claim it by a check
		// with a forged source.
		if _, taken := s.byTuple[tuple]; !taken {
			s.byTuple[tuple] = t
		}
	}
	return before
}

func (s *WebRtcServer) transportsLocked(into []*WebRtcTransport) []*WebRtcTransport {
	for t := range s.transports {
		into = append(into, t)
	}
	return into
}
