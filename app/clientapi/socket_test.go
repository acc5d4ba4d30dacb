package clientapi

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"takoshome/app/calls"
	"takoshome/app/federation"
)

// line is a phone's notification socket.
type line struct {
	t    testing.TB
	conn *websocket.Conn
}

// heard is a frame with its data.
type heard struct {
	name string
	data object
}

func (p *phone) dial(query string, headers http.Header) (*websocket.Conn, int, error) {
	p.t.Helper()
	dialer := websocket.Dialer{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, HandshakeTimeout: patience} // httptest's certificate
	if headers == nil {
		headers = http.Header{}
	}
	if p.token != "" {
		headers.Set("Cookie", cookieName+"="+p.token)
	}
	url := strings.Replace(p.host.server.URL, "https://", "wss://", 1) + "/api/v2/ws" + query
	conn, response, err := dialer.DialContext(context.WithoutCancel(p.t.Context()), url, headers)
	if response == nil {
		return conn, 0, err
	}
	return conn, response.StatusCode, err
}

// listen opens a socket as a browser's page of the host does.
func (p *phone) listen() *line {
	p.t.Helper()
	conn, _, err := p.dial("", http.Header{"Origin": {p.host.server.URL}})
	must(p.t, err)
	p.t.Cleanup(func() { _ = conn.Close() })
	return &line{t: p.t, conn: conn}
}

// hear waits for the next frame.
func (l *line) hear() heard {
	l.t.Helper()
	must(l.t, l.conn.SetReadDeadline(time.Now().Add(patience)))
	_, text, err := l.conn.ReadMessage()
	must(l.t, err)
	return parseFrame(l.t, text)
}

// mustHear waits for a frame of that name.
func (l *line) mustHear(name string) object {
	l.t.Helper()
	got := l.hear()
	if got.name != name {
		l.t.Fatalf("heard %s %v, want %s", got.name, got.data, name)
	}
	return got.data
}

// closed waits for the end and gives its code.
func (l *line) closed() int {
	l.t.Helper()
	must(l.t, l.conn.SetReadDeadline(time.Now().Add(patience)))
	for {
		_, _, err := l.conn.ReadMessage()
		var closing *websocket.CloseError
		if errors.As(err, &closing) {
			return closing.Code
		}
		must(l.t, err)
	}
}

// parseFrame takes exactly the two fields that clients expect.
func parseFrame(t testing.TB, text []byte) heard {
	t.Helper()
	var f struct{ Type, Data *string }
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	must(t, decoder.Decode(&f))
	if f.Type == nil || f.Data == nil {
		t.Fatalf("frame %s", text)
	}
	h := heard{name: *f.Type}
	must(t, json.Unmarshal([]byte(*f.Data), &h.data))
	return h
}

// scripted lets a test say what happens, in the Exchange's place.
func (h *host) scripted() (events chan calls.Event) {
	events = make(chan calls.Event)
	h.api.watch = func(string, string) (<-chan calls.Event, func()) { return events, func() {} }
	return events
}

func TestSocketWantsASession(t *testing.T) {
	h := newHost(t, Limits{})
	h.scripted()
	good := h.phone(t, "alice")
	over := h.phone(t, "alice")
	must(t, h.store.EndSession(over.token))
	nobody := &phone{t: t, host: h}
	for _, test := range []struct {
		name   string
		p      *phone
		query  string
		origin string
		want   int
	}{
		{"cookie", good, "", h.server.URL, 101},
		{"cookie, no page", good, "", "", 101},
		{"configured origin", good, "", "https://app.example", 101},
		{"query", nobody, "?sessionid=" + good.token, "tauri://localhost", 101},
		{"query on Windows", nobody, "?sessionid=" + good.token, "http://tauri.localhost", 101},
		{"nothing", nobody, "", h.server.URL, 401},
		{"over", over, "", h.server.URL, 401},
		{"over in the query", good, "?sessionid=" + over.token, h.server.URL, 401},
		{"guess", nobody, "?sessionid=" + strings.Repeat("A", 43), "", 401},
		{"long", nobody, "?sessionid=" + strings.Repeat("A", 4000), "", 401},
		{"foreign page", good, "", "https://evil.example", 403},
		{"foreign page with the query", nobody, "?sessionid=" + good.token, "https://evil.example", 403},
		{"sandboxed page", good, "", "null", 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			headers := http.Header{}
			if test.origin != "" {
				headers.Set("Origin", test.origin)
			}
			conn, status, err := test.p.dial(test.query, headers)
			if status != test.want {
				t.Errorf("got %d, %v", status, err)
			}
			if err == nil {
				_ = conn.Close()
			}
		})
	}
	if strings.Contains(h.log.String(), good.token) {
		t.Error("the log has a session")
	}
}

