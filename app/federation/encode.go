package federation

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
)

// envelope is an event's body.
type envelope struct {
	Event   string         `json:"event"`
	EventID string         `json:"eventId"`
	Payload map[string]any `json:"payload"`
}

func encode(event Event, name string, id uuid.UUID) ([]byte, error) {
	body, err := json.Marshal(envelope{Event: name, EventID: id.String(), Payload: event.payload()})
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return body, nil
}

func (e FriendCall) payload() map[string]any {
	p := map[string]any{"userId": e.Caller, "friendId": e.Callee}
	switch e.Step {
	case CallRequest:
		e.addTo(p)
		p["callType"] = e.CallType.orAudio()
	case CallAccept:
		p["callType"] = e.CallType.orAudio()
	}
	return p
}

func (e GroupCall) payload() map[string]any {
	p := map[string]any{"userId": e.User, "roomId": e.Group.Room()}
	if e.Step == GroupRequest {
		e.addTo(p)
		p["callType"] = e.CallType.orAudio()
	}
	return p
}

func (e Friendship) payload() map[string]any {
	return map[string]any{"userId": e.From, "friendId": e.To}
}

// addTo spells the hash as servers want it, who miss it where it is not there,
// and as the specification does.
func (e Encryption) addTo(p map[string]any) {
	p["isEncrypt"] = e.Encrypted
	p["roomKeyHash"] = e.RoomKeyHash
	if e.RoomKeyHash != "" {
		p["roomKeyhash"] = e.RoomKeyHash
	}
}

func (c CallType) orAudio() CallType {
	if c == "" {
		return CallAudio
	}
	return c
}
