package sfu

import (
	"errors"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"takoshome/sfu/ice"
	"takoshome/sfu/ortc"
)

// RTCP of ever new senders takes no memory for good either.
func TestSec27RandomRtcpSendersAreBounded(t *testing.T) {
	transport := newTestTransport(t, newTestRouter(t), DirectionRecv)
	peer := connectTestPeer(t, transport)
	r := newTestReader(transport.server)
	for ssrc := uint32(1); ssrc <= 2*maxReporters; ssrc++ {
		transport.handleRtcp(time.Now(), peer.sealRtcp(&rtcp.ReceiverReport{SSRC: ssrc}), r)
	}
	transport.in.mu.Lock()
	defer transport.in.mu.Unlock()
	if got := len(transport.in.reports.seen); got != maxReporters {
		t.Errorf("%d senders of RTCP are kept", got)
	}
	if _, known := transport.in.srtp.Index(2 * maxReporters); known {
		t.Error("the SRTCP context keeps a sender beyond the limit")
	}
}

// Packets that are authentic and cannot be parsed take the place of a layer's
// SSRC, one each, and no more.
func TestSec27UnparsablePacketsAreBounded(t *testing.T) {
	parameters := videoParameters()
	parameters.Encodings = []ortc.RtpEncodingParameters{{Rid: "r0"}}
	c := newCall(t, ortc.KindVideo, parameters)
	transport := c.sender.transport
	r := newTestReader(transport.server)
	for i := range uint32(1000) {
		packet := videoPacket(1, true)
		packet.SSRC = 5000 + i
		mustSetExtension(t, packet, testMidID, "0")
		mustSetExtension(t, packet, testRidID, "r0")
		plain, err := packet.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		plain[0] |= 0x20 // padding, of the length that the last byte says: 0
		plain[len(plain)-1] = 0
		transport.handleRtp(time.Now(), c.sender.sealRaw(plain), r)
	}
	transport.in.mu.Lock()
	defer transport.in.mu.Unlock()
	if _, known := transport.in.srtp.ROC(5999); known {
		t.Error("the SRTP context keeps an SSRC that no stream can have")
	}
}

