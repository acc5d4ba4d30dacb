package clientapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

type object = map[string]any

// endpoint is one of the API with what it takes and how it answers it. The
// people are strangers, and nobody calls.
type endpoint struct {
	method, path string
	body         object // nil: none
	status       int
	message      string // of a refusal
	isPublic     bool   // asks for no session
	noSession    int    // what it says without one
}

func endpoints() []endpoint {
	list := []endpoint{
		{method: "POST", path: "sessions/login", body: object{"userName": "alice", "password": password}, status: 400, message: "Invalid username or password", isPublic: true},
		{method: "GET", path: "sessions/status", status: 200, isPublic: true},
		{method: "GET", path: "sessions/list", status: 200, noSession: 400},
		{method: "POST", path: "sessions/delete/00000000-0000-7000-8000-000000000000", status: 200, noSession: 400},
		{method: "POST", path: "sessions/logout", status: 200, noSession: 400},
		{method: "GET", path: "ws", status: 400, message: "Invalid request", noSession: 400},
	}
	for _, friend := range []string{"friend", "friends"} {
		list = append(list,
			endpoint{method: "GET", path: friend + "/list", status: 200},
			endpoint{method: "GET", path: friend + "/requests", status: 200},
			endpoint{method: "POST", path: friend + "/request", body: object{"userName": "carol@a.example"}, status: 400, message: "Invalid userName"},
			endpoint{method: "POST", path: friend + "/accept", body: object{"id": "carol@a.example"}, status: 400, message: "Invalid request"},
			endpoint{method: "POST", path: friend + "/decline", body: object{"id": "carol@a.example"}, status: 200},
			endpoint{method: "POST", path: friend + "/remove", body: object{"id": "carol@a.example"}, status: 200},
			endpoint{method: "POST", path: friend + "/block", body: object{"id": "carol@a.example"}, status: 200},
			endpoint{method: "POST", path: friend + "/unblock", body: object{"id": "carol@a.example"}, status: 200},
		)
		for _, mode := range []string{"audio", "video"} {
			call := "call/" + friend + "/" + mode + "/"
			body := object{"friendId": string(anna)}
			list = append(list,
				endpoint{method: "POST", path: call + "request", body: object{"friendId": string(anna), "roomKeyHash": "aGFzaA=="}, status: 400, message: "Invalid friend"},
				endpoint{method: "POST", path: call + "accept", body: body, status: 400, message: "Invalid call"},
				endpoint{method: "POST", path: call + "reject", body: body, status: 400, message: "Invalid call"},
				endpoint{method: "POST", path: call + "cancel", body: body, status: 200},
				endpoint{method: "POST", path: call + "end", body: body, status: 200},
			)
		}
	}
	const group = "0193579e-0000-7000-8000-000000000000@a.example"
	for _, mode := range []string{"audio", "video"} {
		list = append(list,
			endpoint{method: "POST", path: "call/group/" + mode + "/start", body: object{"groupId": group, "roomKeyHash": "aGFzaA=="}, status: 400, message: "Invalid groupId"},
			endpoint{method: "POST", path: "call/group/" + mode + "/join", body: object{"groupId": group}, status: 400, message: "Invalid groupId"},
		)
	}
	return list
}

func (e endpoint) url() string { return "/api/v2/" + e.path }

func (e endpoint) text(t *testing.T) string {
	t.Helper()
	if e.body == nil {
		return ""
	}
	text, err := json.Marshal(e.body)
	must(t, err)
	return string(text)
}

func TestEndpoints(t *testing.T) {
	h := newHost(t, Limits{})
	for _, e := range endpoints() {
		t.Run(e.method+" "+e.path, func(t *testing.T) {
			p := h.phone(t, "alice")
			got := p.ask(e.method, e.url(), e.text(t))
			if got.status != e.status || got.word("message") != e.message && e.message != "" {
				t.Errorf("right request: %d %s, want %d %q", got.status, got.text, e.status, e.message)
			}
			if got.headers.Get("Cache-Control") != "no-store" || got.headers.Get("Content-Type") != "application/json" {
				t.Errorf("headers %v", got.headers)
			}
		})
	}
}

func TestEndpointsWantASession(t *testing.T) {
	h := newHost(t, Limits{})
	for _, e := range endpoints() {
		if e.isPublic {
			continue
		}
		want := http.StatusUnauthorized
		if e.noSession != 0 {
			want = e.noSession
		}
		over := h.phone(t, "alice")
		must(t, h.store.EndSession(over.token))
		for name, token := range map[string]string{
			"none": "", "guessed": strings.Repeat("A", 43), "long": strings.Repeat("A", 4000), "over": over.token,
		} {
			t.Run(e.path+" "+name, func(t *testing.T) {
				p := &phone{t: t, host: h, token: token}
				if got := p.ask(e.method, e.url(), e.text(t)); got.status != want {
					t.Errorf("got %d %s, want %d", got.status, got.text, want)
				}
			})
		}
	}
}

