package sfu

import (
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"takoshome/sfu/ortc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// call is one producer and one consumer, connected.
type call struct {
	router   *Router
	sender   *testPeer
	receiver *testPeer
	producer *Producer
	consumer *Consumer
}

func newCall(t testing.TB, kind ortc.MediaKind, parameters ortc.RtpParameters) *call {
	t.Helper()
	c := &call{router: newTestRouter(t)}
	c.sender = connectTestPeer(t, newTestTransport(t, c.router, DirectionSend))
	c.receiver = connectTestPeer(t, newTestTransport(t, c.router, DirectionRecv))
	var err error
	c.producer, err = c.sender.transport.Produce(ProducerOptions{Kind: kind, RtpParameters: parameters})
	if err != nil {
		t.Fatal(err)
	}
	c.consumer, err = c.receiver.transport.Consume(ConsumerOptions{
		Producer: c.producer, RtpCapabilities: c.router.RtpCapabilities(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAudioPassesWithRouterValues(t *testing.T) {
	c := newCall(t, ortc.KindAudio, audioParameters())
	packet := audioPacket(7)
	if err := packet.SetExtension(testLevelID, []byte{0x85}); err != nil {
		t.Fatal(err)
	}
	c.sender.sendRtp(packet)
	got := receive(t, c.receiver.rtp, "audio packet")

	parameters := c.consumer.RtpParameters()
	if got.PayloadType != parameters.Codecs[0].PayloadType || got.SSRC != parameters.Encodings[0].Ssrc {
		t.Errorf("payload type %d and SSRC %d, want %d and %d",
			got.PayloadType, got.SSRC, parameters.Codecs[0].PayloadType, parameters.Encodings[0].Ssrc)
	}
	if string(got.Payload) != string(packet.Payload) {
		t.Errorf("payload %x, want %x", got.Payload, packet.Payload)
	}
	for _, x := range parameters.HeaderExtensions {
		value := got.GetExtension(x.Id)
		switch x.Uri {
		case ortc.UriMid:
			if string(value) != parameters.Mid {
				t.Errorf("MID %q, want %q", value, parameters.Mid)
			}
		case ortc.UriAudioLevel:
			if len(value) != 1 || value[0] != 0x85 {
				t.Errorf("audio level %x, want 85", value)
			}
		case ortc.UriAbsSendTime:
			if len(value) != 3 {
				t.Errorf("abs-send-time %x", value)
			}
		}
	}
}

func TestVideoStartsWithKeyFrame(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	if _, ok := receive(t, c.sender.rtcp, "keyframe request").(*rtcp.PictureLossIndication); !ok {
		t.Error("the first RTCP to the sender is no PLI")
	}
	c.sender.sendRtp(videoPacket(1, false))
	c.sender.sendRtp(videoPacket(2, true))
	c.sender.sendRtp(videoPacket(3, false))
	first := receive(t, c.receiver.rtp, "keyframe")
	second := receive(t, c.receiver.rtp, "packet")
	if first.Payload[1]&1 != 0 {
		t.Error("the first packet is no keyframe")
	}
	if second.SequenceNumber != first.SequenceNumber+1 || second.Timestamp != first.Timestamp+3000 {
		t.Errorf("then %d at %d after %d at %d",
			second.SequenceNumber, second.Timestamp, first.SequenceNumber, first.Timestamp)
	}
	stats := c.producer.Stats()
	if layer := stats.Layers[0]; layer.Width != 640 || layer.Height != 360 || layer.PacketCount != 3 {
		t.Errorf("stats %+v", layer)
	}
}

func TestLostPacketIsAskedForAndRepairedByRtx(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	c.sender.sendRtp(videoPacket(1, true))
	c.sender.sendRtp(videoPacket(3, false))
	nack := receiveRtcp[*rtcp.TransportLayerNack](t, c.sender)
	if got := nack.Nacks[0].PacketList(); nack.MediaSSRC != testVideoSsrc || got[0] != 2 {
		t.Fatalf("NACK %+v", nack)
	}
	c.sender.sendRtp(rtxOfPacket(videoPacket(2, false), 1))
	first := receive(t, c.receiver.rtp, "packet")
	want := []uint16{2, 1} // the repaired packet comes last
	for _, offset := range want {
		got := receive(t, c.receiver.rtp, "packet")
		if got.SequenceNumber != first.SequenceNumber+offset {
			t.Errorf("sequence %d, want %d", got.SequenceNumber-first.SequenceNumber, offset)
		}
		if string(got.Payload) != string(vp8(false, 100)) {
			t.Errorf("payload of %d bytes differs", len(got.Payload))
		}
	}
}

func rtxOfPacket(packet *rtp.Packet, sequence uint16) *rtp.Packet {
	original := []byte{byte(packet.SequenceNumber >> 8), byte(packet.SequenceNumber)}
	return &rtp.Packet{
		Header: rtp.Header{
			Version: 2, PayloadType: 97, SequenceNumber: sequence,
			Timestamp: packet.Timestamp, SSRC: testRtxSsrc, Marker: packet.Marker,
		},
		Payload: append(original, packet.Payload...),
	}
}

func receiveRtcp[T rtcp.Packet](t testing.TB, p *testPeer) T {
	t.Helper()
	for {
		if wanted, ok := receive(t, p.rtcp, "RTCP packet").(T); ok {
			return wanted
		}
	}
}

func TestConsumerNackIsAnsweredByRtx(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	c.sender.sendRtp(videoPacket(10, true))
	c.sender.sendRtp(videoPacket(11, false))
	first := receive(t, c.receiver.rtp, "packet")
	receive(t, c.receiver.rtp, "packet")

	nack := &rtcp.TransportLayerNack{
		MediaSSRC: first.SSRC, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{first.SequenceNumber}),
	}
	c.receiver.sendRtcp(nack)
	got := receive(t, c.receiver.rtp, "retransmission")
	encoding := c.consumer.RtpParameters().Encodings[0]
	original := uint16(got.Payload[0])<<8 | uint16(got.Payload[1])
	if got.SSRC != encoding.Rtx.Ssrc || original != first.SequenceNumber || got.Timestamp != first.Timestamp {
		t.Errorf("RTX %+v of %d, want of %d", got.Header, original, first.SequenceNumber)
	}
	if string(got.Payload[2:]) != string(first.Payload) {
		t.Error("the retransmission's payload differs")
	}
}

func TestSimulcastIsLearnedByRid(t *testing.T) {
	parameters := videoParameters()
	parameters.Encodings = []ortc.RtpEncodingParameters{{Rid: "r0"}, {Rid: "r1"}}
	c := newCall(t, ortc.KindVideo, parameters)
	send := func(ssrc uint32, rid string, sequence uint16, keyFrame bool) {
		packet := videoPacket(sequence, keyFrame)
		packet.SSRC = ssrc
		if rid != "" {
			mustSetExtension(t, packet, testMidID, "0")
			mustSetExtension(t, packet, testRidID, rid)
		}
		c.sender.sendRtp(packet)
	}
	send(71, "r0", 100, true)
	low := receive(t, c.receiver.rtp, "low layer")
	send(72, "r1", 500, true)
	high := receive(t, c.receiver.rtp, "high layer")
	send(71, "", 101, true) // known by its SSRC now, and no longer wanted
	send(72, "", 501, false)
	next := receive(t, c.receiver.rtp, "high layer")
	if high.SequenceNumber != low.SequenceNumber+1 || next.SequenceNumber != high.SequenceNumber+1 {
		t.Errorf("sequence %d, %d, %d", low.SequenceNumber, high.SequenceNumber, next.SequenceNumber)
	}
	if next.Timestamp != high.Timestamp+3000 || int32(high.Timestamp-low.Timestamp) <= 0 {
		t.Errorf("timestamps %d, %d, %d", low.Timestamp, high.Timestamp, next.Timestamp)
	}
	if got := c.consumer.Stats().Layer; got != 1 {
		t.Errorf("layer %d, want 1", got)
	}
}

func mustSetExtension(t testing.TB, packet *rtp.Packet, id uint8, value string) {
	t.Helper()
	if err := packet.SetExtension(id, []byte(value)); err != nil {
		t.Fatal(err)
	}
}

func TestTransportFeedback(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	packet := videoPacket(1, true)
	mustSetExtension(t, packet, testCCID, "\x12\x34")
	c.sender.sendRtp(packet)
	feedback := receiveRtcp[*rtcp.TransportLayerCC](t, c.sender)
	if feedback.BaseSequenceNumber != 0x1234 || feedback.MediaSSRC != testVideoSsrc {
		t.Errorf("feedback %+v", feedback)
	}
}

func TestReportsGoBothWays(t *testing.T) {
	c := newCall(t, ortc.KindAudio, audioParameters())
	c.sender.sendRtp(audioPacket(1))
	receive(t, c.receiver.rtp, "packet")
	report := receiveRtcp[*rtcp.ReceiverReport](t, c.sender)
	if report.Reports[0].SSRC != testAudioSsrc || report.Reports[0].LastSequenceNumber&0xFFFF != 1 {
		t.Errorf("receiver report %+v", report)
	}
	sent := receiveRtcp[*rtcp.SenderReport](t, c.receiver)
	if sent.SSRC != c.consumer.RtpParameters().Encodings[0].Ssrc || sent.PacketCount != 1 {
		t.Errorf("sender report %+v", sent)
	}
}

func TestClosingProducerEndsItsConsumers(t *testing.T) {
	router := newTestRouter(t)
	sender := newTestTransport(t, router, DirectionSend)
	receiver := newTestTransport(t, router, DirectionRecv)
	producer, err := sender.Produce(ProducerOptions{Kind: ortc.KindAudio, RtpParameters: audioParameters()})
	if err != nil {
		t.Fatal(err)
	}
	reasons := make(chan CloseReason, 4)
	options := ConsumerOptions{
		Producer: producer, RtpCapabilities: router.RtpCapabilities(),
		OnClose: func(reason CloseReason) { reasons <- reason },
	}
	first, err := receiver.Consume(options)
	if err != nil {
		t.Fatal(err)
	}
	second, err := receiver.Consume(options)
	if err != nil {
		t.Fatal(err)
	}
	if first.RtpParameters().Mid == second.RtpParameters().Mid {
		t.Error("two consumers share a MID")
	}
	first.Close()
	if got := <-reasons; got != ReasonClosed {
		t.Errorf("reason %q", got)
	}
	producer.Close()
	producer.Close()
	if got := <-reasons; got != ReasonProducerClosed {
		t.Errorf("reason %q", got)
	}
	if _, err := receiver.Consume(options); err == nil {
		t.Error("a closed producer was consumed")
	}
	if len(reasons) != 1 { // the consumer that could not be made ended too
		t.Errorf("%d more ends", len(reasons))
	}
}
