package signaling

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"takoshome/sfu/room"
)

const (
	maxMessageBytes = 64 << 10
	// messageBurst lets a client consume all it may at once when it joins.
	messageBurst      = 300
	messagesPerSecond = 20
	// maxLinger bounds what is read of a client that goes on sending after it
	// was told to stop; reading lets the close frame arrive before the reset.
	maxLinger = 1 << 20
	// closeSuperseded and above close a socket that its client does not need any
	// more, because it has another one.
	closeSuperseded = 4900
)

// session is the reader of one socket.
type session struct {
	conn       *websocket.Conn
	membership *room.Membership
	outbox     *outbox
	ending     *ending
	limiter    *rate.Limiter
	log        *slog.Logger
	heard      time.Time // when the client was heard last; the reader's
}

// run reads until the socket ends and says how it ended.
func (s *session) run() room.Departure {
	s.conn.SetReadLimit(maxMessageBytes)
	s.conn.SetPongHandler(func(string) error { return s.extend() })
	for {
		err := s.extend()
		var kind int
		var text []byte
		if err == nil {
			kind, text, err = s.conn.ReadMessage()
		}
		switch {
		case err != nil:
			return s.ended(err)
		case s.ending.HasBegun():
			continue // only the client's close frame still counts
		case !s.limiter.Allow():
			s.ending.End(closeFlooding)
		default:
			inPassing(func() { s.handle(kind, text) })
		}
	}
}

// Stop has the session closed because the host stops.
func (s *session) Stop() { s.ending.End(closeStopping) }

// Cut ends its socket without another word.
func (s *session) Cut() { _ = s.conn.Close() }

// inPassing runs work on a goroutine that ends with it. JSON goes deep, and a
// stack that has grown stays large for long while its goroutine waits, as those of
// sockets do nearly always.
func inPassing(work func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	<-done
}

// extend gives the client pongTimeout from now. Once its end is decided, it has
// closeTimeout as the writer set it, or from now if the two crossed.
func (s *session) extend() error {
	if s.ending.HasBegun() {
		return nil
	}
	s.heard = time.Now()
	if err := s.conn.SetReadDeadline(s.heard.Add(pongTimeout)); err != nil {
		return err
	}
	if s.ending.HasBegun() {
		return s.conn.SetReadDeadline(time.Now().Add(closeTimeout))
	}
	return nil
}

// ended tells a person who hung up from a connection that was lost.
func (s *session) ended(err error) room.Departure {
	if s.ending.HasBegun() {
		if s.ending.Code() == closeSlow {
			return room.Broken
		}
		return room.HungUp
	}
	if errors.Is(err, websocket.ErrReadLimit) { // answered with 1009 already
		s.linger()
		return room.HungUp
	}
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return room.Broken
	}
	switch {
	case closed.Code == websocket.CloseGoingAway:
		return room.WentAway
	case closed.Code == websocket.CloseNormalClosure,
		closed.Code == websocket.CloseNoStatusReceived,
		closed.Code >= 3000 && closed.Code < closeSuperseded: // a code that a program chose
		return room.HungUp
	default:
		return room.Broken
	}
}

// linger reads on for a moment without looking.
func (s *session) linger() {
	raw := s.conn.NetConn()
	if raw.SetReadDeadline(time.Now().Add(closeTimeout)) == nil {
		// Whatever ends it, the socket is closed next.
		_, _ = io.Copy(io.Discard, io.LimitReader(raw, maxLinger))
	}
}

// handle does what a message asks for.
func (s *session) handle(kind int, text []byte) {
	var message any
	err := fmt.Errorf("%w: not a text message", errBadMessage)
	if kind == websocket.TextMessage {
		message, err = decode(text)
	}
	if !s.outbox.begin(noteOf(message)) {
		return
	}
	if err != nil {
		s.refuseMessage(err)
		return
	}
	switch m := message.(type) {
	case connectMessage:
		s.connect(m)
	case produceMessage:
		s.produce(m)
	case consumeMessage:
		s.consume(m)
	case closeProducerMessage:
		s.answerError("closeProducer", s.membership.CloseProducer(m.id))
	case closeConsumerMessage:
		s.answerError("closeConsumer", s.membership.CloseConsumer(m.id))
	case pauseMessage:
		s.pause(m)
	case chatMessage:
		s.answerError("chat", s.membership.Chat(m.text))
	case restartMessage:
		s.restart(m)
	case pingMessage:
		s.outbox.put(entry{message: pongMessage{"pong"}})
	case hangUpMessage:
		s.membership.Leave(room.HungUp)
		s.ending.End(closeDone)
	}
}

// noteOf is what a message tells of its client's dialect.
func noteOf(message any) func(*dialect) {
	switch m := message.(type) {
	case connectMessage:
		return func(d *dialect) { d.connect(m.transportType != "") }
	case produceMessage:
		return (*dialect).produce
	case consumeMessage:
		return func(d *dialect) { d.consume(m.ProducerID) }
	default:
		return func(*dialect) {}
	}
}

func (s *session) connect(m connectMessage) {
	var err error
	if m.transportType == "" {
		err = s.membership.ConnectAny(m.parameters)
	} else {
		err = s.membership.Connect(m.transportType, m.parameters)
	}
	if err != nil {
		s.outbox.put(entry{message: newErrorMessage("connect", m.transportType, err)})
	}
}

func (s *session) restart(m restartMessage) {
	if err := s.membership.RestartIce(m.transportType); err != nil {
		s.outbox.put(entry{message: newErrorMessage("restartIce", m.transportType, err)})
	}
}

func (s *session) produce(m produceMessage) {
	if err := s.membership.Produce(m.ProduceRequest); err != nil {
		failed := newErrorMessage("produce", "", err)
		s.outbox.put(entry{failed: &failed})
	}
}

func (s *session) consume(m consumeMessage) {
	err := s.membership.Consume(m.ConsumeRequest)
	switch {
	case errors.Is(err, room.ErrNoProducer):
		s.outbox.put(entry{message: producerIDMessage{Type: "producerNotFound", ProducerID: m.ProducerID}})
	case errors.Is(err, room.ErrSelfProducer):
		s.outbox.put(entry{message: producerIDMessage{Type: "selfProducer", ProducerID: m.ProducerID}})
	default:
		s.answerError("consume", err)
	}
}

func (s *session) pause(m pauseMessage) {
	if m.paused {
		s.answerError("pauseProducer", s.membership.PauseProducer(m.id))
	} else {
		s.answerError("resumeProducer", s.membership.ResumeProducer(m.id))
	}
}

func (s *session) answerError(context string, err error) {
	if err != nil {
		s.outbox.put(entry{message: newErrorMessage(context, "", err)})
	}
}

// refuseMessage answers what could not be read; whoever waits for an answer to
// that request hears which one is meant.
func (s *session) refuseMessage(err error) {
	var bad *badMessage
	if !errors.As(err, &bad) {
		bad = &badMessage{err: err}
	}
	s.outbox.put(entry{message: newErrorMessage(bad.messageType, bad.transportType, err)})
}
