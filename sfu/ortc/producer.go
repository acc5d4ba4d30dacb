package ortc

import "slices"

// GetConsumableRtpParameters describes a producer's media in the router's
// values: codecs with RTX as the router offers them, all header extensions that
// it may send, and one encoding per stream under its mapped SSRC.
func GetConsumableRtpParameters(
	kind MediaKind, params RtpParameters, caps RtpCapabilities, mapping RtpMapping,
) (RtpParameters, error) {
	codecs, err := consumableCodecs(params.Codecs, caps.Codecs, mapping.Codecs)
	if err != nil {
		return RtpParameters{}, err
	}
	encodings, err := consumableEncodings(params.Encodings, mapping.Encodings)
	if err != nil {
		return RtpParameters{}, err
	}
	return RtpParameters{
		Codecs:           codecs,
		HeaderExtensions: consumableHeaderExtensions(kind, params, caps),
		Encodings:        encodings,
		Rtcp:             RtcpParameters{Cname: params.Rtcp.Cname, ReducedSize: reducedSize()},
		Msid:             params.Msid,
	}, nil
}

func consumableCodecs(
	codecs []RtpCodecParameters, caps []RtpCodecCapability, mapping []RtpCodecMapping,
) ([]RtpCodecParameters, error) {
	out := make([]RtpCodecParameters, 0, 2*len(codecs))
	for _, codec := range codecs {
		if codec.IsRtx() {
			continue
		}
		capability, ok := mappedCapability(codec.PayloadType, caps, mapping)
		if !ok {
			return nil, invalid("payload type %d is not mapped", codec.PayloadType)
		}
		out = append(out, asParameters(capability, codec.Parameters))
		if rtx, ok := findRtxCapability(caps, capability.PreferredPayloadType); ok {
			consumable := asParameters(rtx, rtx.Parameters)
			consumable.Channels = 0
			out = append(out, consumable)
		}
	}
	return out, nil
}

func mappedCapability(
	payloadType uint8, caps []RtpCodecCapability, mapping []RtpCodecMapping,
) (RtpCodecCapability, bool) {
	entry := slices.IndexFunc(mapping, func(m RtpCodecMapping) bool { return m.PayloadType == payloadType })
	if entry < 0 {
		return RtpCodecCapability{}, false
	}
	mapped := mapping[entry].MappedPayloadType
	for _, capability := range caps {
		if capability.HasPreferredPayloadType() && capability.PreferredPayloadType == mapped {
			return capability, true
		}
	}
	return RtpCodecCapability{}, false
}

// asParameters turns the router's codec into one in use, with the format
// parameters of the producer, which say what it really sends.
func asParameters(capability RtpCodecCapability, params CodecParameters) RtpCodecParameters {
	return RtpCodecParameters{
		MimeType:     capability.MimeType,
		PayloadType:  capability.PreferredPayloadType,
		ClockRate:    capability.ClockRate,
		Channels:     capability.Channels,
		Parameters:   params.clone(),
		RtcpFeedback: cloneEach(capability.RtcpFeedback, asIs),
	}
}

// consumableHeaderExtensions takes those that the router sends. It offers
// abs-capture-time only if the producer sends it, since it is only passed on.
func consumableHeaderExtensions(
	kind MediaKind, params RtpParameters, caps RtpCapabilities,
) []RtpHeaderExtensionParameters {
	out := make([]RtpHeaderExtensionParameters, 0, len(caps.HeaderExtensions))
	for _, ext := range caps.HeaderExtensions {
		sent := ext.Direction == DirectionSendRecv || ext.Direction == DirectionSendOnly
		if ext.Kind != kind || !sent {
			continue
		}
		if ext.Uri == UriAbsCaptureTime && !hasHeaderExtension(params.HeaderExtensions, ext.Uri) {
			continue
		}
		out = append(out, RtpHeaderExtensionParameters{
			Uri:        ext.Uri,
			Id:         ext.PreferredId,
			Encrypt:    ext.PreferredEncrypt,
			Parameters: CodecParameters{},
		})
	}
	return out
}

func hasHeaderExtension(list []RtpHeaderExtensionParameters, uri string) bool {
	return slices.ContainsFunc(list, func(ext RtpHeaderExtensionParameters) bool { return ext.Uri == uri })
}

// consumableEncodings hides how the producer's streams were told apart.
func consumableEncodings(
	encodings []RtpEncodingParameters, mapping []RtpEncodingMapping,
) ([]RtpEncodingParameters, error) {
	if len(mapping) < len(encodings) {
		return nil, invalid("%d of %d encodings are mapped", len(mapping), len(encodings))
	}
	out := make([]RtpEncodingParameters, 0, len(encodings))
	for i, encoding := range encodings {
		out = append(out, RtpEncodingParameters{
			Ssrc:            mapping[i].MappedSsrc,
			Dtx:             encoding.Dtx,
			ScalabilityMode: encoding.ScalabilityMode,
			MaxBitrate:      encoding.MaxBitrate,
		})
	}
	return out, nil
}
