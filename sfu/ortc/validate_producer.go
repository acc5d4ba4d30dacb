package ortc

import "slices"

// ValidateProducerRtpParameters checks valid parameters for what makes them
// unfit to receive: mediasoup's worker refuses the same later on. It also
// refuses codecs of the other kind, which would let a video pass for audio.
func ValidateProducerRtpParameters(kind MediaKind, params RtpParameters) error {
	if err := checkProducerCodecs(kind, params.Codecs); err != nil {
		return err
	}
	if err := checkProducerHeaderExtensions(params.HeaderExtensions); err != nil {
		return err
	}
	return checkProducerEncodings(params)
}

func checkProducerCodecs(kind MediaKind, codecs []RtpCodecParameters) error {
	payloadTypes := make(map[uint8]bool, len(codecs)) // to whether it is media
	for _, codec := range codecs {
		if _, twice := payloadTypes[codec.PayloadType]; twice {
			return invalid("payload type %d twice", codec.PayloadType)
		}
		payloadTypes[codec.PayloadType] = !codec.IsRtx()
		if codecKind, err := kindOfMimeType(codec.MimeType); err != nil || codecKind != kind {
			return invalid("%q is not %s", codec.MimeType, kind)
		}
	}
	if !slices.ContainsFunc(codecs, func(codec RtpCodecParameters) bool { return !codec.IsRtx() }) {
		return invalid("no media codec")
	}
	return checkRtxCodecs(codecs, payloadTypes)
}

// checkRtxCodecs wants the apt of each RTX codec to name a media codec.
func checkRtxCodecs(codecs []RtpCodecParameters, payloadTypes map[uint8]bool) error {
	for _, codec := range codecs {
		if !codec.IsRtx() {
			continue
		}
		repairs := false
		for payloadType, media := range payloadTypes {
			repairs = repairs || media && codec.Parameters.aptIs(payloadType)
		}
		if !repairs {
			return invalid("rtx payload type %d repairs no media codec", codec.PayloadType)
		}
	}
	return nil
}

func checkProducerHeaderExtensions(list []RtpHeaderExtensionParameters) error {
	var seen [256]bool
	for _, ext := range list {
		// RFC 8285 section 4.2: 0 is padding.
		if ext.Id == 0 || seen[ext.Id] {
			return invalid("header extension id %d", ext.Id)
		}
		seen[ext.Id] = true
	}
	return nil
}

// checkProducerEncodings wants each stream to be recognizable: by SSRC or RID,
// or, if it is the only one, by MID.
func checkProducerEncodings(params RtpParameters) error {
	if len(params.Encodings) == 0 {
		return invalid("no encoding")
	}
	ssrcs := make(map[uint32]bool)
	rids := make(map[string]bool)
	simulcast := len(params.Encodings) > 1
	for _, encoding := range params.Encodings {
		if encoding.Ssrc == 0 && encoding.Rid == "" && (simulcast || params.Mid == "") {
			return invalid("encoding without ssrc and rid")
		}
		if simulcast && ParseScalabilityMode(encoding.ScalabilityMode).SpatialLayers > 1 {
			return invalid("simulcast with spatial layers")
		}
		if rid := encoding.Rid; rid != "" && rids[rid] {
			return invalid("rid %.16q twice", rid)
		}
		rids[encoding.Rid] = true
		if err := checkEncodingSsrcs(encoding, ssrcs); err != nil {
			return err
		}
		if err := checkEncodingCodec(encoding, params.Codecs); err != nil {
			return err
		}
	}
	return nil
}

func checkEncodingSsrcs(encoding RtpEncodingParameters, seen map[uint32]bool) error {
	ssrcs := []uint32{encoding.Ssrc}
	if encoding.Rtx != nil {
		ssrcs = append(ssrcs, encoding.Rtx.Ssrc)
	}
	for _, ssrc := range ssrcs {
		if ssrc != 0 && seen[ssrc] {
			return invalid("ssrc %d twice", ssrc)
		}
		seen[ssrc] = true
	}
	return nil
}

func checkEncodingCodec(encoding RtpEncodingParameters, codecs []RtpCodecParameters) error {
	if encoding.CodecPayloadType == nil {
		return nil
	}
	if !slices.ContainsFunc(codecs, func(codec RtpCodecParameters) bool {
		return codec.PayloadType == *encoding.CodecPayloadType && !codec.IsRtx()
	}) {
		return invalid("encoding names payload type %d", *encoding.CodecPayloadType)
	}
	return nil
}
