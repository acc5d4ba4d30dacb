package ortc

import "testing"

func TestMatchCodecs(t *testing.T) {
	codec := func(mimeType string, clockRate uint32, channels uint8, params CodecParameters) RtpCodecCapability {
		return RtpCodecCapability{MimeType: mimeType, ClockRate: clockRate, Channels: channels, Parameters: params}
	}
	h264 := func(mode any, id string) RtpCodecCapability {
		return codec("video/H264", 90000, 0, CodecParameters{"packetization-mode": mode, "profile-level-id": id})
	}
	vp9 := func(params CodecParameters) RtpCodecCapability { return codec("video/VP9", 90000, 0, params) }
	tests := []struct {
		name          string
		a, b          RtpCodecCapability
		loose, strict bool
	}{
		{"case of the MIME type", codec("AUDIO/Opus", 48000, 2, nil), codec("audio/opus", 48000, 2, nil), true, true},
		{"clock rate", codec("audio/opus", 48000, 2, nil), codec("audio/opus", 16000, 2, nil), false, false},
		{"channels", codec("audio/opus", 48000, 2, nil), codec("audio/opus", 48000, 1, nil), false, false},
		{"subtype", codec("video/VP8", 90000, 0, nil), vp9(nil), false, false},
		{
			"multiopus streams", codec("audio/multiopus", 48000, 6, CodecParameters{"num_streams": 4}),
			codec("audio/multiopus", 48000, 6, CodecParameters{"num_streams": 5}), false, false,
		},
		{
			"multiopus coupled", codec("audio/multiopus", 48000, 6, CodecParameters{"coupled_streams": 2}),
			codec("audio/multiopus", 48000, 6, nil), false, false,
		},
		{"H264 profile and mode", h264(1, "42e01f"), h264(1.0, "42E034"), true, true},
		{"H264 profile", h264(1, "42e01f"), h264(1, "4d001f"), true, false},
		{"H264 mode", h264(1, "42e01f"), h264(0, "42e01f"), true, false},
		{"H264 mode as text", h264(1, "42e01f"), h264("1", "42e01f"), true, false},
		{"H264 without mode", h264(nil, "42e01f"), h264(0, "42e01f"), true, true},
		{"H264 default profile", h264(0, ""), h264(0, "42e01f"), true, true},
		{
			"H264 numeric profile", h264(0, "42e01f"),
			codec("video/H264", 90000, 0, CodecParameters{"profile-level-id": 420029.0}), true, false,
		},
		{"H264 unreadable twice", h264(0, "x"), h264(0, "x"), true, false},
		{"VP9 default profile", vp9(nil), vp9(CodecParameters{"profile-id": 0}), true, true},
		{"VP9 profile", vp9(CodecParameters{"profile-id": 2}), vp9(CodecParameters{"profile-id": 0}), true, false},
		{"VP9 profile as text", vp9(CodecParameters{"profile-id": "2"}), vp9(CodecParameters{"profile-id": 2}), true, false},
		{
			"AV1 profile is not looked at", codec("video/AV1", 90000, 0, CodecParameters{"profile": 1}),
			codec("video/AV1", 90000, 0, nil), true, true,
		},
		{"incomparable values", vp9(CodecParameters{"profile-id": []int{1}}), vp9(nil), true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, pair := range [][2]codecView{{tt.a.view(), tt.b.view()}, {tt.b.view(), tt.a.view()}} {
				if got := matchCodecs(pair[0], pair[1], false); got != tt.loose {
					t.Errorf("loose: got %v, want %v", got, tt.loose)
				}
				if got := matchCodecs(pair[0], pair[1], true); got != tt.strict {
					t.Errorf("strict: got %v, want %v", got, tt.strict)
				}
			}
		})
	}
}

func TestIsRtx(t *testing.T) {
	tests := map[string]bool{
		"video/rtx": true, "VIDEO/RTX": true, "audio/rtx": true, "x/rtx": true, "video/x/rtx": true,
		"/rtx": false, "video/rtx2": false, "rtx": false, "\n/rtx": false, "": false, "video/VP8": false,
	}
	for mimeType, want := range tests {
		if got := (RtpCodecParameters{MimeType: mimeType}).IsRtx(); got != want {
			t.Errorf("%q: got %v, want %v", mimeType, got, want)
		}
	}
}

func TestParseScalabilityMode(t *testing.T) {
	tests := map[string]ScalabilityMode{
		"L1T3":     {1, 3, false},
		"L3T3_KEY": {3, 3, true},
		"S3T2":     {3, 2, false},
		"L10T12":   {10, 12, false},
		"L1T100":   {1, 10, false},
		"L2T3h":    {2, 3, false},
		"L0T3":     {1, 1, false},
		"L3":       {1, 1, false},
		"L3T":      {1, 1, false},
		"l3t3":     {1, 1, false},
		"":         {1, 1, false},
	}
	for mode, want := range tests {
		if got := ParseScalabilityMode(mode); got != want {
			t.Errorf("%q: got %+v, want %+v", mode, got, want)
		}
	}
}
