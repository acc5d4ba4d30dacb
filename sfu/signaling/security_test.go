package signaling_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"takoshome/sfu/room"
	"takoshome/sfu/signaling"
	"takoshome/sfu/signaling/callertest"
)

// The tests are named after the numbers of the project's security checklist.

func TestSec31ForeignOrigin(t *testing.T) {
	t.Parallel()
	h := newHost(t, func(c *hostConfig) { c.signaling.Origins = []string{"https://takos.example"} })
	for origin, allowed := range map[string]bool{
		"":                            true,
		h.http.URL:                    true,
		"https://takos.example":       true,
		"https://a.example":           true, // where alice@a.example comes from
		"tauri://localhost":           true,
		"https://tauri.localhost":     true,
		"https://evil.example":        false,
		"https://a.example.evil.test": false,
		"http://a.example":            false,
		"null":                        false,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		address := h.address(h.query("alice@a.example"))
		s, refused := callertest.TryDial(t, address, header)
		if !allowed && s == nil { // the token is not used up
			if s, again := callertest.TryDial(t, address, nil); again != nil {
				t.Errorf("origin %q: then without one: refused with %d", origin, again.Status)
			} else {
				s.Close(websocket.CloseNormalClosure)
			}
		}
		switch {
		case allowed && refused != nil:
			t.Errorf("origin %q: refused with %d", origin, refused.Status)
		case !allowed && s != nil:
			t.Errorf("origin %q: let in", origin)
		case !allowed && refused.Status != http.StatusForbidden:
			t.Errorf("origin %q: got %d, want 403", origin, refused.Status)
		}
		if s != nil {
			s.Close(websocket.CloseNormalClosure)
		}
	}
}

func TestSec32LargeMessage(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	bob := h.dial("bob")
	t.Run("just small enough", func(t *testing.T) {
		alice := h.dial("alice")
		const frame = `{"type":"ping","pad":""}`
		alice.SendText(strings.Replace(frame, `""`, `"`+strings.Repeat("x", signaling.MaxMessageBytes-len(frame))+`"`, 1))
		alice.Next("pong")
	})
	t.Run("too large", func(t *testing.T) {
		alice := h.dial("alice")
		alice.SendText(strings.Repeat(" ", signaling.MaxMessageBytes+1))
		if code := alice.ClosedWith(); code != websocket.CloseMessageTooBig {
			t.Errorf("closed with %d, want 1009", code)
		}
	})
	t.Run("64 MB in fragments", func(t *testing.T) {
		alice := h.dial("alice")
		const size = 64 << 20 // more than the buffers between us take
		if sent := alice.SendFragments(size, 4<<10); sent == size {
			t.Error("all of it was read")
		}
		if code := alice.ClosedWith(); code != websocket.CloseMessageTooBig && code != 0 {
			t.Errorf("closed with %d, want 1009 or a reset", code)
		}
	})
	t.Run("compression is not offered", func(t *testing.T) {
		header := http.Header{"Sec-Websocket-Extensions": {"permessage-deflate; client_max_window_bits"}}
		response := h.upgrade(h.query("alice"), header)
		if got := response.Header.Get("Sec-WebSocket-Extensions"); response.StatusCode != 101 || got != "" {
			t.Errorf("got %d with extensions %q", response.StatusCode, got)
		}
	})
	bob.Settle()
}

func TestSec33BadMessages(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice := h.dial("alice")
	for text, want := range signaling.BadMessages() {
		alice.SendText(text)
		if m := alice.Next("error"); m.Text("code") != want || m.Text("message") == "" {
			t.Errorf("%.80q: got %v, want %s", text, m, want)
		}
	}
	must(t, alice.SendFrame(websocket.BinaryMessage, []byte(`{"type":"ping"}`)))
	if got := alice.Next("error").Text("code"); got != "badMessage" {
		t.Errorf("binary message: got %s, want badMessage", got)
	}
	alice.SendText(`{"type":"bye","type":"ping"}`) // the last of two counts
	alice.Next("pong")
	alice.Send(callertest.ProduceRequest("audio", "0", 5))
	callertest.AwaitOwnProduced(alice, "alice")
}

