package callertest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience is how long a test waits before it fails.
const patience = 30 * time.Second

// Message is one JSON message, with its text.
type Message struct {
	fields map[string]any
	text   []byte
}

// Type is the message's type.
func (m Message) Type() string { return m.Text("type") }

// Text is a field that is a string, empty if it is not.
func (m Message) Text(field string) string {
	s, _ := m.fields[field].(string)
	return s
}

// Field is a field of any type, nil if it is absent.
func (m Message) Field(name string) any { return m.fields[name] }

// Decode reads the whole message into a struct.
func (m Message) Decode(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(m.text, into); err != nil {
		t.Fatalf("decode %s: %v", m.text, err)
	}
}

func (m Message) String() string { return string(m.text) }

// Socket is a WebSocket that remembers the messages it was sent.
type Socket struct {
	t    testing.TB
	conn *websocket.Conn
	done chan struct{} // closed when the reader has ended

	mu      sync.Mutex
	changed chan struct{} // closed and replaced on every change
	heard   []Message     // mu protects; what Next has not taken yet
	err     error         // mu protects; why the reader ended
}

// Refused is an answer in place of an upgrade.
type Refused struct {
	Status int
	Header http.Header
	Body   string
}

// TryDial opens a socket, or returns the refusal. Every socket is cut off when
// the test ends.
func TryDial(t testing.TB, url string, header http.Header) (*Socket, *Refused) {
	t.Helper()
	dialer := websocket.Dialer{HandshakeTimeout: patience, Subprotocols: header.Values("Sec-WebSocket-Protocol")}
	header = header.Clone()
	header.Del("Sec-WebSocket-Protocol")
	conn, response, err := dialer.Dial(url, header)
	if err != nil {
		if response == nil {
			t.Fatalf("dial: %v", err)
		}
		body, _ := io.ReadAll(response.Body)
		return nil, &Refused{Status: response.StatusCode, Header: response.Header, Body: string(body)}
	}
	s := &Socket{t: t, conn: conn, done: make(chan struct{}), changed: make(chan struct{})}
	go s.read()
	t.Cleanup(func() {
		s.Drop()
		<-s.done
	})
	return s, nil
}

// Dial opens a socket that is not refused.
func Dial(t testing.TB, url string) *Socket {
	t.Helper()
	s, refused := TryDial(t, url, nil)
	if refused != nil {
		t.Fatalf("refused: %d %s", refused.Status, refused.Body)
	}
	return s
}

func (s *Socket) read() {
	defer close(s.done)
	for {
		_, text, err := s.conn.ReadMessage()
		m := Message{text: text}
		if err == nil {
			err = json.Unmarshal(text, &m.fields)
		}
		s.mu.Lock()
		if err != nil {
			s.err = err
		} else {
			s.heard = append(s.heard, m)
		}
		close(s.changed)
		s.changed = make(chan struct{})
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Subprotocol is the one that the server chose.
func (s *Socket) Subprotocol() string { return s.conn.Subprotocol() }

// Send sends a value as JSON.
func (s *Socket) Send(message any) {
	s.t.Helper()
	text, err := json.Marshal(message)
	if err != nil {
		s.t.Fatalf("encode: %v", err)
	}
	s.SendText(string(text))
}

// SendText sends a text message as it is.
func (s *Socket) SendText(text string) {
	s.t.Helper()
	if err := s.TrySend(text); err != nil {
		s.t.Fatalf("send: %v", err)
	}
}

// TrySend sends a text message as it is, to a server that may have closed.
func (s *Socket) TrySend(text string) error {
	return s.conn.WriteMessage(websocket.TextMessage, []byte(text))
}

// SendFrame sends a message of another type.
func (s *Socket) SendFrame(messageType int, data []byte) error {
	return s.conn.WriteMessage(messageType, data)
}

// SendFragments sends one text message in frames of chunk bytes, until size
// bytes are sent or the server has had enough, and returns how many were sent.
func (s *Socket) SendFragments(size, chunk int) (sent int) {
	frame := append([]byte{0, 0x80 | 126, byte(chunk >> 8), byte(chunk), 0, 0, 0, 0}, make([]byte, chunk)...)
	for ; sent < size; sent += chunk {
		frame[0] = 0 // a continuation (RFC 6455 section 5.4)
		if sent == 0 {
			frame[0] = websocket.TextMessage
		}
		if _, err := s.conn.NetConn().Write(frame); err != nil {
			return sent
		}
	}
	return sent
}

// Next waits for the next message of one of these types and takes it; what
// came before it stays.
func (s *Socket) Next(types ...string) Message {
	s.t.Helper()
	return s.NextWhere(strings.Join(types, " or "), func(m Message) bool {
		for _, name := range types {
			if m.Type() == name {
				return true
			}
		}
		return false
	})
}

// NextWhere waits for the next message that matches and takes it.
func (s *Socket) NextWhere(what string, match func(Message) bool) Message {
	s.t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		m, ok, changed, err := s.take(match)
		if ok {
			return m
		}
		if err != nil {
			s.t.Fatalf("waiting for %s: socket ended: %v; heard %v", what, err, s.Heard())
		}
		select {
		case <-changed:
		case <-timeout.C:
			s.t.Fatalf("waiting for %s in vain; heard %v", what, s.Heard())
		}
	}
}

func (s *Socket) take(match func(Message) bool) (m Message, ok bool, changed <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, m := range s.heard {
		if match(m) {
			s.heard = append(s.heard[:i:i], s.heard[i+1:]...)
			return m, true, nil, nil
		}
	}
	return Message{}, false, s.changed, s.err
}

// Heard are the messages that came and were not taken.
func (s *Socket) Heard() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.heard...)
}

// HeardOf counts the messages of a type that came and were not taken.
func (s *Socket) HeardOf(messageType string) int {
	count := 0
	for _, m := range s.Heard() {
		if m.Type() == messageType {
			count++
		}
	}
	return count
}

// Settle waits until the server has answered a ping: all that it had to say
// because of earlier messages has been heard.
func (s *Socket) Settle() {
	s.t.Helper()
	s.SendText(`{"type":"ping"}`)
	s.Next("pong")
}

// ClosedWith waits for the end of the socket and returns the close code, 0 for
// one that just broke.
func (s *Socket) ClosedWith() int {
	s.t.Helper()
	select {
	case <-s.done:
	case <-time.After(patience):
		s.t.Fatalf("socket was not closed; heard %v", s.Heard())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var closed *websocket.CloseError
	if errors.As(s.err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
		return closed.Code
	}
	return 0
}

// Close closes the socket with a code, or with none if it is 0, and waits for
// the answer.
func (s *Socket) Close(code int) {
	s.t.Helper()
	var frame []byte
	if code != 0 {
		frame = websocket.FormatCloseMessage(code, "")
	}
	if err := s.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(patience)); err != nil {
		s.t.Fatalf("close: %v", err)
	}
	s.ClosedWith()
}

// Drop breaks the connection off without a word.
func (s *Socket) Drop() { _ = s.conn.NetConn().Close() }
