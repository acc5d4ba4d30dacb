package signaling

import (
	"encoding/json"

	"takoshome/sfu/ortc"
	"takoshome/sfu/room"
)

// The messages of the server (docs/protocol.md section 2).
type (
	initMessage struct {
		Type string   `json:"type"`
		Data initData `json:"data"`
	}
	initData struct {
		RoomID                string               `json:"roomId"`
		Peers                 []string             `json:"peers"`
		CallType              room.CallType        `json:"callType"`
		RouterRtpCapabilities ortc.RtpCapabilities `json:"routerRtpCapabilities"`
		Transport             transportPair        `json:"transport"`
		Producers             []listedProducer     `json:"producers"`
		MyPeerID              string               `json:"myPeerId"`
		PeerID                string               `json:"peerId"`
		Resume                resumeData           `json:"resume"`
		Resumed               bool                 `json:"resumed,omitempty"`
		Extensions            []string             `json:"extensions"`
	}
	transportPair struct {
		Send transportData `json:"send"`
		Recv transportData `json:"recv"`
	}
	// transportData holds objects, or the same as JSON in strings.
	transportData struct {
		ID             string `json:"id"`
		IceParameters  any    `json:"iceParameters"`
		IceCandidates  any    `json:"iceCandidates"`
		DtlsParameters any    `json:"dtlsParameters"`
		SctpParameters any    `json:"sctpParameters"`
		// IceServers are an array in either case: clients of the older spelling hand
		// them on as they are.
		IceServers []room.IceServer `json:"iceServers,omitempty"`
	}
	resumeData struct {
		Secret string `json:"secret"`
		TTLMs  int64  `json:"ttlMs"`
	}
	listedProducer struct {
		ID     string         `json:"id"`
		PeerID string         `json:"peerId,omitempty"` // left out in join, which has it
		Kind   ortc.MediaKind `json:"kind"`
		Source string         `json:"source,omitempty"`
		Paused bool           `json:"paused,omitempty"`
	}
	joinMessage struct {
		Type      string           `json:"type"`
		PeerID    string           `json:"peerId"`
		Producers []listedProducer `json:"producers"`
	}
	leaveMessage struct {
		Type   string `json:"type"`
		PeerID string `json:"peerId"`
	}
	connectedMessage struct {
		Type          string `json:"type"`
		TransportType string `json:"transportType"`
	}
	// producerMessage is produced and produce.
	producerMessage struct {
		Type       word           `json:"type"`
		ProducerID string         `json:"producerId"`
		PeerID     string         `json:"peerId"`
		Kind       ortc.MediaKind `json:"kind"`
		Source     string         `json:"source,omitempty"`
		Paused     bool           `json:"paused,omitempty"`
	}
	consumedMessage struct {
		Type          string             `json:"type"`
		ConsumerID    string             `json:"consumerId"`
		ProducerID    string             `json:"producerId"`
		Kind          ortc.MediaKind     `json:"kind"`
		RtpParameters ortc.RtpParameters `json:"rtpParameters"`
		PeerID        string             `json:"peerId"`
	}
	// producerIDMessage is producerClosed, producerPaused, producerResumed,
	// producerNotFound and selfProducer.
	producerIDMessage struct {
		Type       string `json:"type"`
		ProducerID string `json:"producerId"`
		PeerID     string `json:"peerId,omitempty"`
	}
	consumerClosedMessage struct {
		Type       string `json:"type"`
		ConsumerID string `json:"consumerId"`
		ProducerID string `json:"producerId"`
	}
	saidMessage struct {
		Type string `json:"type"`
		chatLine
	}
	chatLine struct {
		PeerID string `json:"peerId"`
		Text   string `json:"text"`
		At     int64  `json:"at"` // Unix milliseconds
	}
	chatHistoryMessage struct {
		Type     string     `json:"type"`
		Messages []chatLine `json:"messages"`
	}
	speakingMessage struct {
		Type    string   `json:"type"`
		PeerIDs []string `json:"peerIds"`
	}
	// candidatesMessage and restartedMessage hold objects, or the same as JSON in
	// strings.
	candidatesMessage struct {
		Type          string `json:"type"`
		IceCandidates any    `json:"iceCandidates"`
	}
	restartedMessage struct {
		Type          string           `json:"type"`
		TransportType string           `json:"transportType"`
		IceParameters any              `json:"iceParameters"`
		IceCandidates any              `json:"iceCandidates"`
		IceServers    []room.IceServer `json:"iceServers,omitempty"`
	}
	pongMessage struct {
		Type string `json:"type"`
	}
	errorMessage struct {
		Type          string `json:"type"`
		Context       string `json:"context,omitempty"`
		TransportType string `json:"transportType,omitempty"`
		Message       string `json:"message"`
		Code          string `json:"code"`
		Details       string `json:"details,omitempty"`
	}
)

