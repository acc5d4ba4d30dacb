package sfu

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/srtp/v3"
)

const (
	handshakeTimeout = 30 * time.Second
	// dtlsMTU keeps handshake fragments below the smallest MTU of IPv6 (1280)
	// with room for tunnels.
	dtlsMTU = 1200
	// maxDtlsQueue bounds the datagrams that wait for the handshake; a flight
	// is far smaller, and what is dropped is sent again.
	maxDtlsQueue = 64

	srtpReplayWindow  = 1024
	srtcpReplayWindow = 128
)

// association is the DTLS side of a transport: a goroutine that makes the
// handshake, hands over the SRTP keys, and waits for close_notify or, once the
// client has the keys too, lets the association rest (rest.go).
type association struct {
	transport *WebRtcTransport
	// pipe takes DTLS datagrams from the reader; nil while the association rests.
	pipe   atomic.Pointer[dtlsPipe]
	ctx    context.Context
	cancel context.CancelFunc

	// Protected by the transport's in.mu:
	state     DtlsState
	wanted    bool // the client has announced its certificate
	started   bool
	isClient  bool // our role
	profile   srtp.ProtectionProfile
	confirmed bool          // the client has sent SRTP: its handshake is done
	confirm   chan struct{} // closed then
	resting   *dtls.State   // nil while awake
}

func (a *association) init(t *WebRtcTransport) {
	a.transport = t
	a.pipe.Store(newDtlsPipe(t))
	a.confirm = make(chan struct{})
	a.ctx, a.cancel = newContext()
	a.state = DtlsStateNew
}

// handleDtls queues a datagram; when the queue is full it is dropped and the
// peer's retransmission brings it again.
func (t *WebRtcTransport) handleDtls(datagram []byte) {
	pipe := t.dtls.pipe.Load()
	if pipe == nil {
		pipe = t.dtls.wakeFor(datagram)
	}
	if pipe == nil {
		return // it rests, and that is no reason to wake it
	}
	if _, err := pipe.packets.Write(datagram); err != nil {
		t.dropped.Add(1)
	}
}

// startDtlsLocked begins the handshake once the client's certificate is known
// and ICE has an address. Needs in.mu.
func (t *WebRtcTransport) startDtlsLocked() {
	a := &t.dtls
	if _, ok := t.in.ice.Selected(); !ok || !a.wanted || a.started || t.in.closed {
		return
	}
	a.started = true
	a.state = DtlsStateConnecting
	t.server.associations.Go(a.run)
}

// run is the association's goroutine.
func (a *association) run() {
	pipe := a.pipe.Load()
	defer func() { _ = pipe.Close() }()
	conn, err := a.handshake(pipe)
	switch {
	case err != nil && a.ctx.Err() != nil:
		a.setState(DtlsStateClosed) // the transport was closed meanwhile
		return
	case err != nil:
		a.transport.log().Info("DTLS failed", "error", err)
		a.setState(DtlsStateFailed)
		return
	}
	a.setState(DtlsStateConnected)
	a.transport.requestKeyFrames()
	if rests := a.attend(conn, pipe, a.confirm); !rests {
		a.end()
	}
}

// end follows when either side has closed.
func (a *association) end() {
	a.dropKeys()
	a.setState(DtlsStateClosed)
}

// attend returns when either side has closed, and our close_notify is on its way,
// or true when the association was laid to rest after confirm.
func (a *association) attend(conn *dtls.Conn, pipe *dtlsPipe, confirm <-chan struct{}) (rests bool) {
	ended := make(chan struct{})
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(ended)
		discard := make([]byte, maxPacketSize) // there is nothing to read
		for err := error(nil); err == nil; {
			_, err = conn.Read(discard)
		}
	})
	defer reading.Wait()
	select {
	case <-ended:
	case <-a.ctx.Done():
	case <-confirm:
		if a.rest(conn, pipe) {
			return true
		}
		select {
		case <-ended:
		case <-a.ctx.Done():
		}
	}
	_ = conn.Close() // with close_notify, unless the other side was first
	return false
}

