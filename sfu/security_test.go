package sfu

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/stun/v3"

	"takoshome/sfu/ice"
	"takoshome/sfu/ortc"
)

// The tests here are named after the project's list of attacks.

// A check without the right password moves nothing: media stays with the victim.
func TestSec15ForgedIntegrityKeepsTuple(t *testing.T) {
	c := newCall(t, ortc.KindAudio, audioParameters())
	before := c.receiver.transport.Stats().Tuple
	attacker := newTestPeer(t, c.receiver.transport)
	attacker.write(attacker.bindingRequest("not the password, but long enough"))
	c.sender.sendRtp(audioPacket(1))
	receive(t, c.receiver.rtp, "packet at the victim")
	if got := c.receiver.transport.Stats().Tuple; got != before {
		t.Errorf("tuple %s, want %s", got, before)
	}
}

// USE-CANDIDATE without MESSAGE-INTEGRITY nominates nothing.
func TestSec16UnsignedNominationIsIgnored(t *testing.T) {
	c := newCall(t, ortc.KindAudio, audioParameters())
	before := c.receiver.transport.Stats().Tuple
	attacker := newTestPeer(t, c.receiver.transport)
	message, err := stun.Build(stun.TransactionID, stun.BindingRequest,
		stun.NewUsername(c.receiver.transport.IceParameters().UsernameFragment+":x"),
		stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	attacker.write(message.Raw)
	c.sender.sendRtp(audioPacket(1))
	receive(t, c.receiver.rtp, "packet at the victim")
	if got := c.receiver.transport.Stats().Tuple; got != before {
		t.Errorf("tuple %s, want %s", got, before)
	}
}

// A ClientHello from an address that ICE has not proved never reaches DTLS, and
// the real client's handshake goes through after it.
func TestSec17ClientHelloFromStrangerIsDropped(t *testing.T) {
	transport := newTestTransport(t, newTestRouter(t), DirectionSend)
	peer := newTestPeer(t, transport)
	peer.check()
	if err := transport.Connect(peer.dtlsParameters()); err != nil {
		t.Fatal(err)
	}
	stranger := newTestPeer(t, transport)
	unknown := transport.server.unknown.Load()
	for _, hello := range clientHellos() {
		stranger.write(hello)
	}
	waitFor(t, "the stranger's packets to be dropped", func() bool {
		return transport.server.unknown.Load() == unknown+uint64(len(clientHellos()))
	})
	if got := transport.dtls.pipe.Load().packets.Count(); got != 0 {
		t.Errorf("%d datagrams reached DTLS", got)
	}
	if err := peer.shakeHands(); err != nil {
		t.Error(err)
	}
}

// clientHellos are a ClientHello record, and one that offers only NULL ciphers.
func clientHellos() [][]byte {
	hello := func(suite byte) []byte {
		body := append([]byte{0xfe, 0xfd}, make([]byte, 32)...) // version, random
		body = append(body, 0, 0, 0, 2, 0, suite, 1, 0)         // session, cookie, suites, compression
		message := append([]byte{1, 0, 0, byte(len(body)), 0, 0, 0, 0, 0, 0, 0, byte(len(body))}, body...)
		return append([]byte{22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(message))}, message...)
	}
	return [][]byte{hello(0x2f), hello(0x02)}
}

// A flood of ClientHellos leaves no state behind, and a client gets in meanwhile.
func TestSec18ClientHelloFloodKeepsNoState(t *testing.T) {
	transport := newTestTransport(t, newTestRouter(t), DirectionSend)
	stop, stopped := make(chan struct{}), make(chan struct{})
	flood, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(transport.server.LocalAddr()))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(stopped)
		hello := clientHellos()[0]
		for ticker := time.NewTicker(time.Millisecond); ; <-ticker.C {
			for range 20 {
				_, _ = flood.Write(hello)
			}
			select {
			case <-stop:
				ticker.Stop()
				return
			default:
			}
		}
	}()
	connectTestPeer(t, transport)
	close(stop)
	<-stopped
	_ = flood.Close()
	transport.server.mu.RLock()
	defer transport.server.mu.RUnlock()
	if got := len(transport.server.byTuple); got != 1 {
		t.Errorf("%d tuples, want 1", got)
	}
}