func TestEndpointsRefuseForeignPages(t *testing.T) {
	h := newHost(t, Limits{})
	p := h.phone(t, "alice")
	foreign := []map[string]string{
		{"Origin": "https://evil.example"},
		{"Origin": "null"},
		{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
		{"Origin": "https://evil.a.example", "Sec-Fetch-Site": "same-site"},
		{"Origin": "http://app.example"}, // not the scheme that is configured
	}
	own := []map[string]string{
		{"Origin": h.server.URL},
		{"Sec-Fetch-Site": "same-origin"},
		{"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"},
		{"Origin": "tauri://localhost"},
		{"Origin": "http://tauri.localhost"},
	}
	for _, e := range endpoints() {
		if e.method != http.MethodPost || e.path == "sessions/logout" || e.path == "sessions/login" {
			continue
		}
		t.Run(e.path, func(t *testing.T) {
			for _, headers := range foreign {
				if got := p.with(headers).ask(e.method, e.url(), e.text(t)); got.status != http.StatusForbidden {
					t.Errorf("%v: %d %s", headers, got.status, got.text)
				}
			}
			for _, headers := range own {
				if got := p.with(headers).ask(e.method, e.url(), e.text(t)); got.status != e.status {
					t.Errorf("%v: %d %s, want %d", headers, got.status, got.text, e.status)
				}
			}
		})
	}
	for _, path := range []string{"sessions/login", "sessions/logout"} {
		got := p.with(foreign[0]).ask("POST", "/api/v2/"+path, `{"userName":"alice","password":"`+password+`"}`)
		if got.status != http.StatusForbidden || len(got.headers.Values("Set-Cookie")) > 0 {
			t.Errorf("%s: %d %v", path, got.status, got.headers)
		}
	}
}

func (p *phone) with(headers map[string]string) *phone {
	other := *p
	other.headers = headers
	return &other
}

func TestEndpointsRefuseBadBodies(t *testing.T) {
	h := newHost(t, Limits{})
	p := h.phone(t, "alice")
	for _, e := range endpoints() {
		if e.body == nil {
			continue
		}
		bad := map[string]string{
			"no JSON": "hello", "null": "null", "list": "[]", "string": `"a"`, "number": "1", "empty": "{}", "cut": `{"`,
			"two": `{}{}`, "tail": e.text(t) + "x", "deep": `{"x":` + strings.Repeat("[", 60000) + `}`,
			"deep but whole": `{"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
			"invalid UTF-8":  "{\"userName\":\"\xff\",\"id\":\"\xff\",\"friendId\":\"\xff\",\"groupId\":\"\xff\",\"password\":\"x\"}",
		}
		for field := range e.body {
			for name, value := range map[string]any{
				"number": 1, "list": []any{}, "object": object{}, "null": nil, "empty": "", "true": true,
				"long": strings.Repeat("a", 10000), "no id": "alice", "port": "anna@a.example:8443", "two @": "anna@a@example",
				"control": "an\x00na@a.example", "path": "../../anna@a.example",
			} {
				isFree := field == "password" || field == "roomKeyHash" && (name == "null" || name == "empty" || name == "no id" ||
					name == "port" || name == "two @" || name == "path" || name == "control") || field == "userName" && name == "no id"
				if isFree {
					continue
				}
				body := object{}
				for k, v := range e.body {
					body[k] = v
				}
				body[field] = value
				text, err := json.Marshal(body)
				must(t, err)
				bad[field+" is "+name] = string(text)
			}
		}
		for name, text := range bad {
			t.Run(e.path+" "+name, func(t *testing.T) {
				if got := p.ask(e.method, e.url(), text); got.status != http.StatusBadRequest {
					t.Errorf("got %d %s", got.status, got.text)
				}
			})
		}
		t.Run(e.path+" oversized", func(t *testing.T) {
			text := `{"x":"` + strings.Repeat("a", maxBodyBytes) + `"}`
			if got := p.ask(e.method, e.url(), text); got.status != http.StatusRequestEntityTooLarge {
				t.Errorf("got %d %s", got.status, got.text)
			}
		})
		t.Run(e.path+" as a form", func(t *testing.T) {
			for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
				got := p.ask(e.method, e.url(), e.text(t), func(r *http.Request) { r.Header.Set("Content-Type", kind) })
				if got.status != http.StatusUnsupportedMediaType {
					t.Errorf("%q: %d %s", kind, got.status, got.text)
				}
			}
		})
	}
}

// Clients may say more than is asked for.
func TestBodiesMaySayMore(t *testing.T) {
	h := newHost(t, Limits{})
	p := h.phone(t, "alice")
	got := p.ask("POST", "/api/v2/call/friend/audio/cancel", `{"friendId":"anna@a.example","isEncrypt":true,"x":{"y":[1]}}`)
	if got.status != http.StatusOK {
		t.Errorf("got %d %s", got.status, got.text)
	}
}

func TestOtherMethodsAndPaths(t *testing.T) {
	h := newHost(t, Limits{})
	p := h.phone(t, "alice")
	for _, test := range []struct {
		method, path string
		want         int
	}{
		{"GET", "sessions/login", 405},
		{"DELETE", "friend/list", 405},
		{"GET", "call/friend/audio/request", 405},
		{"POST", "call/friend/chat/request", 400},
		{"POST", "call/group/chat/start", 400},
		{"POST", "call/friend/audio/wink", 404},
		{"POST", "sessions/register", 404},
		{"GET", "", 404},
	} {
		body := ""
		if test.method == "POST" {
			body = `{"friendId":"anna@a.example","groupId":"x"}`
		}
		if got := p.ask(test.method, "/api/v2/"+test.path, body); got.status != test.want {
			t.Errorf("%s %s: %d, want %d", test.method, test.path, got.status, test.want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	h := newHost(t, Limits{})
	good := h.api.config
	for name, change := range map[string]func(*Config){
		"no store":    func(c *Config) { c.Store = nil },
		"no exchange": func(c *Config) { c.Exchange = nil },
		"no friends":  func(c *Config) { c.Friends = nil },
		"no logger":   func(c *Config) { c.Logger = nil },
		"bad origin":  func(c *Config) { c.Origins = []string{"app.example"} },
		"bad limit":   func(c *Config) { c.Limits.Sockets = -1 },
	} {
		config := good
		change(&config)
		if _, err := New(config); err == nil {
			t.Errorf("%s: an API was made", name)
		}
	}
}
