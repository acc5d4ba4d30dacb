package ortc

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// generator makes JSON that resembles what endpoints send, valid or not.
type generator struct{ *rand.Rand }

func (g *generator) chance(oneIn int) bool { return g.IntN(oneIn) == 0 }

func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

// some makes up to most elements.
func some(g *generator, most int, element func() any) []any {
	list := []any{}
	for range g.IntN(most + 1) {
		list = append(list, element())
	}
	return list
}

// maybe sets a field in one of oneIn cases.
func (g *generator) maybe(object map[string]any, oneIn int, field string, value any) {
	if g.chance(oneIn) {
		object[field] = value
	}
}

// mimeType picks a codec, most of them supported.
func (g *generator) mimeType() string {
	mimeType := pick(g,
		"audio/opus", "audio/multiopus", "audio/PCMU", "audio/PCMA", "audio/G722", "audio/ISAC",
		"audio/iLBC", "audio/SILK", "audio/CN", "audio/telephone-event", "video/VP8", "video/VP9",
		"video/H264", "video/H264", "video/AV1", "video/rtx", "video/H265", "audio/red", "video/ulpfec")
	if g.chance(8) {
		mimeType = pick(g, strings.ToUpper(mimeType), strings.ToLower(mimeType), mimeType+"x",
			mimeType+"\n", strings.Replace(mimeType, "/", "/\n", 1), "text/rtx", "video/", "x/"+mimeType,
			"video", "audio/rtx", "video/x/rtx", "video/\u2028x", "video//rtx", "video/rtx/rtx", "video/x\n/rtx")
	}
	return mimeType
}

// format makes the fields that capabilities and parameters of a codec share.
func (g *generator) format() map[string]any {
	mimeType := g.mimeType()
	codec := map[string]any{"mimeType": mimeType, "clockRate": 90000, "rtcpFeedback": g.feedback()}
	lower := strings.ToLower(mimeType)
	if strings.HasPrefix(lower, "audio") {
		codec["clockRate"] = pick(g, 8000, 16000, 48000, 48000)
		g.maybe(codec, 2, "channels", pick[any](g, 1, 2, 4, 6, 8, "2", nil))
	}
	if strings.Contains(lower, "opus") {
		codec["clockRate"] = 48000
		codec["channels"] = pick(g, 2, 2, 4, 6, 8)
	}
	g.maybe(codec, 8, "channels", 2)
	g.maybe(codec, 20, "clockRate", pick(g, 0, 44100, 90000))
	codec["parameters"] = g.codecParameters(lower)
	if g.chance(8) {
		codec["parameters"] = pick[any](g, nil, "x", 1, true, map[string]any{})
	}
	return codec
}

func (g *generator) codecParameters(mimeType string) map[string]any {
	params := map[string]any{}
	g.maybe(params, 4, "x-google-start-bitrate", 1000)
	g.maybe(params, 20, "apt", pick[any](g, 100, 101, 102, "100", nil))
	switch {
	case strings.HasPrefix(mimeType, "video/h264"):
		g.h264Parameters(params)
	case strings.HasPrefix(mimeType, "video/vp9"):
		g.maybe(params, 2, "profile-id", pick[any](g, 0, 0, 1, 2, 2, "0", "2", ""))
	case strings.HasPrefix(mimeType, "video/av1"):
		g.maybe(params, 2, "profile", pick(g, 0, 1))
	case strings.HasPrefix(mimeType, "audio/multiopus"):
		g.maybe(params, 1, "num_streams", pick[any](g, 2, 4, 5, "4"))
		g.maybe(params, 1, "coupled_streams", pick(g, 2, 2, 3))
		g.maybe(params, 2, "channel_mapping", "0,4,1,2,3,5")
	case strings.HasSuffix(mimeType, "/rtx"):
		params["apt"] = 96 + g.IntN(12)
	}
	return params
}

