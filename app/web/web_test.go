package web

import (
	"bytes"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

var (
	start     = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	bigScript = strings.Repeat("export const a = 1;\n", 200)
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time // mu protects it
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// guestList is the Guests of a host with one link.
type guestList struct{ err error }

const goodCode = "good-code"

func (g guestList) Join(code, name string) (token, user string, err error) {
	switch {
	case g.err != nil:
		return "", "", g.err
	case code != goodCode:
		return "", "", ErrBadCode
	case strings.Contains(name, "@"):
		return "", "", ErrBadName
	}
	return "the-token", name + " 2", nil
}

func (g guestList) Info(code string) (Info, error) {
	if code != goodCode {
		return Info{}, ErrBadCode
	}
	return Info{Room: "tea", CallType: "video", People: 2}, nil
}

func pageFiles() fs.FS {
	return fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html><title>join</title>")},
		"app.js":     {Data: []byte(bigScript)},
		"app.css":    {Data: []byte("a{}")},
		"icon.svg":   {Data: []byte("<svg/>")},
		"data.bin":   {Data: []byte{1, 2, 3}},
	}
}

func testConfig(c *clock) Config {
	return Config{
		Listener: refusingListener{},
		Signaling: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Seen-Client", r.RemoteAddr)
			http.Error(w, "signaling", http.StatusTeapot)
		}),
		Page:    pageFiles(),
		Guests:  guestList{},
		Hosts:   []string{"Home.Example"},
		Origins: []string{"https://takos.example"},
		Now:     c.now,
	}
}

// refusingListener stands where a test calls the handler directly.
type refusingListener struct{}

func (refusingListener) Accept() (net.Conn, error) { return nil, net.ErrClosed }
func (refusingListener) Close() error              { return nil }
func (refusingListener) Addr() net.Addr            { return &net.TCPAddr{} }

func testHandler(t *testing.T, change func(*Config)) (http.Handler, *clock) {
	t.Helper()
	c := &clock{at: start}
	config := testConfig(c)
	if change != nil {
		change(&config)
	}
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return s.http.Handler, c
}

