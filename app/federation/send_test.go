package federation

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// scripted is b.example as a test wants it.
type scripted struct {
	mu     sync.Mutex
	events []envelope
	bodies [][]byte
	header []string
	answer func(n int, e envelope, w http.ResponseWriter, r *http.Request)
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var e envelope
	if err = errors.Join(err, json.Unmarshal(body, &e)); err != nil {
		http.Error(w, "what?", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.events, s.bodies = append(s.events, e), append(s.bodies, body)
	s.header = append(s.header, r.Header.Get("Authorization"))
	n := len(s.events)
	s.mu.Unlock()
	s.answer(n, e, w, r)
}

func (s *scripted) names() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		names = append(names, e.Event)
	}
	return names
}

func say(status int, text string) func(int, envelope, http.ResponseWriter, *http.Request) {
	return func(_ int, _ envelope, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// sender is a.example, which finds b.example where it is.
func sender(t testing.TB, b http.Handler) *host {
	t.Helper()
	ca := newAuthority(t)
	return newHost(t, ca, "a.example", Hosts{"b.example": ca.serve(t, "b.example", b)})
}

// What goes out is what servers of April 2025 verified: by their pattern, over
// the body's bytes.
func TestSendAsDeployedServersWant(t *testing.T) {
	b := &scripted{answer: say(200, `{"status":"ok"}`)}
	a := sender(t, b)
	before := time.Now()
	if _, err := a.Send(t.Context(), "b.example", ring()); err != nil {
		t.Fatal(err)
	}
	key := must(a.store.SigningKey(time.Now()))(t)
	want := formatAuthorization(key, "a.example", b.bodies[0])
	if b.header[0] != want {
		t.Errorf("header %s, want %s", b.header[0], want)
	}
	id, err := parseEventID(b.events[0].EventID)
	if at := timeOf(id); err != nil || at.Before(before.Add(-time.Second)) || at.After(time.Now()) {
		t.Errorf("eventId %s, %v", b.events[0].EventID, err)
	}
}

func TestSendAnswers(t *testing.T) {
	accept := FriendCall{Step: CallAccept, Caller: bob, Callee: alice}
	end := make(chan struct{})
	defer close(end)
	for _, test := range []struct {
		name   string
		event  Event
		answer func(n int, e envelope, w http.ResponseWriter, r *http.Request)
		token  string
		want   error
		tries  int
	}{
		{"bare 200", ring(), say(200, `200`), "", nil, 1},
		{"nothing", ring(), say(200, ``), "", nil, 1},
		{"token", accept, say(200, `{"status":"ok","token":"abc"}`), "abc", nil, 1},
		{"no token", accept, say(200, `{"status":"ok"}`), "", ErrBadAnswer, 1},
		{"refused", ring(), say(400, `{"error":"Invalid friendId"}`), "", ErrNoUser, 1},
		{"clock", ring(), say(400, `{"error":"Invalid clock"}`), "", ErrClock, 1},
		{"redirect", ring(), func(_ int, _ envelope, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://b.example/elsewhere", http.StatusTemporaryRedirect)
		}, "", ErrBadAnswer, 1},
		{"huge", ring(), say(200, strings.Repeat(" ", maxAnswerBytes)+"200"), "", ErrBadAnswer, 1},
		{"slow to begin", ring(), func(_ int, _ envelope, _ http.ResponseWriter, r *http.Request) { stall(r, end) }, "", ErrSlow, 1},
		{"slow to go on", ring(), func(_ int, _ envelope, w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "2")
			_ = http.NewResponseController(w).Flush()
			stall(r, end)
			panic(http.ErrAbortHandler) // or else the answer ends well while the client hangs up
		}, "", ErrSlow, 1},
		{"hangs up", ring(), func(int, envelope, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "", ErrUnreachable, 2},
		{"hangs up on what may not be repeated", accept, func(int, envelope, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "", ErrUnreachable, 1},
		{"hangs up once", ring(), func(n int, e envelope, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				panic(http.ErrAbortHandler)
			}
			say(200, "200")(n, e, w, r)
		}, "", nil, 2},
		{"gateway", ring(), say(502, "bad gateway"), "", ErrRefused, 2},
		{"gateway, not to be repeated", accept, say(502, "bad gateway"), "", ErrRefused, 1},
		{"fault", ring(), say(500, `{"error":"Internal server error"}`), "", ErrRefused, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := &scripted{answer: test.answer}
			a := sender(t, b)
			if errors.Is(test.want, ErrSlow) {
				a.patience = quick()
			}
			answer, err := a.Send(t.Context(), "b.example", test.event)
			if errors.Is(test.want, ErrSlow) && len(b.names()) == 0 {
				return // this machine is slower still: there was not even a connection
			}
			if answer.Token != test.token || (test.want == nil) != (err == nil) || (err != nil && !isSendError(err, test.want)) {
				t.Errorf("got %q, %v, want %q, %v", answer.Token, err, test.token, test.want)
			}
			if got := len(b.names()); got != test.tries {
				t.Errorf("%d tries, want %d", got, test.tries)
			}
			if test.tries == 2 && b.events[0].EventID == b.events[1].EventID {
				t.Error("the same eventId twice: the second would count as a repetition")
			}
		})
	}
}

// Servers know the steps of friendship by one name or the other.
func TestSendTriesTheOtherName(t *testing.T) {
	documented := func(n int, e envelope, w http.ResponseWriter, r *http.Request) {
		if e.Event != "t.friend.request.send" {
			say(400, `{"error":"Invalid event"}`)(n, e, w, r)
			return
		}
		say(200, "")(n, e, w, r)
	}
	b := &scripted{answer: documented}
	if _, err := sender(t, b).Send(t.Context(), "b.example", Friendship{FriendRequest, alice, bob}); err != nil {
		t.Error(err)
	}
	if got := b.names(); !slices.Equal(got, []string{"t.friend.request", "t.friend.request.send"}) {
		t.Errorf("sent %v", got)
	}
	b = &scripted{answer: documented}
	if _, err := sender(t, b).Send(t.Context(), "b.example", ring()); !isSendError(err, ErrUnknownEvent) || len(b.names()) != 1 {
		t.Errorf("got %v after %v", err, b.names())
	}
}

// This host speaks for its own users alone, to whom it concerns: no token goes
// to a server that it is not for.
func TestSendRefuses(t *testing.T) {
	b := &scripted{answer: say(200, `{"token":"abc"}`)}
	a := sender(t, b)
	for _, test := range []struct {
		domain string
		event  Event
		want   error
	}{
		{"b.example", FriendCall{Step: CallRequest, Caller: "dan@c.example", Callee: bob}, ErrBadEvent},
		{"b.example", FriendCall{Step: CallRequest, Caller: bob, Callee: alice}, ErrBadEvent},
		{"b.example", FriendCall{Step: CallAccept, Caller: alice, Callee: bob}, ErrBadEvent},
		{"b.example", FriendCall{Step: CallRequest, Caller: alice, Callee: "dan@c.example"}, ErrBadEvent},
		{"b.example", FriendCall{Step: CallRequest, Caller: alice, Callee: bob, Encryption: Encryption{Encrypted: true}}, ErrBadEvent},
		{"b.example", FriendCall{}, ErrBadEvent},
		{"a.example", FriendCall{Step: CallRequest, Caller: alice, Callee: "amy@a.example"}, ErrBadDomain},
		{"b.example:443", ring(), ErrBadDomain},
		{"127.0.0.1", ring(), ErrBadDomain},
	} {
		if _, err := a.Send(t.Context(), test.domain, test.event); !isSendError(err, test.want) {
			t.Errorf("%s, %+v: %v, want %v", test.domain, test.event, err, test.want)
		}
	}
	if got := b.names(); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}

// A server that keeps events waiting keeps no others waiting.
func TestSendsAreBounded(t *testing.T) {
	arrived, end := make(chan struct{}, 100), make(chan struct{})
	b := &scripted{answer: func(_ int, _ envelope, w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		stall(r, end)
		_, _ = io.WriteString(w, "200")
	}}
	c := &scripted{answer: say(200, "200")}
	ca := newAuthority(t)
	a := newHost(t, ca, "a.example", Hosts{"b.example": ca.serve(t, "b.example", b), "c.example": ca.serve(t, "c.example", c)})
	var done sync.WaitGroup
	for range maxSendsPerDomain {
		done.Go(func() {
			if _, err := a.Send(t.Context(), "b.example", ring()); err != nil {
				t.Error(err)
			}
		})
	}
	for range maxSendsPerDomain {
		<-arrived
	}
	if _, err := a.Send(t.Context(), "b.example", ring()); !isSendError(err, ErrOverload) {
		t.Errorf("one more: %v", err)
	}
	if _, err := a.Send(t.Context(), "c.example", FriendCall{Step: CallRequest, Caller: alice, Callee: "cat@c.example"}); err != nil {
		t.Errorf("another server: %v", err)
	}
	close(end)
	done.Wait()
	if a.sends.count != 0 || len(a.sends.counts) != 0 {
		t.Errorf("%d places are still taken", a.sends.count)
	}
}

func TestSendToNobody(t *testing.T) {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	closed := netip.MustParseAddrPort(listener.Addr().String())
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	silent := must(net.Listen("tcp", "127.0.0.1:0"))(t) // takes connections and never says a word
	defer func() { _ = silent.Close() }()
	ca := newAuthority(t)
	a := newHostWith(t, ca, "a.example", Hosts{"b.example": closed, "c.example": netip.MustParseAddrPort(silent.Addr().String())}, quick())
	if _, err := a.Send(t.Context(), "b.example", ring()); !isSendError(err, ErrUnreachable) {
		t.Errorf("nobody listens: %v", err)
	}
	call := FriendCall{Step: CallRequest, Caller: alice, Callee: "cat@c.example"}
	if _, err := a.Send(t.Context(), "c.example", call); !isSendError(err, ErrUnreachable) && !isSendError(err, ErrSlow) {
		t.Errorf("no TLS: %v", err)
	}
	server := &nameServer{answers: [][]string{{}}}
	a = newHost(t, ca, "a.example", nil)
	a.transport.DialContext = newDialer(nil, server.resolver(t)).dial
	dave := FriendCall{Step: CallRequest, Caller: alice, Callee: "dave@d.example"}
	if _, err := a.Send(t.Context(), "d.example", dave); !isSendError(err, ErrUnreachable) {
		t.Errorf("no such name: %v", err)
	}
}

// lockedBuffer is for a log that several goroutines write.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Security check 40: neither tokens nor signatures get into the log or an error.
func TestSec40LogHasNoTokens(t *testing.T) {
	var log lockedBuffer
	a, b := pair(t)
	for _, h := range []*host{a, b} {
		h.config.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		h.fetcher.log = h.config.Logger
	}
	said, err := b.Send(t.Context(), "a.example", FriendCall{Step: CallAccept, Caller: alice, Callee: bob})
	if err != nil || said.Token == "" {
		t.Fatal(err)
	}
	_ = answer(a, newPeer(t, "b.example").post(t, FriendCall{Step: CallAccept, Caller: alice, Callee: bob}))
	for _, secret := range []string{said.Token, "Signature", "sign="} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %q:\n%s", secret, log.String())
		}
	}
	if !strings.Contains(log.String(), "t.friend.call.accept") {
		t.Errorf("the log has nothing:\n%s", log.String())
	}
}

func BenchmarkSend(b *testing.B) {
	p := newPeer(b, "a.example")
	s := must(New(Config{Domain: "a.example", Keys: p.keys, Events: &memory{}, Handler: &recorder{}}))(b)
	defer s.Close()
	b.ReportAllocs()
	for b.Loop() {
		// All but the network: the body, its signature, the request.
		if _, err := s.newRequest(b.Context(), "b.example", ring(), ring().names()[0]); err != nil {
			b.Fatal(err)
		}
	}
}
