package clientapi

import (
	"encoding/json"
	"strings"

	"takoshome/app/calls"
)

// frame is a message of the socket, whose data is JSON in a string.
type frame struct {
	Type string `json:"type"`
	Data string `json:"data"`
}

// eventData is what the data of a frame says. What takos servers had comes first.
type eventData struct {
	Type        string  `json:"type"`
	Mode        string  `json:"mode"`
	UserID      string  `json:"userId"`
	RoomKeyHash *string `json:"roomKeyHash,omitempty"`
	Token       string  `json:"token,omitempty"`

	IsEncrypt *bool  `json:"isEncrypt,omitempty"`
	Domain    string `json:"domain,omitempty"`
	CallID    string `json:"callId"`
	GroupID   string `json:"groupId,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

// encode makes the frame of an event. Those of a group's call have names of
// their own: the shipped client would ring for a callRequest of a group, and
// show nothing that could stop it.
func encode(event calls.Event) ([]byte, error) {
	call := event.Call
	data := eventData{
		Type: typeFriend, Mode: string(call.CallType), UserID: string(call.Peer),
		CallID: call.ID, GroupID: string(call.Group), Reason: string(event.Reason),
	}
	name := string(event.Type)
	if call.Group != "" {
		data.Type = typeGroup
		name = "groupCall" + strings.TrimPrefix(name, "call")
	}
	switch event.Type {
	case calls.EventRequest:
		data.RoomKeyHash, data.IsEncrypt = &call.Encryption.RoomKeyHash, &call.Encryption.Encrypted
	case calls.EventAccept:
		data.Token, data.Domain = event.Way.Token, event.Way.Domain
	}
	text, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(frame{Type: name, Data: string(text)})
}
