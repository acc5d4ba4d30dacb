package ortc

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// TestUnmarshalInvalid lists JSON that must be refused on reading.
func TestUnmarshalInvalid(t *testing.T) {
	caps := []string{
		`null`, `[]`, `"x"`, `1`,
		`{"codecs":{}}`, `{"codecs":1}`, `{"headerExtensions":"x"}`, `{"codecs":[null]}`, `{"codecs":["x"]}`,
		`{"codecs":[{"clockRate":1}]}`, `{"codecs":[{"mimeType":"video/VP8"}]}`,
		`{"codecs":[{"mimeType":1,"clockRate":1}]}`,
		`{"codecs":[{"MimeType":"video/VP8","ClockRate":90000}]}`, // names count with their case
		`{"codecs":[{"mimeType":"video/VP8","clockRate":-1}]}`,
		`{"codecs":[{"mimeType":"video/VP8","clockRate":1.5}]}`,
		`{"codecs":[{"mimeType":"video/VP8","clockRate":4294967296}]}`,
		`{"codecs":[{"mimeType":"video/VP8","clockRate":1e999}]}`,
		`{"codecs":[{"mimeType":"audio/opus","clockRate":48000,"channels":256}]}`,
		`{"codecs":[{"mimeType":"video/VP8","clockRate":1,"preferredPayloadType":128}]}`,
		`{"codecs":[{"mimeType":"video/VP8","clockRate":1,"preferredPayloadType":"96"}]}`,
		`{"codecs":[{"mimeType":"video/VP8","clockRate":1,"parameters":[]}]}`,
		`{"codecs":[{"mimeType":"video/VP8","clockRate":1,"rtcpFeedback":[{}]}]}`,
		`{"headerExtensions":[{"kind":"audio","uri":"urn:x"}]}`,
		`{"headerExtensions":[{"kind":"audio","uri":"urn:x","preferredId":256}]}`,
		`{"headerExtensions":[{"kind":"audio","uri":"urn:x","preferredId":1,"preferredEncrypt":1}]}`,
		`{"headerExtensions":[{"kind":"audio","uri":"urn:x","preferredId":1,"direction":1}]}`,
	}
	for _, data := range caps {
		var got RtpCapabilities
		wantInvalid(t, data, json.Unmarshal([]byte(data), &got))
	}
	params := []string{
		`null`, `{}`, `{"codecs":{}}`, `{"codecs":[],"mid":1}`, `{"codecs":[],"rtcp":1}`,
		`{"codecs":[],"rtcp":[]}`, `{"codecs":[],"rtcp":{"cname":1}}`, `{"codecs":[],"msid":{}}`,
		`{"codecs":[],"encodings":{}}`, `{"codecs":[],"encodings":[[]]}`,
		`{"codecs":[],"encodings":[{"ssrc":"1"}]}`, `{"codecs":[],"encodings":[{"ssrc":-1}]}`,
		`{"codecs":[],"encodings":[{"rid":1}]}`, `{"codecs":[],"encodings":[{"rtx":1}]}`,
		`{"codecs":[],"encodings":[{"rtx":{}}]}`, `{"codecs":[],"encodings":[{"scalabilityMode":1}]}`,
		`{"codecs":[],"encodings":[{"maxBitrate":"x"}]}`, `{"codecs":[],"encodings":[{"maxBitrate":-1}]}`,
		`{"codecs":[],"encodings":[{"codecPayloadType":"x"}]}`,
		`{"codecs":[],"encodings":[{"codecPayloadType":200}]}`,
		`{"codecs":[{"mimeType":"video/VP8","clockRate":90000}]}`,
		`{"codecs":[{"mimeType":"video/VP8","clockRate":90000,"payloadType":128}]}`,
		`{"codecs":[{"mimeType":"video/VP8","payloadType":96}]}`,
		`{"codecs":[],"headerExtensions":[{"uri":"urn:x"}]}`, `{"codecs":[],"headerExtensions":[{"id":1}]}`,
		`{"codecs":[],"headerExtensions":[{"uri":"urn:x","id":1,"encrypt":"x"}]}`,
	}
	for _, data := range params {
		var got RtpParameters
		wantInvalid(t, data, json.Unmarshal([]byte(data), &got))
	}
}

func wantInvalid(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, ErrInvalid) {
		t.Errorf("%.100s: got %v, want ErrInvalid", what, err)
	}
}

// TestUnmarshalLenient takes what JavaScript calls false for an absent field.
func TestUnmarshalLenient(t *testing.T) {
	data := `{"mid":0,"msid":null,"rtcp":false,"headerExtensions":"","encodings":[{"ssrc":null,"rid":false,
		"rtx":0,"dtx":"yes","scalabilityMode":0,"maxBitrate":5e9,"codecPayloadType":0,"active":true},
		{"maxBitrate":1200.7,"codecPayloadType":null}],
		"codecs":[{"mimeType":"audio/opus","clockRate":48000,"payloadType":0,"channels":"2",
		"parameters":"x","rtcpFeedback":{}}]}`
	var got RtpParameters
	if err := json.Unmarshal([]byte(data), &got); err != nil {
		t.Fatal(err)
	}
	if err := ValidateRtpParameters(&got); err != nil {
		t.Fatal(err)
	}
	want := RtpParameters{
		Codecs: []RtpCodecParameters{{
			MimeType: "audio/opus", ClockRate: 48000, Channels: 1,
			Parameters: CodecParameters{}, RtcpFeedback: []RtcpFeedback{},
		}},
		HeaderExtensions: []RtpHeaderExtensionParameters{},
		Encodings:        []RtpEncodingParameters{{CodecPayloadType: new(uint8), MaxBitrate: 1<<32 - 1}, {MaxBitrate: 1200}},
		Rtcp:             RtcpParameters{ReducedSize: reducedSize()},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestUnmarshalLarge(t *testing.T) {
	data := `{"codecs":[],"x":"` + strings.Repeat("x", maxJSONBytes) + `"}`
	var params RtpParameters
	wantInvalid(t, "large parameters", json.Unmarshal([]byte(data), &params))
	var caps RtpCapabilities
	wantInvalid(t, "large capabilities", json.Unmarshal([]byte(data), &caps))
	var codec RtpCodecCapability
	wantInvalid(t, "large codec", json.Unmarshal([]byte(data), &codec))
}

// TestUnmarshalKeepsOldOnError leaves no half-read value behind.
func TestUnmarshalKeepsOldOnError(t *testing.T) {
	params := RtpParameters{Mid: "old"}
	wantInvalid(t, "mid", json.Unmarshal([]byte(`{"mid":"new","codecs":[null]}`), &params))
	if params.Mid != "old" {
		t.Errorf("got mid %q", params.Mid)
	}
}

// TestJSONRoundTrip writes and reads what the browsers said.
func TestJSONRoundTrip(t *testing.T) {
	for _, c := range captures(t) {
		caps := c.NativeRtpCapabilities.Clone()
		if err := ValidateRtpCapabilities(&caps); err != nil {
			t.Fatal(err)
		}
		roundTrip(t, caps)
		for _, produced := range c.Produced {
			params := produced.RtpParameters.Clone()
			if err := ValidateRtpParameters(&params); err != nil {
				t.Fatal(err)
			}
			roundTrip(t, params)
		}
	}
}

func roundTrip[T interface {
	RtpCapabilities | RtpParameters
}](t *testing.T, v T) {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back T
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	for _, difference := range differences("", tree(t, back), tree(t, v)) {
		t.Error(difference)
	}
}