func TestFrames(t *testing.T) {
	h := newHost(t, Limits{})
	events := h.scripted()
	l := h.phone(t, "alice").listen()
	call := calls.Call{ID: "1", Account: "alice", Peer: bob, CallType: "video"}
	ringing := call
	ringing.Incoming, ringing.Encryption = true, federation.Encryption{Encrypted: true, RoomKeyHash: "aGFzaA=="}
	group := ringing
	group.Group = "0193579e-0000-7000-8000-000000000000@c.example"
	common := `"type":"friend","mode":"video","userId":"bob@b.example"`
	for _, test := range []struct {
		event calls.Event
		want  string
	}{
		{calls.Event{Type: calls.EventRequest, Call: ringing}, `callRequest {` + common + `,"roomKeyHash":"aGFzaA==","isEncrypt":true,"callId":"1"}`},
		{calls.Event{Type: calls.EventRequest, Call: call}, `callRequest {` + common + `,"roomKeyHash":"","isEncrypt":false,"callId":"1"}`},
		{
			calls.Event{Type: calls.EventAccept, Call: call, Way: calls.Way{Domain: "a.example", Token: "t"}},
			`callAccept {` + common + `,"token":"t","domain":"a.example","callId":"1"}`,
		},
		{calls.Event{Type: calls.EventReject, Call: call}, `callReject {` + common + `,"callId":"1"}`},
		{calls.Event{Type: calls.EventCancel, Call: ringing, Reason: calls.ReasonAnswered}, `callCancel {` + common + `,"callId":"1","reason":"answered"}`},
		{calls.Event{Type: calls.EventBusy, Call: call}, `callBusy {` + common + `,"callId":"1"}`},
		{calls.Event{Type: calls.EventEnd, Call: call}, `callEnd {` + common + `,"callId":"1"}`},
		{
			calls.Event{Type: calls.EventRequest, Call: group},
			`groupCallRequest {"type":"group","mode":"video","userId":"bob@b.example","roomKeyHash":"aGFzaA==","isEncrypt":true,"callId":"1",` +
				`"groupId":"0193579e-0000-7000-8000-000000000000@c.example"}`,
		},
		{
			calls.Event{Type: calls.EventCancel, Call: group, Reason: calls.ReasonCancelled},
			`groupCallCancel {"type":"group","mode":"video","userId":"bob@b.example","callId":"1",` +
				`"groupId":"0193579e-0000-7000-8000-000000000000@c.example","reason":"cancelled"}`,
		},
	} {
		events <- test.event
		name, want, _ := strings.Cut(test.want, " ")
		var data object
		must(t, json.Unmarshal([]byte(want), &data))
		got := l.hear()
		if gotText, wantText := jsonOf(t, got.data), jsonOf(t, data); got.name != name || gotText != wantText {
			t.Errorf("got %s %s, want %s %s", got.name, gotText, name, wantText)
		}
	}
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	must(t, err)
	return string(text)
}

// What ends a session ends its sockets, and no others.
func TestSocketEndsWithItsSession(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(t *testing.T, h *host, gone, other *phone)
	}{
		{"logout", func(_ *testing.T, _ *host, gone, _ *phone) { gone.mustPost("/api/v2/sessions/logout", object{}) }},
		{"deleted from another device", func(_ *testing.T, _ *host, gone, other *phone) {
			other.mustPost("/api/v2/sessions/delete/"+gone.sessionID(), object{})
		}},
		{"ended elsewhere", func(t *testing.T, h *host, gone, _ *phone) {
			must(t, h.store.EndSession(gone.token))
			h.api.Recheck()
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHost(t, Limits{})
			events := h.scripted()
			gone, other := h.phone(t, "alice"), h.phone(t, "alice")
			first, second, stays := gone.listen(), gone.listen(), other.listen()
			test.end(t, h, gone, other)
			for _, l := range []*line{first, second} {
				if got := l.closed(); got != int(closeSignedOut) {
					t.Errorf("closed with %d", got)
				}
			}
			events <- calls.Event{Type: calls.EventEnd}
			stays.mustHear("callEnd")
		})
	}
}

