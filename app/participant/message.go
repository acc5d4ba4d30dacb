package participant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"takoshome/sfu/ortc"
)

const (
	kindAudio = "audio"
	kindVideo = "video"

	// maxMessageBytes is more than a host may need for fifty lines of chat.
	maxMessageBytes = 1 << 20

	maxIDBytes       = 256
	maxSourceBytes   = 16
	maxTextBytes     = 8000 // of a chat message: 2000 characters
	maxPeers         = 256
	maxProducers     = 1024 // of everybody together
	maxHistory       = 200
	maxExtensions    = 64
	maxCandidates    = 64
	maxIceServers    = 8
	maxFingerprints  = 16
	maxResumeSeconds = 600
)

// lenient is a value that the specification types as string: JSON in a string,
// or the same plainly.
type lenient[T any] struct {
	value  T
	isText bool
}

// UnmarshalJSON reads either form.
func (l *lenient[T]) UnmarshalJSON(data []byte) error {
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		l.isText = true
		data = []byte(text)
	}
	return json.Unmarshal(data, &l.value)
}

// initData is the host's first message (docs/protocol.md section 2.1).
type initData struct {
	RoomID       string                        `json:"roomId"`
	Peers        []string                      `json:"peers"`
	CallType     string                        `json:"callType"`
	Capabilities lenient[ortc.RtpCapabilities] `json:"routerRtpCapabilities"`
	Transport    struct {
		Send transportParameters `json:"send"`
		Recv transportParameters `json:"recv"`
	} `json:"transport"`
	Producers []listedProducer `json:"producers"`
	MyPeerID  string           `json:"myPeerId"`
	PeerID    string           `json:"peerId"`
	Resume    struct {
		Secret string  `json:"secret"`
		TTLMs  float64 `json:"ttlMs"`
	} `json:"resume"`
	Resumed    bool     `json:"resumed"`
	Extensions []string `json:"extensions"`
}

type transportParameters struct {
	ID             string                  `json:"id"`
	Ice            lenient[iceParameters]  `json:"iceParameters"`
	Candidates     lenient[[]iceCandidate] `json:"iceCandidates"`
	Dtls           lenient[dtlsParameters] `json:"dtlsParameters"`
	IceServers     lenient[[]iceServer]    `json:"iceServers"`
	TransportRelay string                  `json:"iceTransportPolicy"`
}

type iceParameters struct {
	UsernameFragment string `json:"usernameFragment"`
	Password         string `json:"password"`
}

type iceCandidate struct {
	Foundation string  `json:"foundation"`
	Priority   float64 `json:"priority"`
	Address    string  `json:"address"`
	IP         string  `json:"ip"`
	Protocol   string  `json:"protocol"`
	Port       float64 `json:"port"`
	Type       string  `json:"type"`
	TCPType    string  `json:"tcpType"`
}

type dtlsParameters struct {
	Role         string            `json:"role"`
	Fingerprints []dtlsFingerprint `json:"fingerprints"`
}

