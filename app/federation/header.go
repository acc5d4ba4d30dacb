package federation

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"takoshome/app/identity"
)

// isoMilliseconds is how takos servers write a key's end, as JavaScript's
// toISOString does.
const isoMilliseconds = "2006-01-02T15:04:05.000Z"

const (
	// maxAuthorization leaves a signature, which is 4412 bytes in base64, room.
	maxAuthorization = 6 << 10
	maxParameters    = 8
	maxExpireBytes   = 40
)

// authorization is what the header says:
//
//	Signature sign="…",expire="2025-05-29T01:02:03.004Z",origin="a.example"
//	X-Takos-Signature signature="…", Expires="…", origin="…"
//
// The first is what servers sent, the second what is documented. Scheme and
// names are taken in either, in any case and order.
type authorization struct {
	signature []byte
	expire    time.Time // of the key: it says which one
	origin    string    // as it stands there
}

func parseAuthorization(header string) (a authorization, err error) {
	scheme, rest, found := strings.Cut(header, " ")
	isScheme := strings.EqualFold(scheme, "Signature") || strings.EqualFold(scheme, "X-Takos-Signature")
	if !found || !isScheme || len(header) > maxAuthorization {
		return a, errBadAuthorization
	}
	parameters, err := parseParameters(rest)
	if err != nil {
		return a, err
	}
	sign, hasSign := either(parameters, "sign", "signature")
	expire, hasExpire := either(parameters, "expire", "expires")
	origin, hasOrigin := parameters["origin"]
	if !hasSign || !hasExpire || !hasOrigin {
		return a, errBadAuthorization
	}
	a.origin = origin
	a.signature, err = base64.StdEncoding.Strict().DecodeString(sign)
	if err != nil || len(a.signature) != identity.SignatureBytes {
		return a, errBadAuthorization
	}
	a.expire, err = parseExpire(expire)
	if err != nil {
		return a, errBadAuthorization
	}
	return a, nil
}

// either gives the value of the one of two names that is there; both are none.
func either(parameters map[string]string, name, other string) (value string, found bool) {
	value, found = parameters[name]
	second, isOther := parameters[other]
	if isOther {
		value = second
	}
	return value, found != isOther
}

// parseParameters reads name="value" pairs with commas between them.
func parseParameters(text string) (map[string]string, error) {
	parameters := map[string]string{}
	for {
		text = strings.TrimLeft(text, " \t")
		name, rest, found := strings.Cut(text, `="`)
		value, after, closed := strings.Cut(rest, `"`)
		name = strings.ToLower(name)
		_, repeated := parameters[name]
		if !found || !closed || repeated || !isParameterName(name) || len(parameters) == maxParameters {
			return nil, errBadAuthorization
		}
		parameters[name] = value
		after = strings.TrimLeft(after, " \t")
		if after == "" {
			return parameters, nil
		}
		if text, found = strings.CutPrefix(after, ","); !found {
			return nil, errBadAuthorization
		}
	}
}

func isParameterName(name string) bool {
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && c != '-' {
			return false
		}
	}
	return name != "" && len(name) <= 20
}

// parseExpire reads a key's end, which has no more than milliseconds.
func parseExpire(text string) (time.Time, error) {
	if len(text) > maxExpireBytes {
		return time.Time{}, errBadExpire
	}
	expire, err := time.Parse(time.RFC3339, text)
	if err != nil || !expire.Truncate(time.Millisecond).Equal(expire) || expire.UnixMilli() <= 0 {
		return time.Time{}, errBadExpire
	}
	return expire.UTC(), nil
}

func formatExpire(expire time.Time) string { return expire.UTC().Format(isoMilliseconds) }

// formatAuthorization is what takos servers sent, and their verifiers want.
func formatAuthorization(key identity.ServerKey, origin string, body []byte) string {
	sign := base64.StdEncoding.EncodeToString(key.Sign(body))
	return fmt.Sprintf(`Signature sign="%s",expire="%s",origin="%s"`, sign, formatExpire(key.Expire), origin)
}
