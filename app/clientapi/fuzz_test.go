package clientapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"takoshome/app/identity"
	"takoshome/sfu/sockets"
)

// FuzzParseBody holds what comes out of a body to what may.
func FuzzParseBody(f *testing.F) {
	for _, seed := range []string{
		`{"friendId":"bob@b.example","roomKeyHash":"aGFzaA=="}`, `{}`, `null`, `[]`, `{"friendId":1}`, `{"FRIENDID":"x","friendid":"y"}`,
		` { "friendId" : "\ud800" } `, `{"friendId":"a","x":[[[[[]]]]]}`, `{"x":"[[[[[[[["}`, `{"x":"\"[[[["}`, "{\"friendId\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var body friendBody
		if parseBody(text, &body) != nil {
			return
		}
		if sockets.IsTooDeep(text, maxDepth) || !isObject(text) {
			t.Error("it was taken")
		}
		if !utf8.ValidString(body.FriendID) {
			t.Errorf("friend %q", body.FriendID)
		}
	})
}

// FuzzRequests lets nothing that is said by somebody who is signed in be a fault
// of the host's, and nobody else in.
func FuzzRequests(f *testing.F) {
	var paths []string
	for n, e := range endpoints() {
		if e.body == nil {
			continue
		}
		paths = append(paths, e.url())
		f.Add(n, `{"userName":"bob@a.example","id":"anna@a.example","friendId":"anna@a.example","groupId":"x","roomKeyHash":""}`)
		f.Add(n, `{"friendId":["anna@a.example"]}`)
	}
	h := newHost(f, Limits{})
	token, err := h.store.StartSession(h.clock.now(), "alice", "fuzz")
	must(f, err)
	h.api.byAddress = newLimiter[addr](1e9, 1e9)
	h.api.byAccount = newLimiter[string](1e9, 1e9)
	f.Fuzz(func(t *testing.T, n int, body string) {
		if n < 0 {
			return
		}
		path := paths[n%len(paths)]
		for _, cookie := range []string{"", token} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			if cookie != "" {
				r.AddCookie(&http.Cookie{Name: cookieName, Value: cookie})
			}
			w := httptest.NewRecorder()
			h.api.ServeHTTP(w, r)
			isOpen := strings.HasSuffix(path, "/login")
			if cookie == "" && !isOpen && w.Code != http.StatusUnauthorized || w.Code == http.StatusInternalServerError {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
			if strings.Contains(w.Body.String(), token) {
				t.Errorf("%s tells the session", path)
			}
		}
	})
}

func FuzzDevice(f *testing.F) {
	f.Add("", "")
	f.Add("0193579e-aaaa-7000-8000-00000000000a", "takos/1.0 (Linux)")
	f.Add("", "0193579e-aaaa-7000-8000-00000000000a")
	f.Add("0193579e-aaaa-7000-8000-00000000000a", " \x00\xff ")
	f.Fuzz(func(t *testing.T, id, agent string) {
		if !isSessionUUID(id) {
			return
		}
		got := deviceOf(identity.Session{ID: "s", Device: device{uuid: id, agent: agent}.String()})
		if id != "" && got.uuid != id {
			t.Errorf("uuid %q became %q", id, got.uuid)
		}
		if strings.TrimSpace(got.agent) != got.agent || printable(got.agent) != got.agent {
			t.Errorf("agent %q became %q", agent, got.agent)
		}
	})
}
