package federation

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"takoshome/app/identity"
)

// Security check 44: a server that sends without end is slowed down, and others
// are not.
func TestSec44Rates(t *testing.T) {
	a, c := newPeer(t, "a.example"), newPeer(t, "c.example")
	ca := newAuthority(t)
	hosts := Hosts{"a.example": ca.serve(t, "a.example", a), "c.example": ca.serve(t, "c.example", c)}
	b := newHost(t, ca, "b.example", hosts)
	b.config.Events = &memory{}
	now := time.Now()
	b.config.Now = func() time.Time { return now }
	codes := map[int]int{}
	for n := range 300 {
		r := a.post(t, ring())
		r.RemoteAddr = fmt.Sprintf("203.0.113.%d:1", n%200) // from many addresses
		codes[answer(b, r).Code]++
	}
	if codes[200] != 100 || codes[429] != 200 {
		t.Errorf("one server: %v", codes)
	}
	r := c.post(t, FriendCall{Step: CallRequest, Caller: "cat@c.example", Callee: bob})
	r.RemoteAddr = "198.51.100.1:1"
	if w := answer(b, r); w.Code != 200 {
		t.Errorf("another server: %d %s", w.Code, w.Body)
	}
	codes = map[int]int{}
	for range 300 {
		r := httptest.NewRequest(http.MethodGet, "https://b.example/_takos/v1/version", nil)
		r.RemoteAddr = "[2001:db8:1:2:3:4:5:6]:1"
		codes[answer(b, r).Code]++
	}
	if codes[200] != 100 || codes[429] != 200 {
		t.Errorf("one address: %v", codes)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	a := newPeer(t, "a.example")
	b := receiver(t, a)
	ca := newAuthority(t)
	target := ca.serve(t, "b.example", b)
	client := newHost(t, ca, "a.example", Hosts{"b.example": target}).client
	large := bytes.Repeat([]byte(" "), maxBodyBytes+1)
	for _, length := range []int64{maxBodyBytes + 1, -1} {
		r := request(large, formatAuthorization(a.key, "a.example", large))
		r.ContentLength = length
		if w := answer(b, r); w.Code != 413 {
			t.Errorf("a large body of length %d: %d %s", length, w.Code, w.Body)
		}
	}
	// Signed it is, and just small enough.
	text := must(encode(ring(), ring().names()[0], identity.NewUUID(time.Now())))(t)
	text = append(text, bytes.Repeat([]byte(" "), maxBodyBytes-len(text))...)
	if w := answer(b, request(text, formatAuthorization(a.key, "a.example", text))); w.Code != 200 {
		t.Errorf("the largest body: %d %s", w.Code, w.Body)
	}
	slow := &stalled{left: 10, end: make(chan struct{})}
	defer func() { _ = slow.Close() }()
	r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, "https://b.example"+eventPath, slow))(t)
	r.Header.Set("Authorization", formatAuthorization(a.key, "a.example", nil))
	response := must(client.Do(r))(t)
	if _ = response.Body.Close(); response.StatusCode != 408 {
		t.Errorf("a slow body: %d", response.StatusCode)
	}
}

// stalled is a body that has some bytes, and then none until it is closed.
type stalled struct {
	left int
	end  chan struct{}
	once sync.Once
}

func (s *stalled) Read(p []byte) (int, error) {
	if s.left == 0 {
		<-s.end
		return 0, io.EOF
	}
	n := min(s.left, len(p))
	s.left -= n
	return copy(p, bytes.Repeat([]byte(" "), n)), nil
}

// Close is what a client does that was answered before it had said all.
func (s *stalled) Close() error {
	s.once.Do(func() { close(s.end) })
	return nil
}

// One address that is slow with many bodies does not take all the places.
func TestPostsAreBounded(t *testing.T) {
	a := newPeer(t, "a.example")
	b := receiver(t, a)
	asker := household(request(nil, ""))
	for range maxPostsPerAddress {
		if !b.posts.enter(asker) {
			t.Fatal("no place")
		}
	}
	if w := answer(b, a.post(t, ring())); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("one more: %d", w.Code)
	}
	other := a.post(t, ring())
	other.RemoteAddr = "198.51.100.1:1"
	if w := answer(b, other); w.Code != 200 {
		t.Errorf("another address: %d %s", w.Code, w.Body)
	}
}

func TestKeyAndVersion(t *testing.T) {
	b := receiver(t, http.NotFoundHandler())
	key := must(b.store.SigningKey(time.Now()))(t)
	get := func(target string) *httptest.ResponseRecorder {
		return answer(b, httptest.NewRequest(http.MethodGet, "https://b.example"+target, nil))
	}
	w := get("/_takos/v1/key/server?expire=" + formatExpire(key.Expire))
	if got, err := parseKeyAnswer(w.Body.Bytes()); err != nil || !bytes.Equal(got, key.Public) || w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("key: %d %s", w.Code, w.Body)
	}
	for _, query := range []string{"", "?expire=", "?expire=soon", "?expire=2025-05-29T01:02:03.004Z", "?expire=" + strings.Repeat("1", 1000)} {
		if w := get("/_takos/v1/key/server" + query); w.Code != 400 || !strings.Contains(w.Body.String(), `"error":"Invalid expire"`) {
			t.Errorf("%.40q: %d %s", query, w.Code, w.Body)
		}
	}
	if w := get("/_takos/v1/version"); w.Code != 200 || !strings.Contains(w.Body.String(), `"version":"1.0.0"`) {
		t.Errorf("version: %d %s", w.Code, w.Body)
	}
	for target, want := range map[string]int{
		"/_takos/v1/event": 405, "/_takos/v1/key/server/c.example": 404, "/_takos/v1/user/icon/alice@a.example": 404,
	} {
		if w := get(target); w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
}

func TestConfigRefuses(t *testing.T) {
	keys := newKeys(t, "a.example")
	good := Config{Domain: "a.example", Keys: keys, Events: keys, Handler: &recorder{}}
	for name, change := range map[string]func(*Config){
		"domain":        func(c *Config) { c.Domain = "a.example:443" },
		"no keys":       func(c *Config) { c.Keys = nil },
		"no events":     func(c *Config) { c.Events = nil },
		"no handler":    func(c *Config) { c.Handler = nil },
		"host's name":   func(c *Config) { c.Hosts = Hosts{"127.0.0.1": {}} },
		"host's port":   func(c *Config) { c.Hosts = Hosts{"b.example": {}} },
		"no CA file":    func(c *Config) { c.CAFile = "missing.pem" },
		"CA file empty": func(c *Config) { c.CAFile = os.DevNull },
	} {
		config := good
		change(&config)
		if _, err := New(config); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Receiving an event, with its signature, its parsing and its memory but for the
// disk, takes below 2 ms.
func BenchmarkReceive(b *testing.B) {
	a := newPeer(b, "a.example")
	s := must(New(Config{Domain: "b.example", Keys: a.keys, Events: &memory{}, Handler: &recorder{}}))(b)
	defer s.Close()
	now := time.Now()
	s.config.Now = func() time.Time { return now }
	s.cache.keep(now, keyName{"a.example", a.key.Expire.UnixMilli()}, a.key.Public)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		now = now.Add(time.Second) // no more at once than a server may
		body := must(encode(ring(), ring().names()[0], identity.NewUUID(now)))(b)
		r := request(body, formatAuthorization(a.key, a.domain, body))
		b.StartTimer()
		if w := answer(s, r); w.Code != 200 {
			b.Fatal(w.Code, w.Body)
		}
	}
}