func TestPingsLookForTheSession(t *testing.T) {
	h := newHost(t, Limits{PingInterval: 10 * time.Millisecond})
	h.scripted()
	p := h.phone(t, "alice")
	l := p.listen()
	must(t, h.store.SetPassword(t.Context(), "alice", password))
	if got := l.closed(); got != int(closeSignedOut) {
		t.Errorf("closed with %d", got)
	}
}

// A socket of an account with another name watches nobody.
func TestSocketEndsWithItsName(t *testing.T) {
	h := newHost(t, Limits{})
	h.scripted()
	l := h.phone(t, "alice").listen()
	must(t, h.store.SetProfile(h.clock.now(), "alicia", "a.example"))
	h.api.Recheck()
	if got := l.closed(); got != int(closeTryLater) {
		t.Errorf("closed with %d", got)
	}
}

func TestSocketsAreBounded(t *testing.T) {
	h := newHost(t, Limits{SocketsPerAccount: 2, Sockets: 3})
	h.scripted()
	alices, annas := h.phone(t, "alice"), h.phone(t, "anna")
	oldest, second := alices.listen(), alices.listen()
	third := alices.listen()
	if got := oldest.closed(); got != int(closeTryLater) {
		t.Errorf("the oldest was closed with %d", got)
	}
	annas.listen()
	if _, status, _ := annas.dial("", nil); status != http.StatusServiceUnavailable {
		t.Errorf("fourth of three: %d", status)
	}
	fourth := alices.listen() // takes the place of one of alice's own
	if got := second.closed(); got != int(closeTryLater) {
		t.Errorf("the next oldest was closed with %d", got)
	}
	h.api.Close()
	for _, l := range []*line{third, fourth} {
		if got := l.closed(); got != int(closeGoingAway) {
			t.Errorf("at the end closed with %d", got)
		}
	}
	if _, status, _ := alices.dial("", nil); status != http.StatusServiceUnavailable {
		t.Errorf("after the end: %d", status)
	}
}

// Browsers answer pings by themselves; whoever does not is gone.
func TestSilentSocketsEnd(t *testing.T) {
	h := newHost(t, Limits{PingInterval: 10 * time.Millisecond, PongTimeout: 100 * time.Millisecond})
	h.scripted()
	p := h.phone(t, "alice")
	conn, _, err := p.dial("", nil)
	must(t, err)
	defer func() { _ = conn.Close() }()
	silent := make(chan struct{})
	conn.SetPingHandler(func(string) error {
		select {
		case <-silent:
		default:
			close(silent)
		}
		return nil
	})
	go func() { _, _, _ = conn.ReadMessage() }() // handles pings until the end
	waitFor(t, silent)
	waitFor(t, h.allGone())
}

func TestAnsweredPingsKeepTheSocket(t *testing.T) {
	h := newHost(t, Limits{PingInterval: 5 * time.Millisecond, PongTimeout: 5 * time.Second})
	events := h.scripted()
	l := h.phone(t, "alice").listen()
	pings, many := 0, make(chan struct{})
	l.conn.SetPingHandler(func(data string) error {
		if pings++; pings == 20 {
			close(many)
		}
		return l.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(patience))
	})
	go func() {
		waitFor(t, many)
		events <- calls.Event{Type: calls.EventEnd}
	}()
	l.mustHear("callEnd")
}

// When the host goes, devices hear what became of their calls first.
func TestTheRestIsHeardAtTheEnd(t *testing.T) {
	h := newHost(t, Limits{})
	events := make(chan calls.Event, 2)
	watched := make(chan struct{})
	h.api.watch = func(string, string) (<-chan calls.Event, func()) {
		for range cap(events) {
			events <- calls.Event{Type: calls.EventEnd}
		}
		h.api.hub.all()[0].ending.end(closeGoingAway)
		close(watched)
		return events, func() {}
	}
	l := h.phone(t, "alice").listen()
	waitFor(t, watched)
	l.mustHear("callEnd")
	l.mustHear("callEnd")
	if got := l.closed(); got != int(closeGoingAway) {
		t.Errorf("closed with %d", got)
	}
}

