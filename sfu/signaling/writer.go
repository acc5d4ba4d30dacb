package signaling

import (
	"encoding/json"
	"log/slog"
	"time"

	"github.com/gorilla/websocket"

	"takoshome/sfu/room"
)

const (
	// writeTimeout is how long one write may take.
	writeTimeout = 10 * time.Second
	// pingInterval and pongTimeout find broken sockets; browsers answer pings.
	pingInterval = 5 * time.Second
	pongTimeout  = 15 * time.Second
	// closeTimeout is how long a client may take to answer a close frame.
	closeTimeout = time.Second
)

// writer is the goroutine that alone writes to the socket.
type writer struct {
	conn   *websocket.Conn
	outbox *outbox
	ending *ending
	voice  voice
	log    *slog.Logger
}

// run writes until the socket is to be closed or has broken. It leaves the
// reader with at most closeTimeout to wait for.
func (w *writer) run() {
	pings := time.NewTicker(pingInterval)
	defer pings.Stop()
	second := time.NewTimer(time.Hour) // for the second word of the dialect
	defer second.Stop()
	ok := true
	for ok {
		// The end comes before what waits: whoever is sent away for not reading
		// would wait for it in vain.
		if w.ending.HasBegun() {
			break
		}
		select {
		case <-w.ending.Begun():
		case e := <-w.outbox.entries:
			inPassing(func() { ok = w.write(e) })
		case <-pings.C:
			ok = w.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout)) == nil
		case <-second.C:
			ok = w.sendAll(w.voice.due(time.Now()))
		}
		if next := w.voice.dialect.next(); ok && !next.IsZero() {
			second.Reset(time.Until(next))
		}
	}
	w.close(ok)
}

// write does what an entry asks for and reports whether to go on.
func (w *writer) write(e *entry) bool {
	switch {
	case e.request != nil:
		e.request(&w.voice.dialect)
		w.outbox.began()
		return true
	case e.failed != nil:
		w.voice.dialect.answered()
		return w.send(e.failed)
	case e.message != nil:
		return w.send(e.message)
	}
	for _, event := range e.events {
		if closed, isClosed := event.(room.Closed); isClosed {
			w.ending.End(closeCodeOf(closed.Reason))
			return true
		}
		messages, err := w.voice.say(time.Now(), event)
		if err != nil {
			w.log.Error("cannot encode", "error", err)
			w.ending.End(closeInternal)
			return true
		}
		if !w.sendAll(messages) {
			return false
		}
	}
	return true
}

func (w *writer) sendAll(messages []any) bool {
	for _, m := range messages {
		if !w.send(m) {
			return false
		}
	}
	return true
}

func (w *writer) send(message any) bool {
	text, err := json.Marshal(message)
	if err != nil {
		w.log.Error("cannot encode", "error", err)
		w.ending.End(closeInternal)
		return true
	}
	if w.conn.SetWriteDeadline(time.Now().Add(writeTimeout)) != nil {
		return false
	}
	return w.conn.WriteMessage(websocket.TextMessage, text) == nil
}

// close says goodbye if the socket still takes it, and wakes the reader: soon
// if the client may yet answer, at once if not.
func (w *writer) close(alive bool) {
	if alive {
		<-w.ending.Begun()
		deadline := time.Now().Add(closeTimeout)
		if w.conn.WriteControl(websocket.CloseMessage, w.ending.Code().frame(), deadline) == nil &&
			w.conn.NetConn().SetReadDeadline(deadline) == nil {
			return
		}
	}
	// The reader finds the socket closed; there is nobody else to tell.
	_ = w.conn.Close()
}
