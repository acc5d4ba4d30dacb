package participant

import (
	"encoding/json"
	"strings"
	"testing"

	"takoshome/sfu/ortc"
)

func testDevice(t testing.TB, caps string) *device {
	t.Helper()
	var c ortc.RtpCapabilities
	must(t, json.Unmarshal([]byte(caps), &c))
	must(t, ortc.ValidateRtpCapabilities(&c))
	d, err := newDevice(c)
	must(t, err)
	return d
}

// Our own host takes what we say we can receive, and gives each of its codecs
// but AV1 and VP9 of ten bits.
func TestDeviceOfOurOwnRouter(t *testing.T) {
	t.Parallel()
	caps, err := ortc.GenerateRouterRtpCapabilities(ortc.DefaultMediaCodecs())
	must(t, err)
	d, err := newDevice(caps)
	must(t, err)
	var names []string
	for _, c := range d.codecs {
		names = append(names, c.mimeType())
		if (c.rtx != nil) != (c.kind() == kindVideo) {
			t.Errorf("%s: RTX %v", c.mimeType(), c.rtx)
		}
	}
	if got, want := strings.Join(names, " "), "audio/opus video/VP8 video/VP9 video/H264 video/H264 video/H264"; got != want {
		t.Errorf("codecs %s, want %s", got, want)
	}
	var ours ortc.RtpCapabilities
	must(t, json.Unmarshal(d.capabilities, &ours))
	must(t, ortc.ValidateRtpCapabilities(&ours))
	if len(ours.Codecs) != 11 || len(ours.HeaderExtensions) == 0 {
		t.Errorf("%d codecs, %d extensions", len(ours.Codecs), len(ours.HeaderExtensions))
	}
	ids := d.extensions
	for name, id := range map[string]uint8{
		"mid": ids.mid, "rid": ids.rid, "repaired": ids.repairedRid, "abs-send-time": ids.absSendTime,
		"transport-cc": ids.transportCC, "level": ids.audioLevel,
	} {
		if id == 0 || id > maxOneByteID {
			t.Errorf("%s: id %d", name, id)
		}
	}
}

func TestDeviceKeepsOutWhatCannotWork(t *testing.T) {
	t.Parallel()
	d := testDevice(t, `{"codecs":[
		{"kind":"audio","mimeType":"audio/opus","preferredPayloadType":100,"clockRate":48000,"channels":2},
		{"kind":"audio","mimeType":"audio/opus","preferredPayloadType":100,"clockRate":48000,"channels":2},
		{"kind":"audio","mimeType":"audio/opus","preferredPayloadType":101,"clockRate":8000,"channels":2},
		{"kind":"audio","mimeType":"audio/PCMU","preferredPayloadType":0,"clockRate":8000},
		{"kind":"video","mimeType":"video/VP8","clockRate":90000},
		{"kind":"video","mimeType":"video/vp8","preferredPayloadType":102,"clockRate":90000,"rtcpFeedback":[{"type":"nack"},{"type":"x\r\na=y"}]},
		{"kind":"video","mimeType":"video/rtx","preferredPayloadType":103,"clockRate":90000,"parameters":{"apt":102}},
		{"kind":"video","mimeType":"video/rtx","preferredPayloadType":104,"clockRate":90000,"parameters":{"apt":99}},
		{"kind":"video","mimeType":"video/VP9","preferredPayloadType":105,"clockRate":90000,"parameters":{"profile-id":2}},
		{"kind":"video","mimeType":"video/H264","preferredPayloadType":106,"clockRate":90000,"parameters":{"profile-level-id":"f40032","packetization-mode":1}},
		{"kind":"video","mimeType":"video/H264","preferredPayloadType":107,"clockRate":90000,"parameters":{"profile-level-id":"42e01f\r\na=z","packetization-mode":1}},
		{"kind":"video","mimeType":"video/H264","preferredPayloadType":108,"clockRate":90000,"parameters":{"profile-level-id":"640032","packetization-mode":1,"sprop":"a\r\nb"}}
	],"headerExtensions":[
		{"kind":"audio","uri":"urn:ietf:params:rtp-hdrext:sdes:mid","preferredId":1},
		{"kind":"video","uri":"urn:ietf:params:rtp-hdrext:sdes:mid","preferredId":2},
		{"kind":"audio","uri":"urn:ietf:params:rtp-hdrext:ssrc-audio-level","preferredId":1},
		{"kind":"video","uri":"urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id","preferredId":15},
		{"kind":"video","uri":"urn:example:unknown","preferredId":3}
	]}`)
	var got []string
	for _, c := range d.codecs {
		one := c.rtcCodec()
		got = append(got, one.MimeType+" "+one.SDPFmtpLine)
		for _, f := range one.RTCPFeedback {
			if strings.ContainsAny(f.Type, "\r\n") {
				t.Errorf("feedback %q", f.Type)
			}
		}
	}
	want := "audio/opus minptime=10;useinbandfec=1;usedtx=1, video/VP8 , video/H264 packetization-mode=1;profile-level-id=640032"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got %s, want %s", s, want)
	}
	if want := (extensionIDs{mid: 1}); d.extensions != want {
		t.Errorf("extensions %+v, want %+v", d.extensions, want)
	}
	if d.toSend(kindVideo).rtx == nil || d.toSend(kindAudio).rtx != nil {
		t.Error("RTX is not where it belongs")
	}
}

func TestReceive(t *testing.T) {
	t.Parallel()
	d := testDevice(t, `{"codecs":[
		{"kind":"video","mimeType":"video/VP8","preferredPayloadType":102,"clockRate":90000},
		{"kind":"video","mimeType":"video/rtx","preferredPayloadType":103,"clockRate":90000,"parameters":{"apt":102}}]}`)
	codec := `"codecs":[{"mimeType":"video/VP8","payloadType":102,"clockRate":90000}]`
	r, err := d.receive([]byte(`{` + codec + `,"encodings":[{"ssrc":7,"rtx":{"ssrc":8}}]}`))
	if err != nil || r.payloadType != 102 || r.rtxPayloadType != 103 || r.ssrc != 7 || r.rtxSsrc != 8 {
		t.Errorf("got %+v, %v", r, err)
	}
	for _, text := range []string{
		``, `{}`, `{` + codec + `}`, `{` + codec + `,"encodings":[]}`, `{` + codec + `,"encodings":[{"ssrc":0}]}`,
		`{` + codec + `,"encodings":[{"ssrc":4294967295}]}`, `{"codecs":[],"encodings":[{"ssrc":7}]}`,
		`{"codecs":[{"mimeType":"video/VP9","payloadType":102,"clockRate":90000}],"encodings":[{"ssrc":7}]}`,
		`{"codecs":[{"mimeType":"video/VP8","payloadType":99,"clockRate":90000}],"encodings":[{"ssrc":7}]}`,
	} {
		if r, err := d.receive([]byte(text)); err == nil {
			t.Errorf("%s: %+v", text, r)
		}
	}
}
