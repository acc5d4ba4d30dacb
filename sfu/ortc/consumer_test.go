package ortc

import (
	"errors"
	"slices"
	"testing"
)

// consumer is what an endpoint like the router gets from goodParameters.
func consumer(t *testing.T, enableRtx bool, change func(caps *RtpCapabilities)) (RtpParameters, error) {
	t.Helper()
	router := defaultRouter(t)
	consumable := produce(t, KindVideo, goodParameters(), router)
	caps := router.Clone()
	change(&caps)
	return GetConsumerRtpParameters(consumable, caps, enableRtx)
}

func withoutExtension(uris ...string) func(*RtpCapabilities) {
	return func(caps *RtpCapabilities) {
		caps.HeaderExtensions = slices.DeleteFunc(caps.HeaderExtensions, func(ext RtpHeaderExtension) bool {
			return slices.Contains(uris, ext.Uri)
		})
	}
}

func TestConsumerFeedback(t *testing.T) {
	tests := []struct {
		name      string
		enableRtx bool
		change    func(*RtpCapabilities)
		want      []string
	}{
		{"transport-cc first", true, withoutExtension(), []string{"nack", "nack pli", "ccm fir", "transport-cc"}},
		{"then REMB", true, withoutExtension(UriTransportCC), []string{"nack", "nack pli", "ccm fir", "goog-remb"}},
		{"then neither", true, withoutExtension(UriTransportCC, UriAbsSendTime), []string{"nack", "nack pli", "ccm fir"}},
		{"no RTX, no NACK", false, withoutExtension(), []string{"nack pli", "ccm fir", "transport-cc"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			params, err := consumer(t, tt.enableRtx, tt.change)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, fb := range params.Codecs[0].RtcpFeedback {
				if fb.Parameter != "" {
					fb.Type += " " + fb.Parameter
				}
				got = append(got, fb.Type)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestConsumerRtx(t *testing.T) {
	noRtx := func(caps *RtpCapabilities) { caps.Codecs = slices.DeleteFunc(caps.Codecs, RtpCodecCapability.IsRtx) }
	tests := []struct {
		name      string
		enableRtx bool
		change    func(*RtpCapabilities)
		want      bool
	}{
		{"wanted", true, withoutExtension(), true},
		{"not wanted", false, withoutExtension(), false},
		{"not known to the endpoint", true, noRtx, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			params, err := consumer(t, tt.enableRtx, tt.change)
			if err != nil {
				t.Fatal(err)
			}
			if len(params.Encodings) != 1 || (params.Encodings[0].Rtx != nil) != tt.want {
				t.Fatalf("got encodings %+v, want one with rtx %v", params.Encodings, tt.want)
			}
			if got := slices.ContainsFunc(params.Codecs, RtpCodecParameters.IsRtx); got != tt.want {
				t.Errorf("rtx codec: got %v, want %v", got, tt.want)
			}
			if rtx := params.Encodings[0].Rtx; rtx != nil && rtx.Ssrc != params.Encodings[0].Ssrc+1 {
				t.Errorf("rtx ssrc %d does not follow %d", rtx.Ssrc, params.Encodings[0].Ssrc)
			}
		})
	}
}

// TestConsumerDropsRtxOfMissingMedia drops RTX with the codec it repairs.
func TestConsumerDropsRtxOfMissingMedia(t *testing.T) {
	router := defaultRouter(t)
	params := goodParameters()
	params.Codecs = append(params.Codecs, RtpCodecParameters{MimeType: "video/AV1", PayloadType: 98, ClockRate: 90000})
	consumable := produce(t, KindVideo, params, router)
	caps := router.Clone()
	caps.Codecs = slices.DeleteFunc(caps.Codecs, func(c RtpCodecCapability) bool { return c.MimeType == "video/VP8" })
	got, err := GetConsumerRtpParameters(consumable, caps, true)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Codecs) != 2 || got.Codecs[0].MimeType != "video/AV1" || !repairsOneOf(got.Codecs[1], got.Codecs[:1]) {
		t.Errorf("got codecs %+v, want AV1 and its rtx", got.Codecs)
	}
}

func TestConsumerWithoutCommonCodec(t *testing.T) {
	tests := map[string]func(*RtpCapabilities){
		"no codec": func(caps *RtpCapabilities) { caps.Codecs = nil },
		"only rtx": func(caps *RtpCapabilities) {
			caps.Codecs = slices.DeleteFunc(caps.Codecs, func(c RtpCodecCapability) bool { return !c.IsRtx() })
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := consumer(t, true, change); !errors.Is(err, ErrUnsupported) {
				t.Errorf("got %v, want ErrUnsupported", err)
			}
			router := defaultRouter(t)
			caps := router.Clone()
			change(&caps)
			if ok, err := CanConsume(produce(t, KindVideo, goodParameters(), router), caps); ok || err != nil {
				t.Errorf("can consume: got %v (%v), want false", ok, err)
			}
		})
	}
}

func TestConsumerRefusesInvalidCapabilities(t *testing.T) {
	bad := func(caps *RtpCapabilities) { caps.Codecs[0].MimeType = "x" }
	_, err := consumer(t, true, bad)
	wantInvalid(t, "consume", err)
	caps := defaultRouter(t)
	bad(&caps)
	_, err = CanConsume(RtpParameters{}, caps)
	wantInvalid(t, "can consume", err)
}

func TestConsumerEncoding(t *testing.T) {
	tests := []struct {
		name      string
		encodings []RtpEncodingParameters
		mode      string
		bitrate   uint32
	}{
		{"one", []RtpEncodingParameters{{MaxBitrate: 5}}, "", 5},
		{"SVC", []RtpEncodingParameters{{ScalabilityMode: "L3T3_KEY"}}, "L3T3_KEY", 0},
		{"simulcast", make([]RtpEncodingParameters, 3), "L3T1", 0},
		{
			"simulcast with layers",
			[]RtpEncodingParameters{{MaxBitrate: 9}, {ScalabilityMode: "L1T3", MaxBitrate: 2}},
			"L2T3", 9,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := consumerEncoding(tt.encodings, false)
			if got.ScalabilityMode != tt.mode || got.MaxBitrate != tt.bitrate || got.Ssrc < 100_000_000 {
				t.Errorf("got %+v, want mode %q and %d bit/s", got, tt.mode, tt.bitrate)
			}
		})
	}
}

// TestConsumerSharesNothing changes a result and looks at its sources.
func TestConsumerSharesNothing(t *testing.T) {
	router := defaultRouter(t)
	consumable := produce(t, KindVideo, goodParameters(), router)
	before := tree(t, []any{consumable, router})
	got, err := GetConsumerRtpParameters(consumable, router, true)
	if err != nil {
		t.Fatal(err)
	}
	got.Codecs[0].Parameters["x"] = "y"
	got.Codecs[0].RtcpFeedback[0].Type = "x"
	got.HeaderExtensions[0].Parameters["x"] = "y"
	*got.Rtcp.ReducedSize = false
	for _, difference := range differences("", tree(t, []any{consumable, router}), before) {
		t.Error(difference)
	}
}