// Handshake fragments that never end are held in bounded memory, and do not
// keep the association's goroutine busy or alive.
func TestSec19FragmentBombsAreBounded(t *testing.T) {
	transport := newTestTransport(t, newTestRouter(t), DirectionSend)
	peer := newTestPeer(t, transport)
	peer.check()
	if err := transport.Connect(peer.dtlsParameters()); err != nil {
		t.Fatal(err)
	}
	fragment := func(sequence uint16, offset, size int) []byte {
		const total = 1 << 23
		body := make([]byte, size)
		message := []byte{
			1, total >> 16, total >> 8 & 0xff, total & 0xff, 0, 0,
			byte(offset >> 16), byte(offset >> 8), byte(offset), byte(size >> 16), byte(size >> 8), byte(size),
		}
		message = append(message, body...)
		record := []byte{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, byte(sequence >> 8), byte(sequence)}
		return append(append(record, byte(len(message)>>8), byte(len(message))), message...)
	}
	for i := range 5000 {
		peer.write(fragment(uint16(i), i*1000%(1<<20), []int{0, 1, 1000}[i%3]))
	}
	peer.check() // the reader is alive and has seen all before it
	if got := transport.dtls.pipe.Load().packets.Size(); got > maxDtlsQueue*maxPacketSize {
		t.Errorf("%d bytes queued", got)
	}
	transport.Close()
	waitFor(t, "the association to end", func() bool { return transport.DtlsState() != DtlsStateConnecting })
}

// A certificate that was not announced ends in failure, without media.
func TestSec20WrongCertificateFails(t *testing.T) {
	router := newTestRouter(t)
	transport := newTestTransport(t, router, DirectionSend)
	for name, parameters := range map[string]DtlsParameters{
		"no fingerprints": {Role: DtlsRoleClient},
		"unknown hash":    {Fingerprints: []DtlsFingerprint{{Algorithm: "md5", Value: "00"}}},
		"sha-1":           {Fingerprints: []DtlsFingerprint{{Algorithm: "sha-1", Value: "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"}}},
		"short value":     {Fingerprints: []DtlsFingerprint{{Algorithm: "sha-256", Value: "AA:BB"}}},
		"not hexadecimal": {Fingerprints: []DtlsFingerprint{{Algorithm: "sha-224", Value: "ZZ:" + string(make([]byte, 80))}}},
	} {
		if err := transport.Connect(parameters); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	peer, other := newTestPeer(t, transport), newTestPeer(t, transport)
	peer.check()
	if err := transport.Connect(other.dtlsParameters()); err != nil {
		t.Fatal(err)
	}
	if err := peer.shakeHands(); err == nil {
		// The client may finish first; the server must not.
		t.Log("the client's side of the handshake passed")
	}
	waitFor(t, "DTLS to fail", func() bool { return transport.DtlsState() == DtlsStateFailed })
	transport.in.mu.Lock()
	keyed := transport.in.srtp != nil
	transport.in.mu.Unlock()
	if keyed {
		t.Error("SRTP keys were installed")
	}
	connectTestPeer(t, newTestTransport(t, router, DirectionSend)) // others are served
}

// connect with strange roles, or again, is an error and changes nothing.
func TestSec21SecondConnectChangesNothing(t *testing.T) {
	transport := newTestTransport(t, newTestRouter(t), DirectionSend)
	peer := newTestPeer(t, transport)
	bad := peer.dtlsParameters()
	bad.Role = "both"
	if err := transport.Connect(bad); !errors.Is(err, ErrBadRole) {
		t.Errorf("role both: %v", err)
	}
	peer.check()
	if err := transport.Connect(peer.dtlsParameters()); err != nil {
		t.Fatal(err)
	}
	if err := transport.Connect(newTestPeer(t, transport).dtlsParameters()); !errors.Is(err, ErrAlreadyConnected) {
		t.Errorf("second connect: %v", err)
	}
	if err := peer.shakeHands(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "DTLS", func() bool { return transport.DtlsState() == DtlsStateConnected })
	// A new handshake on the established association is not taken up.
	for _, hello := range clientHellos() {
		peer.write(hello)
	}
	peer.check()
	if got := transport.DtlsState(); got != DtlsStateConnected {
		t.Errorf("DTLS %s after renegotiation", got)
	}
}

// A client that vanishes loses consent after 30 s; nothing more is sent to it.
func TestSec22ConsentEndsSending(t *testing.T) {
	c := newCall(t, ortc.KindAudio, audioParameters())
	c.sender.sendRtp(audioPacket(1))
	receive(t, c.receiver.rtp, "packet")
	transport := c.receiver.transport
	transport.tick(time.Now().Add(29*time.Second), newTestReader(transport.server).out)
	if got := transport.IceState(); got == ice.StateDisconnected {
		t.Fatalf("ICE %s after 29 s", got)
	}
	transport.tick(time.Now().Add(31*time.Second), newTestReader(transport.server).out)
	if got := transport.IceState(); got != ice.StateDisconnected {
		t.Fatalf("ICE %s after 31 s", got)
	}
	sent := transport.Stats().SendByteCount
	c.sender.sendRtp(audioPacket(2))
	waitFor(t, "the packet to be taken in", func() bool { return c.producer.Stats().Layers[0].PacketCount == 2 })
	if got := transport.Stats().SendByteCount; got != sent {
		t.Errorf("%d bytes sent after consent was lost", got-sent)
	}
	c.receiver.check() // back again
	c.sender.sendRtp(audioPacket(3))
	receive(t, c.receiver.rtp, "packet after the return")
}

// Packets that are not well formed are dropped and counted.
func TestSec25MalformedRtpIsDropped(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	plain, err := videoPacket(1, true).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	header := func(flags byte) []byte { return append([]byte{flags}, plain[1:12]...) }
	bad := map[string][]byte{
		"padding longer than payload": append(header(0x80|0x20), 1, 2, 250),
		"padding of nothing":          append(header(0x80|0x20), 1, 2, 0),
		"15 CSRCs, none there":        header(0x80 | 15),
		"extension cut off":           append(header(0x80|0x10), 0xbe, 0xde, 0xff, 0xff),
	}
	dropped := c.sender.transport.dropped.Load()
	for name, packet := range bad {
		// The server must not believe lengths of a packet that is authentic either.
		sealed, err := sealAnyway(c.sender, packet)
		if err != nil {
			t.Logf("%s cannot be sealed: %v", name, err)
			sealed = packet
		}
		c.sender.write(sealed)
	}
	c.sender.write(append(c.sender.seal(videoPacket(2, true)), make([]byte, 1600)...)) // over 1500 bytes
	c.sender.write([]byte{0x80, 96})
	c.sender.sendRtp(&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: 5, SSRC: testVideoSsrc}})
	waitFor(t, "the bad packets to be counted", func() bool {
		return c.sender.transport.dropped.Load() >= dropped+uint64(len(bad))+1
	})
	c.sender.sendRtp(videoPacket(6, true))
	if got := receive(t, c.receiver.rtp, "good packet"); len(got.Payload) != 100 {
		t.Errorf("%d bytes came through", len(got.Payload))
	}
}

