package takoscall

import (
	"encoding/json"

	"takoshome/sfu/ortc"
)

// Codes of a response's error.
const (
	codeCommand  = "COMMAND_ERROR"
	codeConsumer = "CONSUMER_ERROR"
	codeInternal = "INTERNAL_ERROR" // the message could not be read
)

// response is the answer to one command.
type response struct {
	Type    string          `json:"type"`
	ID      json.RawMessage `json:"id,omitempty"` // as the command had it
	Success bool            `json:"success"`
	Data    any             `json:"data,omitempty"`
	Error   *wireError      `json:"error,omitempty"`
}

type wireError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// eventMessage tells a controller of a change.
type eventMessage struct {
	Type string `json:"type"`
	Data event  `json:"data"`
}

type event struct {
	Event         string         `json:"event"`
	RoomID        string         `json:"roomId"`
	PeerID        string         `json:"peerId,omitempty"`
	TransportID   string         `json:"transportId,omitempty"`
	ProducerID    string         `json:"producerId,omitempty"`
	ConsumerID    string         `json:"consumerId,omitempty"`
	Direction     string         `json:"direction,omitempty"`
	Kind          ortc.MediaKind `json:"kind,omitempty"`
	RoomInfo      *roomInfo      `json:"roomInfo,omitempty"`
	PeerInfo      *peerInfo      `json:"peerInfo,omitempty"`
	TransportInfo *transportInfo `json:"transportInfo,omitempty"`
	ProducerInfo  *producerInfo  `json:"producerInfo,omitempty"`
	ConsumerInfo  *consumerInfo  `json:"consumerInfo,omitempty"`
}

// newEvent is one of something on a transport.
func (t *transport) newEvent(name string) event {
	return event{Event: name, RoomID: t.peer.room.id, PeerID: t.peer.id, TransportID: t.sfu.ID()}
}

func success(id json.RawMessage, data any) response {
	return response{Type: "response", ID: id, Success: true, Data: data}
}

func failure(id json.RawMessage, err error) response {
	return response{Type: "response", ID: id, Error: toWire(err)}
}

// unknownID stands for the id of a message that could not be read.
func unknownID() json.RawMessage { return json.RawMessage(`"unknown"`) }

// null is the data of an answer about something that is not there.
func null() any { return json.RawMessage("null") }
