package ortc

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestValidateRtpCapabilities(t *testing.T) {
	caps := RtpCapabilities{
		Codecs: []RtpCodecCapability{
			{Kind: "x", MimeType: "AUDIO/opus", ClockRate: 48000},
			{MimeType: "video/VP8", ClockRate: 90000, Channels: 2, Parameters: CodecParameters{"a": 1, "b": "c"}},
		},
		HeaderExtensions: []RtpHeaderExtension{{Kind: KindAudio, Uri: "urn:x"}},
	}
	if err := ValidateRtpCapabilities(&caps); err != nil {
		t.Fatal(err)
	}
	want := RtpCapabilities{
		Codecs: []RtpCodecCapability{
			{
				Kind: KindAudio, MimeType: "AUDIO/opus", ClockRate: 48000, Channels: 1,
				Parameters: CodecParameters{}, RtcpFeedback: []RtcpFeedback{},
			},
			{
				Kind: KindVideo, MimeType: "video/VP8", ClockRate: 90000,
				Parameters: CodecParameters{"a": 1.0, "b": "c"}, RtcpFeedback: []RtcpFeedback{},
			},
		},
		HeaderExtensions: []RtpHeaderExtension{{Kind: KindAudio, Uri: "urn:x", Direction: DirectionSendRecv}},
	}
	if !reflect.DeepEqual(caps, want) {
		t.Errorf("got %+v\nwant %+v", caps, want)
	}
	if err := ValidateRtpCapabilities(&RtpCapabilities{}); err != nil {
		t.Errorf("empty capabilities: %v", err)
	}
	wantInvalid(t, "nil", ValidateRtpCapabilities(nil))
	wantInvalid(t, "nil", ValidateRtpParameters(nil))
}

// TestValidateRefuses changes one thing in good capabilities and parameters.
func TestValidateRefuses(t *testing.T) {
	long, longer := strings.Repeat("x", maxTextBytes+1), strings.Repeat("x", maxParameterBytes+1)
	many := CodecParameters{}
	for i := range maxParameters + 1 {
		many[fmt.Sprint(i)] = ""
	}
	tests := map[string]func(*RtpCapabilities, *RtpParameters){
		"no MIME type":   func(c *RtpCapabilities, p *RtpParameters) { c.Codecs[0].MimeType, p.Codecs[0].MimeType = "", "" },
		"long MIME type": setMimeType("video/" + long),
		"other media":    setMimeType("text/plain"),
		"no subtype":     setMimeType("video/"),
		"line in type":   setMimeType("video/\nx"),
		"only media":     setMimeType("video"),
		"payload type": func(c *RtpCapabilities, p *RtpParameters) {
			c.Codecs[0].PreferredPayloadType, p.Codecs[0].PayloadType = 128, 128
		},
		"parameter type":   setParameters(CodecParameters{"x": true}),
		"parameter null":   setParameters(CodecParameters{"x": nil}),
		"parameter object": setParameters(CodecParameters{"x": map[string]any{"y": map[string]any{}}}),
		"parameter NaN":    setParameters(CodecParameters{"x": math.NaN()}),
		"parameter Inf":    setParameters(CodecParameters{"x": math.Inf(1)}),
		"apt as text":      setParameters(CodecParameters{"apt": "96"}),
		"parameter length": setParameters(CodecParameters{"x": longer}),
		"parameter name":   setParameters(CodecParameters{long: "x"}),
		"many parameters":  setParameters(many),
		"feedback type":    setFeedback(RtcpFeedback{Parameter: "pli"}),
		"feedback length":  setFeedback(RtcpFeedback{Type: "x", Parameter: long}),
		"much feedback":    setFeedback(slices.Repeat([]RtcpFeedback{{Type: "nack"}}, maxRtcpFeedback+1)...),
		"many codecs": func(c *RtpCapabilities, p *RtpParameters) {
			c.Codecs = slices.Repeat(c.Codecs, maxCodecs+1)
			p.Codecs = slices.Repeat(p.Codecs, maxCodecs+1)
		},
		"many extensions": func(c *RtpCapabilities, p *RtpParameters) {
			c.HeaderExtensions = slices.Repeat(c.HeaderExtensions, maxHeaderExtensions+1)
			p.HeaderExtensions = slices.Repeat(p.HeaderExtensions, maxHeaderExtensions+1)
		},
		"extension uri": func(c *RtpCapabilities, p *RtpParameters) {
			c.HeaderExtensions[0].Uri, p.HeaderExtensions[0].Uri = "", ""
		},
		"extension uri length": func(c *RtpCapabilities, p *RtpParameters) {
			c.HeaderExtensions[0].Uri, p.HeaderExtensions[0].Uri = long, long
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			caps, params := goodCapabilities(), goodParameters()
			change(&caps, &params)
			wantInvalid(t, "capabilities", ValidateRtpCapabilities(&caps))
			wantInvalid(t, "parameters", ValidateRtpParameters(&params))
		})
	}
}

