package signaling_test

import (
	"encoding/json"
	"testing"

	"takoshome/sfu/room"
	"takoshome/sfu/signaling"
	"takoshome/sfu/signaling/callertest"
)

// A producer closed in the page, without a message, ends for the others; if
// its media returns, it is announced again under its id.
func TestLocalCloseAndRevive(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind string
		stop func(*callertest.Track)
	}{
		"as Firefox does":  {"video", func(tr *callertest.Track) { tr.Pause(); tr.Bye() }},
		"as Chromium does": {"video", (*callertest.Track).Pause},
		"audio":            {"audio", func(tr *callertest.Track) { tr.Pause(); tr.Bye() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			alice := h.join("alice", callertest.Spec)
			id, track := alice.Publish(test.kind)
			bob := h.join("bob", callertest.Shipped)
			first := bob.Receive(id)
			first.Read()

			test.stop(track)
			if got := bob.Next("consumerClosed").Text("consumerId"); got != first.Consumed.ConsumerID {
				t.Errorf("consumerClosed of %q, want %q", got, first.Consumed.ConsumerID)
			}
			if got := bob.Next("producerClosed").Text("producerId"); got != id {
				t.Errorf("producerClosed of %q, want %q", got, id)
			}
			bob.Send(callertest.ConsumeRequest(id, bob.Init.RouterRtpCapabilities))
			if got := bob.Next("producerNotFound").Text("producerId"); got != id {
				t.Errorf("producerNotFound of %q, want %q", got, id)
			}

			track.Play()
			bob.NextWhere("the producer again", func(m callertest.Message) bool {
				return m.Type() == "produce" && m.Text("producerId") == id
			})
			again := bob.Receive(id)
			if again.Consumed.ConsumerID == first.Consumed.ConsumerID {
				t.Error("the consumer is still the old one")
			}
			again.Read()
		})
	}
}

func TestAudioCallRefusesVideo(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	token := h.tokens.make(signaling.Grant{Room: "den", User: "alice", CallType: room.CallAudio})
	alice := callertest.Join(t, h.address("token="+token), callertest.Shipped)
	if alice.Init.CallType != "audio" {
		t.Errorf("callType: got %q, want audio", alice.Init.CallType)
	}
	alice.Send(callertest.ProduceRequest("video", "0", 5))
	if m := alice.Next("error"); m.Text("context") != "produce" || m.Text("code") != "notAllowed" {
		t.Errorf("got %v", m)
	}
	bob := h.join("bob", callertest.Shipped)
	if bob.Init.CallType != "audio" {
		t.Errorf("callType of one who came with a video token: got %q, want audio", bob.Init.CallType)
	}
	audio, _ := alice.Publish("audio")
	hear(t, bob.Receive(audio), "audio/opus", "alice")
}

// A second video of one peer is told apart by its source.
func TestSource(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Spec)
	request := callertest.ProduceRequest("video", "0", 5)
	request["source"] = "screen"
	alice.Send(request)
	if got := alice.Next("produced").Text("source"); got != "screen" {
		t.Errorf("own produced: source %q", got)
	}
	if got := bob.Next("produce").Text("source"); got != "screen" {
		t.Errorf("produce: source %q", got)
	}
	if got := h.join("carol", callertest.Spec).Init.Producers[0].Source; got != "screen" {
		t.Errorf("init: source %q", got)
	}
	request["source"] = "screen of <alice>"
	alice.Send(request)
	if got := alice.Next("error").Text("code"); got != "badParameters" {
		t.Errorf("odd source: got %s, want badParameters", got)
	}
}

// A bare connect works whichever transport is meant first.
func TestBareConnectInEachOrder(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(c *callertest.Caller){
		"send first":    func(c *callertest.Caller) { c.ConnectSend() },
		"receive first": func(*callertest.Caller) {},
		"both at once": func(c *callertest.Caller) {
			for _, e := range []*callertest.Endpoint{c.SendTransport, c.RecvTransport} {
				c.Send(callertest.ConnectRequest(callertest.Spec, "", e.DtlsParameters()))
			}
			c.Next("connected")
			c.Next("connected")
			c.AssumeConnected()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHost(t)
			alice, bob := h.join("alice", callertest.Shipped), h.join("bob", callertest.Spec)
			video, _ := alice.Publish("video")
			prepare(bob)
			hear(t, bob.Receive(video), "video/VP8", "alice")
			audio, _ := bob.Publish("audio")
			hear(t, alice.Receive(audio), "audio/opus", "bob")
		})
	}
}

// What the specification types as string may come and go as one.
func TestStringParameters(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	s := callertest.Dial(t, h.address(h.query("alice")+"&params=string"))
	var m struct {
		Data struct {
			Transport map[string]map[string]string `json:"transport"`
		} `json:"data"`
	}
	s.Next("init").Decode(t, &m)
	for _, direction := range []string{"send", "recv"} {
		for field, content := range map[string]any{
			"iceParameters": new(callertest.IceParameters), "iceCandidates": new([]callertest.IceCandidate),
			"dtlsParameters": new(callertest.DtlsParameters), "sctpParameters": new(map[string]any),
		} {
			if err := json.Unmarshal([]byte(m.Data.Transport[direction][field]), content); err != nil {
				t.Errorf("%s.%s: %v", direction, field, err)
			}
		}
	}
	text, err := json.Marshal(wrongFingerprint())
	must(t, err)
	s.Send(callertest.ConnectRequest(callertest.Spec, "", string(text)))
	if got := s.Next("connected").Text("transportType"); got != "send" {
		t.Errorf("connected %q, want send", got)
	}
}

// The words that announce a producer, as each kind of client hears them.
func TestAnnouncements(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice := h.dial("alice")
	unknown, bare, typed := h.dial("unknown"), h.dial("bare"), h.dial("typed")
	spec := callertest.Dial(t, h.address(h.query("spec")+"&dialect=spec"))
	bare.Send(callertest.ConnectRequest(callertest.Spec, "send", wrongFingerprint()))
	bare.Next("connected")
	for _, s := range []*callertest.Socket{typed, spec} {
		s.Send(callertest.ConnectRequest(callertest.Shipped, "send", wrongFingerprint()))
		s.Next("connected")
	}
	alice.Send(callertest.ProduceRequest("audio", "0", 5))
	callertest.AwaitOwnProduced(alice, "alice")
	for name, test := range map[string]struct {
		socket *callertest.Socket
		words  []string
	}{
		"before connect": {unknown, []string{"produced", "produce"}},
		"bare connect":   {bare, []string{"produced"}},
		"asked for":      {spec, []string{"produced"}},
	} {
		for _, word := range test.words {
			test.socket.Next(word)
		}
		test.socket.Settle()
		if more := test.socket.HeardOf("produced") + test.socket.HeardOf("produce"); more != 0 {
			t.Errorf("%s: heard %v too", name, test.socket.Heard())
		}
	}
	// It takes no notice of produce; so it hears the other word too, in time.
	typed.Next("produce")
	typed.Next("produced")
}
