package sfu

import (
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"takoshome/sfu/ortc"
)

// Nothing passes while a Producer is paused, and afterwards sequence numbers go
// on by one and timestamps with the time that the sender's clock shows.
func TestPausedSoundGoesOnWithoutAGap(t *testing.T) {
	c := newCall(t, ortc.KindAudio, audioParameters())
	c.sender.sendRtp(audioPacket(1))
	before := receive(t, c.receiver.rtp, "packet before")

	c.producer.Pause()
	c.producer.Pause() // twice is once
	for sequence := range uint16(5) {
		c.sender.sendRtp(audioPacket(2 + sequence))
	}
	waitFor(t, "the packets to come in", func() bool { return c.producer.Stats().Layers[0].PacketCount == 6 })
	stats, receiving := c.producer.Stats(), c.consumer.Stats()
	if !c.producer.Paused() || !stats.Paused || !receiving.ProducerPaused || receiving.Stream.PacketCount != 1 {
		t.Errorf("producer %+v, consumer %+v", stats, receiving)
	}

	c.producer.Resume()
	c.producer.Resume()
	c.sender.sendRtp(audioPacket(7))
	c.sender.sendRtp(audioPacket(8))
	for i, offset := range []uint16{1, 2} {
		got := receive(t, c.receiver.rtp, "packet after")
		if got.SequenceNumber != before.SequenceNumber+offset {
			t.Errorf("sequence %d later, want %d", got.SequenceNumber-before.SequenceNumber, offset)
		}
		if want := uint32(6+i) * 960; got.Timestamp-before.Timestamp != want {
			t.Errorf("timestamp %d later, want %d", got.Timestamp-before.Timestamp, want)
		}
	}
	if c.producer.Paused() || c.producer.Stats().Paused || c.consumer.Stats().ProducerPaused {
		t.Error("still paused")
	}
}

// A picture goes on with a keyframe, which the client is asked for.
func TestPausedVideoGoesOnWithAKeyFrame(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	receiveRtcp[*rtcp.PictureLossIndication](t, c.sender)
	c.sender.sendRtp(videoPacket(1, true))
	before := receive(t, c.receiver.rtp, "packet before")
	c.producer.Pause()
	c.receiver.sendRtcp(&rtcp.PictureLossIndication{MediaSSRC: before.SSRC})
	waitFor(t, "the receiver's PLI", func() bool { return c.consumer.Stats().Stream.PliCount == 1 })
	c.sender.sendRtp(videoPacket(2, true))
	waitFor(t, "the packet to come in", func() bool { return c.producer.Stats().Layers[0].PacketCount == 2 })
	if got := c.producer.Stats().Layers[0].PliCount; got != 1 {
		t.Errorf("the client was asked for %d keyframes, want the first alone", got)
	}

	c.producer.Resume()
	receiveRtcp[*rtcp.PictureLossIndication](t, c.sender)
	c.sender.sendRtp(videoPacket(3, false)) // of no use without the ones before
	c.sender.sendRtp(videoPacket(4, true))
	got := receive(t, c.receiver.rtp, "packet after")
	if got.Payload[1]&1 != 0 || got.SequenceNumber != before.SequenceNumber+1 || got.Timestamp != before.Timestamp+9000 {
		t.Errorf("goes on with %+v after %+v", got.Header, before.Header)
	}
}

// What was sent while paused cannot be asked for afterwards, not even where a
// frame was cut off and a number left out for it.
func TestPausedVideoIsNotRetransmitted(t *testing.T) {
	c := newCall(t, ortc.KindVideo, videoParameters())
	c.sender.sendRtp(videoPacket(1, true))
	receive(t, c.receiver.rtp, "keyframe")
	cut := videoPacket(2, false)
	cut.Marker = false
	c.sender.sendRtp(cut)
	last := receive(t, c.receiver.rtp, "beginning of a frame")
	c.producer.Pause()
	c.sender.sendRtp(videoPacket(3, false))
	waitFor(t, "the packet to come in", func() bool { return c.producer.Stats().Layers[0].PacketCount == 3 })
	c.producer.Resume()
	c.sender.sendRtp(videoPacket(4, true))
	next := receive(t, c.receiver.rtp, "keyframe")
	if next.SequenceNumber != last.SequenceNumber+2 {
		t.Fatalf("the keyframe has a number %d later, want 2", next.SequenceNumber-last.SequenceNumber)
	}
	c.receiver.sendRtcp(&rtcp.TransportLayerNack{
		MediaSSRC: last.SSRC,
		Nacks:     rtcp.NackPairsFromSequenceNumbers([]uint16{last.SequenceNumber + 1, last.SequenceNumber + 2}),
	})
	again := receive(t, c.receiver.rtp, "retransmission")
	if original := uint16(again.Payload[0])<<8 | uint16(again.Payload[1]); original != next.SequenceNumber {
		t.Errorf("retransmitted %d, want %d alone", original, next.SequenceNumber)
	}
}

