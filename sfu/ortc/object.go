package ortc

import (
	"encoding/json"
	"math"
)

// object is a JSON object that is read field by field. Names count with their
// case, and a field's wrong type counts as mediasoup counts it: JavaScript's
// falsy values (null, false, 0, "") stand for an absent field. The first error
// stays.
type object struct {
	what   string
	fields map[string]any
	err    error
}

// parseObject reads JSON that must be an object.
func parseObject(data []byte, what string) *object {
	o := &object{what: what}
	if len(data) > maxJSONBytes {
		o.fail("", "too large")
		return o
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		o.fail("", "not readable")
		return o
	}
	return asObject(value, what)
}

// asObject wraps a decoded value that must be an object.
func asObject(value any, what string) *object {
	o := &object{what: what}
	fields, ok := value.(map[string]any)
	if !ok {
		o.fail("", "not an object")
	}
	o.fields = fields
	return o
}

func (o *object) fail(field, problem string) {
	if o.err != nil {
		return
	}
	if field != "" {
		field = "." + field
	}
	o.err = invalid("%s%s: %s", o.what, field, problem)
}

// adopt takes over the error of an object read inside this one.
func (o *object) adopt(inner *object) {
	if o.err == nil {
		o.err = inner.err
	}
}

// truthy returns the field's value unless it stands for an absent one.
func (o *object) truthy(field string) (any, bool) {
	switch value := o.fields[field].(type) {
	case nil:
		return nil, false
	case bool:
		return value, value
	case string:
		return value, value != ""
	case float64:
		return value, value != 0
	default:
		return value, true
	}
}

// text is an optional string.
func (o *object) text(field string) string {
	value, given := o.truthy(field)
	text, ok := value.(string)
	if given && !ok {
		o.fail(field, "not a string")
	}
	return text
}

// requiredText is a string that must not be empty.
func (o *object) requiredText(field string) string {
	text, _ := o.fields[field].(string)
	if text == "" {
		o.fail(field, "missing")
	}
	return text
}

// flag is an optional boolean.
func (o *object) flag(field string) bool {
	value, given := o.truthy(field)
	flag, ok := value.(bool)
	if given && !ok {
		o.fail(field, "not a boolean")
	}
	return flag
}

// integer reads a number if the field is one, which must lie in 0…limit.
func (o *object) integer(field string, limit uint32) (n uint32, ok bool) {
	number, ok := o.fields[field].(float64)
	if !ok {
		return 0, false
	}
	if number < 0 || number > float64(limit) || number != math.Trunc(number) {
		o.fail(field, "out of range")
		return 0, false
	}
	return uint32(number), true
}

// requiredInteger is an integer that must be there.
func (o *object) requiredInteger(field string, limit uint32) uint32 {
	n, ok := o.integer(field, limit)
	if !ok {
		o.fail(field, "missing")
	}
	return n
}

// optionalInteger is an integer, 0 where absent.
func (o *object) optionalInteger(field string, limit uint32) uint32 {
	value, given := o.truthy(field)
	if _, ok := value.(float64); given && !ok {
		o.fail(field, "not a number")
	}
	n, _ := o.integer(field, limit)
	return n
}

// list is an optional array.
func (o *object) list(field string) []any {
	value, given := o.truthy(field)
	list, ok := value.([]any)
	if given && !ok {
		o.fail(field, "not an array")
	}
	return list
}

// parameters are format parameters; anything but an object stands for none.
func (o *object) parameters(field string) CodecParameters {
	switch value := o.fields[field].(type) {
	case map[string]any:
		return CodecParameters(value)
	case []any:
		o.fail(field, "not an object")
	}
	return CodecParameters{}
}

// rtcpFeedback is an array of feedback; anything else stands for none.
func (o *object) rtcpFeedback(field string) []RtcpFeedback {
	list, _ := o.fields[field].([]any)
	return readList(o, list, field, readRtcpFeedback)
}

func readRtcpFeedback(o *object) RtcpFeedback {
	parameter, _ := o.fields["parameter"].(string)
	return RtcpFeedback{Type: o.requiredText("type"), Parameter: parameter}
}

// readList reads each element of an array that must hold objects.
func readList[T any](o *object, list []any, what string, read func(*object) T) []T {
	out := make([]T, 0, len(list))
	for _, value := range list {
		element := asObject(value, what)
		out = append(out, read(element))
		o.adopt(element)
		if o.err != nil {
			break
		}
	}
	return out
}