func goodCapabilities() RtpCapabilities {
	return RtpCapabilities{
		Codecs:           []RtpCodecCapability{{MimeType: "video/VP8", ClockRate: 90000, PreferredPayloadType: 96}},
		HeaderExtensions: []RtpHeaderExtension{{Kind: KindVideo, Uri: UriMid, PreferredId: 1}},
	}
}

func goodParameters() RtpParameters {
	return RtpParameters{
		Mid: "0",
		Codecs: []RtpCodecParameters{
			{MimeType: "video/VP8", ClockRate: 90000, PayloadType: 96},
			{MimeType: "video/rtx", ClockRate: 90000, PayloadType: 97, Parameters: CodecParameters{"apt": 96}},
		},
		HeaderExtensions: []RtpHeaderExtensionParameters{{Uri: UriMid, Id: 1}, {Uri: UriRid, Id: 2}},
		Encodings:        []RtpEncodingParameters{{Ssrc: 1, Rtx: &RtxParameters{Ssrc: 2}}, {Rid: "r1"}},
	}
}

func setMimeType(mimeType string) func(*RtpCapabilities, *RtpParameters) {
	return func(c *RtpCapabilities, p *RtpParameters) {
		c.Codecs[0].MimeType, p.Codecs[0].MimeType = mimeType, mimeType
	}
}

func setParameters(params CodecParameters) func(*RtpCapabilities, *RtpParameters) {
	return func(c *RtpCapabilities, p *RtpParameters) {
		c.Codecs[0].Parameters, p.Codecs[0].Parameters = params, params
	}
}

func setFeedback(feedback ...RtcpFeedback) func(*RtpCapabilities, *RtpParameters) {
	return func(c *RtpCapabilities, p *RtpParameters) {
		c.Codecs[0].RtcpFeedback, p.Codecs[0].RtcpFeedback = feedback, feedback
	}
}

// TestValidateRtpParametersRefuses covers what only parameters have.
func TestValidateRtpParametersRefuses(t *testing.T) {
	long, tooHigh := strings.Repeat("x", maxTextBytes+1), uint8(128)
	tests := map[string]func(*RtpParameters){
		"mid":              func(p *RtpParameters) { p.Mid = long },
		"msid":             func(p *RtpParameters) { p.Msid = long },
		"cname":            func(p *RtpParameters) { p.Rtcp.Cname = long },
		"rid":              func(p *RtpParameters) { p.Encodings[0].Rid = long },
		"scalability mode": func(p *RtpParameters) { p.Encodings[0].ScalabilityMode = long },
		"payload type":     func(p *RtpParameters) { p.Encodings[0].CodecPayloadType = &tooHigh },
		"encodings":        func(p *RtpParameters) { p.Encodings = make([]RtpEncodingParameters, maxEncodings+1) },
		"extension parameter": func(p *RtpParameters) {
			p.HeaderExtensions[0].Parameters = CodecParameters{"x": []any{}}
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			params := goodParameters()
			change(&params)
			wantInvalid(t, name, ValidateRtpParameters(&params))
		})
	}
}

func TestValidateHeaderExtensionKind(t *testing.T) {
	caps := goodCapabilities()
	caps.HeaderExtensions[0].Kind = "text"
	wantInvalid(t, "kind", ValidateRtpCapabilities(&caps))
}