// dropKeys ends media in both directions.
func (a *association) dropKeys() {
	a.transport.out.setKeys(nil)
	a.transport.in.mu.Lock()
	defer a.transport.in.mu.Unlock()
	a.transport.in.srtp = nil
}

func (a *association) setState(state DtlsState) {
	a.transport.in.mu.Lock()
	a.state = state
	a.transport.in.mu.Unlock()
	a.transport.notifier.changed()
}

func (a *association) handshake(pipe *dtlsPipe) (*dtls.Conn, error) {
	conn, err := a.newConn(pipe)
	if err != nil {
		return nil, fmt.Errorf("start DTLS: %w", err)
	}
	ctx, cancel := context.WithTimeout(a.ctx, handshakeTimeout)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("DTLS handshake: %w", err), conn.Close())
	}
	if err := a.installKeys(conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func (a *association) newConn(pipe *dtlsPipe) (*dtls.Conn, error) {
	options := a.options()
	if a.isClient {
		client := make([]dtls.ClientOption, 0, len(options))
		for _, o := range options {
			client = append(client, o)
		}
		return dtls.ClientWithOptions(pipe, pipe.RemoteAddr(), client...)
	}
	server := make([]dtls.ServerOption, 0, len(options)+2)
	for _, o := range options {
		server = append(server, o)
	}
	server = append(server,
		dtls.WithClientAuth(dtls.RequireAnyClientCert),
		// The address has been proved by ICE; the cookie round trip would prove it again.
		dtls.WithInsecureSkipVerifyHello(true))
	return dtls.ServerWithOptions(pipe, pipe.RemoteAddr(), server...)
}

// options are those of either role.
func (a *association) options() []dtls.Option {
	return []dtls.Option{
		dtls.WithCertificates(a.transport.server.certificate),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithMTU(dtlsMTU),
		// Certificates are self-signed: the fingerprint is what counts.
		dtls.WithInsecureSkipVerify(true),
		dtls.WithVerifyPeerCertificate(a.verify),
	}
}

func (a *association) verify(certificates [][]byte, _ [][]*x509.Certificate) error {
	if len(certificates) == 0 || !a.transport.fingerprints.matches(certificates[0]) {
		return errWrongCertificate
	}
	return nil
}

// installKeys makes the SRTP contexts from the handshake's secret (RFC 5764
// section 4.2).
func (a *association) installKeys(conn *dtls.Conn) error {
	profile, ok := conn.SelectedSRTPProtectionProfile()
	if !ok {
		return errors.New("no common SRTP protection profile")
	}
	state, ok := conn.ConnectionState()
	if !ok {
		return errors.New("no DTLS state")
	}
	config := srtp.Config{Profile: srtp.ProtectionProfile(profile)}
	if err := config.ExtractSessionKeysFromDTLS(&state, a.isClient); err != nil {
		return fmt.Errorf("extract SRTP keys: %w", err)
	}
	keys := config.Keys
	incoming, err := srtp.CreateContext(keys.RemoteMasterKey, keys.RemoteMasterSalt, config.Profile,
		srtp.SRTPReplayProtection(srtpReplayWindow), srtp.SRTCPReplayProtection(srtcpReplayWindow))
	if err != nil {
		return fmt.Errorf("make SRTP context: %w", err)
	}
	outgoing, err := newSendKeys(config.Profile, keys.LocalMasterKey, keys.LocalMasterSalt)
	if err != nil {
		return err
	}
	t := a.transport
	t.in.mu.Lock()
	t.in.srtp = incoming
	t.in.stirred.Store(true)
	a.profile = config.Profile
	if a.isClient {
		a.confirmLocked() // the handshake's last flight was the client's
	}
	t.in.mu.Unlock()
	t.out.setKeys(outgoing)
	return nil
}
