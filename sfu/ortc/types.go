package ortc

// MediaKind tells audio from video.
type MediaKind string

// The two kinds of media.
const (
	KindAudio MediaKind = "audio"
	KindVideo MediaKind = "video"
)

// Directions of a header extension, seen from the router: DirectionRecvOnly
// is one that is read from producers and never sent to consumers.
const (
	DirectionSendRecv = "sendrecv"
	DirectionSendOnly = "sendonly"
	DirectionRecvOnly = "recvonly"
	DirectionInactive = "inactive"
)

// RtpCapabilities says what a router or an endpoint can receive.
type RtpCapabilities struct {
	Codecs           []RtpCodecCapability `json:"codecs"`
	HeaderExtensions []RtpHeaderExtension `json:"headerExtensions"`
}

// RtpCodecCapability is one media or RTX codec of RtpCapabilities.
type RtpCodecCapability struct {
	Kind     MediaKind `json:"kind"`
	MimeType string    `json:"mimeType"`
	// PreferredPayloadType 0 means that none is preferred, unless it came as
	// an explicit 0 from JSON or belongs to a static payload type (RFC 3551
	// section 6); HasPreferredPayloadType tells the two apart.
	PreferredPayloadType uint8           `json:"preferredPayloadType"`
	ClockRate            uint32          `json:"clockRate"`
	Channels             uint8           `json:"channels,omitempty"`
	Parameters           CodecParameters `json:"parameters"`
	RtcpFeedback         []RtcpFeedback  `json:"rtcpFeedback"`

	zeroPayloadType bool // PreferredPayloadType is 0 and meant
}

// HasPreferredPayloadType reports whether a payload type is given.
func (c RtpCodecCapability) HasPreferredPayloadType() bool {
	return c.PreferredPayloadType != 0 || c.zeroPayloadType
}

// CodecParameters are the format parameters (SDP's fmtp) of a codec or header
// extension. After validation every value is a string or a float64.
type CodecParameters map[string]any

// RtcpFeedback is a feedback message that a codec takes (RFC 4585 section 4.2).
type RtcpFeedback struct {
	Type      string `json:"type"`
	Parameter string `json:"parameter"`
}

// RtpHeaderExtension is one header extension of RtpCapabilities.
type RtpHeaderExtension struct {
	Kind             MediaKind `json:"kind"`
	Uri              string    `json:"uri"`
	PreferredId      uint8     `json:"preferredId"`
	PreferredEncrypt bool      `json:"preferredEncrypt"`
	Direction        string    `json:"direction"`
}

// RtpParameters describe the media that a producer sends or a consumer gets.
type RtpParameters struct {
	Mid              string                         `json:"mid,omitempty"`
	Codecs           []RtpCodecParameters           `json:"codecs"`
	HeaderExtensions []RtpHeaderExtensionParameters `json:"headerExtensions"`
	Encodings        []RtpEncodingParameters        `json:"encodings"`
	Rtcp             RtcpParameters                 `json:"rtcp"`
	Msid             string                         `json:"msid,omitempty"`
}

// RtpCodecParameters is one media or RTX codec in use.
type RtpCodecParameters struct {
	MimeType     string          `json:"mimeType"`
	PayloadType  uint8           `json:"payloadType"`
	ClockRate    uint32          `json:"clockRate"`
	Channels     uint8           `json:"channels,omitempty"`
	Parameters   CodecParameters `json:"parameters"`
	RtcpFeedback []RtcpFeedback  `json:"rtcpFeedback"`
}

// RtpHeaderExtensionParameters is one header extension in use (RFC 8285).
type RtpHeaderExtensionParameters struct {
	Uri        string          `json:"uri"`
	Id         uint8           `json:"id"`
	Encrypt    bool            `json:"encrypt"`
	Parameters CodecParameters `json:"parameters"`
}

// RtpEncodingParameters is one RTP stream: simulcast has several. Fields of
// the browser's encodings that mediasoup does not name are not kept.
type RtpEncodingParameters struct {
	Ssrc             uint32         `json:"ssrc,omitempty"` // 0: not known yet
	Rid              string         `json:"rid,omitempty"`
	CodecPayloadType *uint8         `json:"codecPayloadType,omitempty"`
	Rtx              *RtxParameters `json:"rtx,omitempty"`
	Dtx              bool           `json:"dtx,omitempty"`
	ScalabilityMode  string         `json:"scalabilityMode,omitempty"`
	MaxBitrate       uint32         `json:"maxBitrate,omitempty"` // bit/s, 0: no limit
}

// RtxParameters is the retransmission stream of an encoding (RFC 4588).
type RtxParameters struct {
	Ssrc uint32 `json:"ssrc"`
}

// RtcpParameters are the RTCP settings of RtpParameters.
type RtcpParameters struct {
	Cname       string `json:"cname,omitempty"`
	ReducedSize *bool  `json:"reducedSize,omitempty"`
}

// RtpMapping translates what a producer sends into the router's values.
type RtpMapping struct {
	Codecs    []RtpCodecMapping    `json:"codecs"`
	Encodings []RtpEncodingMapping `json:"encodings"`
}

// RtpCodecMapping translates a payload type.
type RtpCodecMapping struct {
	PayloadType       uint8 `json:"payloadType"`
	MappedPayloadType uint8 `json:"mappedPayloadType"`
}

// RtpEncodingMapping gives an encoding the SSRC by which the router knows it.
type RtpEncodingMapping struct {
	Ssrc            uint32 `json:"ssrc,omitempty"`
	Rid             string `json:"rid,omitempty"`
	ScalabilityMode string `json:"scalabilityMode,omitempty"`
	MappedSsrc      uint32 `json:"mappedSsrc"`
}

// ScalabilityMode is the layering of one encoding, such as L3T3_KEY.
type ScalabilityMode struct {
	SpatialLayers  uint8
	TemporalLayers uint8
	Ksvc           bool
}
