package signaling_test

import (
	"fmt"
	"testing"

	"github.com/gorilla/websocket"

	"takoshome/sfu/room"
	"takoshome/sfu/signaling/callertest"
)

// The socket breaks and comes back; the media never stopped.
func TestResumeKeepsMedia(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Shipped)
	video, _ := alice.Publish("video")
	track := bob.Receive(video)
	hear(t, track, "video/VP8", "alice")
	before := alice.Init

	alice.Drop()
	h.await("alice to be away", func() bool { return !h.peer("alice").Connected })
	hear(t, track, "video/VP8", "alice")
	alice.Rejoin(h.address("media=keep&resume=" + before.Resume.Secret))
	if !alice.Init.Resumed || alice.Init.MyPeerID != "alice" || alice.Init.Transport.Send.ID != before.Transport.Send.ID {
		t.Errorf("came back with %+v", alice.Init)
	}
	if fmt.Sprint(alice.Init.Peers) != "[bob]" {
		t.Errorf("peers: got %v, want [bob]", alice.Init.Peers)
	}
	hear(t, track, "video/VP8", "alice")
	bob.Settle()
	if got := bob.HeardOf("leave") + bob.HeardOf("producerClosed"); got != 0 {
		t.Errorf("bob was told of the break: %v", bob.Heard())
	}
	if got := len(h.rooms.Snapshot()[0].Peers); got != 2 {
		t.Errorf("%d peers, want 2", got)
	}
	// What was made before the break is the peer's own still.
	alice.Send(map[string]any{"type": "closeProducer", "producerId": video})
	bob.Next("consumerClosed")
	bob.Next("producerClosed")
}

// The page was loaded again: a new socket, new transports, the same peer.
func TestReload(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Shipped)
	video, _ := alice.Publish("video")
	hear(t, bob.Receive(video), "video/VP8", "alice")
	secret := alice.Init.Resume.Secret
	alice.Close(websocket.CloseGoingAway)
	bob.Next("leave")

	alice = callertest.Join(t, h.address("resume="+secret), callertest.Shipped)
	if alice.Init.Resumed || alice.Init.MyPeerID != "alice" {
		t.Errorf("came back with %+v", alice.Init)
	}
	if got := bob.Next("join").Text("peerId"); got != "alice" {
		t.Errorf("join of %q, want alice", got)
	}
	video, _ = alice.Publish("video")
	hear(t, bob.Receive(video), "video/VP8", "alice")
}

// The connection broke and the client lost its media too.
func TestResumeWithNewMedia(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice", callertest.Spec), h.join("bob", callertest.Spec)
	video, _ := alice.Publish("video")
	hear(t, bob.Receive(video), "video/VP8", "alice")
	secret := alice.Init.Resume.Secret
	alice.Drop()

	alice = callertest.Join(t, h.address("resume="+secret), callertest.Spec)
	bob.Next("consumerClosed")
	bob.Next("producerClosed")
	video, _ = alice.Publish("video")
	hear(t, bob.Receive(video), "video/VP8", "alice")
	if got := bob.HeardOf("leave") + bob.HeardOf("join"); got != 0 {
		t.Errorf("bob heard of leaving or joining: %v", bob.Heard())
	}
}

func TestHangUpCannotBeResumed(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for name, hangUp := range map[string]func(*callertest.Caller){
		"no code":        func(c *callertest.Caller) { c.Close(0) },
		"1000":           func(c *callertest.Caller) { c.Close(websocket.CloseNormalClosure) },
		"leave":          func(c *callertest.Caller) { c.Send(map[string]any{"type": "leave"}); c.ClosedWith() },
		"bye":            func(c *callertest.Caller) { c.Send(map[string]any{"type": "bye"}); c.ClosedWith() },
		"flooded it out": func(c *callertest.Caller) { flood(c.Socket, `{"type":"ping"}`); c.ClosedWith() },
	} {
		t.Run(name, func(t *testing.T) {
			alice := h.join("alice", callertest.Spec)
			hangUp(alice)
			h.await("alice to leave", func() bool { return !h.rooms.HasPeer("den", "alice") })
			if refused := h.refused("resume="+alice.Init.Resume.Secret, nil); refused.Status != 401 {
				t.Errorf("got %d, want 401", refused.Status)
			}
		})
	}
}