// Every field of every message, with values of every wrong type.
func TestSec33TypeConfusion(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	produce := callertest.ProduceRequest("video", "0", 5)
	messages := []map[string]any{
		callertest.ConnectRequest(callertest.Shipped, "send", wrongFingerprint()),
		produce,
		callertest.ConsumeRequest("p", map[string]any{"codecs": []any{}, "headerExtensions": []any{}}),
		{"type": "closeProducer", "producerId": "p"},
		{"type": "closeConsumer", "consumerId": "c"},
	}
	wrong := []any{7, -1.5, true, "x", []any{}, []any{[]any{}}, map[string]any{"a": map[string]any{}}, []any{nil}}
	alice := h.dial("alice")
	asked := 0
	ask := func(m map[string]any) {
		if asked++; asked%(signaling.MessageBurst-1) == 0 {
			alice = h.dial("alice") // not to be taken for a flood
		}
		alice.Send(m)
		answer := alice.Next("error", "connected", "produced", "producerNotFound", "pong")
		if answer.Text("code") == "internal" {
			t.Errorf("%v: %v", m, answer)
		}
	}
	for _, m := range messages {
		for field := range m {
			for _, value := range wrong {
				spoiled := map[string]any{}
				for k, v := range m {
					spoiled[k] = v
				}
				spoiled[field] = value
				ask(spoiled)
			}
		}
	}
	parameters := produce["rtpParameters"].(map[string]any)
	for field, good := range parameters {
		for _, value := range wrong {
			parameters[field] = value
			ask(produce)
		}
		parameters[field] = good
	}
	alice.Settle()
}

// One who never connects although there is something to consume goes, and its
// transports with it.
func TestSec36NeverConnects(t *testing.T) {
	t.Parallel()
	h := newHost(t, withLimits(room.Limits{ConnectTTL: 200 * time.Millisecond}))
	bob := h.dial("bob")
	bob.Send(callertest.ProduceRequest("audio", "0", 5))
	callertest.AwaitOwnProduced(bob, "bob")
	alice := h.dial("alice")
	if code := alice.ClosedWith(); code != 4008 {
		t.Errorf("closed with %d, want 4008", code)
	}
	if got := bob.Next("leave").Text("peerId"); got != "alice" {
		t.Errorf("leave of %q, want alice", got)
	}
	if snapshot := h.rooms.Snapshot(); len(snapshot[0].Peers) != 1 {
		t.Errorf("left behind: %+v", snapshot)
	}
}

func TestSec37ConsumeWithoutRights(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.dial("alice"), callertest.Dial(t, h.address(h.query("bob")))
	capabilities := callertest.AwaitInit(bob).RouterRtpCapabilities
	elsewhere := callertest.Dial(t, h.address("token="+h.tokens.make(signaling.Grant{
		Room: "attic", User: "carol", CallType: room.CallVideo,
	})))
	produce := func(s *callertest.Socket, peerID string, ssrc uint32) string {
		s.Send(callertest.ProduceRequest("audio", fmt.Sprint(ssrc), ssrc))
		return callertest.AwaitOwnProduced(s, peerID)
	}
	own, closed, foreign := produce(bob, "bob", 5), produce(alice, "alice", 6), produce(elsewhere, "carol", 7)
	alice.Send(map[string]any{"type": "closeProducer", "producerId": closed})
	bob.Next("producerClosed")
	for name, test := range map[string]struct{ id, answer string }{
		"own producer":            {own, "selfProducer"},
		"closed producer":         {closed, "producerNotFound"},
		"another room's producer": {foreign, "producerNotFound"},
		"no producer":             {"nothing", "producerNotFound"},
		"odd producer":            {strings.Repeat("\u0000é", 1000), "producerNotFound"},
	} {
		bob.Send(callertest.ConsumeRequest(test.id, capabilities))
		if m := bob.Next("selfProducer", "producerNotFound", "consumed", "error"); m.Type() != test.answer {
			t.Errorf("%s: %v, want %s", name, m, test.answer)
		} else if m.Text("producerId") != test.id {
			t.Errorf("%s: answer names %q", name, m.Text("producerId"))
		}
	}
	open := produce(alice, "alice", 8)
	for name, capabilities := range map[string]any{
		"no codecs":    map[string]any{"codecs": []any{}, "headerExtensions": []any{}},
		"empty object": map[string]any{},
	} {
		bob.Send(callertest.ConsumeRequest(open, capabilities))
		if m := bob.Next("consumed", "error"); m.Type() != "error" || m.Text("context") != "consume" {
			t.Errorf("%s: %v", name, m)
		}
	}
	bob.Send(callertest.ConsumeRequest(open, capabilities))
	callertest.AwaitConsumed(bob, open)
}

