package sfu

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"takoshome/sfu/ice"
)

// WebRtcTransportConfig describes a transport to be made.
type WebRtcTransportConfig struct {
	// Direction is DirectionSend or DirectionRecv.
	Direction string
	// Fingerprints may be shared by the two transports of a peer; nil makes one.
	Fingerprints *FingerprintSet
	// OnStateChange hears of every change, never concurrently and without locks
	// held; it must return at once. Quick changes may come as one.
	OnStateChange func(ice.State, DtlsState)
	Logger        *slog.Logger
}

func (c *WebRtcTransportConfig) validate() error {
	if c.Direction != DirectionSend && c.Direction != DirectionRecv {
		return fmt.Errorf("%w: %q", ErrWrongDirection, c.Direction)
	}
	if c.Fingerprints == nil {
		c.Fingerprints = NewFingerprintSet()
	}
	if c.OnStateChange == nil {
		c.OnStateChange = func(ice.State, DtlsState) {}
	}
	return nil
}

// WebRtcTransport is one peer connection of a client.
type WebRtcTransport struct {
	id           string
	direction    string
	router       *Router
	server       *WebRtcServer
	fingerprints *FingerprintSet
	baseLog      *slog.Logger

	in   inbound
	out  outbound
	dtls association

	notifier notifier
	dropped  atomic.Uint64 // bad, replayed or unknown packets

	droppedLogged uint64 // the ticker's
	// idleUntil is when the next tick has anything to do, unless in.stirred, in
	// the nanoseconds of WebRtcServer.since.
	idleUntil atomic.Int64
}

func newWebRtcTransport(r *Router, config WebRtcTransportConfig) (*WebRtcTransport, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	ufrag, password := ice.NewCredentials()
	iceServer, err := ice.New(ice.Config{UsernameFragment: ufrag, Password: password})
	if err != nil {
		return nil, fmt.Errorf("make ICE server: %w", err)
	}
	id := uuid.NewString()
	logger := config.Logger
	if logger == nil {
		logger = r.log
	}
	t := &WebRtcTransport{
		id:           id,
		direction:    config.Direction,
		router:       r,
		server:       r.server,
		fingerprints: config.Fingerprints,
		baseLog:      logger,
	}
	t.in.init(iceServer)
	t.in.ufrags, t.in.password = []string{ufrag}, password
	t.out.init()
	t.dtls.init(t)
	t.notifier.notify = func() { config.OnStateChange(t.IceState(), t.DtlsState()) }
	return t, nil
}

// log says which transport it is about. It is made when there is something to
// say: most have nothing.
func (t *WebRtcTransport) log() *slog.Logger {
	return t.baseLog.With("transport", t.id, "direction", t.direction)
}

// ID is the transport's identifier on the wire.
func (t *WebRtcTransport) ID() string { return t.id }

// Direction is DirectionSend or DirectionRecv, seen from the peer.
func (t *WebRtcTransport) Direction() string { return t.direction }

// IceCandidates are the addresses where the client finds the server.
func (t *WebRtcTransport) IceCandidates() []ice.Candidate { return t.server.Candidates() }

// DtlsParameters are the server's certificate; the client chooses the role.
func (t *WebRtcTransport) DtlsParameters() DtlsParameters {
	return DtlsParameters{
		Role:         DtlsRoleAuto,
		Fingerprints: []DtlsFingerprint{fingerprintOf(t.server.certificate.Certificate[0])},
	}
}

// SctpParameters complete what clients expect of a transport.
func (t *WebRtcTransport) SctpParameters() SctpParameters { return defaultSctpParameters() }

// Connect takes the client's certificate and role. It returns at once: ICE and
// DTLS follow. A second call is ErrAlreadyConnected and changes nothing.
func (t *WebRtcTransport) Connect(parameters DtlsParameters) error {
	return t.connect(parameters, true)
}

// ConnectAmbiguous is Connect for a message that does not say which transport
// it means: it goes to both of a peer's, and may come several times.
func (t *WebRtcTransport) ConnectAmbiguous(parameters DtlsParameters) error {
	return t.connect(parameters, false)
}

func (t *WebRtcTransport) connect(parameters DtlsParameters, once bool) error {
	isClient, err := parameters.Role.localIsClient()
	if err != nil {
		return err
	}
	if err := t.wantDtls(parameters, isClient, once); err != nil {
		return err
	}
	t.notifier.changed()
	return nil
}

