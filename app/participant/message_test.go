package participant

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/sdp/v3"

	"takoshome/sfu/ortc"
)

// goodInit is an init as our own host sends it, with parameters as text if asked.
func goodInit(t testing.TB, asText bool) string {
	t.Helper()
	caps, err := ortc.GenerateRouterRtpCapabilities(ortc.DefaultMediaCodecs())
	must(t, err)
	wrap := func(v any) any {
		if !asText {
			return v
		}
		text, err := json.Marshal(v)
		must(t, err)
		return string(text)
	}
	transport := map[string]any{
		"id":             "t1",
		"iceParameters":  wrap(map[string]any{"usernameFragment": "abcd1234", "password": strings.Repeat("p", 24), "iceLite": true}),
		"iceCandidates":  wrap([]any{map[string]any{"foundation": "udp", "priority": 1076302079, "ip": "192.0.2.1", "protocol": "udp", "port": 4000, "type": "host"}}),
		"dtlsParameters": wrap(map[string]any{"role": "auto", "fingerprints": []any{map[string]any{"algorithm": "sha-256", "value": strings.Repeat("AB:", 31) + "AB"}}}),
		"iceServers":     []any{map[string]any{"urls": "turn:192.0.2.1:3478", "username": "u", "credential": "c"}},
	}
	text, err := json.Marshal(map[string]any{"type": "init", "data": map[string]any{
		"roomId": "den", "peers": []any{"bob", "bob", ""}, "callType": "video", "routerRtpCapabilities": wrap(caps),
		"transport": map[string]any{"send": transport, "recv": transport},
		"producers": []any{
			map[string]any{"id": "p1", "peerId": "bob", "kind": "video", "source": "screen"},
			map[string]any{"id": "p2", "peerId": "bob", "kind": "smell"},
		},
		"myPeerId": "alice", "resume": map[string]any{"secret": "s", "ttlMs": 30000}, "extensions": []any{"chat"},
	}})
	must(t, err)
	return string(text)
}

