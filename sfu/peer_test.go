package sfu

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v3"
	"github.com/pion/transport/v4/packetio"

	"takoshome/sfu/ortc"
)

// testTimeout is how long a test waits for what must come.
const testTimeout = 30 * time.Second

// testPeer is the client of one transport, made of raw parts, so that a test can
// send whatever it likes.
type testPeer struct {
	t           testing.TB
	transport   *WebRtcTransport
	conn        *net.UDPConn
	certificate tls.Certificate
	handshake   *packetio.Buffer
	stunReplies chan *stun.Message
	rtp         chan *rtp.Packet
	rtcp        chan rtcp.Packet

	dtls     *dtls.Conn
	outgoing *srtp.Context
	incoming *srtp.Context
	keyed    chan struct{} // closed when incoming is set
}

func newTestServer(t testing.TB) *WebRtcServer {
	t.Helper()
	s, err := NewWebRtcServer(Config{ListenAddr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// newTestReader is what the reader goroutine owns, for a test that takes its place.
func newTestReader(s *WebRtcServer) *reader {
	return newReader(s.port.sockets[0])
}

func newTestRouter(t testing.TB) *Router {
	t.Helper()
	r, err := newTestServer(t).NewRouter(RouterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newTestTransport(t testing.TB, r *Router, direction string) *WebRtcTransport {
	t.Helper()
	transport, err := r.NewWebRtcTransport(WebRtcTransportConfig{Direction: direction})
	if err != nil {
		t.Fatal(err)
	}
	return transport
}

// newTestPeer opens a socket; nothing is sent yet.
func newTestPeer(t testing.TB, transport *WebRtcTransport) *testPeer {
	t.Helper()
	certificate, err := selfsign.GenerateSelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(transport.server.LocalAddr()))
	if err != nil {
		t.Fatal(err)
	}
	p := &testPeer{
		t: t, transport: transport, conn: conn, certificate: certificate,
		handshake:   packetio.NewBuffer(),
		stunReplies: make(chan *stun.Message, 16),
		rtp:         make(chan *rtp.Packet, 1<<14),
		rtcp:        make(chan rtcp.Packet, 1<<12),
		keyed:       make(chan struct{}),
	}
	done := make(chan struct{})
	go func() { defer close(done); p.read() }()
	t.Cleanup(func() {
		_ = conn.Close()
		_ = p.handshake.Close()
		<-done
	})
	return p
}

// connectTestPeer goes through ICE, connect and DTLS.
func connectTestPeer(t testing.TB, transport *WebRtcTransport) *testPeer {
	t.Helper()
	p := newTestPeer(t, transport)
	p.check()
	if err := transport.Connect(p.dtlsParameters()); err != nil {
		t.Fatal(err)
	}
	if err := p.shakeHands(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "DTLS on the server", func() bool { return transport.DtlsState() == DtlsStateConnected })
	return p
}

func (p *testPeer) dtlsParameters() DtlsParameters {
	return DtlsParameters{
		Role:         DtlsRoleClient,
		Fingerprints: []DtlsFingerprint{fingerprintOf(p.certificate.Certificate[0])},
	}
}

// bindingRequest is a connectivity check as a browser sends it.
func (p *testPeer) bindingRequest(password string) []byte {
	p.t.Helper()
	message, err := stun.Build(stun.TransactionID, stun.BindingRequest,
		stun.NewUsername(p.transport.IceParameters().UsernameFragment+":peer"),
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)},
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{0x6e, 0, 0xff, 0xff}},
		stun.RawAttribute{Type: stun.AttrUseCandidate},
		stun.NewShortTermIntegrity(password), stun.Fingerprint)
	if err != nil {
		p.t.Fatal(err)
	}
	return message.Raw
}

func (p *testPeer) check() {
	p.t.Helper()
	p.write(p.bindingRequest(p.transport.IceParameters().Password))
	if reply := receive(p.t, p.stunReplies, "STUN reply"); reply.Type != stun.BindingSuccess {
		p.t.Fatalf("STUN reply %v", reply.Type)
	}
}

func (p *testPeer) shakeHands() error {
	conn, err := dtls.ClientWithOptions(testPipe{p}, p.conn.RemoteAddr(),
		dtls.WithCertificates(p.certificate), dtls.WithInsecureSkipVerify(true),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AES128_CM_HMAC_SHA1_80, dtls.SRTP_AEAD_AES_128_GCM))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return err
	}
	p.dtls = conn
	p.t.Cleanup(func() { _ = conn.Close() })
	profile, _ := conn.SelectedSRTPProtectionProfile()
	state, _ := conn.ConnectionState()
	config := srtp.Config{Profile: srtp.ProtectionProfile(profile)}
	if err := config.ExtractSessionKeysFromDTLS(&state, true); err != nil {
		return err
	}
	keys := config.Keys
	if p.outgoing, err = srtp.CreateContext(keys.LocalMasterKey, keys.LocalMasterSalt, config.Profile); err != nil {
		return err
	}
	if p.incoming, err = srtp.CreateContext(keys.RemoteMasterKey, keys.RemoteMasterSalt, config.Profile); err != nil {
		return err
	}
	close(p.keyed)
	return nil
}

