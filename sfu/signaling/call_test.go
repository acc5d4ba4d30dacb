package signaling_test

import (
	"fmt"
	"testing"

	"takoshome/sfu/signaling/callertest"
)

// Every style of client hears and sees every other, whoever came first.
func TestCall(t *testing.T) {
	t.Parallel()
	styles := map[string]callertest.Style{"shipped": callertest.Shipped, "spec": callertest.Spec}
	for firstName, first := range styles {
		for secondName, second := range styles {
			t.Run(firstName+" and "+secondName, func(t *testing.T) {
				t.Parallel()
				h := newHost(t)
				alice := h.join("alice", first)
				alice.ConnectSend()
				video, _ := alice.Publish("video")
				audio, _ := alice.Publish("audio")

				bob := h.join("bob", second)
				if got, want := fmt.Sprint(bob.Init.Peers), "[alice]"; got != want {
					t.Errorf("peers: got %s, want %s", got, want)
				}
				if got := len(bob.Init.Producers); got != 2 {
					t.Fatalf("init lists %d producers, want 2", got)
				}
				if got := alice.Next("join").Text("peerId"); got != "bob" {
					t.Errorf("join: got %q, want bob", got)
				}
				bob.ConnectSend()
				hear(t, bob.Receive(video), "video/VP8", "alice")
				hear(t, bob.Receive(audio), "audio/opus", "alice")

				video, _ = bob.Publish("video")
				hear(t, alice.Receive(announced(alice, "bob")), "video/VP8", "bob")
				if got := len(h.rooms.Snapshot()[0].Peers[0].Consumers); got != 1 {
					t.Errorf("alice has %d consumers, want 1 (of %s)", got, video)
				}
				bob.HangUp()
				if got := alice.Next("leave").Text("peerId"); got != "bob" {
					t.Errorf("leave: got %q, want bob", got)
				}
			})
		}
	}
}

// announced waits for the word by which this client hears of a producer.
func announced(c *callertest.Caller, peerID string) string {
	word := "produce"
	if c.Style == callertest.Spec {
		word = "produced"
	}
	return c.NextWhere(word+" of "+peerID, func(m callertest.Message) bool {
		return m.Type() == word && m.Text("peerId") == peerID
	}).Text("producerId")
}

// hear checks a few packets of a stream.
func hear(t *testing.T, track *callertest.RemoteTrack, mimeType, peerID string) {
	t.Helper()
	consumed := track.Consumed
	if got := consumed.RtpParameters.Codecs[0].MimeType; got != mimeType {
		t.Errorf("codec: got %s, want %s", got, mimeType)
	}
	if consumed.PeerID != peerID {
		t.Errorf("peerId: got %s, want %s", consumed.PeerID, peerID)
	}
	last := track.Read()
	for range 5 {
		packet := track.Read()
		if packet.PayloadType != consumed.RtpParameters.Codecs[0].PayloadType {
			t.Errorf("payload type: got %d, want %d", packet.PayloadType, consumed.RtpParameters.Codecs[0].PayloadType)
		}
		if packet.SequenceNumber == last.SequenceNumber {
			t.Errorf("sequence number %d came twice", packet.SequenceNumber)
		}
		last = packet
	}
}
