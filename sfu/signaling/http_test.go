package signaling_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"takoshome/sfu/room"
	"takoshome/sfu/signaling"
	"takoshome/sfu/signaling/callertest"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	h := newHost(t, withLimits(room.Limits{Rooms: 1, Peers: 1}))
	h.dial("alice")
	elsewhere := h.tokens.make(signaling.Grant{Room: "attic", User: "carol", CallType: room.CallVideo})
	for name, test := range map[string]struct {
		query  string
		status int
	}{
		"nothing shown":     {"", http.StatusUnauthorized},
		"empty token":       {"token=", http.StatusUnauthorized},
		"wrong token":       {"token=guess", http.StatusUnauthorized},
		"wrong resume":      {"resume=guess", http.StatusUnauthorized},
		"room is full":      {h.query("bob"), http.StatusServiceUnavailable},
		"too many rooms":    {"token=" + elsewhere, http.StatusServiceUnavailable},
		"unreadable escape": {"token=%zz", http.StatusUnauthorized},
	} {
		refused := h.refused(test.query, nil)
		if refused.Status != test.status {
			t.Errorf("%s: got %d, want %d", name, refused.Status, test.status)
		}
		var body struct{ Error string }
		if err := json.Unmarshal([]byte(refused.Body), &body); err != nil || !strings.HasSuffix(body.Error, ".") {
			t.Errorf("%s: body %q", name, refused.Body)
		}
		if got := refused.Header.Get("Content-Type"); got != "application/json" {
			t.Errorf("%s: content type %q", name, got)
		}
	}
}

// A request that cannot become a WebSocket uses no token up.
func TestBadHandshakeKeepsTheToken(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	query := h.query("alice")
	good := map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket",
		"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
	}
	for name, spoil := range map[string]func(*http.Request){
		"a page":        func(r *http.Request) { r.Header = http.Header{} },
		"no key":        func(r *http.Request) { r.Header.Del("Sec-WebSocket-Key") },
		"short key":     func(r *http.Request) { r.Header.Set("Sec-WebSocket-Key", "AAAA") },
		"old version":   func(r *http.Request) { r.Header.Set("Sec-WebSocket-Version", "8") },
		"other method":  func(r *http.Request) { r.Method = http.MethodPost },
		"other upgrade": func(r *http.Request) { r.Header.Set("Upgrade", "h2c") },
	} {
		r, err := http.NewRequest(http.MethodGet, h.http.URL+"/_takos/v2/call?"+query, nil)
		must(t, err)
		for field, value := range good {
			r.Header.Set(field, value)
		}
		spoil(r)
		response, err := h.http.Client().Do(r)
		must(t, err)
		must(t, response.Body.Close())
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: got %d, want 400", name, response.StatusCode)
		}
	}
	callertest.AwaitInit(callertest.Dial(t, h.address(query)))
}

// A connection that is lost at the last moment leaves nobody in the room.
func TestUpgradeThatFails(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	bob := h.dial("bob")
	r := httptest.NewRequest(http.MethodGet, "/_takos/v2/call?"+h.query("alice"), nil)
	for field, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket",
		"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
	} {
		r.Header.Set(field, value)
	}
	h.handler.ServeHTTP(httptest.NewRecorder(), r) // which is no connection
	bob.Next("join")
	bob.Next("leave")
	if h.rooms.HasPeer("den", "alice") {
		t.Error("alice is in the room")
	}
}

func TestTokenAsSubprotocol(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	token := strings.TrimPrefix(h.query("alice"), "token=")
	header := http.Header{"Sec-Websocket-Protocol": {"takos-call", "bearer." + token}}
	s, refused := callertest.TryDial(t, h.address(""), header)
	if refused != nil {
		t.Fatalf("refused: %+v", refused)
	}
	if got := callertest.AwaitInit(s).MyPeerID; got != "alice" {
		t.Errorf("joined as %q, want alice", got)
	}
	if got := s.Subprotocol(); got != "takos-call" {
		t.Errorf("subprotocol: got %q, want takos-call", got)
	}
}

func TestCloseTellsEverybody(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	sockets := []*callertest.Socket{h.dial("alice"), h.dial("bob"), h.dial("carol")}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := h.handler.Close(ctx); err != nil {
		t.Errorf("close: %v", err)
	}
	for _, s := range sockets {
		if code := s.ClosedWith(); code != 1001 {
			t.Errorf("closed with %d, want 1001", code)
		}
	}
	if got := len(h.rooms.Snapshot()); got != 0 {
		t.Errorf("%d rooms are left", got)
	}
	if refused := h.refused(h.query("dave"), nil); refused.Status != http.StatusServiceUnavailable {
		t.Errorf("after the end: got %d, want 503", refused.Status)
	}
	if err := h.handler.Close(ctx); err != nil {
		t.Errorf("close again: %v", err)
	}
}

// Close waits no longer than it may for clients that do not answer.
func TestCloseCutsOff(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.dial("alice")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	// Whether alice was quick enough to answer or not, nobody is left.
	_ = h.handler.Close(ctx)
	if got := len(h.rooms.Snapshot()); got != 0 {
		t.Errorf("%d rooms are left", got)
	}
}

func TestHostEndsCallsAndRemovesPeople(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.dial("alice"), h.dial("bob")
	must(t, h.rooms.RemovePeer("den", "bob"))
	if code := bob.ClosedWith(); code != 4000 {
		t.Errorf("removed with %d, want 4000", code)
	}
	alice.Next("leave")
	alice.Send(callertest.ProduceRequest("audio", "0", 5))
	id := callertest.AwaitOwnProduced(alice, "alice")
	must(t, h.rooms.CloseProducer("den", "alice", id))
	if got := alice.Next("producerClosed").Text("producerId"); got != id {
		t.Errorf("producerClosed of %q, want %q", got, id)
	}
	h.rooms.Close()
	if code := alice.ClosedWith(); code != 4010 {
		t.Errorf("ended with %d, want 4010", code)
	}
}

func TestBadConfig(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for name, config := range map[string]signaling.Config{
		"no rooms":      {Authorizer: h.tokens},
		"no authorizer": {Rooms: h.rooms},
		"bad origin":    {Rooms: h.rooms, Authorizer: h.tokens, Origins: []string{"takos.example"}},
	} {
		if _, err := signaling.New(config); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