// extensions are what init offers of docs/protocol.md section 6.
func extensions() []string { return []string{"chat", "pause", "restart", "speaking"} }

func newInitMessage(w room.Welcome, stringParams bool) (initMessage, error) {
	send, err := newTransportData(w.Send, stringParams)
	if err != nil {
		return initMessage{}, err
	}
	recv, err := newTransportData(w.Recv, stringParams)
	if err != nil {
		return initMessage{}, err
	}
	return initMessage{Type: "init", Data: initData{
		RoomID:                w.RoomID,
		Peers:                 append([]string{}, w.Peers...),
		CallType:              w.CallType,
		RouterRtpCapabilities: w.RouterRtpCapabilities,
		Transport:             transportPair{Send: send, Recv: recv},
		Producers:             listProducers(w.Producers, true),
		MyPeerID:              w.PeerID,
		PeerID:                w.PeerID,
		Resume:                resumeData{Secret: w.ResumeSecret, TTLMs: w.ResumeTTL.Milliseconds()},
		Resumed:               w.Resumed,
		Extensions:            extensions(),
	}}, nil
}

func newTransportData(t room.TransportInfo, stringParams bool) (transportData, error) {
	data := transportData{
		ID:             t.ID,
		IceParameters:  t.IceParameters,
		IceCandidates:  t.IceCandidates,
		DtlsParameters: t.DtlsParameters,
		SctpParameters: t.SctpParameters,
		IceServers:     t.IceServers,
	}
	if !stringParams {
		return data, nil
	}
	err := asStrings(&data.IceParameters, &data.IceCandidates, &data.DtlsParameters, &data.SctpParameters)
	return data, err
}

// asStrings makes objects into JSON in strings.
func asStrings(fields ...*any) error {
	for _, field := range fields {
		text, err := json.Marshal(*field)
		if err != nil {
			return err
		}
		*field = string(text)
	}
	return nil
}

func newCandidatesMessage(e room.CandidatesChanged, stringParams bool) (candidatesMessage, error) {
	m := candidatesMessage{Type: "candidates", IceCandidates: e.IceCandidates}
	if !stringParams {
		return m, nil
	}
	err := asStrings(&m.IceCandidates)
	return m, err
}

func newRestartedMessage(e room.IceRestarted, stringParams bool) (restartedMessage, error) {
	m := restartedMessage{
		Type: "iceRestarted", TransportType: e.Direction,
		IceParameters: e.Transport.IceParameters, IceCandidates: e.Transport.IceCandidates, IceServers: e.Transport.IceServers,
	}
	if !stringParams {
		return m, nil
	}
	err := asStrings(&m.IceParameters, &m.IceCandidates)
	return m, err
}

func listProducers(infos []room.ProducerInfo, withPeer bool) []listedProducer {
	list := make([]listedProducer, 0, len(infos))
	for _, info := range infos {
		listed := listedProducer{ID: info.ID, Kind: info.Kind, Source: info.Source, Paused: info.Paused}
		if withPeer {
			listed.PeerID = info.PeerID
		}
		list = append(list, listed)
	}
	return list
}

func newProducerMessage(w word, info room.ProducerInfo) producerMessage {
	return producerMessage{
		Type: w, ProducerID: info.ID, PeerID: info.PeerID, Kind: info.Kind, Source: info.Source, Paused: info.Paused,
	}
}

func newChatHistoryMessage(e room.ChatHistory) chatHistoryMessage {
	m := chatHistoryMessage{Type: "chatHistory", Messages: make([]chatLine, 0, len(e.Messages))}
	for _, said := range e.Messages {
		m.Messages = append(m.Messages, chatLine(said))
	}
	return m
}

func newConsumedMessage(e room.Consumed) consumedMessage {
	return consumedMessage{
		Type:          "consumed",
		ConsumerID:    e.ConsumerID,
		ProducerID:    e.Producer.ID,
		Kind:          e.Producer.Kind,
		RtpParameters: e.RtpParameters,
		PeerID:        e.Producer.PeerID,
	}
}

func newErrorMessage(context, transportType string, err error) errorMessage {
	wire := toWire(err)
	return errorMessage{
		Type: "error", Context: context, TransportType: transportType,
		Message: wire.message, Code: wire.code, Details: details(err),
	}
}
