package ortc

import (
	"encoding/json"
	"math"
)

// UnmarshalJSON reads capabilities; errors are ErrInvalid.
func (c *RtpCapabilities) UnmarshalJSON(data []byte) error {
	o := parseObject(data, "capabilities")
	caps := RtpCapabilities{
		Codecs:           readList(o, o.list("codecs"), "codec", readCodecCapability),
		HeaderExtensions: readList(o, o.list("headerExtensions"), "header extension", readHeaderExtension),
	}
	if o.err == nil {
		*c = caps
	}
	return o.err
}

// UnmarshalJSON reads one codec; errors are ErrInvalid.
func (c *RtpCodecCapability) UnmarshalJSON(data []byte) error {
	o := parseObject(data, "codec")
	codec := readCodecCapability(o)
	if o.err == nil {
		*c = codec
	}
	return o.err
}

func readCodecCapability(o *object) RtpCodecCapability {
	if value, given := o.truthy("preferredPayloadType"); given {
		if _, ok := value.(float64); !ok {
			o.fail("preferredPayloadType", "not a number")
		}
	}
	payloadType, given := o.integer("preferredPayloadType", maxPayloadType)
	channels, _ := o.integer("channels", math.MaxUint8)
	kind, _ := o.fields["kind"].(string) // validation takes the MIME type's
	return RtpCodecCapability{
		Kind:                 MediaKind(kind),
		MimeType:             o.requiredText("mimeType"),
		PreferredPayloadType: uint8(payloadType),
		ClockRate:            o.requiredInteger("clockRate", math.MaxUint32),
		Channels:             uint8(channels),
		Parameters:           o.parameters("parameters"),
		RtcpFeedback:         o.rtcpFeedback("rtcpFeedback"),
		zeroPayloadType:      given && payloadType == 0,
	}
}

func readHeaderExtension(o *object) RtpHeaderExtension {
	kind, _ := o.fields["kind"].(string)
	return RtpHeaderExtension{
		Kind:             MediaKind(kind),
		Uri:              o.requiredText("uri"),
		PreferredId:      uint8(o.requiredInteger("preferredId", math.MaxUint8)),
		PreferredEncrypt: o.flag("preferredEncrypt"),
		Direction:        o.text("direction"),
	}
}

// MarshalJSON writes preferredPayloadType only if there is one.
func (c RtpCodecCapability) MarshalJSON() ([]byte, error) {
	type plain RtpCodecCapability
	out := struct {
		plain
		PreferredPayloadType *uint8 `json:"preferredPayloadType,omitempty"`
	}{plain: plain(c)}
	if c.HasPreferredPayloadType() {
		out.PreferredPayloadType = &c.PreferredPayloadType
	}
	return json.Marshal(out)
}
