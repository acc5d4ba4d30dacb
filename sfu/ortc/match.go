package ortc

// codecView is what capabilities and parameters of a codec have in common.
type codecView struct {
	mimeType   string
	clockRate  uint32
	channels   uint8
	parameters CodecParameters
}

func (c RtpCodecCapability) view() codecView {
	return codecView{lowerASCII(c.MimeType), c.ClockRate, c.Channels, c.Parameters}
}

func (c RtpCodecParameters) view() codecView {
	return codecView{lowerASCII(c.MimeType), c.ClockRate, c.Channels, c.Parameters}
}

// matchCodecs reports whether two codecs are the same. strict also compares the
// profile, which decides whether one end can decode what the other sends; for
// AV1 mediasoup has no such rule, and endpoints send its main profile.
func matchCodecs(a, b codecView, strict bool) bool {
	if a.mimeType != b.mimeType || a.clockRate != b.clockRate || a.channels != b.channels {
		return false
	}
	switch a.mimeType {
	case "audio/multiopus":
		return sameParameter(a.parameters, b.parameters, "num_streams") &&
			sameParameter(a.parameters, b.parameters, "coupled_streams")
	case "video/h264":
		return !strict || matchH264(a.parameters, b.parameters)
	case "video/vp9":
		// RFC 9628 section 6.1: no profile-id means profile 0.
		return !strict || sameParameterOrZero(a.parameters, b.parameters, "profile-id")
	}
	return true
}

// matchH264 compares packetization mode and profile (RFC 6184 section 8.2.2).
func matchH264(a, b CodecParameters) bool {
	return sameParameterOrZero(a, b, "packetization-mode") && sameH264Profile(a, b)
}

// findCapability returns the first capability that strictly matches.
func findCapability(caps []RtpCodecCapability, codec codecView) (RtpCodecCapability, bool) {
	for _, capability := range caps {
		if matchCodecs(codec, capability.view(), true) {
			return capability, true
		}
	}
	return RtpCodecCapability{}, false
}

// findRtxCapability returns the RTX codec that repairs payloadType.
func findRtxCapability(caps []RtpCodecCapability, payloadType uint8) (RtpCodecCapability, bool) {
	for _, capability := range caps {
		if capability.IsRtx() && capability.Parameters.aptIs(payloadType) {
			return capability, true
		}
	}
	return RtpCodecCapability{}, false
}
