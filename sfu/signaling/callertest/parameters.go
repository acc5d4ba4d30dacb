package callertest

// TransportParameters are init's description of one transport.
type TransportParameters struct {
	ID             string         `json:"id"`
	IceParameters  IceParameters  `json:"iceParameters"`
	IceCandidates  []IceCandidate `json:"iceCandidates"`
	DtlsParameters DtlsParameters `json:"dtlsParameters"`
	SctpParameters map[string]any `json:"sctpParameters"`
	IceServers     []IceServer    `json:"iceServers"`
}

// IceParameters are the server's ICE credentials.
type IceParameters struct {
	UsernameFragment string `json:"usernameFragment"`
	Password         string `json:"password"`
	IceLite          bool   `json:"iceLite"`
}

// IceServer is a relay.
type IceServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username"`
	Credential string   `json:"credential"`
}

// IceCandidate is an address of the server.
type IceCandidate struct {
	Foundation string `json:"foundation"`
	Priority   uint32 `json:"priority"`
	Address    string `json:"address"`
	IP         string `json:"ip"`
	Protocol   string `json:"protocol"`
	Port       uint16 `json:"port"`
	Type       string `json:"type"`
	TcpType    string `json:"tcpType"`
}

// DtlsParameters are what an end announces of itself.
type DtlsParameters struct {
	Role         string        `json:"role"`
	Fingerprints []Fingerprint `json:"fingerprints"`
}

// Fingerprint is the hash of a certificate.
type Fingerprint struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"value"`
}

// Consumed is the server's answer to consume.
type Consumed struct {
	ConsumerID    string `json:"consumerId"`
	ProducerID    string `json:"producerId"`
	PeerID        string `json:"peerId"`
	Kind          string `json:"kind"`
	RtpParameters struct {
		Mid    string `json:"mid"`
		Codecs []struct {
			MimeType    string `json:"mimeType"`
			PayloadType uint8  `json:"payloadType"`
			ClockRate   uint32 `json:"clockRate"`
			Channels    uint8  `json:"channels"`
		} `json:"codecs"`
		Encodings []struct {
			SSRC uint32 `json:"ssrc"`
		} `json:"encodings"`
		Rtcp struct {
			Cname string `json:"cname"`
		} `json:"rtcp"`
	} `json:"rtpParameters"`
}

// Payload types of the client's own choice, as Chromium's.
const (
	vp8PayloadType  = 96
	rtxPayloadType  = 97
	opusPayloadType = 111
)

// Identifiers of header extensions.
const (
	midID   = 4
	levelID = 10
)

// ProduceRequest is a produce message as mediasoup-client makes it, of VP8 or
// Opus.
func ProduceRequest(kind, mid string, ssrc uint32) map[string]any {
	codecs, encoding := vp8Codecs(), map[string]any{
		"ssrc": ssrc, "dtx": false, "rtx": map[string]any{"ssrc": ssrc + 1},
	}
	if kind == "audio" {
		codecs, encoding = opusCodecs(), map[string]any{"ssrc": ssrc, "dtx": false}
	}
	return map[string]any{"type": "produce", "kind": kind, "rtpParameters": map[string]any{
		"mid": mid, "codecs": codecs, "encodings": []any{encoding},
		"headerExtensions": []any{
			map[string]any{
				"uri": "urn:ietf:params:rtp-hdrext:sdes:mid", "id": midID, "encrypt": false, "parameters": map[string]any{},
			},
			map[string]any{
				"uri": "urn:ietf:params:rtp-hdrext:ssrc-audio-level", "id": levelID, "encrypt": false, "parameters": map[string]any{},
			},
		},
		"rtcp": map[string]any{"cname": "callertest", "reducedSize": true},
	}}
}

func vp8Codecs() []any {
	return []any{map[string]any{
		"mimeType": "video/VP8", "payloadType": vp8PayloadType, "clockRate": 90000, "parameters": map[string]any{},
		"rtcpFeedback": []any{
			map[string]any{"type": "nack", "parameter": ""},
			map[string]any{"type": "nack", "parameter": "pli"},
			map[string]any{"type": "ccm", "parameter": "fir"},
		},
	}, map[string]any{
		"mimeType": "video/rtx", "payloadType": rtxPayloadType, "clockRate": 90000,
		"parameters": map[string]any{"apt": vp8PayloadType}, "rtcpFeedback": []any{},
	}}
}

func opusCodecs() []any {
	return []any{map[string]any{
		"mimeType": "audio/opus", "payloadType": opusPayloadType, "clockRate": 48000, "channels": 2,
		"parameters": map[string]any{"minptime": 10, "useinbandfec": 1}, "rtcpFeedback": []any{},
	}}
}
