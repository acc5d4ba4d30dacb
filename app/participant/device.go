package participant

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/webrtc/v4"

	"takoshome/sfu/ortc"
)

// codec is one of the router's that we can decode or send, under the router's
// payload type, which becomes our own.
type codec struct {
	capability ortc.RtpCodecCapability
	rtx        *ortc.RtpCodecCapability // nil where the router has none
}

// extensionIDs are the router's header extensions that we read or write, 0
// where it has none. Only identifiers of the one-byte form are used (RFC 8285
// section 4.2).
type extensionIDs struct {
	mid, rid, repairedRid, absSendTime, transportCC, audioLevel uint8
}

const maxOneByteID = 14

// device is what host and we have in common, as mediasoup-client's Device. It is
// immutable.
type device struct {
	codecs     []codec // in the router's order
	extensions extensionIDs
	// capabilities is what consume says of us.
	capabilities json.RawMessage
}

func newDevice(router ortc.RtpCapabilities) (*device, error) {
	d := &device{codecs: commonCodecs(router.Codecs)}
	kept := d.learnExtensions(router.HeaderExtensions)
	ours := ortc.RtpCapabilities{HeaderExtensions: kept, Codecs: []ortc.RtpCodecCapability{}}
	for _, c := range d.codecs {
		ours.Codecs = append(ours.Codecs, c.capability)
		if c.rtx != nil {
			ours.Codecs = append(ours.Codecs, *c.rtx)
		}
	}
	var err error
	if d.capabilities, err = json.Marshal(ours); err != nil {
		return nil, fmt.Errorf("write capabilities: %w", err)
	}
	return d, nil
}

// commonCodecs are those that we know, each with the RTX codec that repairs it.
func commonCodecs(router []ortc.RtpCodecCapability) []codec {
	var common []codec
	taken := map[uint8]bool{}
	for _, c := range router {
		if !isKnown(c) || !c.HasPreferredPayloadType() || taken[c.PreferredPayloadType] {
			continue
		}
		taken[c.PreferredPayloadType] = true
		one := codec{capability: withKnownFeedback(c)}
		if rtx, ok := rtxOf(router, c.PreferredPayloadType); ok && !taken[rtx.PreferredPayloadType] {
			taken[rtx.PreferredPayloadType] = true
			rtx = rtx.Clone()
			rtx.RtcpFeedback = []ortc.RtcpFeedback{}
			one.rtx = &rtx
		}
		common = append(common, one)
	}
	return common
}

// isKnown tells the codecs that playback can decode.
func isKnown(c ortc.RtpCodecCapability) bool {
	switch strings.ToLower(c.MimeType) {
	case "audio/opus":
		return c.ClockRate == 48000 && c.Channels == 2
	case "video/vp8":
		return c.ClockRate == 90000
	case "video/vp9":
		// Profile 2 has ten bits a colour.
		return c.ClockRate == 90000 && isAbsentOr(c.Parameters, "profile-id", 0)
	case "video/h264":
		return c.ClockRate == 90000 && isKnownH264(c.Parameters)
	}
	return false
}

// isKnownH264 tells the profiles of eight bits and 4:2:0: baseline, main and high
// (RFC 6184 section 8.1).
func isKnownH264(p ortc.CodecParameters) bool {
	id, given := p["profile-level-id"].(string)
	if !given {
		id = "42e01f" // as WebRTC takes its absence
	}
	if _, err := strconv.ParseUint(id, 16, 32); err != nil || len(id) != 6 {
		return false
	}
	profile := strings.ToLower(id[:2])
	return (profile == "42" || profile == "4d" || profile == "64") &&
		(isAbsentOr(p, "packetization-mode", 0) || isAbsentOr(p, "packetization-mode", 1))
}

// isAbsentOr says whether a parameter is n, for which its absence stands too.
func isAbsentOr(p ortc.CodecParameters, name string, n float64) bool {
	switch value := p[name].(type) {
	case nil:
		return true
	case float64:
		return value == n
	case string:
		return value == strconv.FormatFloat(n, 'f', -1, 64)
	}
	return false
}

func rtxOf(router []ortc.RtpCodecCapability, payloadType uint8) (ortc.RtpCodecCapability, bool) {
	for _, c := range router {
		apt, ok := c.Parameters.Number("apt")
		if c.IsRtx() && ok && apt == float64(payloadType) && c.HasPreferredPayloadType() {
			return c, true
		}
	}
	return ortc.RtpCodecCapability{}, false
}

func withKnownFeedback(c ortc.RtpCodecCapability) ortc.RtpCodecCapability {
	c = c.Clone()
	c.RtcpFeedback = slices.DeleteFunc(c.RtcpFeedback, func(f ortc.RtcpFeedback) bool {
		switch f.Type + " " + f.Parameter {
		case "nack ", "nack pli", "ccm fir", "transport-cc ", "goog-remb ":
			return false
		}
		return true
	})
	return c
}

