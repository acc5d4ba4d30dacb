package clientapi

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"takoshome/app/calls"
)

const (
	// What clients send means nothing here.
	maxMessageBytes                = 4 << 10
	messageBurst, messagePerSecond = 100, 10
	socketBufferBytes              = 2 << 10
	// closeTimeout is for the client's goodbye, killTimeout for all of the end.
	closeTimeout = time.Second
	killTimeout  = 2 * time.Second
)

// socket is one device's notification WebSocket.
type socket struct {
	api     *API
	account string
	session string // its id
	token   string // secret
	ending  *ending
	recheck chan struct{} // asks to look whether the session is over
	conn    *websocket.Conn
}

// serveSocket answers GET ws. Whoever has no session gets no socket.
func (a *API) serveSocket(w http.ResponseWriter, r *http.Request) {
	s, err := a.socket(r)
	if err == nil {
		err = a.hub.add(s)
	}
	if err != nil {
		a.refuse(w, err)
		return
	}
	defer a.hub.remove(s)
	upgrader := websocket.Upgrader{
		HandshakeTimeout: a.config.Limits.WriteTimeout,
		ReadBufferSize:   socketBufferBytes,
		WriteBufferSize:  socketBufferBytes,
		CheckOrigin:      func(*http.Request) bool { return true }, // it has been
	}
	if s.conn, err = upgrader.Upgrade(w, r, nil); err != nil {
		return // the client was told
	}
	s.run()
}

// socket finds out whose socket it is to be: browsers send the cookie, the takos
// app says the session in the query.
func (a *API) socket(r *http.Request) (*socket, error) {
	if !websocket.IsWebSocketUpgrade(r) {
		return nil, errBody
	}
	// A socket changes nothing by itself, but its page would hear everything.
	probe := r.WithContext(r.Context())
	probe.Method = http.MethodPost
	if a.origins.Check(probe) != nil {
		return nil, errForeign
	}
	token := r.URL.Query().Get(cookieName)
	if token == "" {
		token = cookieOf(r)
	}
	who, err := a.asker(token)
	if err != nil {
		return nil, err
	}
	return &socket{
		api: a, account: who.session.Account, session: who.session.ID, token: token,
		ending: newEnding(), recheck: make(chan struct{}, 1),
	}, nil
}

// run lasts as long as the socket.
func (s *socket) run() {
	events, stop := s.api.watch(s.account, s.session)
	defer stop()
	s.ending.then(s.killLater)
	written := make(chan struct{})
	go func() {
		defer close(written)
		s.write(events)
	}()
	s.ending.end(s.read())
	<-written
	s.drop()
}

// killLater closes the connection under a client that neither reads what is being
// written nor stops talking. Where it has closed by then, nothing happens.
func (s *socket) killLater() {
	time.AfterFunc(killTimeout, s.drop)
}

// drop closes the connection without TLS's own goodbye, which would wait for a
// client that does not read.
func (s *socket) drop() {
	conn := s.conn.NetConn()
	if secure, isTLS := conn.(*tls.Conn); isTLS {
		conn = secure.NetConn()
	}
	_ = conn.Close() // there is nobody else to tell
}

// read throws away what the client says, until it says no more.
func (s *socket) read() closeCode {
	s.conn.SetReadLimit(maxMessageBytes)
	s.conn.SetPongHandler(func(string) error { return s.alive() })
	rate := newLimiter[struct{}](messagePerSecond, messageBurst)
	if s.alive() != nil {
		return closeNormal
	}
	for {
		_, message, err := s.conn.NextReader()
		if err != nil {
			return closeNormal
		}
		if _, err := io.Copy(io.Discard, message); err != nil || s.alive() != nil {
			return closeNormal
		}
		if rate.take(time.Now(), struct{}{}) > 0 {
			return closePolicy
		}
	}
}

// alive gives the client until the next sign of life.
func (s *socket) alive() error {
	return s.conn.SetReadDeadline(time.Now().Add(s.api.config.Limits.PongTimeout))
}

// write alone writes to the socket, until it is to end or has broken.
func (s *socket) write(events <-chan calls.Event) {
	pings := time.NewTicker(s.api.config.Limits.PingInterval)
	defer pings.Stop()
	isWhole := true
	for isWhole && !s.isEnding() {
		select {
		case <-s.ending.begun:
		case event, open := <-events:
			if !open {
				s.ending.end(closeTryLater) // it did not read, or hosting ends
				continue
			}
			isWhole = s.send(event)
		case <-pings.C:
			isWhole = s.conn.WriteControl(websocket.PingMessage, nil, s.deadline()) == nil
			s.check()
		case <-s.recheck:
			s.check()
		}
	}
	if isWhole && s.ending.code == closeGoingAway {
		isWhole = s.sendRest(events)
	}
	s.sayGoodbye(isWhole)
}

// sendRest lets a device hear that its calls are over when the host goes.
func (s *socket) sendRest(events <-chan calls.Event) bool {
	deadline := time.Now().Add(closeTimeout)
	for time.Now().Before(deadline) {
		select {
		case event, open := <-events:
			if !open {
				return true
			}
			text, err := encode(event)
			if err != nil || s.conn.SetWriteDeadline(deadline) != nil || s.conn.WriteMessage(websocket.TextMessage, text) != nil {
				return false
			}
		default:
			return true
		}
	}
	return false
}

func (s *socket) isEnding() bool {
	select {
	case <-s.ending.begun:
		return true
	default:
		return false
	}
}

func (s *socket) deadline() time.Time { return time.Now().Add(s.api.config.Limits.WriteTimeout) }

func (s *socket) send(event calls.Event) bool {
	text, err := encode(event)
	if err != nil {
		s.api.config.Logger.Error("event cannot be encoded", "type", event.Type, "err", err)
		s.ending.end(closeInternal)
		return true
	}
	return s.conn.SetWriteDeadline(s.deadline()) == nil && s.conn.WriteMessage(websocket.TextMessage, text) == nil
}

// check ends the socket with its session, and where its account has another name.
func (s *socket) check() {
	who, err := s.api.asker(s.token)
	switch {
	case errors.Is(err, errUnauthorized):
		s.api.signedOut(s.account, s.session)
	case err == nil && who.session.Account != s.account:
		s.ending.end(closeTryLater)
	}
}

// sayGoodbye tells the client why, if the socket still takes it, and wakes the
// reader: soon where the client may yet answer, else at once.
func (s *socket) sayGoodbye(isWhole bool) {
	if isWhole {
		deadline := time.Now().Add(closeTimeout)
		if s.conn.WriteControl(websocket.CloseMessage, s.ending.code.frame(), deadline) == nil &&
			s.conn.NetConn().SetReadDeadline(deadline) == nil {
			return
		}
	}
	s.drop()
}