func TestDecodeInit(t *testing.T) {
	t.Parallel()
	for _, asText := range []bool{false, true} {
		d, err := decodeInit([]byte(goodInit(t, asText)))
		must(t, err)
		if d.RoomID != "den" || len(d.Peers) != 1 || len(d.Producers) != 1 || d.MyPeerID != "alice" ||
			d.resumeTTL(time.Hour) != 30*time.Second || d.Transport.Send.Dtls.isText != asText {
			t.Errorf("as text %v: %+v", asText, d)
		}
		r, err := newRemote(d.Transport.Send, []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:4000")})
		must(t, err)
		if len(r.candidates) != 2 || len(r.iceServers) != 1 || !r.hasLoopback() || r.hasTCP() {
			t.Errorf("as text %v: %+v", asText, r)
		}
	}
	if got := (initData{}).resumeTTL(time.Minute); got != time.Minute {
		t.Errorf("a host that does not say it: %v", got)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxIDBytes+1)
	for _, text := range []string{
		"", "{", "[]", "null", "{}", `{"type":1}`, `{"type":"leave","peerId":{}}`,
		`{"type":"leave","peerId":"` + long + `"}`, `{"type":"consumed","consumerId":"` + long + `"}`,
	} {
		if m, err := decodeMessage([]byte(text)); !errors.Is(err, errMessage) {
			t.Errorf("%.40s: %+v, %v", text, m, err)
		}
	}
	good := goodInit(t, false)
	for name, text := range map[string]string{
		"another message":  `{"type":"join","peerId":"bob"}`,
		"no data":          `{"type":"init"}`,
		"no capabilities":  strings.Replace(good, `"routerRtpCapabilities":{`, `"routerRtpCapabilities":{"codecs":1,"x":{`, 1) + "}",
		"numbers as peers": strings.Replace(good, `"peers":["bob"`, `"peers":[7`, 1),
		"long name":        strings.Replace(good, `"alice"`, `"`+long+`"`, 1),
	} {
		if d, err := decodeInit([]byte(text)); !errors.Is(err, errMessage) {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

// What a stranger says of a transport does not get into a description unchecked.
func TestNewRemoteRefuses(t *testing.T) {
	t.Parallel()
	good := goodInit(t, false)
	for name, change := range map[string][2]string{
		"ufrag with a line":    {`"abcd1234"`, `"abcd\r\na=x"`},
		"short ufrag":          {`"abcd1234"`, `"abc"`},
		"short password":       {strings.Repeat("p", 24), "p"},
		"sha-1":                {`"sha-256"`, `"sha-1"`},
		"short fingerprint":    {strings.Repeat("AB:", 31) + "AB", "AB:AB"},
		"name as address":      {`"192.0.2.1","port":4000`, `"host.example","port":4000`},
		"unspecified address":  {`"ip":"192.0.2.1"`, `"ip":"0.0.0.0"`},
		"multicast":            {`"ip":"192.0.2.1"`, `"ip":"224.0.0.1"`},
		"port":                 {`"port":4000`, `"port":400000`},
		"protocol":             {`"protocol":"udp"`, `"protocol":"sctp"`},
		"no candidate":         {`"iceCandidates":[{`, `"iceCandidates":[],"x":[{`},
		"fingerprints missing": {`"fingerprints":[{`, `"fingerprints":[],"x":[{`},
	} {
		text := strings.ReplaceAll(good, change[0], change[1])
		if text == good && name != "name as address" {
			t.Fatalf("%s: %q is not in %s", name, change[0], good)
		}
		if name == "name as address" {
			text = strings.ReplaceAll(good, `"ip":"192.0.2.1"`, `"ip":"host.example"`)
		}
		d, err := decodeInit([]byte(text))
		must(t, err)
		if r, err := newRemote(d.Transport.Send, nil); !errors.Is(err, errMessage) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func TestOneOrMore(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`{"urls":"turn:a"}`: 1, `{"urls":["turn:a","turns:b"]}`: 2, `{"url":"turn:a"}`: 1, `{}`: 0,
		`{"urls":["http://a","file:b","turn:c"]}`: 1,
	} {
		var s iceServer
		must(t, json.Unmarshal([]byte(text), &s))
		s.Username, s.Credential = "u", "c"
		if got := goodIceServers([]iceServer{s}); len(got) != want {
			t.Errorf("%s: %v", text, got)
		}
		s.Credential = ""
		if got := goodIceServers([]iceServer{s}); len(got) != 0 {
			t.Errorf("%s without credential: %v", text, got)
		}
	}
}

func TestSaid(t *testing.T) {
	t.Parallel()
	for _, line := range []chatLine{
		{},
		{PeerID: "a"},
		{Text: "x"},
		{PeerID: "a", Text: "\xff", At: 1},
		{PeerID: "a", Text: "x", At: -1},
		{PeerID: "a", Text: "x", At: 1e300},
		{PeerID: strings.Repeat("a", maxIDBytes+1), Text: "x", At: 1},
	} {
		if e, ok := line.said(); ok {
			t.Errorf("%+v: %+v", line, e)
		}
	}
	e, ok := chatLine{PeerID: "a", Text: strings.Repeat("ö", 10_000), At: 5}.said()
	if !ok || len(e.Text) != maxTextBytes || e.At.UnixMilli() != 5 {
		t.Errorf("long text: %d bytes, %v", len(e.Text), e.At)
	}
}

// FuzzDecodeInit takes an init as far as a description, which must hold no more
// lines than we write.
func FuzzDecodeInit(f *testing.F) {
	f.Add([]byte(goodInit(f, false)))
	f.Add([]byte(goodInit(f, true)))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := decodeInit(text)
		if err != nil {
			return
		}
		device, err := newDevice(d.Capabilities.value)
		if err != nil {
			return
		}
		r, err := newRemote(d.Transport.Send, nil)
		if err != nil || len(device.codecs) == 0 {
			return
		}
		if _, err := newMediaEngine(device); err != nil {
			t.Fatalf("media engine: %v", err)
		}
		var sections []*section
		for i := range device.codecs {
			sections = append(sections, &section{
				mid: fmt.Sprint(i), codec: &device.codecs[i], direction: sendOnly, ssrc: 5 + uint32(i), rtxSsrc: 5000 + uint32(i),
			})
		}
		described := r.describe(1, "actpass", device.extensions, sections)
		var parsed sdp.SessionDescription
		if err := parsed.UnmarshalString(described); err != nil {
			t.Fatalf("%v in %s", err, described)
		}
		if len(parsed.MediaDescriptions) != len(sections) {
			t.Errorf("%d sections of %d", len(parsed.MediaDescriptions), len(sections))
		}
	})
}

// FuzzMessage takes every message as far as a call without a connection does.
func FuzzMessage(f *testing.F) {
	for _, text := range []string{
		`{"type":"join","peerId":"bob","producers":[{"id":"p","kind":"audio"}]}`,
		`{"type":"leave","peerId":"bob"}`, `{"type":"produced","producerId":"p","peerId":"bob","kind":"video"}`,
		`{"type":"consumed","consumerId":"c","producerId":"p","kind":"audio","rtpParameters":{"codecs":[],"encodings":[{"ssrc":1}]}}`,
		`{"type":"chatHistory","messages":[{"peerId":"bob","text":"hi","at":1}]}`, `{"type":"speaking","peerIds":["bob"]}`,
		`{"type":"error","context":"produce","message":"no","code":"closed"}`, `{"type":"producerPaused","producerId":"p"}`,
		`{"type":"producerClosed","producerId":"p"}`, `{"type":"consumerClosed","consumerId":"c"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := &Call{
			config: Config{Logger: testLogger(t, "fuzz")}, log: testLogger(t, "fuzz"),
			events: newEventQueue(func(Event) {}), quit: make(chan struct{}), ended: make(chan struct{}),
		}
		close(c.quit) // events have no consumer
		me := "alice"
		c.peerID.Store(&me)
		o := newOwner(c)
		defer o.endOfLife()
		for _, first := range []string{`{"type":"join","peerId":"bob","producers":[{"id":"p","kind":"audio"}]}`, ""} {
			if first != "" {
				o.receive([]byte(first))
			}
			for line := range strings.SplitSeq(string(text), "\n") {
				o.receive([]byte(line))
			}
		}
		if len(o.roster.peers) > maxPeers || len(o.roster.producers) > maxProducers {
			t.Errorf("%d peers, %d producers", len(o.roster.peers), len(o.roster.producers))
		}
	})
}

// FuzzConsumed takes the parameters of a consumer.
func FuzzConsumed(f *testing.F) {
	caps, err := ortc.GenerateRouterRtpCapabilities(ortc.DefaultMediaCodecs())
	must(f, err)
	d, err := newDevice(caps)
	must(f, err)
	f.Add([]byte(`{"mid":"0","codecs":[{"mimeType":"audio/opus","payloadType":100,"clockRate":48000,"channels":2}],"encodings":[{"ssrc":5}]}`))
	f.Add([]byte(`{"codecs":[{"mimeType":"video/VP8","payloadType":101,"clockRate":90000}],"encodings":[{"ssrc":5,"rtx":{"ssrc":6}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := d.receive(text)
		if err == nil && (r.codec == nil || r.ssrc == 0 || r.ssrc == r.rtxSsrc) {
			t.Errorf("%s: %+v", text, r)
		}
	})
}