func (p *testPeer) read() {
	buf := make([]byte, 1<<16)
	for {
		n, err := p.conn.Read(buf)
		if err != nil {
			return
		}
		switch packet := buf[:n]; {
		case packet[0] <= 3:
			message := stun.New()
			if _, err := message.Write(packet); err == nil {
				p.stunReplies <- message
			}
		case packet[0] < 64:
			_, _ = p.handshake.Write(packet)
		default:
			<-p.keyed
			p.readMedia(packet)
		}
	}
}

func (p *testPeer) readMedia(packet []byte) {
	if isRtcp(packet) {
		plain, err := p.incoming.DecryptRTCP(nil, packet, nil)
		if err != nil {
			p.t.Errorf("SRTCP from the server: %v", err)
			return
		}
		packets, err := rtcp.Unmarshal(plain)
		if err != nil {
			p.t.Errorf("RTCP from the server: %v", err)
		}
		for _, one := range packets {
			offer(p.rtcp, one)
		}
		return
	}
	plain, err := p.incoming.DecryptRTP(nil, packet, nil)
	if err != nil {
		p.t.Errorf("SRTP from the server: %v", err)
		return
	}
	parsed := &rtp.Packet{}
	if err := parsed.Unmarshal(plain); err != nil {
		p.t.Errorf("RTP from the server: %v", err)
		return
	}
	offer(p.rtp, parsed)
}

func (p *testPeer) write(packet []byte) {
	p.t.Helper()
	if _, err := p.conn.Write(packet); err != nil {
		p.t.Fatal(err)
	}
}

// seal is an RTP packet as it goes over the wire.
func (p *testPeer) seal(packet *rtp.Packet) []byte {
	p.t.Helper()
	plain, err := packet.Marshal()
	if err != nil {
		p.t.Fatal(err)
	}
	return p.sealRaw(plain)
}

func (p *testPeer) sealRaw(plain []byte) []byte {
	p.t.Helper()
	sealed, err := p.outgoing.EncryptRTP(nil, plain, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return sealed
}

func (p *testPeer) sendRtp(packet *rtp.Packet) {
	p.t.Helper()
	p.write(p.seal(packet))
}

func (p *testPeer) sendRtcp(packets ...rtcp.Packet) {
	p.t.Helper()
	p.write(p.sealRtcp(packets...))
}

func (p *testPeer) sealRtcp(packets ...rtcp.Packet) []byte {
	p.t.Helper()
	plain, err := rtcp.Marshal(packets)
	if err != nil {
		p.t.Fatal(err)
	}
	sealed, err := p.outgoing.EncryptRTCP(nil, plain, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return sealed
}

// testPipe is the packet conn under the client's DTLS.
type testPipe struct{ *testPeer }

func (p testPipe) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := p.handshake.Read(b)
	return n, p.conn.RemoteAddr(), err
}
func (p testPipe) WriteTo(b []byte, _ net.Addr) (int, error) { return p.conn.Write(b) }
func (p testPipe) Close() error                              { return p.handshake.Close() }
func (p testPipe) LocalAddr() net.Addr                       { return p.conn.LocalAddr() }
func (p testPipe) SetDeadline(t time.Time) error             { return p.handshake.SetReadDeadline(t) }

func (p testPipe) SetReadDeadline(t time.Time) error { return p.handshake.SetReadDeadline(t) }
func (p testPipe) SetWriteDeadline(time.Time) error  { return nil }

// offer puts a value into a channel that nobody may be reading.
func offer[T any](c chan T, value T) {
	select {
	case c <- value:
	default:
	}
}

func receive[T any](t testing.TB, c <-chan T, what string) T {
	t.Helper()
	select {
	case value := <-c:
		return value
	case <-time.After(testTimeout):
		t.Fatalf("no %s", what)
		panic("unreachable")
	}
}

// waitFor polls a state that has no event, such as a figure.
func waitFor(t testing.TB, what string, check func() bool) {
	t.Helper()
	deadline := time.Now().Add(testTimeout)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !check() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		<-ticker.C
	}
}

