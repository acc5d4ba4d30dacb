package ortc

import (
	"errors"
	"slices"
	"testing"
)

// produceH264 maps one H264 codec of the default router.
func produceH264(t *testing.T, profileLevelId string) (RtpParameters, RtpMapping, error) {
	t.Helper()
	codec := RtpCodecParameters{
		MimeType: "video/h264", PayloadType: 50, ClockRate: 90000,
		Parameters: CodecParameters{
			"packetization-mode": 1, "level-asymmetry-allowed": 1, "profile-level-id": profileLevelId,
		},
	}
	params := RtpParameters{Codecs: []RtpCodecParameters{codec}, Encodings: []RtpEncodingParameters{{Rid: "a"}, {Rid: "b"}}}
	mapping, err := GetProducerRtpParametersMapping(params, defaultRouter(t))
	return params, mapping, err
}

func TestMappingNegotiatesH264(t *testing.T) {
	params, mapping, err := produceH264(t, "4D0028")
	if err != nil {
		t.Fatal(err)
	}
	if got := params.Codecs[0].Parameters["profile-level-id"]; got != "4d0028" {
		t.Errorf("got profile-level-id %v, want its own level in canonical form", got)
	}
	codec, ok := mappedCapability(50, defaultRouter(t).Codecs, mapping.Codecs)
	if !ok || codec.Parameters["profile-level-id"] != "4d0032" {
		t.Errorf("mapped to %+v, want the main profile", codec)
	}
	if _, _, err := produceH264(t, "58a01f"); !errors.Is(err, ErrUnsupported) {
		t.Errorf("extended profile: got %v, want ErrUnsupported", err)
	}
}

func TestMappingNumbersEncodings(t *testing.T) {
	_, mapping, err := produceH264(t, "42e01f")
	if err != nil {
		t.Fatal(err)
	}
	first := mapping.Encodings[0].MappedSsrc
	if first < 100_000_000 || mapping.Encodings[1].MappedSsrc != first+1 || mapping.Encodings[1].Rid != "b" {
		t.Errorf("got %+v", mapping.Encodings)
	}
}

// TestMappingRtxErrors has RTX codecs that repair nothing.
func TestMappingRtxErrors(t *testing.T) {
	rtx := func(payloadType, apt uint8) RtpCodecParameters {
		return RtpCodecParameters{
			MimeType: "video/rtx", PayloadType: payloadType, ClockRate: 90000, Parameters: CodecParameters{"apt": apt},
		}
	}
	vp8 := RtpCodecParameters{MimeType: "video/VP8", PayloadType: 96, ClockRate: 90000}
	withRtx := defaultRouter(t)
	withoutRtx := withRtx.Clone()
	withoutRtx.Codecs = slices.DeleteFunc(withoutRtx.Codecs, RtpCodecCapability.IsRtx)
	tests := []struct {
		name   string
		codecs []RtpCodecParameters
		caps   RtpCapabilities
		want   error
	}{
		{"good", []RtpCodecParameters{rtx(97, 96), vp8}, withRtx, nil},
		{"no media", []RtpCodecParameters{rtx(97, 96)}, withRtx, ErrInvalid},
		{"itself", []RtpCodecParameters{vp8, rtx(97, 97)}, withRtx, ErrInvalid},
		{"later rtx", []RtpCodecParameters{vp8, rtx(97, 98), rtx(98, 96)}, withRtx, ErrInvalid},
		{"earlier rtx", []RtpCodecParameters{vp8, rtx(98, 96), rtx(97, 98)}, withRtx, ErrUnsupported},
		{"router without rtx", []RtpCodecParameters{vp8, rtx(97, 96)}, withoutRtx, ErrUnsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := GetProducerRtpParametersMapping(RtpParameters{Codecs: tt.codecs}, tt.caps)
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestConsumableWithBrokenMapping(t *testing.T) {
	router := defaultRouter(t)
	params := goodParameters()
	mapping, err := GetProducerRtpParametersMapping(params, router)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]RtpMapping{
		"no codecs":    {Encodings: mapping.Encodings},
		"no encodings": {Codecs: mapping.Codecs},
		"unknown payload type": {
			Codecs: []RtpCodecMapping{{PayloadType: 96, MappedPayloadType: 1}}, Encodings: mapping.Encodings,
		},
		"payload type 0": {
			Codecs: []RtpCodecMapping{{PayloadType: 96}}, Encodings: mapping.Encodings,
		},
	}
	for name, mapping := range tests {
		_, err := GetConsumableRtpParameters(KindVideo, params, router, mapping)
		wantInvalid(t, name, err)
	}
}

// TestConsumableOffersCaptureTimeIfSent since the router cannot make one up.
func TestConsumableOffersCaptureTimeIfSent(t *testing.T) {
	router := defaultRouter(t)
	params := goodParameters()
	without := produce(t, KindVideo, params.Clone(), router)
	params.HeaderExtensions = append(params.HeaderExtensions, RtpHeaderExtensionParameters{Uri: UriAbsCaptureTime, Id: 9})
	with := produce(t, KindVideo, params, router)
	if hasHeaderExtension(without.HeaderExtensions, UriAbsCaptureTime) ||
		!hasHeaderExtension(with.HeaderExtensions, UriAbsCaptureTime) {
		t.Errorf("got %v without, %v with", without.HeaderExtensions, with.HeaderExtensions)
	}
}

// TestConsumableHidesReceiveOnlyExtensions keeps RID out of consumers.
func TestConsumableHidesReceiveOnlyExtensions(t *testing.T) {
	consumable := produce(t, KindVideo, goodParameters(), defaultRouter(t))
	for _, uri := range []string{UriRid, UriRepairedRid, UriDependencyDescriptor} {
		if hasHeaderExtension(consumable.HeaderExtensions, uri) {
			t.Errorf("%s is there", uri)
		}
	}
	for _, encoding := range consumable.Encodings {
		if encoding.Rid != "" || encoding.Rtx != nil || encoding.CodecPayloadType != nil {
			t.Errorf("got encoding %+v, want only the mapped ssrc", encoding)
		}
	}
}
