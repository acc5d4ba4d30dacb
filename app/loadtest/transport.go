package loadtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/transport/v4/packetio"
)

const (
	checkInterval  = 50 * time.Millisecond // of checks before the first answer
	connectTimeout = 20 * time.Second
	maxDtlsQueue   = 64
	dtlsMTU        = 1200
	replayWindow   = 1024
)

// transport is our end of one WebRtcTransport of the host: ICE checks, DTLS as
// its client, SRTP. It is far lighter than a PeerConnection.
type transport struct {
	test    *Test
	hub     *hub
	local   netip.Addr // on a shared hub
	checker *checker
	// candidates are where the host may be; the first that answers is used.
	candidates []netip.AddrPort
	answered   chan struct{} // closed with the first answer
	dtlsIn     *packetio.Buffer
	dtls       *dtls.Conn

	sendMu sync.Mutex // protects sender and outgoing
	sender *sender
	// outgoing encrypts; nil before DTLS.
	outgoing *srtp.Context

	mu       sync.Mutex // protects all below
	remote   netip.AddrPort
	incoming *srtp.Context
	header   rtp.Header
	tracks   map[uint32]*track
	rtx      map[uint32]bool // SSRCs of retransmissions, which are only counted
	// ccID is the number of the transport-cc extension, 0 where there is none.
	ccID     uint8
	arrivals *twcc.Recorder
	figures  *delays
	lost     Counts // of tracks that have ended, and what belongs to none
	repeated uint64
	born     time.Time

	onKeyFrameRequest func(ssrc uint32)
}

// newTransport prepares a transport; ids and addresses are the host's.
func newTransport(t *Test, p *hostTransport) (*transport, error) {
	candidates := p.addresses()
	if len(candidates) == 0 {
		return nil, fmt.Errorf("%w: no UDP candidate", ErrHost)
	}
	place, err := t.placeFor(candidates)
	if err != nil {
		return nil, err
	}
	tr := &transport{
		test: t, hub: place.hub, local: place.local, candidates: place.candidates,
		checker:  newChecker(randomText(8), p.Ice.value.UsernameFragment, p.Ice.value.Password),
		answered: make(chan struct{}),
		dtlsIn:   packetio.NewBuffer(),
		tracks:   map[uint32]*track{},
		rtx:      map[uint32]bool{},
		figures:  &delays{},
		born:     time.Now(),
	}
	tr.dtlsIn.SetLimitCount(maxDtlsQueue)
	tr.sender = place.hub.newSender(place.local, place.candidates[0])
	place.adopt(tr)
	t.settle(tr)
	return tr, nil
}

// connect brings ICE and DTLS up.
func (t *transport) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := t.findHost(ctx); err != nil {
		return err
	}
	return t.handshake(ctx)
}

// findHost checks all candidates in turn until one answers.
func (t *transport) findHost(ctx context.Context) error {
	ticker := time.NewTicker(checkInterval)
	defer ticker.Stop()
	for n := 0; ; n++ {
		request, err := t.checker.request()
		if err != nil {
			return err
		}
		t.sendMu.Lock()
		t.sender.setRemote(t.candidates[n%len(t.candidates)])
		t.sender.send(request)
		t.sendMu.Unlock()
		select {
		case <-t.answered:
			t.mu.Lock()
			remote := t.remote
			t.mu.Unlock()
			t.sendMu.Lock()
			t.sender.setRemote(remote)
			t.sendMu.Unlock()
			return nil
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: no answer to connectivity checks from %v", ErrNoMedia, t.candidates)
		}
	}
}

func (t *transport) handshake(ctx context.Context) error {
	pipe := dtlsPipe{t}
	conn, err := dtls.ClientWithOptions(pipe, pipe.RemoteAddr(),
		dtls.WithCertificates(t.test.certificate),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithMTU(dtlsMTU),
		// Nobody is called here whom one would have to know.
		dtls.WithInsecureSkipVerify(true),
	)
	if err != nil {
		return fmt.Errorf("start DTLS: %w", err)
	}
	if err := conn.HandshakeContext(ctx); err != nil {
		return errors.Join(fmt.Errorf("%w: DTLS: %w", ErrNoMedia, err), conn.Close())
	}
	if err := t.installKeys(conn); err != nil {
		return errors.Join(err, conn.Close())
	}
	t.dtls = conn
	return nil
}