func sealAnyway(p *testPeer, plain []byte) ([]byte, error) {
	return p.outgoing.EncryptRTP(nil, plain, nil)
}

// A replayed packet is dropped, RTP as well as RTCP.
func TestSec26ReplayIsDropped(t *testing.T) {
	c := newCall(t, ortc.KindAudio, audioParameters())
	first := c.sender.seal(audioPacket(1))
	c.sender.write(first)
	receive(t, c.receiver.rtp, "packet")
	for sequence := uint16(2); sequence < 1200; sequence++ {
		c.sender.write(c.sender.seal(audioPacket(sequence)))
		receive(t, c.receiver.rtp, "packet")
	}
	dropped := c.sender.transport.dropped.Load()
	c.sender.write(first) // far behind the window
	c.sender.write(c.sender.seal(audioPacket(1200)))
	receive(t, c.receiver.rtp, "packet")
	if got := c.sender.transport.dropped.Load() - dropped; got != 1 {
		t.Errorf("%d dropped, want the replay", got)
	}
	if len(c.receiver.rtp) != 0 {
		t.Error("the replay was forwarded")
	}

	plain, err := rtcp.Marshal([]rtcp.Packet{&rtcp.Goodbye{Sources: []uint32{testAudioSsrc}}})
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := c.sender.outgoing.EncryptRTCP(nil, plain, nil)
	if err != nil {
		t.Fatal(err)
	}
	dropped = c.sender.transport.dropped.Load()
	c.sender.write(sealed)
	c.sender.write(sealed)
	waitFor(t, "the RTCP replay to be dropped", func() bool { return c.sender.transport.dropped.Load() == dropped+1 })
}

// Unknown SSRCs, encrypted rightly or not, take no memory.
func TestSec27RandomSsrcsAreBounded(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	transport := c.sender.transport
	r := newTestReader(transport.server)
	for i := range 65536 {
		packet := videoPacket(uint16(i), false)
		packet.SSRC = 1<<20 + uint32(i)
		mustSetExtension(t, packet, testMidID, "0") // claims to belong to the producer
		raw := c.sender.seal(packet)
		if i%2 == 1 {
			binary.BigEndian.PutUint32(raw[8:], rand.Uint32()) // not authentic any more
		}
		transport.handleRtp(time.Now(), raw, r)
	}
	transport.in.mu.Lock()
	defer transport.in.mu.Unlock()
	if got := len(transport.in.listener.bySsrc); got > 4 {
		t.Errorf("%d SSRCs in the table", got)
	}
	if _, known := transport.in.srtp.ROC(1 << 20); known {
		t.Error("the SRTP context keeps a stranger's SSRC")
	}
}

// The server chooses AES-GCM where the client has it, whatever the client's order.
func TestGcmIsPreferred(t *testing.T) {
	transport := newTestTransport(t, newTestRouter(t), DirectionSend)
	peer := connectTestPeer(t, transport)
	if got, _ := peer.dtls.SelectedSRTPProtectionProfile(); got != dtls.SRTP_AEAD_AES_128_GCM {
		t.Errorf("profile %v", got)
	}
	if got := transport.Stats().SrtpProfile; got != "AEAD_AES_128_GCM" {
		t.Errorf("stats say %q", got)
	}
}
