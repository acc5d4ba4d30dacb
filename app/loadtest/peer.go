package loadtest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	answerTimeout = 20 * time.Second
	// maxAnswers are the answers of the host that wait to be looked at.
	maxAnswers = 64
	pingEvery  = 10 * time.Second
)

// peer is one person of the test in the call.
type peer struct {
	test *Test
	name string
	conn *websocket.Conn
	host welcome

	publisher atomic.Pointer[publisher] // nil for one who only listens
	receiving atomic.Pointer[transport] // nil for one who only sends
	consumed  map[*source]bool          // who joins or calls all to join has it

	writeMu sync.Mutex // protects writing to conn
	answers chan message
	ended   chan struct{} // closed when the reader has ended
}

// enter opens the peer's socket and waits for init.
func (t *Test) enter(ctx context.Context, n int) (*peer, error) {
	name := fmt.Sprintf("loadtest %d", n+1)
	w, err := t.wayOf(ctx, n)
	if err != nil {
		return nil, err
	}
	conn, err := w.enter(ctx, name)
	if err != nil {
		return nil, err
	}
	p := &peer{
		test: t, name: name, conn: conn,
		answers:  make(chan message, maxAnswers),
		ended:    make(chan struct{}),
		consumed: map[*source]bool{},
	}
	if err := p.readInit(); err != nil {
		_ = conn.Close() // it has failed already
		return nil, err
	}
	t.workers.Go(p.read)
	return p, nil
}

func (p *peer) readInit() error {
	_ = p.conn.SetReadDeadline(time.Now().Add(answerTimeout))
	var first message
	if err := p.conn.ReadJSON(&first); err != nil {
		return fmt.Errorf("%w: %w", ErrHost, err)
	}
	if first.Type != "init" {
		return fmt.Errorf("%w: %q in place of init", ErrHost, first.Type)
	}
	if err := json.Unmarshal(first.Data, &p.host); err != nil {
		return fmt.Errorf("%w: init: %w", ErrHost, err)
	}
	if p.host.MyPeerID == "" {
		p.host.MyPeerID = p.host.PeerID
	}
	return p.conn.SetReadDeadline(time.Time{})
}

// read is the goroutine that reads the socket. Only answers are of interest: the
// test knows by itself who sends what.
func (p *peer) read() {
	defer close(p.ended)
	for {
		_, text, err := p.conn.ReadMessage()
		if err != nil {
			p.test.ended(p, err)
			return
		}
		m := message{text: text}
		if json.Unmarshal(text, &m) != nil || !p.isAnswer(&m) {
			continue
		}
		select {
		case p.answers <- m:
		default: // nobody asked for so many
		}
	}
}

func (p *peer) isAnswer(m *message) bool {
	switch m.Type {
	case "connected", "consumed", "producerNotFound", "selfProducer", "error":
		return true
	case "produced":
		return m.PeerID == p.host.MyPeerID || m.PeerID == ""
	case "producerClosed":
		p.test.producerClosed(p, m.ProducerID)
	}
	return false
}

// ask sends a request and waits for its answer.
func (p *peer) ask(ctx context.Context, request object, isAnswer func(*message) bool) (message, error) {
	if err := p.send(request); err != nil {
		return message{}, err
	}
	timeout := time.NewTimer(answerTimeout)
	defer timeout.Stop()
	for {
		select {
		case m := <-p.answers:
			switch {
			case isAnswer(&m):
				return m, nil
			case m.Type == "error" && m.Context == request["type"]:
				return message{}, fmt.Errorf("%w: %v: %s (%s)", ErrHost, request["type"], m.Message, m.Code)
			}
		case <-p.ended:
			return message{}, fmt.Errorf("%w: the socket ended", ErrHost)
		case <-timeout.C:
			return message{}, fmt.Errorf("%w: no answer to %v", ErrHost, request["type"])
		case <-ctx.Done():
			return message{}, ctx.Err()
		}
	}
}

func (p *peer) send(request object) error {
	p.writeMu.Lock()
	defer p.writeMu.Unlock()
	if err := p.conn.WriteJSON(request); err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return nil
}

// open announces a transport and connects it.
func (p *peer) open(ctx context.Context, direction string, h *hostTransport) (*transport, error) {
	t, err := newTransport(p.test, h)
	if err != nil {
		return nil, err
	}
	_, err = p.ask(ctx, connectRequest(direction, p.test.fingerprint), func(m *message) bool {
		return m.Type == "connected" && (m.TransportType == direction || m.TransportType == "")
	})
	if err == nil {
		err = t.connect(ctx)
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// publish begins to offer sound and picture; nothing is sent yet.
func (p *peer) publish(ctx context.Context) error {
	t, err := p.open(ctx, "send", &p.host.Transport.Send)
	if err != nil {
		return err
	}
	pub := newPublisher(p.test, t)
	t.mu.Lock()
	t.onKeyFrameRequest = pub.requestKeyFrame
	t.mu.Unlock()
	p.publisher.Store(pub)
	for _, s := range pub.streams() {
		if s.kind == kindVideo && p.host.CallType == kindAudio {
			return fmt.Errorf("%w: it is an audio call, test it without video", ErrBadConfig)
		}
		answer, err := p.ask(ctx, produceRequest(s.kind, s.mid, p.name, s.ssrc, s.rtxSSRC), func(m *message) bool {
			return m.Type == "produced"
		})
		if err != nil {
			return err
		}
		s.source.producerID, s.source.owner = answer.ProducerID, p.host.MyPeerID
		p.test.addSource(s.source)
	}
	return nil
}

// subscribe receives what others of the test send, as far as it does not yet.
func (p *peer) subscribe(ctx context.Context) error {
	receiving := p.receiving.Load()
	if receiving == nil {
		t, err := p.open(ctx, "recv", &p.host.Transport.Recv)
		if err != nil {
			return err
		}
		receiving = t
		p.receiving.Store(t)
	}
	for _, s := range p.test.allSources() {
		if s.owner == p.host.MyPeerID || p.consumed[s] {
			continue
		}
		answer, err := p.ask(ctx, consumeRequest(s.producerID, s.owner, p.host.Capabilities), func(m *message) bool {
			return (m.Type == "consumed" || m.Type == "producerNotFound") && m.ProducerID == s.producerID
		})
		if err != nil {
			return err
		}
		var c consumed
		if answer.Type != "consumed" || json.Unmarshal(answer.text, &c) != nil || len(c.RtpParameters.Encodings) == 0 {
			return fmt.Errorf("%w: consume: %s", ErrHost, answer.Type)
		}
		receiving.expect(&c, s)
		s.consumers.Add(1)
		p.consumed[s] = true
	}
	return nil
}

// keepAlive shows that the socket is alive. Its error is the reader's too.
func (p *peer) keepAlive() {
	p.writeMu.Lock()
	defer p.writeMu.Unlock()
	_ = p.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
}

// hangUp leaves the call.
func (p *peer) hangUp() {
	for _, t := range p.transports() {
		t.close()
	}
	p.writeMu.Lock()
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = p.conn.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second))
	p.writeMu.Unlock()
	// The host answers the close; one that does not is not waited for.
	select {
	case <-p.ended:
	case <-time.After(time.Second):
	}
	_ = p.conn.Close()
}

func (p *peer) transports() []*transport {
	var list []*transport
	if pub := p.publisher.Load(); pub != nil {
		list = append(list, pub.transport)
	}
	if t := p.receiving.Load(); t != nil {
		list = append(list, t)
	}
	return list
}

// randomText is n letters of ICE (RFC 8445 section 5.3).
func randomText(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return string(b)
}
