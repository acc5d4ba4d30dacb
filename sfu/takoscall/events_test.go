package takoscall

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"takoshome/sfu/signaling/callertest"
)

// scene is a room with a peer that sends a stream to another.
type scene struct {
	c                  *controller
	alice, bob         *client
	producer, consumer string
}

func newScene(t *testing.T, h *host) *scene {
	t.Helper()
	c := h.connect()
	s := &scene{c: c, alice: c.enter("den", "alice"), bob: c.enter("den", "bob")}
	s.producer = s.alice.produce("audio", "0", 5)
	s.consumer = s.bob.consume(s.producer).ConsumerID
	c.settle()
	return s
}

// What every command makes all controllers hear, in which order.
func TestEvents(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do   func(*scene)
		want string
	}{
		"createRoom":      {func(s *scene) { s.c.ask("createRoom", data{"roomId": "hall"}, nil) }, "roomCreated"},
		"addPeer":         {func(s *scene) { s.c.ask("addPeer", data{"roomId": "den", "peerId": "carol"}, nil) }, "peerAdded"},
		"createTransport": {func(s *scene) { s.alice.transport("recv") }, "transportCreated"},
		"connectTransport": {func(s *scene) {
			s.c.ask("connectTransport", s.alice.at(data{"transportId": s.alice.sendID, "dtlsParameters": s.alice.send.DtlsParameters()}), nil)
		}, ""},
		"createProducer": {func(s *scene) { s.alice.produce("video", "1", 7) }, "producerCreated"},
		"createConsumer": {func(s *scene) { s.bob.consume(s.producer) }, "consumerCreated"},
		"closeConsumer":  {func(s *scene) { s.c.ask("closeConsumer", s.bob.at(data{"consumerId": s.consumer}), nil) }, "consumerClosed"},
		"closeProducer":  {func(s *scene) { s.c.ask("closeProducer", s.alice.at(data{"producerId": s.producer}), nil) }, "consumerClosed producerClosed"},
		"removePeer who sends": {
			func(s *scene) { s.c.ask("removePeer", s.alice.at(nil), nil) },
			"consumerClosed producerClosed transportClosed transportClosed peerClosed",
		},
		"removePeer who receives": {
			func(s *scene) { s.c.ask("removePeer", s.bob.at(nil), nil) },
			"consumerClosed transportClosed transportClosed peerClosed",
		},
		"closeRoom": {
			func(s *scene) { s.c.ask("closeRoom", data{"roomId": "den"}, nil) },
			"consumerClosed producerClosed transportClosed transportClosed peerClosed transportClosed transportClosed peerClosed roomClosed",
		},
		"questions": {func(s *scene) {
			for _, command := range []string{
				"getRouterRtpCapabilities", "getRoomInfo", "getAllRooms", "getPeerInfo",
				"getTransportInfo", "getProducerInfo", "getConsumerInfo",
			} {
				s.c.ask(command, s.alice.at(data{"transportId": s.alice.sendID, "producerId": s.producer, "consumerId": "none"}), nil)
			}
		}, ""},
		"refusals": {func(s *scene) { s.c.refuse("createRoom", data{"roomId": "den"}, codeCommand, "already exists") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, Limits{})
			s := newScene(t, h)
			other := h.connect()
			other.settle()
			test.do(s)
			for who, c := range map[string]*controller{"who asked": s.c, "another": other} {
				if got := names(c.settle()); got != test.want {
					t.Errorf("%s heard %q, want %q", who, got, test.want)
				}
			}
		})
	}
}

// The fields of every event and of what they and the answers tell of things.
func TestShapes(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	s := newScene(t, h)
	watcher := h.connect()
	watcher.settle()
	s.bob.consume(s.alice.produce("video", "1", 7))
	s.c.ask("createRoom", data{"roomId": "hall"}, nil)
	s.c.enter("hall", "carol")
	s.c.ask("closeRoom", data{"roomId": "den"}, nil)
	for name, want := range map[string]string{
		"roomCreated":      "event roomId roomInfo",
		"roomClosed":       "event roomId",
		"peerAdded":        "event peerId peerInfo roomId",
		"peerClosed":       "event peerId roomId",
		"transportCreated": "direction event peerId roomId transportId transportInfo",
		"transportClosed":  "event peerId roomId transportId",
		"producerCreated":  "event kind peerId producerId producerInfo roomId transportId",
		"producerClosed":   "event peerId producerId roomId",
		"consumerCreated":  "consumerId consumerInfo event peerId producerId roomId transportId",
		"consumerClosed":   "consumerId event peerId roomId",
	} {
		m := watcher.NextWhere(name, func(m callertest.Message) bool {
			inner, _ := m.Field("data").(map[string]any)
			return m.Type() == "event" && inner["event"] == name
		})
		var parts struct{ Data map[string]json.RawMessage }
		m.Decode(t, &parts)
		if got := strings.Join(sorted(parts.Data), " "); got != want {
			t.Errorf("%s has %q, want %q", name, got, want)
		}
	}
}

