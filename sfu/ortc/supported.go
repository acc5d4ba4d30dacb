package ortc

// supportedCodecs lists what the router can forward, as mediasoup does.
func supportedCodecs() []RtpCodecCapability {
	return []RtpCodecCapability{
		opus("audio/opus", 2, nil),
		opus("audio/multiopus", 4, multiopus("0,1,2,3", 2, 2)),
		opus("audio/multiopus", 6, multiopus("0,4,1,2,3,5", 4, 2)),
		opus("audio/multiopus", 8, multiopus("0,6,1,2,3,4,5,7", 5, 3)),
		static(0, audio("audio/PCMU", 8000)),
		static(8, audio("audio/PCMA", 8000)),
		audio("audio/ISAC", 32000),
		audio("audio/ISAC", 16000),
		static(9, audio("audio/G722", 8000)), // RFC 3551 section 4.5.2: sampled at 16000
		audio("audio/iLBC", 8000),
		audio("audio/SILK", 24000),
		audio("audio/SILK", 16000),
		audio("audio/SILK", 12000),
		audio("audio/SILK", 8000),
		static(13, tone("audio/CN", 32000)),
		static(13, tone("audio/CN", 16000)),
		static(13, tone("audio/CN", 8000)),
		tone("audio/telephone-event", 48000),
		tone("audio/telephone-event", 32000),
		tone("audio/telephone-event", 16000),
		tone("audio/telephone-event", 8000),
		video("video/VP8", nil),
		video("video/VP9", nil),
		video("video/H264", CodecParameters{"level-asymmetry-allowed": 1.0}),
		video("video/AV1", nil),
	}
}

func opus(mimeType string, channels uint8, params CodecParameters) RtpCodecCapability {
	codec := audio(mimeType, 48000, RtcpFeedback{Type: "nack"}, RtcpFeedback{Type: "transport-cc"})
	codec.Channels = channels
	codec.Parameters = params.clone()
	return codec
}

func multiopus(channelMapping string, streams, coupled float64) CodecParameters {
	return CodecParameters{
		"channel_mapping": channelMapping,
		"num_streams":     streams,
		"coupled_streams": coupled,
	}
}

// audio is a mono codec; its feedback is transport-cc where none is named.
func audio(mimeType string, clockRate uint32, feedback ...RtcpFeedback) RtpCodecCapability {
	if feedback == nil {
		feedback = []RtcpFeedback{{Type: "transport-cc"}}
	}
	return RtpCodecCapability{
		Kind:         KindAudio,
		MimeType:     mimeType,
		ClockRate:    clockRate,
		Channels:     1,
		Parameters:   CodecParameters{},
		RtcpFeedback: feedback,
	}
}

// tone is an audio codec that takes no feedback.
func tone(mimeType string, clockRate uint32) RtpCodecCapability {
	return audio(mimeType, clockRate, []RtcpFeedback{}...)
}

// static gives a codec its static payload type (RFC 3551 section 6).
func static(payloadType uint8, codec RtpCodecCapability) RtpCodecCapability {
	codec.PreferredPayloadType = payloadType
	codec.zeroPayloadType = payloadType == 0
	return codec
}

func video(mimeType string, params CodecParameters) RtpCodecCapability {
	return RtpCodecCapability{
		Kind:       KindVideo,
		MimeType:   mimeType,
		ClockRate:  90000,
		Parameters: params.clone(),
		RtcpFeedback: []RtcpFeedback{
			{Type: "nack"},
			{Type: "nack", Parameter: "pli"},
			{Type: "ccm", Parameter: "fir"},
			{Type: "goog-remb"},
			{Type: "transport-cc"},
		},
	}
}

// supportedHeaderExtensions lists what the router reads from producers and, if
// not DirectionRecvOnly, sends to consumers. Transport-cc is not sent with
// audio, so audio takes no part in the estimate of a consumer's bandwidth.
func supportedHeaderExtensions() []RtpHeaderExtension {
	const send, receive = DirectionSendRecv, DirectionRecvOnly
	return []RtpHeaderExtension{
		{Kind: KindAudio, Uri: UriMid, PreferredId: 1, Direction: send},
		{Kind: KindVideo, Uri: UriMid, PreferredId: 1, Direction: send},
		{Kind: KindVideo, Uri: UriRid, PreferredId: 2, Direction: receive},
		{Kind: KindVideo, Uri: UriRepairedRid, PreferredId: 3, Direction: receive},
		{Kind: KindAudio, Uri: UriAbsSendTime, PreferredId: 4, Direction: send},
		{Kind: KindVideo, Uri: UriAbsSendTime, PreferredId: 4, Direction: send},
		{Kind: KindAudio, Uri: UriTransportCC, PreferredId: 5, Direction: receive},
		{Kind: KindVideo, Uri: UriTransportCC, PreferredId: 5, Direction: send},
		{Kind: KindAudio, Uri: UriAudioLevel, PreferredId: 6, Direction: send},
		{Kind: KindVideo, Uri: UriDependencyDescriptor, PreferredId: 7, Direction: receive},
		{Kind: KindVideo, Uri: UriVideoOrientation, PreferredId: 8, Direction: send},
		{Kind: KindVideo, Uri: UriTimeOffset, PreferredId: 9, Direction: send},
		{Kind: KindAudio, Uri: UriAbsCaptureTime, PreferredId: 10, Direction: send},
		{Kind: KindVideo, Uri: UriAbsCaptureTime, PreferredId: 10, Direction: send},
		{Kind: KindAudio, Uri: UriPlayoutDelay, PreferredId: 11, Direction: send},
		{Kind: KindVideo, Uri: UriPlayoutDelay, PreferredId: 11, Direction: send},
		{Kind: KindAudio, Uri: UriPacketId, PreferredId: 12, Direction: send},
		{Kind: KindVideo, Uri: UriPacketId, PreferredId: 12, Direction: send},
	}
}