// A device that does not read is dropped, by the Exchange or by a write that
// does not end, whichever comes first.
func TestSlowReadersAreDropped(t *testing.T) {
	t.Run("channel closed", func(t *testing.T) {
		h := newHost(t, Limits{})
		events := h.scripted()
		l := h.phone(t, "alice").listen()
		close(events)
		if got := l.closed(); got != int(closeTryLater) {
			t.Errorf("closed with %d", got)
		}
		waitFor(t, h.allGone())
	})
	t.Run("write does not end", func(t *testing.T) {
		h := newHost(t, Limits{WriteTimeout: 50 * time.Millisecond})
		events := h.scripted()
		h.phone(t, "alice").listen() // and never reads
		big := calls.Event{Type: calls.EventRequest, Call: calls.Call{Encryption: federation.Encryption{RoomKeyHash: strings.Repeat("a", 1<<20)}}}
		gone, deadline := h.allGone(), time.After(patience)
		for isThere := true; isThere; {
			select {
			case events <- big:
			case <-gone:
				isThere = false
			case <-deadline:
				t.Fatal("it is still there")
			}
		}
	})
}

// A client that talks on instead of closing does not hold up the end.
func TestTalkersDoNotHoldUpTheEnd(t *testing.T) {
	h := newHost(t, Limits{PongTimeout: time.Hour})
	h.scripted()
	l := h.phone(t, "alice").listen() // and never reads the host's goodbye
	stop, talked := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(talked)
		for l.conn.WriteControl(websocket.PongMessage, nil, time.Now().Add(patience)) == nil {
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		h.api.Close()
	}()
	waitFor(t, closed)
	close(stop)
	waitFor(t, talked)
}

// Nor does one that does not read what is being written to it.
func TestSlowReadersDoNotHoldUpTheEnd(t *testing.T) {
	h := newHost(t, Limits{WriteTimeout: time.Hour})
	events := h.scripted()
	h.phone(t, "alice").listen() // and never reads
	big := calls.Event{Type: calls.EventRequest, Call: calls.Call{Encryption: federation.Encryption{RoomKeyHash: strings.Repeat("a", 16<<20)}}}
	events <- big
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		h.api.Close()
	}()
	waitFor(t, closed)
}

// Nothing that a client says does anything, and much of it ends the socket.
func TestWhatClientsSay(t *testing.T) {
	h := newHost(t, Limits{})
	events := h.scripted()
	l := h.phone(t, "alice").listen()
	for _, text := range []string{`{"type":"subGroup","data":"x"}`, "hello", "", `{"type":"callAccept","data":"{}"}`} {
		must(t, l.conn.WriteMessage(websocket.TextMessage, []byte(text)))
	}
	must(t, l.conn.WriteMessage(websocket.BinaryMessage, []byte{0, 1, 2}))
	events <- calls.Event{Type: calls.EventEnd}
	l.mustHear("callEnd")

	large := h.phone(t, "alice").listen()
	must(t, large.conn.WriteMessage(websocket.TextMessage, make([]byte, maxMessageBytes+1)))
	if got := large.closed(); got != websocket.CloseMessageTooBig {
		t.Errorf("a large message: closed with %d", got)
	}
	many := h.phone(t, "alice").listen()
	for range 10 * messageBurst {
		if many.conn.WriteMessage(websocket.TextMessage, []byte("x")) != nil {
			break
		}
	}
	if got := many.closed(); got != int(closePolicy) {
		t.Errorf("many messages: closed with %d", got)
	}
}

// allGone is closed once there is no socket any more; none may come meanwhile.
func (h *host) allGone() <-chan struct{} {
	gone := make(chan struct{})
	go func() {
		h.api.hub.running.Wait()
		close(gone)
	}()
	return gone
}

func waitFor(t *testing.T, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Error("it did not come")
	}
}