func TestInfos(t *testing.T) {
	t.Parallel()
	s := newScene(t, newHost(t, Limits{}))
	at := s.alice.at(data{"transportId": s.alice.sendID, "producerId": s.producer})
	for command, test := range map[string]struct {
		about data
		want  string
	}{
		"getRoomInfo":              {at, "id peers"},
		"getAllRooms":              {nil, "rooms"},
		"getRouterRtpCapabilities": {at, "rtpCapabilities"},
		"getPeerInfo":              {at, "consumers id producers transports"},
		"getTransportInfo":         {at, "dtlsParameters iceCandidates iceParameters id"},
		"getProducerInfo":          {at, "id kind paused rtpParameters"},
		"getConsumerInfo":          {s.bob.at(data{"consumerId": s.consumer}), "id kind paused producerId rtpParameters"},
	} {
		var fields map[string]json.RawMessage
		s.c.ask(command, test.about, &fields)
		if got := strings.Join(sorted(fields), " "); got != test.want {
			t.Errorf("%s tells %q, want %q", command, got, test.want)
		}
	}
	var rooms struct {
		Rooms []struct {
			ID    string
			Peers map[string]peerView
		}
	}
	s.c.ask("getAllRooms", nil, &rooms)
	if len(rooms.Rooms) != 1 || rooms.Rooms[0].ID != "den" {
		t.Fatalf("rooms: %+v", rooms)
	}
	alice, bob := rooms.Rooms[0].Peers["alice"], rooms.Rooms[0].Peers["bob"]
	if alice.ID != "alice" || len(alice.Transports) != 2 || alice.Producers[s.producer].Kind != "audio" {
		t.Errorf("alice: %+v", alice)
	}
	if bob.Consumers[s.consumer].ProducerID != s.producer {
		t.Errorf("bob: %+v", bob)
	}
}

// What is closed in the host's window is closed for the controller.
func TestHostCloses(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	s := newScene(t, h)
	must(t, h.CloseProducer("den", "alice", s.producer))
	must(t, h.RemovePeer("den", "bob"))
	if got, want := names(s.c.settle()), "consumerClosed producerClosed transportClosed transportClosed peerClosed"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	for _, err := range []error{
		h.RemovePeer("den", "bob"), h.RemovePeer("hall", "alice"), h.CloseProducer("den", "alice", s.producer),
	} {
		if err == nil {
			t.Error("what is not there was closed")
		}
	}
}

// The host's end closes connections and everything else.
func TestClose(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	s := newScene(t, h)
	must(t, h.Close(context.Background()))
	if code := s.c.ClosedWith(); code != 1001 {
		t.Errorf("closed with %d, want 1001", code)
	}
	if rooms := h.Snapshot(); len(rooms) != 0 {
		t.Errorf("rooms are left: %+v", rooms)
	}
	must(t, h.Close(context.Background()))
}

// A controller that keeps silent when asked to go does not hold up the end.
func TestCloseInAHurry(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	h.connect().settle()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.Close(ctx); err == nil {
		t.Error("no error tells that connections were cut off")
	}
}

// Of several controllers each may see to what another has made.
func TestControllersShareRooms(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	s := newScene(t, h)
	s.c.Drop()
	again := h.connect()
	var room struct{ Peers map[string]any }
	again.ask("getRoomInfo", data{"roomId": "den"}, &room)
	if len(room.Peers) != 2 {
		t.Errorf("the room has %v", room.Peers)
	}
	again.ask("removePeer", s.alice.at(nil), nil)
	if got := names(again.settle()); !slices.Contains(strings.Fields(got), "peerClosed") {
		t.Errorf("heard %q", got)
	}
}
