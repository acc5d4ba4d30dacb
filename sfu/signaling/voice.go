package signaling

import (
	"time"

	"takoshome/sfu/room"
)

// voice turns what happens in the room into the messages of one client. It
// belongs to the writer.
type voice struct {
	dialect      dialect
	stringParams bool
}

// say returns the messages for an event; for Closed there is none.
func (v *voice) say(now time.Time, event room.Event) ([]any, error) {
	switch e := event.(type) {
	case room.Welcome:
		return one(newInitMessage(e, v.stringParams))
	case room.PeerJoined:
		return []any{joinMessage{"join", e.PeerID, listProducers(e.Producers, false)}}, nil
	case room.PeerLeft:
		v.dialect.forgetPeer(e.PeerID)
		return []any{leaveMessage{"leave", e.PeerID}}, nil
	case room.Connected:
		messages := make([]any, 0, len(e.Directions))
		for _, direction := range e.Directions {
			messages = append(messages, connectedMessage{"connected", direction})
		}
		return messages, nil
	case room.Produced:
		v.dialect.answered()
		return []any{newProducerMessage(wordProduced, e.ProducerInfo)}, nil
	case room.ProducerAdded:
		return v.announce(now, e.ProducerInfo), nil
	case room.ProducerClosed:
		v.dialect.forget(e.ProducerID)
		return []any{producerIDMessage{"producerClosed", e.ProducerID, e.PeerID}}, nil
	case room.ProducerPaused:
		v.dialect.pause(e.ProducerID, true)
		return []any{producerIDMessage{"producerPaused", e.ProducerID, e.PeerID}}, nil
	case room.ProducerResumed:
		v.dialect.pause(e.ProducerID, false)
		return []any{producerIDMessage{"producerResumed", e.ProducerID, e.PeerID}}, nil
	case room.Chatted:
		return []any{saidMessage{"chat", chatLine(e.ChatMessage)}}, nil
	case room.ChatHistory:
		return []any{newChatHistoryMessage(e)}, nil
	case room.Speaking:
		return []any{speakingMessage{"speaking", e.PeerIDs}}, nil
	case room.CandidatesChanged:
		return one(newCandidatesMessage(e, v.stringParams))
	case room.IceRestarted:
		return one(newRestartedMessage(e, v.stringParams))
	case room.Consumed:
		return []any{newConsumedMessage(e)}, nil
	case room.ConsumerClosed:
		return []any{consumerClosedMessage{"consumerClosed", e.ConsumerID, e.ProducerID}}, nil
	default:
		return nil, nil
	}
}

func (v *voice) announce(now time.Time, info room.ProducerInfo) []any {
	var messages []any
	for _, w := range v.dialect.announce(now, info) {
		messages = append(messages, newProducerMessage(w, info))
	}
	return messages
}

// due returns the announcements that time has brought.
func (v *voice) due(now time.Time) []any {
	var messages []any
	for _, info := range v.dialect.due(now) {
		messages = append(messages, newProducerMessage(wordProduced, info))
	}
	return messages
}

func one[T any](message T, err error) ([]any, error) {
	if err != nil {
		return nil, err
	}
	return []any{message}, nil
}