func (t *transport) installKeys(conn *dtls.Conn) error {
	profile, ok := conn.SelectedSRTPProtectionProfile()
	state, known := conn.ConnectionState()
	if !ok || !known {
		return fmt.Errorf("%w: no SRTP", ErrNoMedia)
	}
	config := srtp.Config{Profile: srtp.ProtectionProfile(profile)}
	if err := config.ExtractSessionKeysFromDTLS(&state, true); err != nil {
		return fmt.Errorf("extract SRTP keys: %w", err)
	}
	keys := config.Keys
	incoming, err := srtp.CreateContext(keys.RemoteMasterKey, keys.RemoteMasterSalt, config.Profile,
		srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow))
	if err != nil {
		return fmt.Errorf("make SRTP context: %w", err)
	}
	outgoing, err := srtp.CreateContext(keys.LocalMasterKey, keys.LocalMasterSalt, config.Profile)
	if err != nil {
		return fmt.Errorf("make SRTP context: %w", err)
	}
	t.mu.Lock()
	t.incoming = incoming
	t.mu.Unlock()
	t.sendMu.Lock()
	t.outgoing = outgoing
	t.sendMu.Unlock()
	return nil
}

// expect makes a stream known that the host is going to send.
func (t *transport) expect(c *consumed, s *source) *track {
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := &track{isVideo: c.Kind == kindVideo, source: s}
	if len(c.RtpParameters.Codecs) > 0 {
		tr.payloadType = c.RtpParameters.Codecs[0].PayloadType
	}
	for _, e := range c.RtpParameters.Encodings {
		tr.ssrc = e.SSRC
		if e.RTX.SSRC != 0 {
			t.rtx[e.RTX.SSRC] = true
		}
	}
	for _, x := range c.RtpParameters.HeaderExtensions {
		if x.URI == uriTransportCC {
			t.ccID = x.ID
		}
	}
	t.tracks[tr.ssrc] = tr
	return tr
}

// receive takes a datagram (RFC 7983), on the hub's goroutine.
func (t *transport) receive(from netip.AddrPort, packet []byte, atNs int64) {
	if len(packet) < 2 {
		return
	}
	switch first := packet[0]; {
	case first <= 3:
		t.receiveStun(from, packet)
	case first >= 20 && first <= 63:
		// A full queue is like a lost packet: DTLS repeats it.
		_, _ = t.dtlsIn.Write(packet)
	case first >= 128 && first <= 191 && packet[1] >= 192 && packet[1] <= 223:
		t.receiveRtcp(packet)
	case first >= 128 && first <= 191:
		t.receiveRtp(packet, atNs)
	}
}

func (t *transport) receiveStun(from netip.AddrPort, packet []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.remote.IsValid() || !t.checker.answers(packet) {
		return
	}
	t.remote = from
	close(t.answered)
}

func (t *transport) receiveRtp(packet []byte, atNs int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.incoming == nil {
		return
	}
	plain, err := t.incoming.DecryptRTP(packet, packet, &t.header)
	var p received
	if err != nil || !p.parse(plain) {
		t.lost.Bad++
		return
	}
	if number := p.element(t.ccID); t.ccID != 0 && len(number) == 2 {
		if t.arrivals == nil {
			t.arrivals = twcc.NewRecorder(p.ssrc)
		}
		t.arrivals.Record(p.ssrc, uint16(number[0])<<8|uint16(number[1]), atNs/1000-t.born.UnixMicro())
	}
	if t.rtx[p.ssrc] {
		t.repeated++
		return
	}
	tr := t.tracks[p.ssrc]
	if tr == nil || len(p.payload) == 0 {
		return // of a stream that has ended, or a probe for bandwidth
	}
	s, ok := t.test.pattern.read(p.payload)
	if !ok || p.payloadType != tr.payloadType {
		tr.counts.Wrong++
		return
	}
	tr.take(&p, s, atNs, t.figures)
}

