package takoscall

import (
	"testing"

	"takoshome/sfu/signaling/callertest"
)

// Two peers hear and see each other, and the host knows what runs.
func TestCall(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	c := h.connect()
	alice, bob := c.enter("alice@a.example-bob@b.example", "alice@a.example"), c.enter("alice@a.example-bob@b.example", "bob@b.example")
	video, _ := alice.publish("video")
	audio, _ := alice.publish("audio")
	hear(t, bob.receive(video), "video/VP8")
	hear(t, bob.receive(audio), "audio/opus")
	fromBob, _ := bob.publish("video")
	hear(t, alice.receive(fromBob), "video/VP8")

	rooms := h.Snapshot()
	if len(rooms) != 1 || len(rooms[0].Peers) != 2 {
		t.Fatalf("snapshot: %+v", rooms)
	}
	a, b := rooms[0].Peers[0], rooms[0].Peers[1]
	if len(a.Transports) != 2 || len(a.Producers) != 2 || len(a.Consumers) != 1 || a.Consumers[0].ProducerPeerID != b.ID {
		t.Errorf("alice: %+v", a)
	}
	if len(b.Consumers) != 2 || b.Transports[0].DtlsState != "connected" {
		t.Errorf("bob: %+v", b)
	}
}

// Asked twice, a peer has two consumers, as with takos-call.
func TestConsumersOfOneProducer(t *testing.T) {
	t.Parallel()
	c := newHost(t, Limits{}).connect()
	alice, bob := c.enter("den", "alice"), c.enter("den", "bob")
	audio, _ := alice.publish("audio")
	first, second := bob.receive(audio), bob.receive(audio)
	if first.Consumed.ConsumerID == second.Consumed.ConsumerID {
		t.Error("both have one id")
	}
	hear(t, first, "audio/opus")
	hear(t, second, "audio/opus")
	bob.ask("closeConsumer", bob.at(data{"consumerId": first.Consumed.ConsumerID}), nil)
	hear(t, second, "audio/opus")
}

// Each unmute of takos' own client is a new producer.
func TestMuteAndUnmute(t *testing.T) {
	t.Parallel()
	c := newHost(t, Limits{Producers: 1}).connect()
	alice, bob := c.enter("den", "alice"), c.enter("den", "bob")
	for range 3 {
		audio, track := alice.publish("audio")
		hear(t, bob.receive(audio), "audio/opus")
		track.Pause()
		alice.ask("closeProducer", alice.at(data{"producerId": audio}), nil)
	}
	if n := len(peerOf(t, c, "den", "bob").Consumers); n != 0 {
		t.Errorf("%d consumers of closed producers are left", n)
	}
}

// A transport that the client closes is over for the controller too.
func TestClientClosesTransport(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	c := h.connect()
	alice, bob := c.enter("den", "alice"), c.enter("den", "bob")
	audio, track := alice.publish("audio")
	received := bob.receive(audio)
	hear(t, received, "audio/opus")
	c.settle()
	track.Pause()
	alice.send.Close()
	h.await("the transport's end", func() bool { return len(h.Snapshot()[0].Peers[0].Transports) == 1 })
	got := c.settle()
	want := []heard{
		{Event: "consumerClosed", RoomID: "den", PeerID: "bob", ConsumerID: received.Consumed.ConsumerID},
		{Event: "producerClosed", RoomID: "den", PeerID: "alice", ProducerID: audio},
		{Event: "transportClosed", RoomID: "den", PeerID: "alice", TransportID: alice.sendID},
	}
	compare(t, got, want)
	c.refuse("createProducer", alice.at(data{
		"transportId": alice.sendID, "kind": "audio",
		"rtpParameters": callertest.ProduceRequest("audio", "0", 5)["rtpParameters"],
	}), codeCommand, "not found")
	c.ask("removePeer", alice.at(nil), nil)
}

// hear checks a few packets of a stream.
func hear(t *testing.T, track *callertest.RemoteTrack, mimeType string) {
	t.Helper()
	codec := track.Consumed.RtpParameters.Codecs[0]
	if codec.MimeType != mimeType {
		t.Errorf("codec: got %s, want %s", codec.MimeType, mimeType)
	}
	for range 5 {
		if packet := track.Read(); packet.PayloadType != codec.PayloadType {
			t.Errorf("payload type: got %d, want %d", packet.PayloadType, codec.PayloadType)
		}
	}
}

// peerView is a peerInfo as a controller sees it.
type peerView struct {
	ID                               string
	Transports, Producers, Consumers map[string]struct{ ID, ProducerID, Kind string }
}

// peerOf asks for one peer.
func peerOf(t *testing.T, c *controller, roomID, peerID string) (view peerView) {
	t.Helper()
	c.ask("getPeerInfo", data{"roomId": roomID, "peerId": peerID}, &view)
	return view
}

func compare(t *testing.T, got, want []heard) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d events: %s; want %s", len(got), names(got), names(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("event %d: got %+v, want %+v", i, got[i], want[i])
		}
	}
}