func (g *generator) h264Parameters(params map[string]any) {
	g.maybe(params, 2, "packetization-mode", pick[any](g, 0, 1, 1, 1, "1", ""))
	g.maybe(params, 2, "level-asymmetry-allowed", pick[any](g, 0, 1, 1, 1, "1", "true"))
	if g.chance(4) {
		return
	}
	params["profile-level-id"] = pick[any](g,
		"42e01f", "42E01F", "42001f", "4d0032", "4d001f", "4D8028", "640032", "64001f", "640c1f", "f4001f",
		"42f00b", "42100b", "42e00b", "42e00a", "4d100b", "58c01f", "58801f", "640c34", "42e034",
		"000000", "42e01", "42e01ff", "zzzzzz", "42e0zz", "64001g", "420001", 420029, 0, "")
	if g.chance(3) {
		params["profile-level-id"] = fmt.Sprintf("%s%02x%02x",
			pick(g, "42", "4d", "58", "64", "f4"), g.IntN(256), pick(g, 10, 11, 12, 13, 20, 31, 40, 52, 9, 53))
	}
}

func (g *generator) feedback() []any {
	return some(g, 5, func() any {
		fb := map[string]any{"type": pick(g, "nack", "nack", "ccm", "goog-remb", "transport-cc", "foo")}
		g.maybe(fb, 2, "parameter", pick[any](g, "pli", "fir", "", "rpsi", nil, 1))
		return fb
	})
}

func (g *generator) uri() string {
	return pick(g, UriMid, UriRid, UriRepairedRid, UriAbsSendTime, UriTransportCC, UriAudioLevel,
		UriDependencyDescriptor, UriVideoOrientation, UriTimeOffset, UriAbsCaptureTime, UriPlayoutDelay,
		UriPacketId, "urn:x")
}

// codecCapability is an endpoint's or a media codec for a router.
func (g *generator) codecCapability() any {
	codec := g.format()
	g.maybe(codec, 3, "kind", pick(g, "audio", "video", "x"))
	g.maybe(codec, 4, "preferredPayloadType", pick[any](g, 0, 96, 97, 100, 101, 102, 111, 127, nil, "", false))
	return codec
}

func (g *generator) headerExtension() any {
	ext := map[string]any{"kind": pick(g, "audio", "video"), "uri": g.uri(), "preferredId": g.IntN(16)}
	g.maybe(ext, 2, "preferredEncrypt", g.chance(2))
	g.maybe(ext, 2, "direction", pick(g, "sendrecv", "sendonly", "recvonly", "inactive", "x"))
	return ext
}

func (g *generator) capabilities() any {
	caps := map[string]any{}
	g.maybe(caps, 1, "codecs", some(g, 6, g.codecCapability))
	g.maybe(caps, 1, "headerExtensions", some(g, 6, g.headerExtension))
	return caps
}

// mediaCodecs are a router's, as a careless host might configure them. A spoilt
// one stands alone, since the two sides find it at different times.
func (g *generator) mediaCodecs() any {
	if g.chance(3) {
		return []any{g.spoilAt(g.codecCapability(), "codecs[]")}
	}
	return some(g, 3, g.codecCapability)
}

// routerCodecs are mostly such as make a router, sometimes too many.
func (g *generator) routerCodecs() any {
	if g.chance(8) {
		return slices.Repeat([]any{map[string]any{"mimeType": "video/VP8", "clockRate": 90000}}, 14+g.IntN(6))
	}
	codecs := []any{}
	for _, codec := range DefaultMediaCodecs() {
		if g.chance(5) {
			continue
		}
		params := map[string]any(codec.Parameters)
		if codec.MimeType == "video/H264" && g.chance(2) {
			g.h264Parameters(params)
		}
		object := map[string]any{"mimeType": codec.MimeType, "clockRate": codec.ClockRate, "parameters": params}
		if codec.Channels > 0 {
			object["channels"] = codec.Channels
		}
		g.maybe(object, 12, "preferredPayloadType", 96+g.IntN(32))
		codecs = append(codecs, object)
	}
	if g.chance(3) {
		codecs = append(codecs, map[string]any{"mimeType": "audio/PCMU", "clockRate": 8000})
	}
	g.Shuffle(len(codecs), func(i, j int) { codecs[i], codecs[j] = codecs[j], codecs[i] })
	return codecs
}

func (g *generator) scalabilityMode() string {
	return pick(g, "", "L1T1", "L1T2", "L1T3", "L3T3_KEY", "S3T3", "L10T12", "L0T1", "L3", "LT", "T3", "L3T3h_KEY",
		"L123T1", "L1T123", "l1t1", "XL1T1", "L2T0", "L2T3_KEY_SHIFT", "L", "S9T9_KE", "L01T1", "L1T02") + pick(g, "", "", "", "x")
}

