package sfu

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/srtp/v3"
	"github.com/pion/transport/v4/packetio"
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
// handshake, hands over the SRTP keys, and waits for close_notify.
type association struct {
	transport *WebRtcTransport
	// packets are DTLS datagrams on their way from the reader to the handshake.
	packets *packetio.Buffer
	ctx     context.Context
	cancel  context.CancelFunc

	// Protected by the transport's in.mu:
	state    DtlsState
	wanted   bool // the client has announced its certificate
	started  bool
	isClient bool // our role
	profile  srtp.ProtectionProfile
}

func (a *association) init(t *WebRtcTransport) {
	a.transport = t
	a.packets = packetio.NewBuffer()
	a.packets.SetLimitCount(maxDtlsQueue)
	a.ctx, a.cancel = newContext()
	a.state = DtlsStateNew
}

// handleDtls queues a datagram; when the queue is full it is dropped and the
// peer's retransmission brings it again.
func (t *WebRtcTransport) handleDtls(datagram []byte) {
	if _, err := t.dtls.packets.Write(datagram); err != nil {
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
	defer func() { _ = a.packets.Close() }()
	conn, err := a.handshake()
	switch {
	case err != nil && a.ctx.Err() != nil:
		a.setState(DtlsStateClosed) // the transport was closed meanwhile
		return
	case err != nil:
		a.transport.log.Info("DTLS failed", "error", err)
		a.setState(DtlsStateFailed)
		return
	}
	a.setState(DtlsStateConnected)
	a.transport.requestKeyFrames()
	a.readUntilClosed(conn)
	a.dropKeys()
	a.setState(DtlsStateClosed)
}

// readUntilClosed returns when either side has closed, and our close_notify is
// on its way. There is nothing else to read.
func (a *association) readUntilClosed(conn *dtls.Conn) {
	closed := make(chan struct{})
	stop := context.AfterFunc(a.ctx, func() {
		defer close(closed)
		_ = conn.Close()
	})
	discard := make([]byte, maxPacketSize)
	for {
		if _, err := conn.Read(discard); err != nil {
			break
		}
	}
	if !stop() {
		<-closed
	}
	_ = conn.Close()
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

func (a *association) handshake() (*dtls.Conn, error) {
	conn, err := a.newConn()
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

func (a *association) newConn() (*dtls.Conn, error) {
	pipe := dtlsPipe{a.transport}
	options := []dtls.Option{
		dtls.WithCertificates(a.transport.server.certificate),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithMTU(dtlsMTU),
		// Certificates are self-signed: the fingerprint is what counts.
		dtls.WithInsecureSkipVerify(true),
		dtls.WithVerifyPeerCertificate(a.verify),
	}
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
	t.in.mu.Unlock()
	t.out.setKeys(outgoing)
	return nil
}

// dtlsPipe is the packet conn under DTLS: it reads what the reader queued and
// writes to the address that ICE has selected at that moment.
type dtlsPipe struct{ transport *WebRtcTransport }

func (p dtlsPipe) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := p.transport.dtls.packets.Read(b)
	return n, p.RemoteAddr(), err
}

func (p dtlsPipe) WriteTo(b []byte, _ net.Addr) (int, error) {
	to := p.transport.out.route()
	if !to.IsValid() {
		return len(b), nil // lost, as on a broken link
	}
	return len(b), p.transport.server.port.writeTo(b, to)
}

func (p dtlsPipe) Close() error { return p.transport.dtls.packets.Close() }
func (p dtlsPipe) LocalAddr() net.Addr {
	return net.UDPAddrFromAddrPort(p.transport.server.LocalAddr())
}

func (p dtlsPipe) RemoteAddr() net.Addr {
	return net.UDPAddrFromAddrPort(p.transport.out.route().AddrPort)
}

func (p dtlsPipe) SetDeadline(t time.Time) error { return p.SetReadDeadline(t) }
func (p dtlsPipe) SetReadDeadline(t time.Time) error {
	return p.transport.dtls.packets.SetReadDeadline(t)
}
func (p dtlsPipe) SetWriteDeadline(_ time.Time) error { return nil } // writes never wait
