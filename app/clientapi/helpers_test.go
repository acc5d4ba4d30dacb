package clientapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"takoshome/app/calls"
	"takoshome/app/federation"
	"takoshome/app/friends"
	"takoshome/app/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

const (
	alice identity.ID = "alice@a.example"
	anna  identity.ID = "anna@a.example" // lives where alice does
	bob   identity.ID = "bob@b.example"

	password = "correct horse"
)

// host is one server with all parts of calling people, without media.
type host struct {
	domain   string
	store    *identity.Store
	book     *calls.Book
	exchange *calls.Exchange
	friends  *friends.Friends
	api      *API
	server   *httptest.Server
	clock    *clock
	log      *logBuffer
	world    *world
}

// world joins hosts by their domains, as federation does with signatures.
type world struct {
	mu    sync.Mutex
	hosts map[string]*host
}

// clock goes with the real one, and can be put forward.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newHost is a.example with alice and anna, alone in the world.
func newHost(t testing.TB, limits Limits) *host {
	t.Helper()
	return (&world{hosts: map[string]*host{}}).host(t, "a.example", limits, "alice", "anna")
}

// newWorld has b.example with bob besides.
func newWorld(t testing.TB) (a, b *host) {
	t.Helper()
	w := &world{hosts: map[string]*host{}}
	return w.host(t, "a.example", Limits{}, "alice", "anna"), w.host(t, "b.example", Limits{}, "bob")
}

func (w *world) host(t testing.TB, domain string, limits Limits, names ...string) *host {
	t.Helper()
	h := &host{world: w, domain: domain, clock: &clock{}, log: &logBuffer{}}
	logger := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.store = newStore(t, domain, names...)
	var err error
	h.book, err = calls.New(calls.DefaultConfig)
	must(t, err)
	h.exchange, err = calls.NewExchange(calls.ExchangeConfig{Store: h.store, Book: h.book, Logger: logger, Now: h.clock.now})
	must(t, err)
	t.Cleanup(h.exchange.Close)
	h.friends, err = friends.New(friends.Config{Store: h.store, OnEnd: h.exchange.Forget, Logger: logger, Now: h.clock.now})
	must(t, err)
	t.Cleanup(h.friends.Close)
	h.api, err = New(Config{
		Store: h.store, Exchange: h.exchange, Friends: h.friends, Limits: limits, Logger: logger, Now: h.clock.now,
		Origins: []string{"https://app.example"},
	})
	must(t, err)
	h.server = httptest.NewTLSServer(h.api)
	t.Cleanup(h.server.Close)
	t.Cleanup(h.api.Close)
	w.mu.Lock()
	w.hosts[domain] = h
	w.mu.Unlock()
	h.exchange.Connect(domain, w)
	h.friends.Connect(domain, w)
	return h
}

func newStore(t testing.TB, domain string, names ...string) *identity.Store {
	t.Helper()
	store, err := identity.Open(identity.Config{Path: filepath.Join(t.TempDir(), "identity.db")})
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	must(t, store.SetProfile(time.Now(), names[0], domain))
	for _, name := range names[1:] {
		must(t, store.AddAccount(time.Now(), name))
	}
	return store
}

// Send is the line of all hosts.
func (w *world) Send(ctx context.Context, domain string, event federation.Event) (federation.Answer, error) {
	w.mu.Lock()
	to := w.hosts[domain]
	w.mu.Unlock()
	if to == nil {
		return federation.Answer{}, &federation.SendError{Domain: domain, Err: federation.ErrUnreachable}
	}
	var result federation.Result
	switch event := event.(type) {
	case federation.FriendCall:
		result = to.exchange.FriendCall(ctx, event)
	case federation.GroupCall:
		result = to.exchange.GroupCall(ctx, event)
	case federation.Friendship:
		result = to.friends.Friendship(ctx, event)
	}
	return answerOf(domain, result)
}

// answerOf says a Result as federation.Service.Send does.
func answerOf(domain string, result federation.Result) (federation.Answer, error) {
	sentinels := map[federation.Status]error{
		federation.StatusNoUser: federation.ErrNoUser, federation.StatusNotFriends: federation.ErrNotFriends,
		federation.StatusNoRequest: federation.ErrNoRequest, federation.StatusNoGroup: federation.ErrNoGroup,
		federation.StatusNotMember: federation.ErrNotMember, federation.StatusBusy: federation.ErrBusy,
		federation.StatusTooMany: federation.ErrTooMany,
	}
	switch err := sentinels[result.Status]; {
	case result.Status == federation.StatusOK:
		return federation.Answer{Token: result.Token}, nil
	case err != nil:
		return federation.Answer{}, &federation.SendError{Domain: domain, Status: 400, Err: err}
	}
	return federation.Answer{}, &federation.SendError{Domain: domain, Status: 500, Err: federation.ErrRefused}
}

// phone is a device of somebody who uses a host.
type phone struct {
	t       testing.TB
	host    *host
	token   string            // of its session, "" for none
	headers map[string]string // of every request
}

// phone signs somebody in, without the time that a password takes.
func (h *host) phone(t testing.TB, account string) *phone {
	t.Helper()
	token, err := h.store.StartSession(h.clock.now(), account, "test")
	must(t, err)
	return &phone{t: t, host: h, token: token}
}

func (p *phone) sessionID() string {
	p.t.Helper()
	session, err := p.host.store.Session(p.host.clock.now(), p.token)
	must(p.t, err)
	return session.ID
}

// answer is what a phone got.
type answer struct {
	status  int
	headers http.Header
	text    string
	body    map[string]any // where it was an object
}

func (p *phone) ask(method, path, body string, change ...func(*http.Request)) answer {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.host.server.URL+path, strings.NewReader(body))
	must(p.t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		r.AddCookie(&http.Cookie{Name: cookieName, Value: p.token})
	}
	for name, value := range p.headers {
		r.Header.Set(name, value)
	}
	for _, c := range change {
		c(r)
	}
	response, err := p.host.server.Client().Do(r)
	must(p.t, err)
	text, err := io.ReadAll(response.Body)
	must(p.t, errors.Join(err, response.Body.Close()))
	a := answer{status: response.StatusCode, headers: response.Header, text: string(text)}
	_ = json.Unmarshal(text, &a.body) // lists and refusals of the router are none
	return a
}

func (p *phone) post(path string, body any) answer {
	p.t.Helper()
	text, err := json.Marshal(body)
	must(p.t, err)
	return p.ask(http.MethodPost, path, string(text))
}

func (p *phone) mustPost(path string, body any) answer {
	p.t.Helper()
	a := p.post(path, body)
	if a.status != http.StatusOK {
		p.t.Fatalf("%s: %d %s", path, a.status, a.text)
	}
	return a
}

func (a answer) word(name string) string {
	word, _ := a.body[name].(string)
	return word
}

// befriend makes people of one host or of two friends.
func befriend(t testing.TB, a *host, one identity.ID, b *host, other identity.ID) {
	t.Helper()
	must(t, a.friends.Request(t.Context(), one.Name(), other))
	must(t, b.friends.Accept(t.Context(), other.Name(), one))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
