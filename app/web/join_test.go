package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestJoin(t *testing.T) {
	tests := []struct {
		name, body string
		guests     guestList
		status     int
		want       string
	}{
		{"good", `{"code":"good-code","name":"Hanako"}`, guestList{}, 200, `{"token":"the-token","user":"Hanako 2"}`},
		{"unknown field", `{"code":"good-code","name":"Hanako","x":1}`, guestList{}, 200, `{"token":"the-token","user":"Hanako 2"}`},
		{"bad name", `{"code":"good-code","name":"a@b"}`, guestList{}, 400, `{"error":"badName"}`},
		{"bad code", `{"code":"x","name":"Hanako"}`, guestList{}, 404, `{"error":"badCode"}`},
		{"no code", `{"name":"Hanako"}`, guestList{}, 404, `{"error":"badCode"}`},
		{"full", `{"code":"good-code","name":"Hanako"}`, guestList{ErrFull}, 503, `{"error":"full"}`},
		{"stopping", `{"code":"good-code","name":"Hanako"}`, guestList{errors.New("stopping")}, 503, `{"error":"notHosting"}`},
		{"no JSON", `code=good-code`, guestList{}, 400, `{"error":"badName"}`},
		{"array", `["good-code"]`, guestList{}, 400, `{"error":"badName"}`},
		{"wrong type", `{"code":1,"name":[]}`, guestList{}, 400, `{"error":"badName"}`},
		{"two values", `{"code":"good-code","name":"a"}{}`, guestList{}, 400, `{"error":"badName"}`},
		{"deep", strings.Repeat("[", 4000), guestList{}, 400, `{"error":"badName"}`},
		{"too long", `{"code":"` + strings.Repeat("a", maxJoinBytes) + `"}`, guestList{}, 400, `{"error":"badName"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h, _ := testHandler(t, func(c *Config) { c.Guests = test.guests })
			w := do(h, request("POST", "/api/join", test.body))
			if w.Code != test.status || w.Body.String() != test.want {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, test.status, test.want)
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control %q", got)
			}
		})
	}
}

func TestJoinNeedsJSONType(t *testing.T) {
	h, _ := testHandler(t, nil)
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded"} {
		r := request("POST", "/api/join", `{"code":"good-code","name":"Hanako"}`, "Content-Type", contentType)
		if w := do(h, r); w.Code != http.StatusBadRequest {
			t.Errorf("%q: got %d", contentType, w.Code)
		}
	}
}

func TestJoinInfo(t *testing.T) {
	h, _ := testHandler(t, nil)
	w := do(h, request("GET", "/api/join/info", "", "X-Takos-Code", goodCode))
	if want := `{"room":"tea","callType":"video","people":2}`; w.Code != 200 || w.Body.String() != want {
		t.Errorf("got %d %s, want %s", w.Code, w.Body, want)
	}
	w = do(h, request("GET", "/api/join/info", ""))
	if w.Code != 404 || w.Body.String() != `{"error":"badCode"}` {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

// Security check 31, for the join request: a foreign page is refused.
func TestSec31JoinOrigin(t *testing.T) {
	h, _ := testHandler(t, nil)
	tests := []struct {
		name    string
		headers []string
		status  int
	}{
		{"no browser", nil, 200},
		{"own page", []string{"Origin", "http://192.0.2.10:8443"}, 200},
		{"own page, modern", []string{"Origin", "http://192.0.2.10:8443", "Sec-Fetch-Site", "same-origin"}, 200},
		{"configured", []string{"Origin", "https://takos.example", "Sec-Fetch-Site", "cross-site"}, 200},
		{"foreign", []string{"Origin", "https://evil.example"}, 403},
		{"foreign, modern", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403},
		{"other port", []string{"Origin", "http://192.0.2.10:1"}, 403},
		{"sandboxed", []string{"Origin", "null"}, 403},
		{"subdomain of a configured one", []string{"Origin", "https://x.takos.example"}, 403},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := do(h, request("POST", "/api/join", `{"code":"good-code","name":"Hanako"}`, test.headers...))
			if w.Code != test.status {
				t.Errorf("got %d, want %d", w.Code, test.status)
			}
		})
	}
}

// Security checks 35 and 39: guessing codes ends after ten tries, right codes
// are not counted, and both requests share the count.
func TestSec39GuessedCodesAreLockedOut(t *testing.T) {
	h, c := testHandler(t, nil)
	good := func() *http.Request {
		return request("GET", "/api/join/info", "", "X-Takos-Code", goodCode)
	}
	for range 2 * wrongBurst {
		if w := do(h, good()); w.Code != 200 {
			t.Fatalf("right code: %d", w.Code)
		}
	}
	for i := range wrongBurst {
		r := request("GET", "/api/join/info", "", "X-Takos-Code", "guess")
		if i%2 == 0 {
			r = request("POST", "/api/join", `{"code":"guess","name":"a"}`)
		}
		if w := do(h, r); w.Code != 404 {
			t.Fatalf("guess %d: %d", i, w.Code)
		}
	}
	if w := do(h, good()); w.Code != 429 || w.Header().Get("Retry-After") != "6" {
		t.Errorf("got %d, Retry-After %q, want 429 for 6 s", w.Code, w.Header().Get("Retry-After"))
	}
	c.add(6 * time.Second)
	if w := do(h, good()); w.Code != 200 {
		t.Errorf("six seconds later: %d", w.Code)
	}
}

func TestJoinsOfOneAddress(t *testing.T) {
	h, _ := testHandler(t, nil)
	join := func() int {
		return do(h, request("POST", "/api/join", `{"code":"good-code","name":"a"}`)).Code
	}
	for i := range joinBurst {
		if got := join(); got != 200 {
			t.Fatalf("join %d: %d", i, got)
		}
	}
	if got := join(); got != 429 {
		t.Errorf("got %d, want 429", got)
	}
}

func FuzzSec24JoinBody(f *testing.F) {
	f.Add(`{"code":"good-code","name":"Hanako"}`)
	f.Add(`{"code":"a","code":"good-code","name":"\ud800"}`)
	f.Fuzz(func(t *testing.T, body string) {
		config := testConfig(&clock{at: start})
		s, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		w := do(s.http.Handler, request("POST", "/api/join", body))
		if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	})
}