// The newest socket of a user wins, and the older one's end changes nothing.
func TestNewestSocketWins(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	bob := h.join("bob", callertest.Shipped)
	older := h.join("alice", callertest.Shipped)
	bob.Next("join")
	newer := h.join("alice", callertest.Shipped)
	if code := older.ClosedWith(); code != 4001 {
		t.Errorf("the older socket was closed with %d, want 4001", code)
	}
	bob.Next("leave")
	bob.Next("join")
	audio, _ := newer.Publish("audio")
	hear(t, bob.Receive(audio), "audio/opus", "alice")
	if got := bob.HeardOf("leave"); got != 0 {
		t.Error("the newer socket's peer left with the older one's end")
	}
	if refused := h.refused("resume="+older.Init.Resume.Secret, nil); refused.Status != 401 {
		t.Errorf("resume of the older socket: got %d, want 401", refused.Status)
	}
	if !h.rooms.HasPeer("den", "alice") {
		t.Error("alice is not in the room")
	}
}

// transport.close() in the page ends what ran over that transport.
func TestTransportClosedByTheClient(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Shipped)
	video, track := alice.Publish("video")
	hear(t, bob.Receive(video), "video/VP8", "alice")
	track.Pause()
	alice.SendTransport.Close()
	if got := bob.Next("producerClosed").Text("producerId"); got != video {
		t.Errorf("producerClosed of %q, want %q", got, video)
	}
	alice.Send(callertest.ProduceRequest("audio", "9", 99))
	if m := alice.Next("error"); m.Text("context") != "produce" || m.Text("code") != "closed" {
		t.Errorf("produce on a closed transport: %v", m)
	}
	bob.RecvTransport.Close()
	h.await("bob's receive transport to end", func() bool {
		return h.peer("bob").Transports[1].DtlsState == "closed"
	})
	if !h.rooms.HasPeer("den", "alice") || !h.rooms.HasPeer("den", "bob") {
		t.Error("somebody left with a transport")
	}
}

// A certificate that was not announced brings no media, and nobody down.
func TestSec20WrongFingerprint(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice := h.join("alice", callertest.Shipped)
	for name, fingerprints := range map[string][]callertest.Fingerprint{
		"none":         {},
		"sha-1":        {{Algorithm: "sha-1", Value: "AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA"}},
		"unknown hash": {{Algorithm: "sha-9", Value: "AA"}},
		"short value":  {{Algorithm: "sha-256", Value: "AA"}},
	} {
		alice.Send(callertest.ConnectRequest(callertest.Shipped, "send", callertest.DtlsParameters{Role: "client", Fingerprints: fingerprints}))
		m := alice.Next("error")
		if m.Text("code") != "badParameters" || m.Text("transportType") != "send" {
			t.Errorf("%s: %v", name, m)
		}
	}
	// A certificate that is not the client's.
	alice.Send(callertest.ConnectRequest(callertest.Shipped, "send", wrongFingerprint()))
	alice.Next("connected")
	alice.SendTransport.Offer("video")
	h.await("the transport to fail", func() bool { return h.peer("alice").Transports[0].DtlsState == "failed" })
	bob := h.join("bob", callertest.Shipped)
	audio, _ := bob.Publish("audio")
	hear(t, alice.Receive(audio), "audio/opus", "bob")
}

func wrongFingerprint() callertest.DtlsParameters {
	value := "AA"
	for range 31 {
		value += ":AA"
	}
	return callertest.DtlsParameters{Role: "client", Fingerprints: []callertest.Fingerprint{{Algorithm: "sha-256", Value: value}}}
}

func TestSec21SecondConnect(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Shipped)
	video, _ := alice.Publish("video")
	track := bob.Receive(video)
	hear(t, track, "video/VP8", "alice")
	parameters := wrongFingerprint()
	for _, role := range []string{"client", "server", "auto", "both"} {
		parameters.Role = role
		alice.Send(callertest.ConnectRequest(callertest.Shipped, "send", parameters))
		m := alice.Next("error")
		want := "alreadyConnected"
		if role == "both" {
			want = "badParameters"
		}
		if m.Text("code") != want || m.Text("transportType") != "send" {
			t.Errorf("role %s: %v, want %s", role, m, want)
		}
	}
	hear(t, track, "video/VP8", "alice")
}

// peer is how a peer of the den looks now.
func (h *host) peer(user string) room.PeerSnapshot {
	h.t.Helper()
	for _, r := range h.rooms.Snapshot() {
		for _, p := range r.Peers {
			if p.ID == user {
				return p
			}
		}
	}
	h.t.Fatalf("%s is not there", user)
	return room.PeerSnapshot{}
}

// flood sends until the server has had enough.
func flood(s *callertest.Socket, text string) {
	for range 20 * 1000 {
		if s.TrySend(text) != nil {
			return
		}
	}
}
