package ortc

import "math"

// UnmarshalJSON reads parameters; errors are ErrInvalid.
func (p *RtpParameters) UnmarshalJSON(data []byte) error {
	o := parseObject(data, "parameters")
	params := readRtpParameters(o)
	if o.err == nil {
		*p = params
	}
	return o.err
}

func readRtpParameters(o *object) RtpParameters {
	if _, ok := o.fields["codecs"].([]any); !ok {
		o.fail("codecs", "missing")
	}
	return RtpParameters{
		Mid:              o.text("mid"),
		Codecs:           readList(o, o.list("codecs"), "codec", readCodecParameters),
		HeaderExtensions: readList(o, o.list("headerExtensions"), "header extension", readHeaderExtensionParameters),
		Encodings:        readList(o, o.list("encodings"), "encoding", readEncoding),
		Rtcp:             readRtcp(o),
		Msid:             o.text("msid"),
	}
}

func readCodecParameters(o *object) RtpCodecParameters {
	channels, _ := o.integer("channels", math.MaxUint8)
	return RtpCodecParameters{
		MimeType:     o.requiredText("mimeType"),
		PayloadType:  uint8(o.requiredInteger("payloadType", maxPayloadType)),
		ClockRate:    o.requiredInteger("clockRate", math.MaxUint32),
		Channels:     uint8(channels),
		Parameters:   o.parameters("parameters"),
		RtcpFeedback: o.rtcpFeedback("rtcpFeedback"),
	}
}

func readHeaderExtensionParameters(o *object) RtpHeaderExtensionParameters {
	return RtpHeaderExtensionParameters{
		Uri:        o.requiredText("uri"),
		Id:         uint8(o.requiredInteger("id", math.MaxUint8)),
		Encrypt:    o.flag("encrypt"),
		Parameters: o.parameters("parameters"),
	}
}

func readEncoding(o *object) RtpEncodingParameters {
	dtx, _ := o.fields["dtx"].(bool)
	return RtpEncodingParameters{
		Ssrc:             o.optionalInteger("ssrc", math.MaxUint32),
		Rid:              o.text("rid"),
		CodecPayloadType: readCodecPayloadType(o),
		Rtx:              readRtx(o),
		Dtx:              dtx,
		ScalabilityMode:  o.text("scalabilityMode"),
		MaxBitrate:       readMaxBitrate(o),
	}
}

// readCodecPayloadType tells payload type 0 from none.
func readCodecPayloadType(o *object) *uint8 {
	n := o.optionalInteger("codecPayloadType", maxPayloadType)
	if _, ok := o.fields["codecPayloadType"].(float64); !ok {
		return nil
	}
	payloadType := uint8(n)
	return &payloadType
}

// readMaxBitrate takes fractions and limits beyond 4 Gbit/s, which pages
// compute without harm.
func readMaxBitrate(o *object) uint32 {
	value, given := o.truthy("maxBitrate")
	if !given {
		return 0
	}
	bitrateBps, ok := value.(float64)
	if !ok || bitrateBps < 0 {
		o.fail("maxBitrate", "not a bitrate")
		return 0
	}
	return uint32(min(bitrateBps, math.MaxUint32))
}

func readRtx(o *object) *RtxParameters {
	value, given := o.truthy("rtx")
	if !given {
		return nil
	}
	inner := asObject(value, "encoding.rtx")
	rtx := &RtxParameters{Ssrc: inner.requiredInteger("ssrc", math.MaxUint32)}
	o.adopt(inner)
	return rtx
}

func readRtcp(o *object) RtcpParameters {
	value, given := o.truthy("rtcp")
	if !given {
		return RtcpParameters{}
	}
	inner := asObject(value, "parameters.rtcp")
	rtcp := RtcpParameters{Cname: inner.text("cname")}
	if reducedSize, ok := inner.fields["reducedSize"].(bool); ok {
		rtcp.ReducedSize = &reducedSize
	}
	o.adopt(inner)
	return rtcp
}
