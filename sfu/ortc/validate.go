package ortc

import "fmt"

// ValidateRtpCapabilities checks capabilities and fills in what is optional,
// in place. PreferredPayloadType may be absent.
func ValidateRtpCapabilities(caps *RtpCapabilities) error {
	if caps == nil {
		return invalid("no capabilities")
	}
	if err := checkLength("codecs", len(caps.Codecs), maxCodecs); err != nil {
		return err
	}
	if err := checkLength("header extensions", len(caps.HeaderExtensions), maxHeaderExtensions); err != nil {
		return err
	}
	caps.Codecs = orEmpty(caps.Codecs)
	if err := validateEach("codec", caps.Codecs, validateCodecCapability); err != nil {
		return err
	}
	caps.HeaderExtensions = orEmpty(caps.HeaderExtensions)
	return validateEach("header extension", caps.HeaderExtensions, validateHeaderExtension)
}

// ValidateRtpParameters checks parameters and fills in what is optional, in
// place. ReducedSize becomes true whatever it was, as mediasoup always uses
// reduced size RTCP (RFC 5506).
func ValidateRtpParameters(params *RtpParameters) error {
	if params == nil {
		return invalid("no parameters")
	}
	if err := checkRtpParametersSize(params); err != nil {
		return err
	}
	params.Codecs = orEmpty(params.Codecs)
	if err := validateEach("codec", params.Codecs, validateCodecParameters); err != nil {
		return err
	}
	params.HeaderExtensions = orEmpty(params.HeaderExtensions)
	if err := validateEach("header extension", params.HeaderExtensions, validateHeaderExtensionParameters); err != nil {
		return err
	}
	params.Encodings = orEmpty(params.Encodings)
	if err := validateEach("encoding", params.Encodings, validateEncoding); err != nil {
		return err
	}
	params.Rtcp.ReducedSize = reducedSize()
	return nil
}

func checkRtpParametersSize(params *RtpParameters) error {
	if err := checkLength("codecs", len(params.Codecs), maxCodecs); err != nil {
		return err
	}
	if err := checkLength("header extensions", len(params.HeaderExtensions), maxHeaderExtensions); err != nil {
		return err
	}
	if err := checkLength("encodings", len(params.Encodings), maxEncodings); err != nil {
		return err
	}
	return checkText(params.Mid, params.Msid, params.Rtcp.Cname)
}

func validateCodecCapability(codec *RtpCodecCapability) (err error) {
	if codec.PreferredPayloadType > maxPayloadType {
		return invalid("payload type %d", codec.PreferredPayloadType)
	}
	if codec.Kind, err = kindOfMimeType(codec.MimeType); err != nil {
		return err
	}
	codec.Channels = channelsOf(codec.Kind, codec.Channels)
	if codec.Parameters, err = codec.Parameters.normalized(); err != nil {
		return err
	}
	codec.RtcpFeedback = orEmpty(codec.RtcpFeedback)
	return validateRtcpFeedback(codec.RtcpFeedback)
}

func validateCodecParameters(codec *RtpCodecParameters) error {
	if codec.PayloadType > maxPayloadType {
		return invalid("payload type %d", codec.PayloadType)
	}
	kind, err := kindOfMimeType(codec.MimeType)
	if err != nil {
		return err
	}
	codec.Channels = channelsOf(kind, codec.Channels)
	if codec.Parameters, err = codec.Parameters.normalized(); err != nil {
		return err
	}
	codec.RtcpFeedback = orEmpty(codec.RtcpFeedback)
	return validateRtcpFeedback(codec.RtcpFeedback)
}

// channelsOf gives audio one channel by default, and video none.
func channelsOf(kind MediaKind, channels uint8) uint8 {
	if kind == KindVideo {
		return 0
	}
	return max(1, channels)
}

func validateRtcpFeedback(list []RtcpFeedback) error {
	if err := checkLength("feedback messages", len(list), maxRtcpFeedback); err != nil {
		return err
	}
	for _, feedback := range list {
		if feedback.Type == "" {
			return invalid("feedback without type")
		}
		if err := checkText(feedback.Type, feedback.Parameter); err != nil {
			return err
		}
	}
	return nil
}

func validateHeaderExtension(ext *RtpHeaderExtension) error {
	if ext.Kind != KindAudio && ext.Kind != KindVideo {
		return invalid("kind %.16q", ext.Kind)
	}
	if ext.Uri == "" {
		return invalid("no uri")
	}
	if ext.Direction == "" {
		ext.Direction = DirectionSendRecv
	}
	return checkText(ext.Uri, ext.Direction)
}

func validateHeaderExtensionParameters(ext *RtpHeaderExtensionParameters) (err error) {
	if ext.Uri == "" {
		return invalid("no uri")
	}
	if ext.Parameters, err = ext.Parameters.normalizedPlain(); err != nil {
		return err
	}
	return checkText(ext.Uri)
}

func validateEncoding(encoding *RtpEncodingParameters) error {
	if pt := encoding.CodecPayloadType; pt != nil && *pt > maxPayloadType {
		return invalid("payload type %d", *pt)
	}
	return checkText(encoding.Rid, encoding.ScalabilityMode)
}

// validateEach applies validate to each element in place and says which failed.
func validateEach[T any](what string, list []T, validate func(*T) error) error {
	for i := range list {
		if err := validate(&list[i]); err != nil {
			return fmt.Errorf("%s %d: %w", what, i, err)
		}
	}
	return nil
}

func checkLength(what string, length, limit int) error {
	if length > limit {
		return invalid("%d %s", length, what)
	}
	return nil
}

func checkText(texts ...string) error {
	for _, text := range texts {
		if len(text) > maxTextBytes {
			return invalid("text of %d bytes", len(text))
		}
	}
	return nil
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func reducedSize() *bool {
	yes := true
	return &yes
}