func (t *transport) receiveRtcp(packet []byte) {
	t.mu.Lock()
	var plain []byte
	err := errNotConnected
	if t.incoming != nil {
		plain, err = t.incoming.DecryptRTCP(packet, packet, nil)
	}
	t.mu.Unlock()
	if err != nil {
		return
	}
	for len(plain) >= 4 {
		size := 4 * (int(plain[2])<<8 + int(plain[3]) + 1)
		if size > len(plain) {
			return
		}
		t.receiveReport(plain[:size])
		plain = plain[size:]
	}
}

// receiveReport takes what a client acts on.
func (t *transport) receiveReport(raw []byte) {
	switch rtcp.PacketType(raw[1]) {
	case rtcp.TypeSenderReport:
		if p := (rtcp.SenderReport{}); p.Unmarshal(raw) == nil {
			t.mu.Lock()
			if tr := t.tracks[p.SSRC]; tr != nil {
				tr.reportNtp, tr.reportAt = uint32(p.NTPTime>>16), time.Now()
			}
			t.mu.Unlock()
		}
	case rtcp.TypePayloadSpecificFeedback:
		switch raw[0] & 0x1F {
		case rtcp.FormatPLI:
			if p := (rtcp.PictureLossIndication{}); p.Unmarshal(raw) == nil {
				t.requestKeyFrame(p.MediaSSRC)
			}
		case rtcp.FormatFIR:
			if p := (rtcp.FullIntraRequest{}); p.Unmarshal(raw) == nil && len(p.FIR) > 0 {
				t.requestKeyFrame(p.FIR[0].SSRC)
			}
		}
	}
}

func (t *transport) requestKeyFrame(ssrc uint32) {
	t.mu.Lock()
	request := t.onKeyFrameRequest
	t.mu.Unlock()
	if request != nil {
		request(ssrc)
	}
}

// sendRtcp encrypts and sends a compound.
func (t *transport) sendRtcp(packets ...rtcp.Packet) {
	plain, err := rtcp.Marshal(packets)
	if err != nil {
		return // nothing of the host's makes that happen
	}
	t.sendMu.Lock()
	defer t.sendMu.Unlock()
	if t.outgoing == nil {
		return
	}
	if sealed, err := t.outgoing.EncryptRTCP(nil, plain, nil); err == nil {
		t.sender.send(sealed)
	}
}

// sendCheck shows consent.
func (t *transport) sendCheck() {
	request, err := t.checker.request()
	if err != nil {
		return
	}
	t.sendMu.Lock()
	defer t.sendMu.Unlock()
	t.sender.send(request)
}

// close says goodbye.
func (t *transport) close() {
	if t.dtls != nil {
		_ = t.dtls.Close() // the host learns of it one way or another
	}
	_ = t.dtlsIn.Close()
	t.test.leave(t)
}

// dtlsPipe is the packet conn under DTLS.
type dtlsPipe struct{ t *transport }

func (p dtlsPipe) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := p.t.dtlsIn.Read(b)
	return n, p.RemoteAddr(), err
}

func (p dtlsPipe) WriteTo(b []byte, _ net.Addr) (int, error) {
	p.t.sendMu.Lock()
	defer p.t.sendMu.Unlock()
	p.t.sender.send(b)
	return len(b), nil
}

func (p dtlsPipe) Close() error        { return p.t.dtlsIn.Close() }
func (p dtlsPipe) LocalAddr() net.Addr { return &net.UDPAddr{} }
func (p dtlsPipe) RemoteAddr() net.Addr {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	return net.UDPAddrFromAddrPort(p.t.remote)
}
func (p dtlsPipe) SetDeadline(at time.Time) error     { return p.SetReadDeadline(at) }
func (p dtlsPipe) SetReadDeadline(at time.Time) error { return p.t.dtlsIn.SetReadDeadline(at) }
func (p dtlsPipe) SetWriteDeadline(time.Time) error   { return nil } // writes never wait
