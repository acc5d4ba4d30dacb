package federation

import (
	"bytes"
	"encoding/json"
	"net/http"
)

const (
	maxTokenBytes  = 512
	maxReasonBytes = 200
)

// parseAnswer reads a server's answer: yes may be nothing, a bare 200,
// {"status":"ok"} or {"ok":true}, with a token where there is to be one; no is
// another status, or an object that says so.
func parseAnswer(status int, body []byte, wantsToken bool) (Answer, *SendError) {
	fields, err := parseObject(body)
	isObject := err == nil
	if status < 200 || status > 299 {
		return Answer{}, refused(status, fields)
	}
	if isObject {
		if isRefusal(fields) {
			return Answer{}, refused(status, fields)
		}
	} else if !isBareYes(body) {
		return Answer{}, &SendError{Status: status, Err: ErrBadAnswer}
	}
	if !wantsToken {
		return Answer{}, nil
	}
	token, _ := textOf(fields, "token")
	if !isToken(token) {
		return Answer{}, &SendError{Status: status, Err: ErrBadAnswer}
	}
	return Answer{Token: token}, nil
}

// isBareYes takes no body, 200, true and "ok".
func isBareYes(body []byte) bool {
	switch string(bytes.TrimSpace(body)) {
	case "", "200", "true", `"ok"`:
		return true
	}
	return false
}

// isRefusal finds a no within a yes: {"status":"error"}, {"ok":false}, {"error":"…"}.
func isRefusal(fields map[string]json.RawMessage) bool {
	if status, isText := textOf(fields, "status"); isText && status != "ok" && status != "success" {
		return true
	}
	var ok bool
	if raw, found := fields["ok"]; found && (json.Unmarshal(raw, &ok) != nil || !ok) {
		return true
	}
	raw, found := fields["error"]
	return found && !isNull(raw) && !bytes.Equal(raw, []byte("false"))
}

// refused tells by status and words what was refused.
func refused(status int, fields map[string]json.RawMessage) *SendError {
	word, _ := textOf(fields, "error")
	reason := word
	if reason == "" {
		reason, _ = textOf(fields, "message")
	}
	failed := &SendError{Status: status, Reason: printable(reason), Err: ErrRefused}
	switch known := wordErrors()[word]; {
	case known != nil:
		failed.Err = known
	case status == http.StatusUnauthorized:
		failed.Err = ErrUnauthorized
	case status == http.StatusTooManyRequests:
		failed.Err = ErrTooMany
	case status < 400:
		if status >= 300 || status < 200 {
			failed.Err = ErrBadAnswer // a redirection, which is not followed
		}
	}
	return failed
}

// isToken keeps what could not stand in a URL out of one.
func isToken(token string) bool {
	for _, c := range []byte(token) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return token != "" && len(token) <= maxTokenBytes
}

// printable cuts a stranger's text short, and leaves out what a log or a
// terminal would take for more than text.
func printable(text string) string {
	kept := make([]byte, 0, min(len(text), maxReasonBytes))
	for _, c := range []byte(text) {
		if len(kept) == maxReasonBytes {
			break
		}
		if c >= ' ' && c <= '~' {
			kept = append(kept, c)
		}
	}
	return string(kept)
}