func request(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "192.0.2.10:8443"
	r.RemoteAddr = "203.0.113.9:5000"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func do(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRoutes(t *testing.T) {
	h, _ := testHandler(t, nil)
	tests := []struct {
		method, target string
		status         int
		contentType    string
	}{
		{"GET", "/j", 200, "text/html; charset=utf-8"},
		{"HEAD", "/j", 200, "text/html; charset=utf-8"},
		{"GET", "/j/app.js", 200, "text/javascript; charset=utf-8"},
		{"GET", "/j/app.css", 200, "text/css; charset=utf-8"},
		{"GET", "/j/icon.svg", 200, "image/svg+xml"},
		{"GET", "/j/data.bin", 200, "application/octet-stream"},
		{"GET", "/j/none.js", 404, "text/plain; charset=utf-8"},
		{"GET", "/j/../config.toml", 307, "text/html; charset=utf-8"},
		{"GET", "/j/%2e%2e/config.toml", 404, "text/plain; charset=utf-8"},
		{"GET", "/j/..%2fconfig.toml", 404, "text/plain; charset=utf-8"},
		{"POST", "/j", 405, "text/plain; charset=utf-8"},
		{"GET", "/", 303, "text/html; charset=utf-8"},
		{"GET", "/about", 200, "text/html; charset=utf-8"},
		{"GET", "/api/join", 405, "text/plain; charset=utf-8"},
		{"GET", "/etc/passwd", 404, "text/plain; charset=utf-8"},
		{"GET", "/_takos/v2/call?token=x", 418, "text/plain; charset=utf-8"},
	}
	for _, test := range tests {
		t.Run(test.method+test.target, func(t *testing.T) {
			w := do(h, request(test.method, test.target, ""))
			if w.Code != test.status || w.Header().Get("Content-Type") != test.contentType {
				t.Errorf("got %d %q, want %d %q", w.Code, w.Header().Get("Content-Type"), test.status, test.contentType)
			}
		})
	}
}

func TestSecurityHeaders(t *testing.T) {
	h, _ := testHandler(t, nil)
	for _, target := range []string{"/j", "/j/app.js", "/none", "/about", "/api/join/info", "/_takos/v2/call"} {
		t.Run(target, func(t *testing.T) {
			header := do(h, request("GET", target, "")).Header()
			want := map[string]string{
				"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; " +
					"img-src 'self' data: blob:; media-src 'self' blob: mediastream:; " +
					"connect-src 'self' ws://192.0.2.10:8443; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
				"Referrer-Policy":              "no-referrer",
				"X-Content-Type-Options":       "nosniff",
				"Cross-Origin-Opener-Policy":   "same-origin",
				"Cross-Origin-Resource-Policy": "same-origin",
			}
			for name, value := range want {
				if got := header.Get(name); got != value {
					t.Errorf("%s: got %q, want %q", name, got, value)
				}
			}
			for _, part := range []string{"camera=(self)", "microphone=(self)", "display-capture=(self)"} {
				if !strings.Contains(header.Get("Permissions-Policy"), part) {
					t.Errorf("Permissions-Policy lacks %s", part)
				}
			}
		})
	}
}

// A Host header must not be able to add directives to the policy.
func TestContentSecurityPolicyHost(t *testing.T) {
	for host, want := range map[string]string{
		"home.example:8443": "connect-src 'self' wss://home.example:8443;",
		"[::1]:8443":        "connect-src 'self' wss://[::1]:8443;",
		"":                  "connect-src 'self';",
		"a;script-src *":    "connect-src 'self';",
		"a, b":              "connect-src 'self';",
		"a'b":               "connect-src 'self';",
	} {
		if got := contentSecurityPolicy(true, host); !strings.Contains(got, want) {
			t.Errorf("host %q: %s lacks %s", host, got, want)
		}
	}
}

func TestPageIsSentOnlyWhenChanged(t *testing.T) {
	h, _ := testHandler(t, nil)
	plain := do(h, request("GET", "/j/app.js", ""))
	if plain.Body.String() != bigScript || plain.Header().Get("Content-Encoding") != "" {
		t.Errorf("without gzip: %d bytes, encoding %q", plain.Body.Len(), plain.Header().Get("Content-Encoding"))
	}
	zipped := do(h, request("GET", "/j/app.js", "", "Accept-Encoding", "br, gzip"))
	if zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Body.Len() >= len(bigScript) {
		t.Errorf("with gzip: %d bytes, encoding %q", zipped.Body.Len(), zipped.Header().Get("Content-Encoding"))
	}
	if refused := do(h, request("GET", "/j/app.js", "", "Accept-Encoding", "gzip;q=0")); refused.Body.String() != bigScript {
		t.Error("gzip was sent to a client that refuses it")
	}
	etag := zipped.Header().Get("ETag")
	if etag == plain.Header().Get("ETag") {
		t.Error("two encodings with one ETag")
	}
	again := do(h, request("GET", "/j/app.js", "", "Accept-Encoding", "gzip", "If-None-Match", etag))
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("got %d with %d bytes, want 304", again.Code, again.Body.Len())
	}
	if head := do(h, request("HEAD", "/j", "")); head.Body.Len() != 0 {
		t.Error("HEAD has a body")
	}
}

// Security check 45: a name that somebody made to point here is no name of ours.
func TestSec45HostHeader(t *testing.T) {
	h, _ := testHandler(t, nil)
	for host, status := range map[string]int{
		"127.0.0.1:8443":      200,
		"192.0.2.99":          200,
		"[::1]:8443":          200,
		"[2001:db8::1]":       200,
		"localhost:8443":      200,
		"home.example":        200,
		"HOME.example.:8443":  200,
		"evil.example:8443":   421,
		"home.example.evil":   421,
		"127.0.0.1.evil:8443": 421,
		"":                    421,
	} {
		if w := do(h, request("GET", "/j", "", "Host", host)); w.Code != status {
			t.Errorf("host %q: got %d, want %d", host, w.Code, status)
		}
	}
}

// Security check 40: neither path nor query nor header nor body of a request
// gets into the log.
func TestSec40LogHasNoSecrets(t *testing.T) {
	var text bytes.Buffer
	h, _ := testHandler(t, func(c *Config) {
		c.Logger = slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	const secret = "s3cr3t-t0k3n"
	do(h, request("GET", "/_takos/v2/call?token="+secret, "", "Sec-WebSocket-Protocol", "takos-call, bearer."+secret))
	do(h, request("GET", "/"+secret, ""))
	do(h, request("GET", "/j/"+secret, ""))
	do(h, request("GET", "/api/join/info", "", "X-Takos-Code", secret))
	do(h, request("POST", "/api/join", `{"code":"`+secret+`","name":"a"}`))
	do(h, request("GET", "/j", "", "Referer", "https://a.example/j?t="+secret, "Host", "h"+secret))
	if n := strings.Count(text.String(), "msg=request"); n != 6 {
		t.Errorf("%d requests logged, want 6:\n%s", n, text.String())
	}
	if strings.Contains(text.String(), secret) {
		t.Errorf("the secret is in the log:\n%s", text.String())
	}
}

// What other servers and the owner's devices ask stands behind the same checks.
func TestMountedHandlers(t *testing.T) {
	said := func(text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
	}
	domain := ""
	with, _ := testHandler(t, func(c *Config) {
		c.Foundation, c.ClientAPI, c.Domain = said("foundation"), said("client"), func() string { return domain }
	})
	without, _ := testHandler(t, nil)
	for _, step := range []struct {
		handler http.Handler
		domain  string
		host    string
		path    string
		status  int
		body    string
	}{
		{without, "", "localhost", "/_takos/v1/event", 404, ""},
		{without, "", "localhost", "/api/v2/ws", 404, ""},
		{with, "", "localhost", "/_takos/v1/event", 200, "foundation"},
		{with, "", "localhost", "/api/v2/ws", 200, "client"},
		{with, "", "own.example", "/_takos/v1/event", 421, ""},
		{with, "own.example", "OWN.example", "/_takos/v1/event", 200, "foundation"},
		{with, "own.example", "own.example.", "/api/v2/ws", 200, "client"},
		{with, "b.example", "own.example", "/api/v2/ws", 421, ""},
	} {
		domain = step.domain
		w := do(step.handler, request("POST", step.path, "", "Host", step.host))
		if w.Code != step.status || (step.body != "" && w.Body.String() != step.body) {
			t.Errorf("%s%s at %q: got %d %s, want %d", step.host, step.path, step.domain, w.Code, w.Body, step.status)
		}
	}
}
