package ortc

import (
	"fmt"
	"slices"
)

// CanConsume reports whether an endpoint with these capabilities can receive
// one of the producer's media codecs. It fails if the capabilities are invalid.
func CanConsume(consumable RtpParameters, caps RtpCapabilities) (bool, error) {
	caps = caps.Clone()
	if err := ValidateRtpCapabilities(&caps); err != nil {
		return false, err
	}
	first := slices.IndexFunc(consumable.Codecs, func(codec RtpCodecParameters) bool {
		_, ok := findCapability(caps.Codecs, codec.view())
		return ok
	})
	return first >= 0 && !consumable.Codecs[first].IsRtx(), nil
}

// GetConsumerRtpParameters reduces what can be consumed to what one endpoint
// takes: codecs, feedback and header extensions that it has too, and a single
// encoding, with RTX if enableRtx and the endpoint has it. It fails with
// ErrUnsupported if no media codec is left.
func GetConsumerRtpParameters(
	consumable RtpParameters, remoteCaps RtpCapabilities, enableRtx bool,
) (RtpParameters, error) {
	remoteCaps = remoteCaps.Clone()
	if err := ValidateRtpCapabilities(&remoteCaps); err != nil {
		return RtpParameters{}, err
	}
	codecs := withoutStrayRtx(consumerCodecs(consumable.Codecs, remoteCaps.Codecs, enableRtx))
	if len(codecs) == 0 || codecs[0].IsRtx() {
		return RtpParameters{}, fmt.Errorf("%w: no codec in common", ErrUnsupported)
	}
	extensions := consumerHeaderExtensions(consumable.HeaderExtensions, remoteCaps.HeaderExtensions)
	reduceBandwidthFeedback(codecs, extensions)
	rtx := slices.ContainsFunc(codecs, RtpCodecParameters.IsRtx)
	return RtpParameters{
		Codecs:           codecs,
		HeaderExtensions: extensions,
		Encodings:        []RtpEncodingParameters{consumerEncoding(consumable.Encodings, rtx)},
		Rtcp:             consumable.Rtcp.clone(),
		Msid:             consumable.Msid,
	}, nil
}

// consumerCodecs keeps the codecs that the endpoint has, with its feedback;
// without RTX there is nothing to answer a NACK with.
func consumerCodecs(
	codecs []RtpCodecParameters, caps []RtpCodecCapability, enableRtx bool,
) []RtpCodecParameters {
	out := make([]RtpCodecParameters, 0, len(codecs))
	for _, codec := range codecs {
		if codec.IsRtx() && !enableRtx {
			continue
		}
		capability, ok := findCapability(caps, codec.view())
		if !ok {
			continue
		}
		codec.Parameters = codec.Parameters.clone()
		codec.RtcpFeedback = filter(capability.RtcpFeedback, func(fb RtcpFeedback) bool {
			return enableRtx || fb.Type != "nack" || fb.Parameter != ""
		})
		out = append(out, codec)
	}
	return out
}

// withoutStrayRtx removes RTX codecs whose media codec is gone. As in
// mediasoup, it looks from the end, so that one that names another RTX codec
// stays while that is there.
func withoutStrayRtx(codecs []RtpCodecParameters) []RtpCodecParameters {
	for i := len(codecs) - 1; i >= 0; i-- {
		if codecs[i].IsRtx() && !repairsOneOf(codecs[i], codecs) {
			codecs = slices.Delete(codecs, i, i+1)
		}
	}
	return codecs
}

func repairsOneOf(rtx RtpCodecParameters, codecs []RtpCodecParameters) bool {
	return slices.ContainsFunc(codecs, func(codec RtpCodecParameters) bool {
		return rtx.Parameters.aptIs(codec.PayloadType)
	})
}

// consumerHeaderExtensions keeps those that the endpoint knows by the same id.
func consumerHeaderExtensions(
	list []RtpHeaderExtensionParameters, caps []RtpHeaderExtension,
) []RtpHeaderExtensionParameters {
	return cloneEach(filter(list, func(ext RtpHeaderExtensionParameters) bool {
		return slices.ContainsFunc(caps, func(capability RtpHeaderExtension) bool {
			return capability.PreferredId == ext.Id && capability.Uri == ext.Uri
		})
	}), RtpHeaderExtensionParameters.clone)
}

// reduceBandwidthFeedback leaves one way to estimate bandwidth: transport-cc if
// its header extension is sent, else REMB with abs-send-time, else none.
func reduceBandwidthFeedback(codecs []RtpCodecParameters, extensions []RtpHeaderExtensionParameters) {
	transportCC := hasHeaderExtension(extensions, UriTransportCC)
	remb := !transportCC && hasHeaderExtension(extensions, UriAbsSendTime)
	for i := range codecs {
		codecs[i].RtcpFeedback = filter(codecs[i].RtcpFeedback, func(fb RtcpFeedback) bool {
			switch fb.Type {
			case "transport-cc":
				return transportCC
			case "goog-remb":
				return remb
			}
			return true
		})
	}
}

// consumerEncoding is the one stream that a consumer sends, whatever the number
// of the producer's. Its scalability mode counts simulcast streams as spatial
// layers, and all are taken to have as many temporal layers as the first.
func consumerEncoding(encodings []RtpEncodingParameters, rtx bool) RtpEncodingParameters {
	encoding := RtpEncodingParameters{Ssrc: randomSsrc()}
	if rtx {
		encoding.Rtx = &RtxParameters{Ssrc: encoding.Ssrc + 1}
	}
	for _, consumable := range encodings {
		if encoding.ScalabilityMode == "" {
			encoding.ScalabilityMode = consumable.ScalabilityMode
		}
		encoding.MaxBitrate = max(encoding.MaxBitrate, consumable.MaxBitrate)
	}
	if len(encodings) > 1 {
		temporal := ParseScalabilityMode(encoding.ScalabilityMode).TemporalLayers
		encoding.ScalabilityMode = fmt.Sprintf("L%dT%d", len(encodings), temporal)
	}
	return encoding
}