// Feedback that announces 65,535 packets in 60 bytes costs next to nothing, and
// what stands beside a packet that is not understood is still read.
func TestSec28FeedbackBombCostsNothing(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	c.sender.sendRtp(videoPacket(1, true))
	media := receive(t, c.receiver.rtp, "packet").SSRC

	bomb := []byte{0x8f, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0xff, 0xff, 0, 0, 0, 0}
	for range 8 {
		bomb = append(bomb, 0x3f, 0xff) // run of 8191 packets with large deltas
	}
	bomb[3] = byte(len(bomb)/4 - 1)
	pli, err := (&rtcp.PictureLossIndication{MediaSSRC: media}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	compound := append(bomb, pli...)
	const runs = 20
	var sealed [][]byte
	for range runs + 1 {
		raw, err := c.receiver.outgoing.EncryptRTCP(nil, compound, nil)
		if err != nil {
			t.Fatal(err)
		}
		sealed = append(sealed, raw)
	}
	r := newTestReader(c.router.server)
	allocations := testing.AllocsPerRun(runs, func() {
		c.receiver.transport.handleRtcp(time.Now(), sealed[0], r)
		sealed = sealed[1:]
	})
	if allocations > 50 {
		t.Errorf("%v allocations a datagram", allocations)
	}
	if got := c.consumer.Stats().Stream.PliCount; got != runs+1 {
		t.Errorf("%d PLIs were read, want %d", got, runs+1)
	}
}

// A producer that is still being announced does not lose its layers to another
// one of the same client that names its layers alike.
func TestSec30LayersOfAnUnknownMidAreNotTaken(t *testing.T) {
	parameters := videoParameters()
	parameters.Encodings = []ortc.RtpEncodingParameters{{Rid: "r0"}, {Rid: "r1"}}
	c := newCall(t, ortc.KindVideo, parameters)
	screen := videoPacket(1, true)
	screen.SSRC = 99
	mustSetExtension(t, screen, testMidID, "7") // its produce has not come yet
	mustSetExtension(t, screen, testRidID, "r1")
	c.sender.sendRtp(screen)

	camera := videoPacket(1, true)
	camera.SSRC = 71
	mustSetExtension(t, camera, testMidID, "0")
	mustSetExtension(t, camera, testRidID, "r0")
	c.sender.sendRtp(camera)
	receive(t, c.receiver.rtp, "the camera's packet")
	if got := c.producer.Stats().Layers[1].Ssrc; got != 0 {
		t.Errorf("the camera took SSRC %d of another MID", got)
	}
}

// A check with a forged source does not take over another transport's address.
func TestAddressOfAnotherTransportIsNotTaken(t *testing.T) {
	c := newCall(t, ortc.KindAudio, audioParameters())
	victim := ice.Tuple{AddrPort: netip.MustParseAddrPort(c.sender.transport.Stats().Tuple)}
	attacker := newTestTransport(t, c.router, DirectionSend)
	forger := newTestPeer(t, attacker)
	r := newTestReader(c.router.server)
	attacker.handleStun(time.Now(), forger.bindingRequest(attacker.IceParameters().Password), victim, r)
	c.sender.sendRtp(audioPacket(1))
	receive(t, c.receiver.rtp, "packet of the victim")

	// Once the address is free it can be had: routers use ports again.
	c.sender.transport.Close()
	attacker.handleStun(time.Now(), forger.bindingRequest(attacker.IceParameters().Password), victim, r)
	if got := c.router.server.transportAt(victim); got != attacker {
		t.Error("a free address is not given to who proves it")
	}
}

// What a client still sends for a producer that the host has closed counts as
// arrived, or its bandwidth estimation would collapse.
func TestClosedProducersPacketsArrive(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	c.producer.Close()
	packet := videoPacket(1, true)
	mustSetExtension(t, packet, testCCID, "\x00\x07")
	c.sender.sendRtp(packet)
	if got := receiveRtcp[*rtcp.TransportLayerCC](t, c.sender).BaseSequenceNumber; got != 7 {
		t.Errorf("feedback from %d", got)
	}
	if got := c.sender.transport.dropped.Load(); got != 0 {
		t.Errorf("%d packets dropped", got)
	}
}

func TestOneCnameForAllProducers(t *testing.T) {
	transport := newTestTransport(t, newTestRouter(t), DirectionSend)
	audio, video := audioParameters(), videoParameters()
	video.Rtcp.Cname = "" // as mediasoup-client has it for simulcast
	first, err := transport.Produce(ProducerOptions{Kind: ortc.KindAudio, RtpParameters: audio})
	if err != nil {
		t.Fatal(err)
	}
	second, err := transport.Produce(ProducerOptions{Kind: ortc.KindVideo, RtpParameters: video})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := first.consumable.Rtcp.Cname, second.consumable.Rtcp.Cname; a != "peer" || b != a {
		t.Errorf("CNAMEs %q and %q", a, b)
	}
}

// The round trip to a sender is known from its answer to our reference time.
func TestRoundTripOfProducer(t *testing.T) {
	c := newCall(t, ortc.KindAudio, audioParameters())
	c.sender.sendRtp(audioPacket(1))
	report := receiveRtcp[*rtcp.ExtendedReport](t, c.sender)
	reference, ok := report.Reports[0].(*rtcp.ReceiverReferenceTimeReportBlock)
	if !ok {
		t.Fatalf("report %+v", report)
	}
	c.sender.sendRtcp(&rtcp.ExtendedReport{SenderSSRC: testAudioSsrc, Reports: []rtcp.ReportBlock{
		&rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{LastRR: uint32(reference.NTPTimestamp >> 16)}}},
	}})
	waitFor(t, "a round trip", func() bool { return c.producer.Stats().Layers[0].RoundTripTimeMs > 0 })
}

// A receiver that was away begins again with a keyframe, not with a gap that it
// cannot see.
func TestReturningReceiverGetsKeyFrame(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	c.sender.sendRtp(videoPacket(1, true))
	receive(t, c.receiver.rtp, "packet")
	c.receiver.transport.tick(time.Now().Add(31*time.Second), newTestReader(c.receiver.transport.server).out) // consent is lost
	c.sender.sendRtp(videoPacket(2, false))
	waitFor(t, "the packet to be taken in", func() bool { return c.producer.Stats().Layers[0].PacketCount == 2 })
	c.receiver.check()
	c.sender.sendRtp(videoPacket(3, false))
	c.sender.sendRtp(videoPacket(4, true))
	if got := receive(t, c.receiver.rtp, "packet"); got.Payload[1]&1 != 0 {
		t.Error("the picture goes on without a keyframe")
	}
}

// Every client hears close_notify before the port is closed.
func TestServerSaysGoodbye(t *testing.T) {
	s, err := NewWebRtcServer(Config{ListenAddr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.NewRouter(RouterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var peers []*testPeer
	for range 8 {
		peers = append(peers, connectTestPeer(t, newTestTransport(t, r, DirectionSend)))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, peer := range peers {
		if err := peer.dtls.SetReadDeadline(time.Now().Add(testTimeout)); err != nil {
			t.Fatal(err)
		}
		if _, err := peer.dtls.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("a client hears %v", err)
		}
	}
}
