package takoscall

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"

	"takoshome/sfu/ortc"
)

const (
	maxIDBytes   = 256 // of a command's id
	maxNameBytes = 256 // of a room or peer
)

// request is one message of a controller.
type request struct {
	id      json.RawMessage // text or a number; empty: none was given
	command string
	do      action
}

// readRequest reads a message; with an error it has the id to refuse it with.
func readRequest(text []byte) (request, error) {
	req := request{id: unknownID()}
	f, err := decodeFields(text)
	if err != nil || !utf8.Valid(text) || !isID(f["id"]) {
		return req, errBadFrame
	}
	req.id = f["id"]
	// What is no text is no command's name either.
	_ = json.Unmarshal(f["type"], &req.command)
	read := readerOf(req.command)
	if read == nil {
		return req, fmt.Errorf("%w: %.40q", errUnknownCommand, req.command)
	}
	// Without data there are no fields: a command says which one it misses.
	data, _ := decodeFields(f["data"])
	req.do, err = read(data)
	return req, err
}

// isID takes text and numbers, which is what a controller can find its command
// again by.
func isID(raw json.RawMessage) bool {
	switch {
	case len(raw) == 0:
		return true
	case len(raw) > maxIDBytes:
		return false
	default:
		return raw[0] == '"' || raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9')
	}
}

// fields are the members of an object, by their exact names; of two with one
// name the last counts.
type fields map[string]json.RawMessage

func decodeFields(text []byte) (fields, error) {
	var f fields
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, err
	}
	if f == nil {
		return nil, errBadFrame
	}
	return f, nil
}

// name is a room's or peer's, which the controller chose.
func (f fields) name(field string) (string, error) {
	value, err := f.text(field)
	if err != nil {
		return "", err
	}
	if len(value) > maxNameBytes {
		return "", fmt.Errorf("%w: %s is longer than %d bytes", errBadField, field, maxNameBytes)
	}
	for _, c := range value {
		if unicode.IsControl(c) {
			return "", fmt.Errorf("%w: %s has a control character", errBadField, field)
		}
	}
	return value, nil
}

// text is a string that must be there.
func (f fields) text(field string) (string, error) {
	raw, given := f[field]
	if !given {
		return "", fmt.Errorf("%w: %s is missing", errBadField, field)
	}
	var value string
	if json.Unmarshal(raw, &value) != nil || value == "" {
		return "", fmt.Errorf("%w: %s is no text", errBadField, field)
	}
	return value, nil
}

// object decodes an object that must be there.
func (f fields) object(field string, into any) error {
	text := bytes.TrimSpace(f[field])
	if len(text) == 0 || text[0] != '{' {
		return fmt.Errorf("%w: %s is no object", errBadField, field)
	}
	err := json.Unmarshal(text, into)
	if err == nil || errors.Is(err, ortc.ErrInvalid) {
		return err
	}
	return fmt.Errorf("%w: %s has wrong types", errBadField, field)
}

// objectOrString takes an object also as JSON in a string, as the takos server
// passes it on where a client sent it like that.
func (f fields) objectOrString(field string, into any) error {
	var inner string
	if len(f[field]) > 0 && f[field][0] == '"' && json.Unmarshal(f[field], &inner) == nil {
		return fields{field: json.RawMessage(inner)}.object(field, into)
	}
	return f.object(field, into)
}

// options are an object of a controller's wishes, empty if it has none.
func (f fields) options() (fields, error) {
	raw := bytes.TrimSpace(f["options"])
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return fields{}, nil
	}
	options, err := decodeFields(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: options is no object", errBadField)
	}
	return options, nil
}
