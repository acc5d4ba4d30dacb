package takoscall

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"takoshome/sfu/signaling/callertest"
)

// complete is data that lets a command succeed in a scene, by its name.
func (s *scene) complete() map[string]data {
	parameters := callertest.ProduceRequest("video", "1", 7)["rtpParameters"]
	return map[string]data{
		"createRoom":               {"roomId": "hall"},
		"closeRoom":                {"roomId": "den"},
		"addPeer":                  {"roomId": "den", "peerId": "carol"},
		"removePeer":               s.bob.at(nil),
		"createTransport":          s.alice.at(data{"direction": "recv"}),
		"connectTransport":         s.alice.at(data{"transportId": s.alice.sendID, "dtlsParameters": s.alice.send.DtlsParameters()}),
		"createProducer":           s.alice.at(data{"transportId": s.alice.sendID, "kind": "video", "rtpParameters": parameters}),
		"createConsumer":           s.bob.consumption(s.producer),
		"closeProducer":            s.alice.at(data{"producerId": s.producer}),
		"closeConsumer":            s.bob.at(data{"consumerId": s.consumer}),
		"getRouterRtpCapabilities": {"roomId": "den"},
		"getRoomInfo":              {"roomId": "den"},
		"getPeerInfo":              s.alice.at(nil),
		"getTransportInfo":         s.alice.at(data{"transportId": s.alice.sendID}),
		"getProducerInfo":          s.alice.at(data{"producerId": s.producer}),
		"getConsumerInfo":          s.bob.at(data{"consumerId": s.consumer}),
	}
}

// Every command with each of its fields missing or of another type.
func TestWrongFields(t *testing.T) {
	t.Parallel()
	s := newScene(t, newHost(t, Limits{}))
	before := s.everything()
	for command, whole := range s.complete() {
		s.c.refuse(command, nil, codeCommand, "is")
		for field := range whole {
			for name, wrong := range map[string]any{
				"missing": nil, "number": 7, "empty": "", "list": []any{}, "true": true,
			} {
				d := maps.Clone(whole)
				d[field] = wrong
				if name == "missing" {
					delete(d, field)
				}
				code := codeCommand
				if field == "rtpCapabilities" {
					code = codeConsumer
				}
				s.c.refuse(command, d, code, field)
			}
		}
	}
	if after := s.everything(); after != before {
		t.Errorf("something changed:\n%s\nwas\n%s", after, before)
	}
}

func (s *scene) everything() string {
	return string(s.c.try("getAllRooms", nil).Data)
}

