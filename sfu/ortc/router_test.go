package ortc

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestDefaultMediaCodecs(t *testing.T) {
	router := defaultRouter(t)
	seen := map[uint8]bool{}
	for i, codec := range router.Codecs {
		if seen[codec.PreferredPayloadType] || codec.PreferredPayloadType < 96 {
			t.Errorf("%s: payload type %d", codec.MimeType, codec.PreferredPayloadType)
		}
		seen[codec.PreferredPayloadType] = true
		if codec.Kind != KindVideo || codec.IsRtx() {
			continue
		}
		if rtx := router.Codecs[i+1]; !rtx.IsRtx() || !rtx.Parameters.aptIs(codec.PreferredPayloadType) {
			t.Errorf("%s is not followed by its rtx", codec.MimeType)
		}
		if bitrate, _ := codec.Parameters.Number("x-google-start-bitrate"); bitrate != 1000 {
			t.Errorf("%s starts at %v kbit/s", codec.MimeType, bitrate)
		}
	}
}

// TestDefaultMediaCodecsMatchBrowsers wants every browser to produce and
// consume each codec that it has and the router offers.
func TestDefaultMediaCodecsMatchBrowsers(t *testing.T) {
	router := defaultRouter(t)
	for _, c := range captures(t) {
		for name, produced := range c.Produced {
			consumable := produce(t, produced.Kind, produced.RtpParameters, router)
			if ok, err := CanConsume(consumable, c.RecvRtpCapabilities); !ok || err != nil {
				t.Errorf("%s cannot consume its own %s (%v)", c.name, name, err)
			}
		}
	}
}

func TestGenerateRouterRtpCapabilities(t *testing.T) {
	vp8 := RtpCodecCapability{MimeType: "video/VP8", ClockRate: 90000}
	at := func(payloadType uint8, codec RtpCodecCapability) RtpCodecCapability {
		codec.PreferredPayloadType = payloadType
		return codec
	}
	pcmu := RtpCodecCapability{MimeType: "audio/PCMU", ClockRate: 8000}
	tests := []struct {
		name   string
		codecs []RtpCodecCapability
		want   []uint8 // payload types
		err    error
	}{
		{"none", nil, nil, nil},
		{"dynamic", []RtpCodecCapability{vp8}, []uint8{100, 101}, nil},
		{"static", []RtpCodecCapability{pcmu}, []uint8{0}, nil},
		{"static elsewhere", []RtpCodecCapability{at(120, pcmu)}, []uint8{120}, nil},
		{"given", []RtpCodecCapability{at(101, vp8), vp8}, []uint8{101, 100, 102, 103}, nil},
		{"given too late", []RtpCodecCapability{vp8, at(101, vp8)}, nil, ErrInvalid},
		{"static twice", []RtpCodecCapability{pcmu, pcmu}, nil, ErrInvalid},
		{"beyond 7 bits", []RtpCodecCapability{at(128, vp8)}, nil, ErrInvalid},
		{"unknown", []RtpCodecCapability{{MimeType: "video/H265", ClockRate: 90000}}, nil, ErrUnsupported},
		{"wrong clock", []RtpCodecCapability{{MimeType: "video/VP8", ClockRate: 8000}}, nil, ErrUnsupported},
		{"no MIME type", []RtpCodecCapability{{ClockRate: 8000}}, nil, ErrInvalid},
		{"16 videos", slices.Repeat([]RtpCodecCapability{vp8}, 16), append(upTo(100, 127), 96, 97, 98, 99), nil},
		{"17 videos", slices.Repeat([]RtpCodecCapability{vp8}, 17), nil, ErrNoPayloadType},
		{"far too many", slices.Repeat([]RtpCodecCapability{vp8}, maxCodecs+1), nil, ErrInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			caps, err := GenerateRouterRtpCapabilities(tt.codecs)
			if !errors.Is(err, tt.err) {
				t.Fatalf("got error %v, want %v", err, tt.err)
			}
			var got []uint8
			for _, codec := range caps.Codecs {
				got = append(got, codec.PreferredPayloadType)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got payload types %v, want %v", got, tt.want)
			}
		})
	}
}

func upTo(first, last uint8) (list []uint8) {
	for n := first; n <= last; n++ {
		list = append(list, n)
	}
	return list
}

func TestRouterKeepsItsInput(t *testing.T) {
	codecs := []RtpCodecCapability{{MimeType: "audio/opus", ClockRate: 48000, Channels: 2}}
	caps, err := GenerateRouterRtpCapabilities(codecs)
	if err != nil {
		t.Fatal(err)
	}
	if codecs[0].Kind != "" || codecs[0].Parameters != nil {
		t.Errorf("input became %+v", codecs[0])
	}
	caps.Codecs[0].Parameters["x"] = "y"
	if again, _ := GenerateRouterRtpCapabilities(codecs); len(again.Codecs[0].Parameters) != 0 {
		t.Error("routers share parameters")
	}
}

func TestStaticPayloadTypeInJSON(t *testing.T) {
	caps, err := GenerateRouterRtpCapabilities([]RtpCodecCapability{{MimeType: "audio/PCMU", ClockRate: 8000}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(caps)
	if err != nil || !strings.Contains(string(data), `"preferredPayloadType":0`) {
		t.Fatalf("got %s (%v), want payload type 0 in it", data, err)
	}
	var back RtpCapabilities
	if err := json.Unmarshal(data, &back); err != nil || !back.Codecs[0].HasPreferredPayloadType() {
		t.Errorf("payload type 0 is lost (%v)", err)
	}
}
