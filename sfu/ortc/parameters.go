package ortc

import (
	"fmt"
	"maps"
	"math"
	"strings"
)

// Number returns the numeric parameter of that name.
func (p CodecParameters) Number(name string) (float64, bool) {
	return asNumber(p[name])
}

// clone copies the parameters; the result is never nil.
func (p CodecParameters) clone() CodecParameters {
	if p == nil {
		return CodecParameters{}
	}
	return maps.Clone(p)
}

// aptIs reports whether an RTX codec's parameters name payloadType as the one
// that it repairs (RFC 4588 section 8.1).
func (p CodecParameters) aptIs(payloadType uint8) bool {
	apt, ok := p.Number("apt")
	return ok && apt == float64(payloadType)
}

// normalized returns a checked copy in which every number is a float64.
func (p CodecParameters) normalized() (CodecParameters, error) {
	if apt, given := p["apt"]; given {
		if _, ok := asNumber(apt); !ok {
			return nil, invalid("apt is a %T", apt)
		}
	}
	return p.normalizedPlain()
}

// normalizedPlain is normalized where no parameter has a meaning.
func (p CodecParameters) normalizedPlain() (CodecParameters, error) {
	if len(p) > maxParameters {
		return nil, invalid("%d parameters", len(p))
	}
	out := make(CodecParameters, len(p))
	for name, value := range p {
		if len(name) > maxTextBytes {
			return nil, invalid("parameter name of %d bytes", len(name))
		}
		if err := out.set(name, value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (p CodecParameters) set(name string, value any) error {
	if text, ok := value.(string); ok {
		if len(text) > maxParameterBytes {
			return invalid("parameter %q of %d bytes", name, len(text))
		}
		p[name] = text
		return nil
	}
	number, ok := asNumber(value)
	if !ok || math.IsNaN(number) || math.IsInf(number, 0) {
		return invalid("parameter %q is a %T", name, value)
	}
	p[name] = number
	return nil
}

// asNumber takes the types that JSON and Go callers put into parameters.
func asNumber(value any) (float64, bool) {
	switch n := value.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	case uint8:
		return float64(n), true
	case uint32:
		return float64(n), true
	}
	return 0, false
}

// sameParameter compares the parameter of that name in both, as JavaScript's
// === does: a number never equals a string, absent equals absent.
func sameParameter(a, b CodecParameters, name string) bool {
	return parameterOf(a, name, false) == parameterOf(b, name, false)
}

// sameParameterOrZero is sameParameter where absent and empty mean 0.
func sameParameterOrZero(a, b CodecParameters, name string) bool {
	return parameterOf(a, name, true) == parameterOf(b, name, true)
}

// parameter is the comparable form of a parameter's value.
type parameter struct {
	text   string
	number float64
	kind   parameterKind
}

type parameterKind uint8

const (
	parameterAbsent parameterKind = iota
	parameterText
	parameterNumber
)

func parameterOf(p CodecParameters, name string, orZero bool) parameter {
	value := p[name]
	if text, ok := value.(string); ok && (text != "" || !orZero) {
		return parameter{text: text, kind: parameterText}
	}
	if number, ok := asNumber(value); ok {
		return parameter{number: number, kind: parameterNumber}
	}
	if orZero {
		return parameter{kind: parameterNumber}
	}
	return parameter{}
}

// invalid makes an error that says what broke the rules.
func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

// lowerASCII lowers the case of a MIME type, which is ASCII (RFC 6838).
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