// Ids of what is not there, or of somebody else's.
func TestWrongIDs(t *testing.T) {
	t.Parallel()
	s := newScene(t, newHost(t, Limits{}))
	c := s.c
	carol := c.enter("hall", "carol")
	foreign := carol.produce("audio", "0", 5)
	before := s.everything()
	parameters := callertest.ProduceRequest("video", "1", 7)["rtpParameters"]
	for name, test := range map[string]struct {
		command string
		data    data
		code    string
		text    string
	}{
		"room twice":               {"createRoom", data{"roomId": "den"}, codeCommand, "already exists"},
		"no such room":             {"closeRoom", data{"roomId": "attic"}, codeCommand, "not found"},
		"codecs of no room":        {"getRouterRtpCapabilities", data{"roomId": "attic"}, codeCommand, "not found"},
		"peer twice":               {"addPeer", data{"roomId": "den", "peerId": "bob"}, codeCommand, "already exists"},
		"peer of no room":          {"addPeer", data{"roomId": "attic", "peerId": "bob"}, codeCommand, "not found"},
		"no such peer":             {"removePeer", data{"roomId": "den", "peerId": "carol"}, codeCommand, "not found"},
		"transport of no peer":     {"createTransport", data{"roomId": "den", "peerId": "carol", "direction": "send"}, codeCommand, "not found"},
		"transport to both":        {"createTransport", s.alice.at(data{"direction": "both"}), codeCommand, "direction"},
		"another's transport":      {"connectTransport", s.bob.at(data{"transportId": s.alice.sendID, "dtlsParameters": s.alice.send.DtlsParameters()}), codeCommand, "not found"},
		"no fingerprint":           {"connectTransport", s.alice.at(data{"transportId": s.alice.sendID, "dtlsParameters": data{"role": "auto"}}), codeCommand, "fingerprint"},
		"fingerprint of no hash":   {"connectTransport", s.alice.at(data{"transportId": s.alice.sendID, "dtlsParameters": fingerprint("md5", "00:11")}), codeCommand, "fingerprint"},
		"unknown role":             {"connectTransport", s.alice.at(data{"transportId": s.alice.sendID, "dtlsParameters": data{"role": "king"}}), codeCommand, "role"},
		"text that is no object":   {"connectTransport", s.alice.at(data{"transportId": s.alice.sendID, "dtlsParameters": "[]"}), codeCommand, "dtlsParameters"},
		"produce where to receive": {"createProducer", s.alice.at(data{"transportId": s.alice.recvID, "kind": "video", "rtpParameters": parameters}), codeCommand, "direction"},
		"unknown kind":             {"createProducer", s.alice.at(data{"transportId": s.alice.sendID, "kind": "smell", "rtpParameters": parameters}), codeCommand, "kind"},
		"video as audio":           {"createProducer", s.alice.at(data{"transportId": s.alice.sendID, "kind": "audio", "rtpParameters": parameters}), codeCommand, "invalid"},
		"SSRC twice":               {"createProducer", s.alice.at(data{"transportId": s.alice.sendID, "kind": "audio", "rtpParameters": callertest.ProduceRequest("audio", "0", 5)["rtpParameters"]}), codeCommand, ""},
		"no codec":                 {"createProducer", s.alice.at(data{"transportId": s.alice.sendID, "kind": "audio", "rtpParameters": data{"codecs": []any{}}}), codeCommand, ""},
		"consume where to send":    {"createConsumer", s.bob.at(data{"transportId": s.bob.sendID, "producerId": s.producer, "rtpCapabilities": s.bob.capabilities}), codeCommand, "direction"},
		"consume by another":       {"createConsumer", s.alice.at(data{"transportId": s.bob.recvID, "producerId": s.producer, "rtpCapabilities": s.bob.capabilities}), codeCommand, "not found"},
		"no such producer":         {"createConsumer", s.bob.consumption("none"), codeConsumer, "could not create consumer"},
		"another room's producer":  {"createConsumer", s.bob.consumption(foreign), codeConsumer, "could not create consumer"},
		"no common codec":          {"createConsumer", s.bob.at(data{"transportId": s.bob.recvID, "producerId": s.producer, "rtpCapabilities": data{"codecs": []any{}}}), codeConsumer, "could not create consumer"},
		"bad capabilities":         {"createConsumer", s.bob.at(data{"transportId": s.bob.recvID, "producerId": s.producer, "rtpCapabilities": data{"codecs": 5}}), codeConsumer, "could not create consumer"},
		"another's producer":       {"closeProducer", s.bob.at(data{"producerId": s.producer}), codeCommand, "not found"},
		"another's consumer":       {"closeConsumer", s.alice.at(data{"consumerId": s.consumer}), codeCommand, "not found"},
		"unknown command":          {"makeTea", nil, codeCommand, "unknown message type"},
		"response as command":      {"response", nil, codeCommand, "unknown message type"},
		"a name that is too long":  {"createRoom", data{"roomId": strings.Repeat("x", 257)}, codeCommand, "longer"},
		"a name with a line break": {"addPeer", data{"roomId": "den", "peerId": "a\nb"}, codeCommand, "control"},
		"no codec for a room":      {"createRoom", data{"roomId": "hut", "options": data{"mediaCodecs": []any{}}}, codeCommand, "mediaCodecs"},
		"unknown codec for a room": {"createRoom", data{"roomId": "hut", "options": data{"mediaCodecs": []any{data{"kind": "audio", "mimeType": "audio/smell", "clockRate": 8000}}}}, codeCommand, ""},
		"codecs of another shape":  {"createRoom", data{"roomId": "hut", "options": data{"mediaCodecs": "opus"}}, codeCommand, ""},
		"codecs that break out":    {"createRoom", data{"roomId": "hut", "options": data{"mediaCodecs": data{"codecs": 1}}}, codeCommand, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.t = t
			c.refuse(test.command, test.data, test.code, test.text)
		})
	}
	c.t = t
	if after := s.everything(); after != before {
		t.Errorf("something changed:\n%s\nwas\n%s", after, before)
	}
}

func fingerprint(algorithm, value string) data {
	return data{"role": "client", "fingerprints": []any{data{"algorithm": algorithm, "value": value}}}
}

// Questions about what is not there are answered with null.
func TestNull(t *testing.T) {
	t.Parallel()
	s := newScene(t, newHost(t, Limits{}))
	for _, test := range []struct {
		command string
		data    data
	}{
		{"getRoomInfo", data{"roomId": "attic"}},
		{"getPeerInfo", data{"roomId": "attic", "peerId": "alice"}},
		{"getPeerInfo", data{"roomId": "den", "peerId": "carol"}},
		{"getTransportInfo", s.bob.at(data{"transportId": s.alice.sendID})},
		{"getProducerInfo", s.bob.at(data{"producerId": s.producer})},
		{"getConsumerInfo", s.alice.at(data{"consumerId": s.consumer})},
		{"getConsumerInfo", data{"roomId": "den", "peerId": "carol", "consumerId": s.consumer}},
	} {
		if a := s.c.try(test.command, test.data); !a.Success || string(a.Data) != "null" {
			t.Errorf("%s %v: got %+v with %q, want null", test.command, test.data, a, a.Data)
		}
	}
}