func (g *generator) encoding() any {
	encoding := map[string]any{}
	g.maybe(encoding, 2, "ssrc", 1+g.Uint32N(1<<31))
	g.maybe(encoding, 3, "rid", pick(g, "r0", "r1", "r2"))
	g.maybe(encoding, 3, "rtx", map[string]any{"ssrc": g.Uint32()})
	g.maybe(encoding, 3, "dtx", pick[any](g, true, false, "x", 1))
	g.maybe(encoding, 2, "scalabilityMode", g.scalabilityMode())
	g.maybe(encoding, 2, "maxBitrate", g.IntN(5_000_000))
	g.maybe(encoding, 6, "codecPayloadType", 96+g.IntN(8))
	g.maybe(encoding, 3, "active", true)
	return encoding
}

func (g *generator) headerExtensionParameters() any {
	ext := map[string]any{"uri": g.uri(), "id": g.IntN(16)}
	g.maybe(ext, 2, "encrypt", g.chance(2))
	g.maybe(ext, 3, "parameters", pick[any](g, map[string]any{}, map[string]any{"a": 1, "apt": "b"}, nil, "x"))
	return ext
}

// wrap adds everything but the codecs to RtpParameters.
func (g *generator) wrap(codecs []any) map[string]any {
	params := map[string]any{
		"codecs":           codecs,
		"headerExtensions": some(g, 5, g.headerExtensionParameters),
		"encodings":        some(g, 4, g.encoding),
	}
	g.maybe(params, 2, "mid", pick(g, "0", "1", ""))
	g.maybe(params, 2, "msid", "stream track")
	rtcp := map[string]any{}
	g.maybe(rtcp, 2, "cname", pick(g, "cname", ""))
	g.maybe(rtcp, 2, "reducedSize", g.chance(2))
	g.maybe(params, 2, "rtcp", rtcp)
	return params
}

// parameters have nothing to do with a router.
func (g *generator) parameters() any {
	return g.wrap(some(g, 4, func() any {
		codec := g.format()
		codec["payloadType"] = 96 + g.IntN(12)
		return codec
	}))
}

// producible makes parameters of the router's codecs under other payload types.
func (g *generator) producible(router map[string]any) any {
	codecs := []any{}
	payloadTypes := map[any]any{}
	for i, element := range router["codecs"].([]any) {
		codec := maps.Clone(element.(map[string]any))
		params := maps.Clone(codec["parameters"].(map[string]any))
		apt, rtx := params["apt"]
		if associated, known := payloadTypes[apt]; rtx && (!known || g.chance(6)) {
			continue
		} else if rtx {
			params["apt"] = associated
		} else if g.chance(3) {
			continue
		}
		if _, h264 := params["profile-level-id"]; h264 && g.chance(2) {
			g.h264Parameters(params)
		}
		g.maybe(params, 60, "apt", 40)
		codec["parameters"], codec["payloadType"] = params, 40+i
		payloadTypes[codec["preferredPayloadType"]] = 40 + i
		delete(codec, "preferredPayloadType")
		delete(codec, "kind")
		codecs = append(codecs, codec)
	}
	return g.wrap(codecs)
}

func (g *generator) production(router map[string]any, params any) map[string]any {
	return map[string]any{"kind": pick(g, "audio", "video"), "params": params, "caps": router}
}

// receiver makes an endpoint's capabilities out of the router's.
func (g *generator) receiver(router map[string]any) any {
	codecs := []any{}
	for _, element := range router["codecs"].([]any) {
		if g.chance(4) {
			continue
		}
		codec := maps.Clone(element.(map[string]any))
		if g.chance(3) {
			codec["rtcpFeedback"] = g.feedback()
		}
		if params := maps.Clone(codec["parameters"].(map[string]any)); params["profile-level-id"] != nil && g.chance(3) {
			g.h264Parameters(params)
			codec["parameters"] = params
		}
		codecs = append(codecs, codec)
	}
	extensions := []any{}
	for _, element := range router["headerExtensions"].([]any) {
		ext := maps.Clone(element.(map[string]any))
		g.maybe(ext, 8, "preferredId", 1+g.IntN(12))
		if !g.chance(3) {
			extensions = append(extensions, ext)
		}
	}
	return map[string]any{"codecs": codecs, "headerExtensions": extensions}
}