func TestSec38ClosingOthersMedia(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.dial("alice"), callertest.Dial(t, h.address(h.query("bob")))
	capabilities := callertest.AwaitInit(bob).RouterRtpCapabilities
	alice.Send(callertest.ProduceRequest("audio", "0", 5))
	producer := callertest.AwaitOwnProduced(alice, "alice")
	bob.Send(callertest.ConsumeRequest(producer, capabilities))
	consumer := callertest.AwaitConsumed(bob, producer).ConsumerID

	mallory := h.dial("mallory")
	for name, test := range map[string]struct {
		message map[string]any
		code    string
	}{
		"producer":    {map[string]any{"type": "closeProducer", "producerId": producer}, "notAllowed"},
		"consumer":    {map[string]any{"type": "closeConsumer", "consumerId": consumer}, "notAllowed"},
		"no producer": {map[string]any{"type": "closeProducer", "producerId": "nothing"}, "notFound"},
		"no consumer": {map[string]any{"type": "closeConsumer", "consumerId": "nothing"}, "notFound"},
	} {
		mallory.Send(test.message)
		if m := mallory.Next("error"); m.Text("code") != test.code || m.Text("context") != test.message["type"] {
			t.Errorf("%s: %v, want %s", name, m, test.code)
		}
	}
	if p := h.peer("alice"); len(p.Producers) != 1 {
		t.Errorf("alice's producers: %+v", p.Producers)
	}
	if p := h.peer("bob"); len(p.Consumers) != 1 {
		t.Errorf("bob's consumers: %+v", p.Consumers)
	}
}

func TestSec39Tokens(t *testing.T) {
	t.Parallel()
	t.Run("one token, many sockets", func(t *testing.T) {
		h := newHost(t)
		query := h.query("alice")
		var mu sync.Mutex
		statuses := map[int]int{}
		var sockets sync.WaitGroup
		for range 8 {
			sockets.Go(func() {
				_, refused := callertest.TryDial(t, h.address(query), nil)
				mu.Lock()
				defer mu.Unlock()
				if refused == nil {
					statuses[101]++
				} else {
					statuses[refused.Status]++
				}
			})
		}
		sockets.Wait()
		if statuses[101] != 1 || statuses[401] != 7 {
			t.Errorf("got %v, want one 101 and seven 401", statuses)
		}
	})
	t.Run("used again after leaving", func(t *testing.T) {
		h := newHost(t)
		query := h.query("alice")
		alice := callertest.Dial(t, h.address(query))
		alice.Next("init")
		alice.Close(websocket.CloseNormalClosure)
		if refused := h.refused(query, nil); refused.Status != http.StatusUnauthorized {
			t.Errorf("got %d, want 401", refused.Status)
		}
	})
	t.Run("guessing", func(t *testing.T) {
		h := newHost(t)
		inside := h.dial("bob")
		for i := range signaling.MaxWrongTokens {
			if refused := h.refused(fmt.Sprintf("token=guess%d", i), nil); refused.Status != http.StatusUnauthorized {
				t.Fatalf("guess %d: got %d, want 401", i, refused.Status)
			}
		}
		query := h.query("alice")
		refused := h.refused(query, nil)
		if refused.Status != http.StatusTooManyRequests || refused.Header.Get("Retry-After") == "" {
			t.Errorf("after %d guesses: got %d, retry after %q",
				signaling.MaxWrongTokens, refused.Status, refused.Header.Get("Retry-After"))
		}
		if refused := h.refused("resume=guess", nil); refused.Status != http.StatusTooManyRequests {
			t.Errorf("guessing on with resume: got %d, want 429", refused.Status)
		}
		inside.Settle()
	})
}

// Tokens and secrets never come into the log.
func TestSec40NoSecretsInTheLog(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := newHost(t, func(c *hostConfig) { c.rooms.Logger, c.signaling.Logger = logger, logger })
	query := h.query("alice")
	alice := callertest.Join(t, h.address(query), callertest.Shipped)
	secret, password := alice.Init.Resume.Secret, alice.Init.Transport.Send.IceParameters.Password
	alice.Publish("audio")
	h.refused(query, nil)
	alice.Drop()
	h.await("alice to be away", func() bool { return !h.peer("alice").Connected })
	alice.Rejoin(h.address("media=keep&resume=" + secret))
	alice.HangUp()
	h.await("alice to leave", func() bool { return !h.rooms.HasPeer("den", "alice") })
	text := log.String()
	if !strings.Contains(text, "alice") {
		t.Error("nothing was logged at all")
	}
	for name, hidden := range map[string]string{
		"token": strings.TrimPrefix(query, "token="), "resume secret": secret,
		"next resume secret": alice.Init.Resume.Secret, "ICE password": password,
	} {
		if strings.Contains(text, hidden) {
			t.Errorf("the log holds the %s: %s", name, text)
		}
	}
}

// lockedBuffer is a log that several goroutines write to.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