func TestConnectTwice(t *testing.T) {
	t.Parallel()
	s := newScene(t, newHost(t, Limits{}))
	d := s.complete()["connectTransport"]
	s.c.ask("connectTransport", d, nil)
	s.c.refuse("connectTransport", d, codeCommand, "already connected")
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := newScene(t, newHost(t, Limits{Rooms: 1, Peers: 2, Transports: 2, Producers: 1, Consumers: 1}))
	for command, d := range s.complete() {
		switch command {
		case "createRoom", "addPeer", "createTransport", "createProducer", "createConsumer":
			s.c.refuse(command, d, codeCommand, "too many")
		}
	}
}

// A controller may choose the codecs of a room and nothing else.
func TestOptions(t *testing.T) {
	t.Parallel()
	c := newHost(t, Limits{}).connect()
	opus := data{"kind": "audio", "mimeType": "audio/opus", "clockRate": 48000, "channels": 2}
	c.ask("createRoom", data{"roomId": "den", "options": data{"mediaCodecs": []any{opus}, "maxPeers": 1, "router": "evil"}}, nil)
	var router struct {
		RtpCapabilities struct{ Codecs []struct{ MimeType string } }
	}
	c.ask("getRouterRtpCapabilities", data{"roomId": "den"}, &router)
	if codecs := router.RtpCapabilities.Codecs; len(codecs) != 1 || codecs[0].MimeType != "audio/opus" {
		t.Errorf("codecs: %+v", codecs)
	}
	alice := c.enter("den", "alice")
	var plain, odd callertest.TransportParameters
	c.ask("createTransport", alice.at(data{"direction": "send", "options": nil}), &plain)
	c.ask("createTransport", alice.at(data{"direction": "send", "options": data{
		"listenIps": []any{data{"ip": "0.0.0.0", "announcedIp": "203.0.113.9"}}, "port": 22, "enableSctp": true, "iceParameters": 5,
	}}), &odd)
	if len(odd.IceCandidates) != len(plain.IceCandidates) || odd.IceCandidates[0] != plain.IceCandidates[0] || odd.SctpParameters != nil {
		t.Errorf("got %+v, want candidates like %+v", odd, plain)
	}
	c.refuse("createTransport", alice.at(data{"direction": "send", "options": "all"}), codeCommand, "options")
	c.refuse("createRoom", data{"roomId": "hall", "options": []any{}}, codeCommand, "options")
}

// Messages that cannot be read are answered, and the connection goes on.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	c := newHost(t, Limits{}).connect()
	for _, text := range []string{
		"", "{", "null", "[]", `"createRoom"`, "5", "{}}", `{"type":"getAllRooms","id":{}}`, `{"type":"getAllRooms","id":[1]}`,
		`{"type":"getAllRooms","id":null}`, `{"type":"getAllRooms","id":"` + strings.Repeat("x", maxIDBytes) + `"}`,
		"{\"type\":\"getAllRooms\",\"id\":\"\xff\"}",
	} {
		must(t, c.SendFrame(websocket.BinaryMessage, []byte(text)))
		m := c.Next("response")
		var a answer
		m.Decode(t, &a)
		if m.Text("id") != "unknown" || a.Success || a.Error.Code != codeInternal {
			t.Errorf("%q: got %s", text, m)
		}
	}
	for text, want := range map[string]any{
		`{"type":"getAllRooms","id":7.5}`:    7.5,
		`{"type":"getAllRooms","id":"a\"b"}`: `a"b`,
		`{"type":"getAllRooms"}`:             nil,
	} {
		c.SendText(text)
		m := c.Next("response")
		if m.Field("id") != want || m.Field("success") != true {
			t.Errorf("%s: got %s, want id %v", text, m, want)
		}
	}
	for _, text := range []string{`{"id":"a"}`, `{"id":"a","type":5}`, `{"id":"a","type":"createRoom","data":"den"}`} {
		c.SendText(text)
		m := c.Next("response")
		var a answer
		m.Decode(t, &a)
		if m.Text("id") != "a" || a.Error.Code != codeCommand {
			t.Errorf("%s: got %s", text, m)
		}
	}
}

func TestOversized(t *testing.T) {
	t.Parallel()
	h := newHost(t, Limits{})
	c := h.connect()
	c.refuse("createRoom", data{"roomId": strings.Repeat("x", maxMessageBytes-200)}, codeCommand, "longer")
	_ = c.TrySend(strings.Repeat(" ", maxMessageBytes+1))
	if code := c.ClosedWith(); code != websocket.CloseMessageTooBig {
		t.Errorf("closed with %d, want 1009", code)
	}
	other := h.connect()
	if sent := other.SendFragments(64<<20, 32<<10); sent == 64<<20 {
		t.Error("64 MiB of fragments were taken")
	}
}

// A text that says nothing of the host's insides.
func TestInternalErrorsAreNotTold(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(failure(unknownID(), errNoServer))
	must(t, err)
	if want := `{"type":"response","id":"unknown","success":false,"error":{"code":"COMMAND_ERROR","message":"the host could not do that"}}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
