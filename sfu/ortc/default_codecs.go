package ortc

// DefaultMediaCodecs returns the codecs of a router for browsers, the preferred
// first: endpoints send with the first of a kind that they have.
func DefaultMediaCodecs() []RtpCodecCapability {
	return []RtpCodecCapability{
		// No usedtx: a stream that falls silent would look like a closed one.
		opus("audio/opus", 2, CodecParameters{"minptime": 10.0, "useinbandfec": 1.0}),
		defaultVideo("video/VP8", nil),
		defaultVideo("video/VP9", CodecParameters{"profile-id": 0.0}),
		defaultVideo("video/VP9", CodecParameters{"profile-id": 2.0}),
		defaultVideo("video/H264", h264Parameters("42e01f")),
		defaultVideo("video/H264", h264Parameters("4d0032")),
		defaultVideo("video/H264", h264Parameters("640032")),
		defaultVideo("video/AV1", nil),
	}
}

// defaultVideo tells Chromium to start near 1 Mbit/s, where it would spend its
// first seconds with a picture of 300 kbit/s.
func defaultVideo(mimeType string, params CodecParameters) RtpCodecCapability {
	codec := video(mimeType, params)
	codec.Parameters["x-google-start-bitrate"] = 1000.0 // kbit/s
	return codec
}

func h264Parameters(profileLevelId string) CodecParameters {
	return CodecParameters{
		"packetization-mode":      1.0,
		"profile-level-id":        profileLevelId,
		"level-asymmetry-allowed": 1.0,
	}
}
