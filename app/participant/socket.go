package participant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// maxOutbox are the messages that wait to be written.
	maxOutbox = 512
	// maxInbox are the messages that wait for the call; then the host waits.
	maxInbox     = 16
	writeTimeout = 10 * time.Second
	closeHungUp  = websocket.CloseNormalClosure
	// closeSuperseded is a break to the host, not the end of the call.
	closeSuperseded = 4900
)

// socket is one WebSocket to the host.
type socket struct {
	conn     *websocket.Conn
	timeouts Timeouts
	incoming chan []byte // closed at the socket's end
	outgoing chan []byte
	closing  chan int      // the code with which to close, at most one
	stop     chan struct{} // closed: cut the socket off
	wrote    chan struct{} // closed when the writer has ended
	// err says why the socket ended; to be read after incoming is closed.
	err error
}

// refusal is an answer in place of an upgrade.
type refusal struct{ status int }

func (r *refusal) Error() string { return fmt.Sprintf("status %d", r.status) }

// dialSocket opens a socket and reads the host's first message.
func dialSocket(ctx context.Context, l Link, query url.Values, timeouts Timeouts) (*socket, initData, error) {
	ctx, cancel := context.WithTimeout(ctx, timeouts.Dial)
	defer cancel()
	dialer := websocket.Dialer{
		NetDialContext:  l.Dial(netip.Addr{}),
		TLSClientConfig: l.TLSConfig(),
		Proxy:           l.proxy(),
		ReadBufferSize:  16 << 10,
		WriteBufferSize: 16 << 10,
	}
	conn, response, err := dialer.DialContext(ctx, l.SocketURL(query), nil)
	if err != nil {
		if errors.Is(err, websocket.ErrBadHandshake) && response != nil {
			return nil, initData{}, &refusal{response.StatusCode}
		}
		return nil, initData{}, problemOf(err)
	}
	conn.SetReadLimit(maxMessageBytes)
	first, err := readFirst(ctx, conn)
	if err != nil {
		_ = conn.Close() // it has failed already
		return nil, initData{}, err
	}
	s := &socket{
		conn:     conn,
		timeouts: timeouts,
		incoming: make(chan []byte, maxInbox),
		outgoing: make(chan []byte, maxOutbox),
		closing:  make(chan int, 1),
		stop:     make(chan struct{}),
		wrote:    make(chan struct{}),
	}
	go s.read()
	go s.write()
	return s, first, nil
}

// readFirst waits for init.
func readFirst(ctx context.Context, conn *websocket.Conn) (initData, error) {
	release := context.AfterFunc(ctx, func() { _ = conn.NetConn().Close() })
	_, text, err := conn.ReadMessage()
	if !release() && err != nil {
		return initData{}, fmt.Errorf("%w: no init", ErrUnreachable)
	}
	if err != nil {
		if end := endOf(err); end != nil {
			return initData{}, end
		}
		return initData{}, problemOf(err)
	}
	first, err := decodeInit(text)
	if err != nil {
		return initData{}, fmt.Errorf("%w: %w", ErrHostError, err)
	}
	return first, nil
}

// read is the goroutine that reads. Every frame is a sign of life.
func (s *socket) read() {
	defer close(s.incoming)
	alive := func() { _ = s.conn.SetReadDeadline(time.Now().Add(s.timeouts.Silence)) }
	alive()
	answer := s.conn.PingHandler()
	s.conn.SetPingHandler(func(data string) error {
		alive()
		return answer(data)
	})
	s.conn.SetPongHandler(func(string) error {
		alive()
		return nil
	})
	for {
		kind, text, err := s.conn.ReadMessage()
		if err != nil {
			s.err = err
			return
		}
		alive()
		if kind != websocket.TextMessage {
			continue
		}
		select {
		case s.incoming <- text:
		case <-s.stop:
			s.err = errors.New("socket was given up")
			return
		}
	}
}

