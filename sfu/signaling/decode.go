package signaling

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
	"takoshome/sfu/room"
	"takoshome/sfu/sockets"
)

// maxDepth bounds how deep objects and arrays of a message may nest.
const maxDepth = 32

// The messages of a client (docs/protocol.md section 3).
type (
	connectMessage struct {
		transportType string // empty: the client does not say
		parameters    sfu.DtlsParameters
	}
	produceMessage       struct{ room.ProduceRequest }
	consumeMessage       struct{ room.ConsumeRequest }
	closeProducerMessage struct{ id string }
	closeConsumerMessage struct{ id string }
	// pauseMessage is pauseProducer and resumeProducer.
	pauseMessage struct {
		id     string
		paused bool
	}
	chatMessage    struct{ text string }
	restartMessage struct{ transportType string }
	hangUpMessage  struct{}
	pingMessage    struct{}
)

// badMessage is a message that cannot be read, as far as it could be.
type badMessage struct {
	messageType   string // as sent, if it is a known one
	transportType string // of a connect
	err           error
}

func (b *badMessage) Error() string { return b.err.Error() }
func (b *badMessage) Unwrap() error { return b.err }

// decoderOf says how to read the fields beside a type; nil for an unknown one.
func decoderOf(messageType string) func(fields) (any, error) {
	switch messageType {
	case "connect":
		return decodeConnect
	case "produce":
		return decodeProduce
	case "consume":
		return decodeConsume
	case "closeProducer":
		return func(f fields) (any, error) {
			id, err := f.text("producerId")
			return closeProducerMessage{id}, err
		}
	case "closeConsumer":
		return func(f fields) (any, error) {
			id, err := f.text("consumerId")
			return closeConsumerMessage{id}, err
		}
	case "pauseProducer", "resumeProducer":
		return func(f fields) (any, error) {
			id, err := f.text("producerId")
			return pauseMessage{id: id, paused: messageType == "pauseProducer"}, err
		}
	case "chat":
		return func(f fields) (any, error) {
			text, err := f.text("text")
			return chatMessage{text}, err
		}
	case "restartIce":
		return decodeRestart
	case "leave", "bye":
		return func(fields) (any, error) { return hangUpMessage{}, nil }
	case "ping":
		return func(fields) (any, error) { return pingMessage{}, nil }
	default:
		return nil
	}
}

// decode reads a message. It overlooks fields it does not know, and takes none
// of the wrong type. The error is a *badMessage.
func decode(text []byte) (any, error) {
	f, err := decodeFields(text)
	if err != nil {
		return nil, &badMessage{err: err}
	}
	messageType, err := f.text("type")
	if err != nil {
		return nil, &badMessage{err: err}
	}
	decoder := decoderOf(messageType)
	if decoder == nil {
		return nil, &badMessage{err: errUnknownType}
	}
	message, err := decoder(f)
	if err != nil {
		// The client may be waiting for the answer to this very request.
		transportType, _ := f.optionalText("transportType")
		return nil, &badMessage{messageType: messageType, transportType: transportType, err: err}
	}
	return message, nil
}

func decodeConnect(f fields) (any, error) {
	var m connectMessage
	var err error
	if m.transportType, err = f.optionalText("transportType"); err != nil {
		return nil, err
	}
	switch m.transportType {
	case "", sfu.DirectionSend, sfu.DirectionRecv:
	default:
		return nil, fmt.Errorf("%w: transportType is neither send nor recv", errBadMessage)
	}
	if err := f.objectOrString("dtlsParameters", &m.parameters); err != nil {
		return nil, err
	}
	return m, nil
}

func decodeRestart(f fields) (any, error) {
	transportType, err := f.text("transportType")
	if err == nil && transportType != sfu.DirectionSend && transportType != sfu.DirectionRecv {
		err = fmt.Errorf("%w: transportType is neither send nor recv", errBadMessage)
	}
	return restartMessage{transportType}, err
}

func decodeProduce(f fields) (any, error) {
	var m produceMessage
	kind, err := f.text("kind")
	if err != nil {
		return nil, err
	}
	m.Kind = ortc.MediaKind(kind)
	if m.Source, err = f.optionalText("source"); err != nil {
		return nil, err
	}
	if err := f.object("rtpParameters", &m.RtpParameters); err != nil {
		return nil, err
	}
	return m, nil
}

func decodeConsume(f fields) (any, error) {
	var m consumeMessage
	var err error
	if m.ProducerID, err = f.text("producerId"); err != nil {
		return nil, err
	}
	if err := f.object("rtpCapabilities", &m.RtpCapabilities); err != nil {
		return nil, err
	}
	return m, nil
}

// fields are the members of a message, or of an object in it, by their exact
// names; of two with one name the last counts.
type fields map[string]json.RawMessage

func decodeFields(text []byte) (fields, error) {
	if !utf8.Valid(text) || sockets.IsTooDeep(text, maxDepth) {
		return nil, errBadMessage
	}
	var f fields
	if err := json.Unmarshal(text, &f); err != nil || f == nil {
		return nil, errBadMessage
	}
	return f, nil
}

// text is a string that must be there.
func (f fields) text(name string) (string, error) {
	value, err := f.optionalText(name)
	if err == nil && value == "" {
		return "", fmt.Errorf("%w: %s is missing", errBadMessage, name)
	}
	return value, err
}

// optionalText is empty if the field is absent or null.
func (f fields) optionalText(name string) (string, error) {
	var value string
	if raw, ok := f[name]; ok && json.Unmarshal(raw, &value) != nil {
		return "", fmt.Errorf("%w: %s is no string", errBadMessage, name)
	}
	return value, nil
}

// object decodes an object that must be there.
func (f fields) object(name string, into any) error {
	return decodeObject(name, f[name], into)
}

// objectOrString takes an object also as JSON in a string, which is how the
// specification types some fields.
func (f fields) objectOrString(name string, into any) error {
	var inner string
	if len(f[name]) > 0 && f[name][0] == '"' && json.Unmarshal(f[name], &inner) == nil {
		if sockets.IsTooDeep([]byte(inner), maxDepth) {
			return errBadMessage
		}
		return decodeObject(name, []byte(inner), into)
	}
	return decodeObject(name, f[name], into)
}

func decodeObject(name string, text []byte, into any) error {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || text[0] != '{' {
		return fmt.Errorf("%w: %s is no object", errBadMessage, name)
	}
	err := json.Unmarshal(text, into)
	if err == nil || errors.Is(err, ortc.ErrInvalid) {
		return err // mediasoup would call these invalid too, not malformed
	}
	return fmt.Errorf("%w: %s has wrong types", errBadMessage, name)
}
