package loadtest

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strings"
)

const (
	kindAudio = "audio"
	kindVideo = "video"

	uriMid         = "urn:ietf:params:rtp-hdrext:sdes:mid"
	uriAbsSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
	uriTransportCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

	maxMessageBytes = 1 << 20
)

// lenient is a value that the specification types as string: JSON in a string,
// or the same plainly.
type lenient[T any] struct{ value T }

// UnmarshalJSON reads either form.
func (l *lenient[T]) UnmarshalJSON(data []byte) error {
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		data = []byte(text)
	}
	return json.Unmarshal(data, &l.value)
}

// welcome is what of init we act on (docs/protocol.md section 2.1).
type welcome struct {
	CallType     string          `json:"callType"`
	Capabilities json.RawMessage `json:"routerRtpCapabilities"`
	Transport    struct {
		Send hostTransport `json:"send"`
		Recv hostTransport `json:"recv"`
	} `json:"transport"`
	MyPeerID string `json:"myPeerId"`
	PeerID   string `json:"peerId"`
}

// hostTransport is the host's end of a transport.
type hostTransport struct {
	Ice lenient[struct {
		UsernameFragment string `json:"usernameFragment"`
		Password         string `json:"password"`
	}] `json:"iceParameters"`
	Candidates lenient[[]hostCandidate] `json:"iceCandidates"`
}

type hostCandidate struct {
	Address  string `json:"address"`
	IP       string `json:"ip"`
	Protocol string `json:"protocol"`
	Port     uint16 `json:"port"`
}

// addresses are those that UDP can be sent to.
func (p *hostTransport) addresses() []netip.AddrPort {
	var list []netip.AddrPort
	for _, c := range p.Candidates.value {
		text := c.Address
		if text == "" {
			text = c.IP
		}
		addr, err := netip.ParseAddr(text) // names are not looked up
		if err == nil && c.Port != 0 && strings.EqualFold(c.Protocol, "udp") && !addr.IsUnspecified() && !addr.IsMulticast() {
			list = append(list, netip.AddrPortFrom(addr.Unmap(), c.Port))
		}
	}
	return list
}

// message is every message of the host's: each has some of the fields.
type message struct {
	Type          string          `json:"type"`
	Data          json.RawMessage `json:"data"`
	PeerID        string          `json:"peerId"`
	ProducerID    string          `json:"producerId"`
	TransportType string          `json:"transportType"`
	Context       string          `json:"context"`
	Message       string          `json:"message"`
	Code          string          `json:"code"`

	text []byte
}

// consumed is the host's answer to consume.
type consumed struct {
	ConsumerID    string `json:"consumerId"`
	ProducerID    string `json:"producerId"`
	Kind          string `json:"kind"`
	RtpParameters struct {
		Codecs []struct {
			PayloadType uint8 `json:"payloadType"`
		} `json:"codecs"`
		HeaderExtensions []struct {
			URI string `json:"uri"`
			ID  uint8  `json:"id"`
		} `json:"headerExtensions"`
		Encodings []struct {
			SSRC uint32 `json:"ssrc"`
			RTX  struct {
				SSRC uint32 `json:"ssrc"`
			} `json:"rtx"`
		} `json:"encodings"`
	} `json:"rtpParameters"`
}

// object is JSON to be sent.
type object map[string]any

// The payload types that Chromium chooses.
const (
	vp8PayloadType  = 96
	rtxPayloadType  = 97
	opusPayloadType = 111
)

func connectRequest(direction, fingerprint string) object {
	return object{"type": "connect", "transportType": direction, "dtlsParameters": object{
		"role":         "client",
		"fingerprints": []object{{"algorithm": "sha-256", "value": fingerprint}},
	}}
}

func consumeRequest(producerID, peerID string, capabilities json.RawMessage) object {
	return object{"type": "consume", "producerId": producerID, "peerId": peerID, "rtpCapabilities": capabilities}
}

// produceRequest is worded as mediasoup-client words it.
func produceRequest(kind, mid, cname string, ssrc, rtxSSRC uint32) object {
	feedback := func(types ...string) []object {
		list := []object{}
		for _, t := range types {
			kind, parameter, _ := strings.Cut(t, " ")
			list = append(list, object{"type": kind, "parameter": parameter})
		}
		return list
	}
	codecs := []object{{
		"mimeType": "audio/opus", "payloadType": opusPayloadType, "clockRate": 48000, "channels": 2,
		"parameters": object{"minptime": 10, "useinbandfec": 1}, "rtcpFeedback": feedback("transport-cc", "nack"),
	}}
	encoding := object{"ssrc": ssrc, "dtx": false}
	if kind == kindVideo {
		codecs = []object{{
			"mimeType": "video/VP8", "payloadType": vp8PayloadType, "clockRate": 90000, "parameters": object{},
			"rtcpFeedback": feedback("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"),
		}, {
			"mimeType": "video/rtx", "payloadType": rtxPayloadType, "clockRate": 90000,
			"parameters": object{"apt": vp8PayloadType}, "rtcpFeedback": []object{},
		}}
		encoding["rtx"] = object{"ssrc": rtxSSRC}
	}
	var extensions []object
	for _, x := range []struct {
		uri string
		id  int
	}{{uriAbsSendTime, absSendTimeID}, {uriTransportCC, transportCCID}, {uriMid, midID}} {
		extensions = append(extensions, object{"uri": x.uri, "id": x.id, "encrypt": false, "parameters": object{}})
	}
	return object{"type": "produce", "kind": kind, "rtpParameters": object{
		"mid": mid, "codecs": codecs, "encodings": []object{encoding}, "headerExtensions": extensions,
		"rtcp": object{"cname": cname, "reducedSize": true},
	}}
}