// Parameters as Chromium's mediasoup-client sends them.

const (
	testVideoSsrc = 1111
	testRtxSsrc   = 2222
	testAudioSsrc = 3333
	testMidID     = 4
	testCCID      = 5
	testRidID     = 10
	testRepairID  = 11
	testLevelID   = 1
)

func videoParameters() ortc.RtpParameters {
	return ortc.RtpParameters{
		Mid: "0",
		Codecs: []ortc.RtpCodecParameters{
			{MimeType: "video/VP8", PayloadType: 96, ClockRate: 90000, RtcpFeedback: []ortc.RtcpFeedback{
				{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}, {Type: "transport-cc"},
			}},
			{MimeType: "video/rtx", PayloadType: 97, ClockRate: 90000, Parameters: ortc.CodecParameters{"apt": 96.0}},
		},
		HeaderExtensions: []ortc.RtpHeaderExtensionParameters{
			{Uri: ortc.UriMid, Id: testMidID},
			{Uri: ortc.UriTransportCC, Id: testCCID},
			{Uri: ortc.UriRid, Id: testRidID},
			{Uri: ortc.UriRepairedRid, Id: testRepairID},
		},
		Encodings: []ortc.RtpEncodingParameters{{Ssrc: testVideoSsrc, Rtx: &ortc.RtxParameters{Ssrc: testRtxSsrc}}},
		Rtcp:      ortc.RtcpParameters{Cname: "peer"},
	}
}

func audioParameters() ortc.RtpParameters {
	return ortc.RtpParameters{
		Mid: "1",
		Codecs: []ortc.RtpCodecParameters{
			{MimeType: "audio/opus", PayloadType: 111, ClockRate: 48000, Channels: 2},
		},
		HeaderExtensions: []ortc.RtpHeaderExtensionParameters{
			{Uri: ortc.UriMid, Id: testMidID}, {Uri: ortc.UriAudioLevel, Id: testLevelID},
		},
		Encodings: []ortc.RtpEncodingParameters{{Ssrc: testAudioSsrc}},
		Rtcp:      ortc.RtcpParameters{Cname: "peer"},
	}
}

// vp8 is a VP8 payload (RFC 7741) of the given size.
func vp8(keyFrame bool, size int) []byte {
	payload := make([]byte, max(size, 11))
	payload[0] = 0x10 // start of a partition
	if keyFrame {
		copy(payload[1:], []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01}) // 640x360
	} else {
		payload[1] = 0x31
	}
	return payload
}

func videoPacket(sequence uint16, keyFrame bool) *rtp.Packet {
	return &rtp.Packet{
		Header: rtp.Header{
			Version: 2, PayloadType: 96, SequenceNumber: sequence,
			Timestamp: uint32(sequence) * 3000, SSRC: testVideoSsrc, Marker: true,
		},
		Payload: vp8(keyFrame, 100),
	}
}

func audioPacket(sequence uint16) *rtp.Packet {
	return &rtp.Packet{
		Header: rtp.Header{
			Version: 2, PayloadType: 111, SequenceNumber: sequence,
			Timestamp: uint32(sequence) * 960, SSRC: testAudioSsrc,
		},
		Payload: []byte{0x78, 1, 2, 3, 4, 5, 6, 7},
	}
}