// write is the goroutine that writes, and asks for signs of life.
func (s *socket) write() {
	defer close(s.wrote)
	ticker := time.NewTicker(s.timeouts.Ping)
	defer ticker.Stop()
	// The reader learns of a broken connection from this.
	defer func() { _ = s.conn.Close() }()
	for {
		select {
		case text := <-s.outgoing:
			if s.writeText(text) != nil {
				s.hearOut()
				return
			}
		case <-ticker.C:
			if s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout)) != nil {
				s.hearOut()
				return
			}
		case code := <-s.closing:
			s.sayGoodbye(code)
			return
		case <-s.stop:
			return
		}
	}
}

// hearOut lets the reader read what a host that has closed the socket said last,
// which is why.
func (s *socket) hearOut() {
	_ = s.conn.NetConn().SetReadDeadline(time.Now().Add(reasonTime))
	<-s.stop
}

func (s *socket) writeText(text []byte) error {
	if err := s.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return s.conn.WriteMessage(websocket.TextMessage, text)
}

// sayGoodbye sends what is left and a close frame, and gives the host a moment
// to answer it.
func (s *socket) sayGoodbye(code int) {
	for len(s.outgoing) > 0 {
		if s.writeText(<-s.outgoing) != nil {
			return
		}
	}
	frame := websocket.FormatCloseMessage(code, "")
	if s.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(s.timeouts.Goodbye)) != nil {
		return
	}
	select {
	case <-s.stop:
	case <-time.After(s.timeouts.Goodbye / 2):
	}
}

// send queues a message; false means that the socket is as good as broken.
func (s *socket) send(request any) bool {
	text, err := json.Marshal(request)
	if err != nil {
		return false
	}
	select {
	case s.outgoing <- text:
		return true
	default:
		return false
	}
}

// goodbye closes the socket with a code; end must follow.
func (s *socket) goodbye(code int) {
	select {
	case s.closing <- code:
	default:
	}
}

// end cuts the socket off and waits for its goroutines.
func (s *socket) end() {
	close(s.stop)
	_ = s.conn.Close() // twice is harmless
	<-s.wrote
	for range s.incoming { //nolint:revive // nobody is interested any more
	}
}

// awaitEnd waits for the reader to end, which the host's answer to goodbye brings
// about, and then ends the socket.
func (s *socket) awaitEnd(ctx context.Context) {
	for open := true; open; {
		select {
		case _, open = <-s.incoming:
		case <-ctx.Done():
			open = false
		}
	}
	s.end()
}

// query is what a socket is opened with.
func query(key, secret string) url.Values {
	return url.Values{key: {secret}, "dialect": {"spec"}}
}

// endOf is what a close code of the host's means; nil for a broken connection,
// after which one may come back (docs/protocol.md section 1.4).
func endOf(err error) error {
	if errors.Is(err, websocket.ErrReadLimit) {
		return fmt.Errorf("%w: a message too large", ErrHostError)
	}
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return nil
	}
	switch closed.Code {
	case websocket.CloseAbnormalClosure, websocket.CloseGoingAway, websocket.CloseTryAgainLater,
		websocket.CloseInternalServerErr, websocket.CloseServiceRestart:
		return nil
	case websocket.CloseNormalClosure, websocket.CloseNoStatusReceived, 4010:
		return ErrHostEnded
	case 4000:
		return ErrRemoved
	case 4001:
		return ErrReplaced
	case 4008:
		return ErrNoMedia
	case 4401, 4403:
		return ErrExpired
	}
	return fmt.Errorf("%w: closed with %d", ErrHostError, closed.Code)
}

// refusalProblem is what the status of a refused upgrade means (docs/protocol.md
// section 1.1).
func refusalProblem(status int) error {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusGone:
		return ErrExpired
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return ErrFull
	case http.StatusNotFound, http.StatusBadGateway, http.StatusGatewayTimeout:
		return ErrNotHosting
	}
	return fmt.Errorf("%w: status %d", ErrHostError, status)
}
