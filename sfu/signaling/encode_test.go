package signaling

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"takoshome/sfu"
	"takoshome/sfu/ice"
	"takoshome/sfu/ortc"
	"takoshome/sfu/room"
)

var update = flag.Bool("update", false, "write the golden files anew")

func exampleWelcome() room.Welcome {
	transport := func(id string) room.TransportInfo {
		return room.TransportInfo{
			ID:            id,
			IceParameters: ice.Parameters{UsernameFragment: "ufrag", Password: "password", IceLite: true},
			IceCandidates: []ice.Candidate{{
				Foundation: "udp1", Priority: 7, Address: "192.0.2.1", Ip: "192.0.2.1", Protocol: "udp", Port: 40000, Type: "host",
			}},
			DtlsParameters: sfu.DtlsParameters{
				Role: sfu.DtlsRoleAuto, Fingerprints: []sfu.DtlsFingerprint{{Algorithm: "sha-256", Value: "AB:CD"}},
			},
			SctpParameters: sfu.SctpParameters{Port: 5000, OS: 1024, MIS: 1024, MaxMessageSize: 1, MaxSendMessageSize: 2, MaxReceiveMessageSize: 3},
		}
	}
	return room.Welcome{
		RoomID: "den", PeerID: "alice@a.example", CallType: room.CallVideo, Peers: []string{"bob"},
		Producers: []room.ProducerInfo{
			{ID: "p1", PeerID: "bob", Kind: ortc.KindAudio},
			{ID: "p2", PeerID: "bob", Kind: ortc.KindVideo, Source: "screen", Paused: true},
		},
		RouterRtpCapabilities: ortc.RtpCapabilities{Codecs: []ortc.RtpCodecCapability{{
			Kind: ortc.KindAudio, MimeType: "audio/opus", PreferredPayloadType: 100, ClockRate: 48000, Channels: 2,
		}}},
		Send: transport("t1"), Recv: transport("t2"),
		ResumeSecret: "secret", ResumeTTL: 30 * time.Second, Resumed: true,
	}
}

func TestInitGolden(t *testing.T) {
	for file, stringParams := range map[string]bool{"testdata/init.json": false, "testdata/init-string.json": true} {
		message, err := newInitMessage(exampleWelcome(), stringParams)
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.MarshalIndent(message, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, '\n')
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s: got %s", file, got)
		}
	}
}

// A room without anybody has empty lists, not null.
func TestInitOfAnEmptyRoom(t *testing.T) {
	message, err := newInitMessage(room.Welcome{}, false)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"peers":[]`, `"producers":[]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if strings.Contains(string(text), "resumed") {
		t.Errorf("resumed in %s", text)
	}
}

func TestEventsOnTheWire(t *testing.T) {
	info := room.ProducerInfo{ID: "p", PeerID: "bob", Kind: ortc.KindVideo, Source: "screen"}
	for _, test := range []struct {
		event room.Event
		want  string
	}{
		{room.PeerJoined{PeerID: "bob"}, `{"type":"join","peerId":"bob","producers":[]}`},
		{
			room.PeerJoined{PeerID: "bob", Producers: []room.ProducerInfo{info}},
			`{"type":"join","peerId":"bob","producers":[{"id":"p","kind":"video","source":"screen"}]}`,
		},
		{room.PeerLeft{PeerID: "bob"}, `{"type":"leave","peerId":"bob"}`},
		{
			room.Connected{Directions: []string{"send", "recv"}},
			`{"type":"connected","transportType":"send"} {"type":"connected","transportType":"recv"}`,
		},
		{
			room.Produced{ProducerInfo: info},
			`{"type":"produced","producerId":"p","peerId":"bob","kind":"video","source":"screen"}`,
		},
		{room.ProducerClosed{ProducerID: "p", PeerID: "bob"}, `{"type":"producerClosed","producerId":"p","peerId":"bob"}`},
		{
			room.Consumed{ConsumerID: "c", Producer: info, RtpParameters: ortc.RtpParameters{Mid: "7"}},
			`{"type":"consumed","consumerId":"c","producerId":"p","kind":"video","rtpParameters":` +
				`{"mid":"7","codecs":null,"headerExtensions":null,"encodings":null,"rtcp":{}},"peerId":"bob"}`,
		},
		{
			room.ProducerAdded{ProducerInfo: room.ProducerInfo{ID: "p", PeerID: "bob", Kind: ortc.KindAudio, Paused: true}},
			`{"type":"produced","producerId":"p","peerId":"bob","kind":"audio","paused":true} ` +
				`{"type":"produce","producerId":"p","peerId":"bob","kind":"audio","paused":true}`,
		},
		{room.ProducerPaused{ProducerID: "p", PeerID: "bob"}, `{"type":"producerPaused","producerId":"p","peerId":"bob"}`},
		{room.ProducerResumed{ProducerID: "p", PeerID: "bob"}, `{"type":"producerResumed","producerId":"p","peerId":"bob"}`},
		{
			room.Chatted{ChatMessage: room.ChatMessage{PeerID: "bob", Text: "a\nb", At: 7}},
			`{"type":"chat","peerId":"bob","text":"a\nb","at":7}`,
		},
		{
			room.ChatHistory{Messages: []room.ChatMessage{{PeerID: "bob", Text: "a", At: 7}}},
			`{"type":"chatHistory","messages":[{"peerId":"bob","text":"a","at":7}]}`,
		},
		{room.Speaking{PeerIDs: []string{"bob", "al"}}, `{"type":"speaking","peerIds":["bob","al"]}`},
		{room.Speaking{PeerIDs: []string{}}, `{"type":"speaking","peerIds":[]}`},
		{room.ConsumerClosed{ConsumerID: "c", ProducerID: "p"}, `{"type":"consumerClosed","consumerId":"c","producerId":"p"}`},
		{room.Closed{}, ``},
	} {
		var v voice
		messages, err := v.say(time.Unix(0, 0), test.event)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range messages {
			text, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(text))
		}
		if joined := strings.Join(got, " "); joined != test.want {
			t.Errorf("%T: got %s, want %s", test.event, joined, test.want)
		}
	}
}

func TestErrorsOnTheWire(t *testing.T) {
	for want, message := range map[string]errorMessage{
		`{"type":"error","context":"connect","transportType":"send","message":"The transport is already connected","code":"alreadyConnected"}`: newErrorMessage("connect", "send", sfu.ErrAlreadyConnected),
		`{"type":"error","message":"Invalid message format","code":"badMessage","details":"invalid message format"}`:                           newErrorMessage("", "", errBadMessage),
		`{"type":"error","context":"produce","message":"The host could not do that","code":"internal"}`:                                        newErrorMessage("produce", "", errors.New("no file handles")),
	} {
		text, err := json.Marshal(message)
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != want {
			t.Errorf("got %s, want %s", text, want)
		}
	}
}
