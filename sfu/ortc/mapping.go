package ortc

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"
)

// GetProducerRtpParametersMapping maps a producer's payload types and encodings
// to the router's. It fails with ErrUnsupported on a codec that the router does
// not offer.
//
// Like mediasoup it stores the profile-level-id agreed upon in params.Codecs,
// whose elements the caller sees change: an H264 codec gets new Parameters.
func GetProducerRtpParametersMapping(params RtpParameters, caps RtpCapabilities) (RtpMapping, error) {
	matched, err := matchMediaCodecs(params.Codecs, caps.Codecs)
	if err != nil {
		return RtpMapping{}, err
	}
	if err := matchRtxCodecs(params.Codecs, caps.Codecs, matched); err != nil {
		return RtpMapping{}, err
	}
	return RtpMapping{
		Codecs:    mapCodecs(params.Codecs, matched),
		Encodings: mapEncodings(params.Encodings),
	}, nil
}

// matchMediaCodecs returns, for the index of each codec that is not RTX, the
// router's payload type.
func matchMediaCodecs(codecs []RtpCodecParameters, caps []RtpCodecCapability) (map[int]uint8, error) {
	matched := make(map[int]uint8, len(codecs))
	for i := range codecs {
		codec := &codecs[i]
		if codec.IsRtx() {
			continue
		}
		capability, ok := findCapability(caps, codec.view())
		if !ok {
			return nil, fmt.Errorf("%w: %q, payload type %d", ErrUnsupported, codec.MimeType, codec.PayloadType)
		}
		matched[i] = capability.PreferredPayloadType
		if lowerASCII(codec.MimeType) == "video/h264" {
			setProfileLevelId(codec, answerH264(codec.Parameters, capability.Parameters))
		}
	}
	return matched, nil
}

// setProfileLevelId replaces the parameters instead of changing them, since the
// map may be shared.
func setProfileLevelId(codec *RtpCodecParameters, id string) {
	codec.Parameters = codec.Parameters.clone()
	if id == "" {
		delete(codec.Parameters, "profile-level-id")
		return
	}
	codec.Parameters["profile-level-id"] = id
}

// matchRtxCodecs adds the RTX codecs to matched, each found through the media
// codec that its apt names.
func matchRtxCodecs(codecs []RtpCodecParameters, caps []RtpCodecCapability, matched map[int]uint8) error {
	for i, codec := range codecs {
		if !codec.IsRtx() {
			continue
		}
		media := slices.IndexFunc(codecs, func(other RtpCodecParameters) bool {
			return codec.Parameters.aptIs(other.PayloadType)
		})
		if media < 0 {
			return invalid("rtx payload type %d repairs no codec", codec.PayloadType)
		}
		mediaType, ok := matched[media]
		if !ok {
			return invalid("rtx payload type %d repairs rtx", codec.PayloadType)
		}
		capability, ok := findRtxCapability(caps, mediaType)
		if !ok {
			return fmt.Errorf("%w: no rtx for payload type %d", ErrUnsupported, mediaType)
		}
		matched[i] = capability.PreferredPayloadType
	}
	return nil
}

// mapCodecs lists media codecs first, then RTX codecs.
func mapCodecs(codecs []RtpCodecParameters, matched map[int]uint8) []RtpCodecMapping {
	out := make([]RtpCodecMapping, 0, len(codecs))
	for _, rtx := range []bool{false, true} {
		for i, codec := range codecs {
			if codec.IsRtx() == rtx {
				out = append(out, RtpCodecMapping{PayloadType: codec.PayloadType, MappedPayloadType: matched[i]})
			}
		}
	}
	return out
}

// mapEncodings gives the encodings SSRCs in sequence from a random one.
func mapEncodings(encodings []RtpEncodingParameters) []RtpEncodingMapping {
	ssrc := randomSsrc()
	out := make([]RtpEncodingMapping, 0, len(encodings))
	for i, encoding := range encodings {
		out = append(out, RtpEncodingMapping{
			Ssrc:            encoding.Ssrc,
			Rid:             encoding.Rid,
			ScalabilityMode: encoding.ScalabilityMode,
			MappedSsrc:      ssrc + uint32(i),
		})
	}
	return out
}

// randomSsrc returns nine decimal digits, as mediasoup's SSRCs have; it leaves
// room above for SSRCs in sequence.
func randomSsrc() uint32 {
	const lowest, highest = 100_000_000, 999_999_999
	var b [4]byte
	rand.Read(b[:])
	return lowest + binary.BigEndian.Uint32(b[:])%(highest-lowest)
}