type dtlsFingerprint struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"value"`
}

type iceServer struct {
	URLs       oneOrMore `json:"urls"`
	URL        string    `json:"url"` // as it was once
	Username   string    `json:"username"`
	Credential string    `json:"credential"`
}

// oneOrMore is a string or a list of them.
type oneOrMore []string

// UnmarshalJSON reads either.
func (o *oneOrMore) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(o))
}

type listedProducer struct {
	ID     string `json:"id"`
	PeerID string `json:"peerId"`
	Kind   string `json:"kind"`
	Source string `json:"source"`
	Paused bool   `json:"paused"`
}

// message is every other message of the host's: each has some of the fields.
type message struct {
	Type          string                  `json:"type"`
	Data          json.RawMessage         `json:"data"`
	PeerID        string                  `json:"peerId"`
	ProducerID    string                  `json:"producerId"`
	ConsumerID    string                  `json:"consumerId"`
	Kind          string                  `json:"kind"`
	Source        string                  `json:"source"`
	Paused        bool                    `json:"paused"`
	TransportType string                  `json:"transportType"`
	Producers     []listedProducer        `json:"producers"`
	RtpParameters json.RawMessage         `json:"rtpParameters"`
	Ice           lenient[iceParameters]  `json:"iceParameters"`
	Candidates    lenient[[]iceCandidate] `json:"iceCandidates"`
	IceServers    lenient[[]iceServer]    `json:"iceServers"`
	Text          string                  `json:"text"`
	At            float64                 `json:"at"`
	Messages      []chatLine              `json:"messages"`
	PeerIDs       []string                `json:"peerIds"`
	Context       string                  `json:"context"`
	Message       string                  `json:"message"`
	Code          string                  `json:"code"`
}

type chatLine struct {
	PeerID string  `json:"peerId"`
	Text   string  `json:"text"`
	At     float64 `json:"at"` // Unix milliseconds
}

// decodeMessage reads a message and bounds what is in it.
func decodeMessage(text []byte) (message, error) {
	var m message
	if err := json.Unmarshal(text, &m); err != nil {
		return message{}, fmt.Errorf("%w: %w", errMessage, err)
	}
	switch {
	case m.Type == "":
		return message{}, fmt.Errorf("%w: no type", errMessage)
	case len(m.PeerID) > maxIDBytes, len(m.ProducerID) > maxIDBytes, len(m.ConsumerID) > maxIDBytes:
		return message{}, fmt.Errorf("%w: long identifier", errMessage)
	}
	m.Type, m.Context, m.Code = cut(m.Type, maxIDBytes), cut(m.Context, maxIDBytes), cut(m.Code, maxIDBytes)
	m.Message = cut(m.Message, maxIDBytes)
	m.Source = sourceOf(m.Source)
	m.Producers = goodProducers(m.Producers, m.PeerID)
	m.PeerIDs = goodIDs(m.PeerIDs)
	if len(m.Messages) > maxHistory {
		m.Messages = m.Messages[len(m.Messages)-maxHistory:]
	}
	return m, nil
}

// decodeInit reads the first message.
func decodeInit(text []byte) (initData, error) {
	m, err := decodeMessage(text)
	if err != nil {
		return initData{}, err
	}
	if m.Type != "init" {
		return initData{}, fmt.Errorf("%w: %.32q in place of init", errMessage, m.Type)
	}
	var d initData
	if err := json.Unmarshal(m.Data, &d); err != nil {
		return initData{}, fmt.Errorf("%w: init: %w", errMessage, err)
	}
	if err := ortc.ValidateRtpCapabilities(&d.Capabilities.value); err != nil {
		return initData{}, fmt.Errorf("%w: init: %w", errMessage, err)
	}
	if d.MyPeerID == "" {
		d.MyPeerID = d.PeerID
	}
	if len(d.MyPeerID) > maxIDBytes || len(d.Resume.Secret) > maxSecretBytes {
		return initData{}, fmt.Errorf("%w: init: long identifier", errMessage)
	}
	d.RoomID = cut(d.RoomID, maxNameBytes)
	d.Peers = goodIDs(d.Peers)
	d.Producers = goodProducers(d.Producers, "")
	d.Extensions = goodIDs(d.Extensions[:min(len(d.Extensions), maxExtensions)])
	return d, nil
}

// resumeTTL is how long the host keeps a place whose socket broke.
func (d initData) resumeTTL(fallback time.Duration) time.Duration {
	seconds := d.Resume.TTLMs / 1000
	if !(seconds > 0) {
		return fallback
	}
	return time.Duration(min(seconds, maxResumeSeconds) * float64(time.Second))
}

// goodIDs drops what cannot be the identifier of a peer, and the same again.
func goodIDs(ids []string) []string {
	var good []string
	seen := map[string]bool{}
	for _, id := range ids {
		if id != "" && len(id) <= maxIDBytes && !seen[id] && len(good) < maxPeers {
			seen[id] = true
			good = append(good, id)
		}
	}
	return good
}

func goodProducers(list []listedProducer, owner string) []listedProducer {
	var good []listedProducer
	for _, p := range list {
		if owner != "" {
			p.PeerID = owner
		}
		if p.isGood() && len(good) < maxProducers {
			p.Source = sourceOf(p.Source)
			good = append(good, p)
		}
	}
	return good
}

func (p listedProducer) isGood() bool {
	return p.ID != "" && len(p.ID) <= maxIDBytes && p.PeerID != "" && len(p.PeerID) <= maxIDBytes &&
		(p.Kind == kindAudio || p.Kind == kindVideo)
}

func sourceOf(s string) string {
	if len(s) > maxSourceBytes {
		return ""
	}
	return s
}

// said is the chat message as an event, whose text is bounded.
func (c chatLine) said() (e Chatted, ok bool) {
	if c.PeerID == "" || len(c.PeerID) > maxIDBytes || !utf8.ValidString(c.Text) || c.Text == "" {
		return Chatted{}, false
	}
	const latestMs = 1 << 53
	if !(c.At >= 0 && c.At < latestMs) {
		return Chatted{}, false
	}
	return Chatted{PeerID: c.PeerID, Text: cut(c.Text, maxTextBytes), At: time.UnixMilli(int64(c.At))}, true
}