// learnExtensions takes those of the router's that we know, and returns what we
// say of ourselves. One ID stands for one extension in a transport (RFC 9143
// section 10): where two would share it, the first has it.
func (d *device) learnExtensions(router []ortc.RtpHeaderExtension) []ortc.RtpHeaderExtension {
	ids := map[string]*uint8{
		ortc.UriMid:         &d.extensions.mid,
		ortc.UriRid:         &d.extensions.rid,
		ortc.UriRepairedRid: &d.extensions.repairedRid,
		ortc.UriAbsSendTime: &d.extensions.absSendTime,
		ortc.UriTransportCC: &d.extensions.transportCC,
		ortc.UriAudioLevel:  &d.extensions.audioLevel,
	}
	owner := map[uint8]string{}
	kept := []ortc.RtpHeaderExtension{}
	for _, ext := range router {
		id, known := ids[ext.Uri]
		if !known || ext.PreferredId == 0 || ext.PreferredId > maxOneByteID || ext.PreferredEncrypt {
			continue
		}
		if uri, taken := owner[ext.PreferredId]; (taken && uri != ext.Uri) || (*id != 0 && *id != ext.PreferredId) {
			continue
		}
		owner[ext.PreferredId] = ext.Uri
		*id = ext.PreferredId
		// What we send of them the router need not send us, and the other way round.
		ext.Direction = ortc.DirectionSendRecv
		kept = append(kept, ext)
	}
	return kept
}

// find is the codec of a MIME type that we send, nil if the host has none.
func (d *device) find(mimeType string) *codec {
	for i := range d.codecs {
		if strings.EqualFold(d.codecs[i].capability.MimeType, mimeType) {
			return &d.codecs[i]
		}
	}
	return nil
}

// toSend is the codec for a kind that our encoders make.
func (d *device) toSend(kind string) *codec {
	if kind == kindAudio {
		return d.find(webrtc.MimeTypeOpus)
	}
	return d.find(webrtc.MimeTypeVP8)
}

// received is what a consumer's parameters say of its stream.
type received struct {
	payloadType, rtxPayloadType uint8
	ssrc, rtxSsrc               uint32
	codec                       *codec
}

// receive checks the parameters of a consumer against what we asked for.
func (d *device) receive(text json.RawMessage) (received, error) {
	var p ortc.RtpParameters
	if err := json.Unmarshal(text, &p); err != nil {
		return received{}, fmt.Errorf("%w: %w", errMessage, err)
	}
	if len(p.Codecs) == 0 || len(p.Encodings) == 0 || p.Encodings[0].Ssrc == 0 || p.Encodings[0].Ssrc >= parkedSsrc {
		return received{}, fmt.Errorf("%w: consumer without codec or SSRC", errMessage)
	}
	r := received{payloadType: p.Codecs[0].PayloadType, ssrc: p.Encodings[0].Ssrc}
	i := slices.IndexFunc(d.codecs, func(c codec) bool {
		return c.capability.PreferredPayloadType == r.payloadType &&
			strings.EqualFold(c.capability.MimeType, p.Codecs[0].MimeType)
	})
	if i < 0 {
		return received{}, fmt.Errorf("%w: consumer with %.32q, payload type %d", errMessage, p.Codecs[0].MimeType, r.payloadType)
	}
	r.codec = &d.codecs[i]
	if rtx := p.Encodings[0].Rtx; rtx != nil && r.codec.rtx != nil && rtx.Ssrc != 0 && rtx.Ssrc != r.ssrc {
		r.rtxPayloadType, r.rtxSsrc = r.codec.rtx.PreferredPayloadType, rtx.Ssrc
	}
	return r, nil
}

// kind is "audio" or "video".
func (c codec) kind() string { return string(c.capability.Kind) }

// rtcCodec is the codec in pion's words.
func (c codec) rtcCodec() webrtc.RTPCodecParameters {
	feedback := make([]webrtc.RTCPFeedback, 0, len(c.capability.RtcpFeedback))
	for _, f := range c.capability.RtcpFeedback {
		feedback = append(feedback, webrtc.RTCPFeedback{Type: f.Type, Parameter: f.Parameter})
	}
	return webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType:     c.mimeType(),
			ClockRate:    c.capability.ClockRate,
			Channels:     uint16(c.capability.Channels),
			SDPFmtpLine:  c.fmtp(),
			RTCPFeedback: feedback,
		},
		PayloadType: webrtc.PayloadType(c.capability.PreferredPayloadType),
	}
}

func (c codec) rtcRtx() webrtc.RTPCodecParameters {
	return webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType:    webrtc.MimeTypeRTX,
			ClockRate:   c.capability.ClockRate,
			SDPFmtpLine: "apt=" + strconv.Itoa(int(c.capability.PreferredPayloadType)),
		},
		PayloadType: webrtc.PayloadType(c.rtx.PreferredPayloadType),
	}
}

// mimeType is spelled as pion spells it.
func (c codec) mimeType() string {
	for _, known := range []string{webrtc.MimeTypeOpus, webrtc.MimeTypeVP8, webrtc.MimeTypeVP9, webrtc.MimeTypeH264} {
		if strings.EqualFold(known, c.capability.MimeType) {
			return known
		}
	}
	return c.capability.MimeType
}

// fmtp are the format parameters that tell codecs apart. No other of the host's
// words gets into a description.
func (c codec) fmtp() string {
	if c.kind() == kindAudio {
		return "minptime=10;useinbandfec=1;usedtx=1"
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(c.capability.Parameters)) {
		switch name {
		case "profile-id", "packetization-mode", "profile-level-id", "level-asymmetry-allowed":
			if value := plainValue(c.capability.Parameters[name]); value != "" {
				list = append(list, name+"="+value)
			}
		}
	}
	return strings.Join(list, ";")
}

// plainValue is a number or hexadecimal digits, else empty.
func plainValue(value any) string {
	switch v := value.(type) {
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		if _, err := strconv.ParseUint(v, 16, 64); err == nil && isDigits(v) {
			return v
		}
	}
	return ""
}

func isDigits(s string) bool {
	return strings.Trim(strings.ToLower(s), "0123456789abcdef") == ""
}