// checkPresence does what the ticker would after that time.
func (c *call) checkPresence(after time.Duration) {
	in := &c.sender.transport.in
	in.mu.Lock()
	defer in.mu.Unlock()
	in.tickProducer(time.Now().Add(after), c.producer, &tickWork{}, true)
}

// fallSilent sends sound, then nothing but connectivity checks.
func (c *call) fallSilent(t *testing.T, sequence uint16) {
	t.Helper()
	packets := c.producer.Stats().Layers[0].PacketCount
	c.sender.sendRtp(videoPacket(sequence, true))
	waitFor(t, "the packet", func() bool { return c.producer.Stats().Layers[0].PacketCount > packets })
	c.sender.check()
}

// The silence of a paused Producer is not its end; that of one which was resumed
// is again, once it has sent something.
func TestPausedProducerIsNotGone(t *testing.T) {
	const long = 5 * time.Second
	c := newCall(t, ortc.KindVideo, videoParameters())
	c.fallSilent(t, 1)
	c.producer.Pause()
	c.checkPresence(long)
	if c.producer.Gone() {
		t.Error("gone while paused")
	}
	c.producer.Resume()
	c.checkPresence(long)
	if c.producer.Gone() {
		t.Error("gone before it sent anything")
	}
	c.fallSilent(t, 2)
	c.checkPresence(long)
	if !c.producer.Gone() {
		t.Error("not gone although it fell silent")
	}
}

// A client that pauses what was taken for closed shows that it is not.
func TestPausingWhatIsGone(t *testing.T) {
	c := &call{router: newTestRouter(t)}
	c.sender = connectTestPeer(t, newTestTransport(t, c.router, DirectionSend))
	heard := make(chan bool, 4)
	var err error
	c.producer, err = c.sender.transport.Produce(ProducerOptions{
		Kind: ortc.KindVideo, RtpParameters: videoParameters(), OnPresence: func(gone bool) { heard <- gone },
	})
	if err != nil {
		t.Fatal(err)
	}
	c.fallSilent(t, 1)
	c.checkPresence(5 * time.Second)
	if !c.producer.Gone() {
		t.Fatal("not gone")
	}
	c.producer.Pause()
	if gone := receive(t, heard, "news"); gone || c.producer.Gone() {
		t.Error("still gone")
	}
}

func TestPausingWhilePacketsPass(t *testing.T) {
	c := newCall(t, ortc.KindAudio, audioParameters())
	var pausing sync.WaitGroup
	pausing.Go(func() {
		for range 50 {
			c.producer.Pause()
			c.producer.Resume()
		}
	})
	for sequence := range uint16(200) {
		c.sender.sendRtp(audioPacket(sequence + 1))
	}
	pausing.Wait()
	waitFor(t, "the packets to come in", func() bool { return c.producer.Stats().Layers[0].PacketCount == 200 })
	c.sender.sendRtp(audioPacket(201))
	waitFor(t, "the last", func() bool { return c.producer.Stats().Layers[0].PacketCount == 201 })
	sent := c.consumer.Stats().Stream.PacketCount
	last := receive(t, c.receiver.rtp, "packet").SequenceNumber
	for range sent - 1 {
		got := receive(t, c.receiver.rtp, "packet").SequenceNumber
		if got != last+1 {
			t.Fatalf("%d follows %d", got, last)
		}
		last = got
	}
}

func TestPausingWhatIsClosed(t *testing.T) {
	transport := newTestTransport(t, newTestRouter(t), DirectionSend)
	p, err := transport.Produce(ProducerOptions{Kind: ortc.KindVideo, RtpParameters: videoParameters()})
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	p.Pause()
	p.Resume()
}
