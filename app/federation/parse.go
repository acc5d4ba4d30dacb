package federation

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"takoshome/app/identity"
)

// received is an event as it came in.
type received struct {
	id    uuid.UUID
	event Event
}

// parseEvent reads a body. What it does not know within a payload it leaves.
func parseEvent(body []byte) (r received, err error) {
	fields, err := parseObject(body)
	if err != nil {
		return r, errBadEnvelope
	}
	name, hasName := textOf(fields, "event")
	id, hasID := textOf(fields, "eventId")
	payload, err := parseObject(fields["payload"])
	if !hasName || !hasID || err != nil {
		return r, errBadEnvelope
	}
	if r.id, err = parseEventID(id); err != nil {
		return r, err
	}
	r.event, err = parsePayload(name, payload)
	return r, err
}

// parseEventID takes a UUID of version 7 in its one usual form.
func parseEventID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil || len(text) != len(id.String()) || id.Version() != 7 || id.Variant() != uuid.RFC4122 {
		return id, errBadEventID
	}
	return id, nil
}

func parsePayload(name string, payload map[string]json.RawMessage) (Event, error) {
	if step, isCall := strings.CutPrefix(name, "t.friend.call."); isCall {
		return parseFriendCall(CallStep(step), payload)
	}
	if step, isGroup := strings.CutPrefix(name, "t.group.call."); isGroup {
		return parseGroupCall(GroupStep(step), payload)
	}
	switch name {
	case "t.friend.request", "t.friend.request.send":
		return parseFriendship(FriendRequest, payload)
	case "t.friend.accept", "t.friend.request.accept":
		return parseFriendship(FriendAccept, payload)
	case "t.friend.cancel", "t.friend.request.cancel":
		return parseFriendship(FriendCancel, payload)
	case "t.friend.remove":
		return parseFriendship(FriendRemove, payload)
	}
	return nil, errUnknownEvent
}

func parseFriendCall(step CallStep, payload map[string]json.RawMessage) (Event, error) {
	e := FriendCall{Step: step}
	switch step {
	case CallRequest, CallAccept, CallReject, CallCancel:
	default:
		return nil, errUnknownEvent
	}
	var callerErr, calleeErr, typeErr, encryptionErr error
	e.Caller, callerErr = idOf(payload, "userId")
	e.Callee, calleeErr = idOf(payload, "friendId")
	e.CallType, typeErr = callTypeOf(payload)
	if step == CallRequest {
		e.Encryption, encryptionErr = encryptionOf(payload)
	}
	if callerErr != nil || calleeErr != nil || typeErr != nil || encryptionErr != nil {
		return nil, errBadPayload
	}
	return e, nil
}

func parseGroupCall(step GroupStep, payload map[string]json.RawMessage) (Event, error) {
	if step != GroupRequest && step != GroupJoin {
		return nil, errUnknownEvent
	}
	e := GroupCall{Step: step}
	room, hasRoom := textOf(payload, "roomId")
	var userErr, groupErr, typeErr, encryptionErr error
	e.User, userErr = idOf(payload, "userId")
	e.Group, groupErr = identity.ParseGroupID(room)
	e.CallType, typeErr = callTypeOf(payload)
	if step == GroupRequest {
		e.Encryption, encryptionErr = encryptionOf(payload)
	}
	if !hasRoom || userErr != nil || groupErr != nil || typeErr != nil || encryptionErr != nil {
		return nil, errBadPayload
	}
	return e, nil
}

func parseFriendship(step FriendStep, payload map[string]json.RawMessage) (Event, error) {
	from, fromErr := idOf(payload, "userId")
	to, toErr := idOf(payload, "friendId")
	if fromErr != nil || toErr != nil {
		return nil, errBadPayload
	}
	return Friendship{Step: step, From: from, To: to}, nil
}

func idOf(payload map[string]json.RawMessage, name string) (identity.ID, error) {
	text, found := textOf(payload, name)
	if !found {
		return "", errBadPayload
	}
	return identity.ParseID(text)
}

// callTypeOf takes a missing call type for audio, as senders mean it.
func callTypeOf(payload map[string]json.RawMessage) (CallType, error) {
	if _, found := payload["callType"]; !found {
		return CallAudio, nil
	}
	text, found := textOf(payload, "callType")
	callType := CallType(text)
	if !found || (callType != CallAudio && callType != CallVideo) {
		return "", errBadPayload
	}
	return callType, nil
}

// encryptionOf reads the hash in both spellings. Without one there is nothing to
// encrypt with, whatever isEncrypt says; senders may leave isEncrypt out and
// mean yes.
func encryptionOf(payload map[string]json.RawMessage) (e Encryption, err error) {
	isEncrypt := true
	if raw, found := payload["isEncrypt"]; found {
		if err := json.Unmarshal(raw, &isEncrypt); err != nil || isNull(raw) {
			return e, errBadPayload
		}
	}
	for _, name := range []string{"roomKeyHash", "roomKeyhash"} {
		raw, found := payload[name]
		if !found || isNull(raw) {
			continue
		}
		text, isText := textOf(payload, name)
		if !isText || (e.RoomKeyHash != "" && text != "" && text != e.RoomKeyHash) {
			return Encryption{}, errBadPayload
		}
		if text != "" {
			e.RoomKeyHash = text
		}
	}
	e.Encrypted = isEncrypt && e.RoomKeyHash != ""
	if !e.isFine() {
		return Encryption{}, errBadPayload
	}
	return e, nil
}

func isNull(raw json.RawMessage) bool { return bytes.Equal(bytes.TrimSpace(raw), []byte("null")) }

// textOf gives a field that is a string.
func textOf(fields map[string]json.RawMessage, name string) (text string, found bool) {
	raw, found := fields[name]
	if !found || isNull(raw) || json.Unmarshal(raw, &text) != nil {
		return "", false
	}
	return text, true
}

// parseObject reads a JSON object whose names stand there once, in their exact
// spelling: another reader of the same signed bytes must not see another event.
func parseObject(text []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(text) {
		return nil, errNotJSON
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errNotJSON
	}
	fields := map[string]json.RawMessage{}
	for decoder.More() {
		token, err := decoder.Token()
		name, isName := token.(string)
		if err != nil || !isName {
			return nil, errNotJSON
		}
		if _, repeated := fields[name]; repeated {
			return nil, errRepeatedName
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return nil, errNotJSON
		}
		fields[name] = raw
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errNotJSON
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errNotJSON
	}
	return fields, nil
}