// TestValidateAlwaysReducedSize is mediasoup's rule for RTCP.
func TestValidateAlwaysReducedSize(t *testing.T) {
	params := goodParameters()
	params.Rtcp.ReducedSize = new(bool)
	if err := ValidateRtpParameters(&params); err != nil || !*params.Rtcp.ReducedSize {
		t.Errorf("got reducedSize %v (%v), want true", *params.Rtcp.ReducedSize, err)
	}
}

func TestValidateLeavesSharedMapsAlone(t *testing.T) {
	shared := CodecParameters{"a": 1}
	before := maps.Clone(shared)
	caps := goodCapabilities()
	caps.Codecs[0].Parameters = shared
	if err := ValidateRtpCapabilities(&caps); err != nil {
		t.Fatal(err)
	}
	caps.Codecs[0].Parameters["b"] = "c"
	if !maps.Equal(shared, before) {
		t.Errorf("got %v, want %v", shared, before)
	}
}

func TestValidateProducerRtpParameters(t *testing.T) {
	tests := map[string]struct {
		change func(*RtpParameters)
		kind   MediaKind
		ok     bool
	}{
		"good":           {func(*RtpParameters) {}, KindVideo, true},
		"video as audio": {func(*RtpParameters) {}, KindAudio, false},
		"no kind":        {func(*RtpParameters) {}, "", false},
		"mixed kinds":    {func(p *RtpParameters) { p.Codecs[0].MimeType = "audio/opus" }, KindVideo, false},
		"no codec":       {func(p *RtpParameters) { p.Codecs = nil }, KindVideo, false},
		"only rtx":       {func(p *RtpParameters) { p.Codecs = p.Codecs[1:] }, KindVideo, false},
		"payload type twice": {func(p *RtpParameters) {
			p.Codecs = append(p.Codecs, p.Codecs[0])
		}, KindVideo, false},
		"stray rtx": {func(p *RtpParameters) {
			p.Codecs[1].Parameters = CodecParameters{"apt": 98}
		}, KindVideo, false},
		"rtx of rtx": {func(p *RtpParameters) {
			p.Codecs[1].Parameters = CodecParameters{"apt": 97}
		}, KindVideo, false},
		"rtx without apt":    {func(p *RtpParameters) { p.Codecs[1].Parameters = nil }, KindVideo, false},
		"extension id 0":     {func(p *RtpParameters) { p.HeaderExtensions[0].Id = 0 }, KindVideo, false},
		"extension id twice": {func(p *RtpParameters) { p.HeaderExtensions[0].Id = 2 }, KindVideo, false},
		"no encoding":        {func(p *RtpParameters) { p.Encodings = nil }, KindVideo, false},
		"unknowable encoding": {func(p *RtpParameters) {
			p.Encodings[1].Rid = ""
		}, KindVideo, false},
		"single by mid": {func(p *RtpParameters) { p.Encodings = make([]RtpEncodingParameters, 1) }, KindVideo, true},
		"single without mid": {func(p *RtpParameters) {
			p.Mid, p.Encodings = "", make([]RtpEncodingParameters, 1)
		}, KindVideo, false},
		"ssrc twice": {func(p *RtpParameters) { p.Encodings[1].Ssrc = 1 }, KindVideo, false},
		"ssrc is rtx": {func(p *RtpParameters) {
			p.Encodings[0].Rtx.Ssrc = 1
		}, KindVideo, false},
		"rid twice": {func(p *RtpParameters) { p.Encodings[0].Rid = "r1" }, KindVideo, false},
		"simulcast and SVC": {func(p *RtpParameters) {
			p.Encodings[0].ScalabilityMode = "L2T1"
		}, KindVideo, false},
		"payload type of media": {func(p *RtpParameters) { p.Encodings[0].CodecPayloadType = ptr(96) }, KindVideo, true},
		"payload type of rtx":   {func(p *RtpParameters) { p.Encodings[0].CodecPayloadType = ptr(97) }, KindVideo, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			params := goodParameters()
			tt.change(&params)
			err := ValidateProducerRtpParameters(tt.kind, params)
			if tt.ok && err != nil {
				t.Error(err)
			}
			if !tt.ok {
				wantInvalid(t, name, err)
			}
		})
	}
}

func ptr(payloadType uint8) *uint8 { return &payloadType }
