package ortc

import (
	"fmt"
	"maps"
	"slices"
)

// GenerateRouterRtpCapabilities completes the codecs that a router shall offer:
// each gets feedback, a payload type unless it has one, and, if it is video, an
// RTX codec behind it.
func GenerateRouterRtpCapabilities(mediaCodecs []RtpCodecCapability) (RtpCapabilities, error) {
	if err := checkLength("codecs", len(mediaCodecs), maxCodecs); err != nil {
		return RtpCapabilities{}, err
	}
	b := routerBuilder{
		codecs:       make([]RtpCodecCapability, 0, 2*len(mediaCodecs)),
		payloadTypes: dynamicPayloadTypes(),
	}
	for i := range mediaCodecs {
		if err := b.add(mediaCodecs[i].Clone()); err != nil {
			return RtpCapabilities{}, fmt.Errorf("codec %d: %w", i, err)
		}
	}
	return RtpCapabilities{Codecs: b.codecs, HeaderExtensions: supportedHeaderExtensions()}, nil
}

// routerBuilder collects the router's codecs.
type routerBuilder struct {
	codecs       []RtpCodecCapability
	payloadTypes []uint8 // dynamic ones that are free, the next first
}

// dynamicPayloadTypes are those of RFC 3551 section 6, the lowest last, which
// browsers use for themselves.
func dynamicPayloadTypes() []uint8 {
	list := make([]uint8, 0, 32)
	for pt := uint8(100); pt <= maxPayloadType; pt++ {
		list = append(list, pt)
	}
	return append(list, 96, 97, 98, 99)
}

func (b *routerBuilder) add(media RtpCodecCapability) error {
	if err := validateCodecCapability(&media); err != nil {
		return err
	}
	codec, err := supportedCodec(media)
	if err != nil {
		return err
	}
	if err := b.assignPayloadType(&codec, media); err != nil {
		return err
	}
	maps.Copy(codec.Parameters, media.Parameters)
	b.codecs = append(b.codecs, codec)
	if codec.Kind != KindVideo {
		return nil
	}
	return b.addRtx(codec)
}

// supportedCodec returns the router's own form of a codec.
func supportedCodec(media RtpCodecCapability) (RtpCodecCapability, error) {
	for _, codec := range supportedCodecs() {
		if matchCodecs(media.view(), codec.view(), false) {
			return codec, nil
		}
	}
	return RtpCodecCapability{}, fmt.Errorf("%w: %q", ErrUnsupported, media.MimeType)
}

// assignPayloadType prefers the given one, then the codec's static one.
func (b *routerBuilder) assignPayloadType(codec *RtpCodecCapability, media RtpCodecCapability) error {
	switch {
	case media.HasPreferredPayloadType():
		*codec = static(media.PreferredPayloadType, *codec)
		b.payloadTypes = filter(b.payloadTypes, func(pt uint8) bool { return pt != media.PreferredPayloadType })
	case !codec.HasPreferredPayloadType():
		pt, err := b.nextPayloadType()
		if err != nil {
			return err
		}
		codec.PreferredPayloadType = pt
	}
	if slices.ContainsFunc(b.codecs, func(other RtpCodecCapability) bool {
		return other.PreferredPayloadType == codec.PreferredPayloadType
	}) {
		return invalid("payload type %d twice", codec.PreferredPayloadType)
	}
	return nil
}

func (b *routerBuilder) nextPayloadType() (uint8, error) {
	if len(b.payloadTypes) == 0 {
		return 0, ErrNoPayloadType
	}
	pt := b.payloadTypes[0]
	b.payloadTypes = b.payloadTypes[1:]
	return pt, nil
}

// addRtx adds the codec of a video codec's retransmissions (RFC 4588).
func (b *routerBuilder) addRtx(codec RtpCodecCapability) error {
	pt, err := b.nextPayloadType()
	if err != nil {
		return err
	}
	b.codecs = append(b.codecs, RtpCodecCapability{
		Kind:                 codec.Kind,
		MimeType:             "video/rtx",
		PreferredPayloadType: pt,
		ClockRate:            codec.ClockRate,
		Parameters:           CodecParameters{"apt": float64(codec.PreferredPayloadType)},
		RtcpFeedback:         []RtcpFeedback{},
	})
	return nil
}
