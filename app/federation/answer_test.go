package federation

import (
	"errors"
	"strings"
	"testing"
)

func TestParseAnswer(t *testing.T) {
	for _, test := range []struct {
		status     int
		body       string
		wantsToken bool
		token      string
		want       error
	}{
		{200, `200`, false, "", nil},
		{200, ``, false, "", nil},
		{204, ``, false, "", nil},
		{200, `{"status":"ok"}`, false, "", nil},
		{200, `{"message":"success"}`, false, "", nil},
		{200, `{"status":"ok","token":"abc"}`, true, "abc", nil},
		{200, `{"ok":true,"token":"abc"}`, true, "abc", nil},
		{200, `{"token":"abc"}`, true, "abc", nil},
		{200, `{"status":"ok","token":"abc"}`, false, "", nil},
		{200, `{"status":"ok"}`, true, "", ErrBadAnswer},
		{200, ``, true, "", ErrBadAnswer},
		{200, `200`, true, "", ErrBadAnswer},
		{200, `{"token":""}`, true, "", ErrBadAnswer},
		{200, `{"token":7}`, true, "", ErrBadAnswer},
		{200, `{"token":"a b"}`, true, "", ErrBadAnswer},
		{200, `{"token":"a\u0000"}`, true, "", ErrBadAnswer},
		{200, `{"token":"` + strings.Repeat("a", 513) + `"}`, true, "", ErrBadAnswer},
		{200, `<html>`, false, "", ErrBadAnswer},
		{200, `[]`, false, "", ErrBadAnswer},
		{200, `{"status":"error","message":"no"}`, false, "", ErrRefused},
		{200, `{"ok":false,"token":"abc"}`, true, "", ErrRefused},
		{200, `{"error":"Not friends"}`, false, "", ErrNotFriends},
		{301, ``, false, "", ErrBadAnswer},
		{302, `{"status":"ok"}`, false, "", ErrBadAnswer},
		{400, `{"error":"Invalid event"}`, false, "", ErrUnknownEvent},
		{400, `{"error":"Invalid userId"}`, false, "", ErrRefused},
		{400, `{"status":"error","message":"no"}`, false, "", ErrRefused},
		{401, `{"error":"Invalid Authorization"}`, false, "", ErrUnauthorized},
		{403, ``, false, "", ErrRefused},
		{409, `{"error":"Busy"}`, false, "", ErrBusy},
		{429, `slow down`, false, "", ErrTooMany},
		{500, `{"error":"Internal server error"}`, false, "", ErrRefused},
	} {
		answer, failed := parseAnswer(test.status, []byte(test.body), test.wantsToken)
		var err error
		if failed != nil {
			err = failed
		}
		if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) || answer.Token != test.token {
			t.Errorf("%d %q: got %q, %v, want %q, %v", test.status, test.body, answer.Token, err, test.token, test.want)
		}
		if failed != nil && errors.Is(failed, ErrRefused) == errors.Is(failed, ErrBadAnswer) {
			t.Errorf("%d %q: %v is both or neither of refused and not understood", test.status, test.body, failed)
		}
	}
}

func TestReasonsAreForTheLog(t *testing.T) {
	_, failed := parseAnswer(400, []byte(`{"error":"\u001b[2Jclear`+strings.Repeat("x", 1000)+`"}`), false)
	if len(failed.Reason) != maxReasonBytes || strings.Contains(failed.Reason, "\x1b") || strings.Contains(failed.Error(), "clear") {
		t.Errorf("reason %q, error %q", failed.Reason, failed)
	}
}

func FuzzParseAnswer(f *testing.F) {
	f.Add(200, []byte(`{"status":"ok","token":"abc"}`), true)
	f.Add(400, []byte(`{"error":"Invalid event"}`), false)
	f.Add(200, []byte(`200`), false)
	f.Fuzz(func(t *testing.T, status int, body []byte, wantsToken bool) {
		answer, failed := parseAnswer(status, body, wantsToken)
		if failed == nil && (status < 200 || status > 299 || wantsToken != (answer.Token != "")) {
			t.Errorf("%d %q: a yes with %q", status, body, answer.Token)
		}
		if failed != nil && (answer.Token != "" || failed.Err == nil) {
			t.Errorf("%d %q: a no with %q and %v", status, body, answer.Token, failed.Err)
		}
	})
}

func FuzzParseKeyAnswer(f *testing.F) {
	f.Add([]byte(`{"key":"AAAA"}`))
	f.Add([]byte(`{"key":{"key":"AAAA","keyType":"serverKeyPublic"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if key, err := parseKeyAnswer(body); err == nil && len(key) != 1952 {
			t.Errorf("%q: a key of %d bytes", body, len(key))
		}
	})
}