func (t *WebRtcTransport) wantDtls(parameters DtlsParameters, isClient, once bool) error {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	switch {
	case t.in.closed:
		return ErrClosed
	case once && t.dtls.wanted:
		return ErrAlreadyConnected
	}
	if err := t.fingerprints.Add(parameters.Fingerprints); err != nil {
		return err
	}
	if !t.dtls.wanted {
		t.dtls.wanted = true
		t.dtls.isClient = isClient
	}
	t.startDtlsLocked()
	return nil
}

// localIsClient is the server's own role: the other one than the peer's. Towards
// a peer that leaves it open it is the client, as mediasoup is.
func (r DtlsRole) localIsClient() (bool, error) {
	switch r {
	case DtlsRoleServer, DtlsRoleAuto, "":
		return true, nil
	case DtlsRoleClient:
		return false, nil
	default:
		return false, fmt.Errorf("%w %.20q", ErrBadRole, string(r))
	}
}

// IceState is the state of the transport's ICE.
func (t *WebRtcTransport) IceState() ice.State {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	return t.in.ice.State()
}

// DtlsState is the state of the transport's DTLS association.
func (t *WebRtcTransport) DtlsState() DtlsState {
	t.in.mu.Lock()
	defer t.in.mu.Unlock()
	return t.dtls.state
}

// Close ends the transport, its Producers and its Consumers, and tells the
// client by close_notify. It is idempotent and does not wait.
func (t *WebRtcTransport) Close() {
	t.in.mu.Lock()
	if t.in.closed {
		t.in.mu.Unlock()
		return
	}
	t.in.closed = true
	t.dtls.wakeLocked() // to say goodbye
	t.in.ice.Close()
	producers := t.in.listener.all()
	ufrags := t.in.ufrags
	if !t.dtls.started {
		t.dtls.state = DtlsStateClosed
	}
	t.in.mu.Unlock()

	for _, p := range producers {
		p.Close()
	}
	for _, c := range t.out.allConsumers() {
		c.close(ReasonTransportClosed)
	}
	t.dtls.cancel()
	t.server.remove(t, ufrags)
	t.router.remove(t)
	t.notifier.changed()
}

// handleStun answers a connectivity check and follows what it changes.
func (t *WebRtcTransport) handleStun(now time.Time, raw []byte, from ice.Tuple, r *reader) {
	t.in.mu.Lock()
	reply, changed, err := t.in.ice.HandleStun(now, raw, from)
	t.adoptTuplesLocked(changed)
	if len(t.in.ufrags) > 1 && !t.in.closed && t.in.ice.Generations() < len(t.in.ufrags) {
		t.adoptUfragsLocked()
	}
	if err == nil && t.in.ice.IsValid(from) && t.server.transportAt(from) == nil {
		// The address was another transport's until now.
		t.server.setTuples(t, t.in.ice.Tuples())
	}
	t.in.mu.Unlock()
	if err != nil {
		t.dropped.Add(1)
	}
	if len(reply) > 0 {
		t.server.port.routeTo(from).queue(r.out, append(r.out.Slot()[:0], reply...))
	}
	if changed {
		t.notifier.changed()
	}
}

// heard follows a peer whose address has changed without a word.
func (t *WebRtcTransport) heard(now time.Time, from ice.Tuple) {
	t.in.mu.Lock()
	t.dtls.confirmLocked()
	changed := t.in.ice.Heard(now, from)
	if changed {
		t.adoptTuplesLocked(true)
	}
	t.in.mu.Unlock()
	if changed {
		t.notifier.changed()
	}
}

// adoptTuplesLocked makes ICE's valid addresses the ones that are heard and,
// where ICE says that it has changed, its selected one the one that is sent to.
// Needs in.mu.
func (t *WebRtcTransport) adoptTuplesLocked(changed bool) {
	if t.in.closed {
		return
	}
	if generation := t.in.ice.Generation(); t.in.adopted != generation {
		t.in.adopted = generation
		t.server.setTuples(t, t.in.ice.Tuples())
	}
	if changed {
		selected, _ := t.in.ice.Selected()
		t.out.setRemote(t.server.port.routeTo(selected))
		t.startDtlsLocked()
	}
}

// notifier calls notify after changes: never twice at once, and once more for
// what changed while it ran.
type notifier struct {
	notify  func()
	pending atomic.Int64
}

func (n *notifier) changed() {
	if n.pending.Add(1) != 1 {
		return
	}
	for seen := int64(1); ; seen = n.pending.Load() {
		n.notify()
		if n.pending.CompareAndSwap(seen, 0) {
			return
		}
	}
}

// newContext is the life of one association.
func newContext() (context.Context, context.CancelFunc) {
	return context.WithCancel(context.Background())
}
