package takoscall

import (
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// maxMessageBytes holds a browser's rtpCapabilities several times over.
	maxMessageBytes = 128 << 10
	// maxControlBytes is what a frame of somebody without the key may hold.
	maxControlBytes = 4 << 10
	writeTimeout    = 10 * time.Second
	// pingInterval and pongTimeout find broken connections; every WebSocket
	// library answers pings.
	pingInterval = 15 * time.Second
	pongTimeout  = 45 * time.Second
	// closeTimeout is how long a controller may take to answer a close frame.
	closeTimeout = time.Second
)

// link is one controller's connection: run reads, and a second goroutine writes.
type link struct {
	conn   *websocket.Conn
	hub    *hub
	outbox *outbox
	ending *ending
	log    *slog.Logger
}

func newLink(conn *websocket.Conn, h *hub, log *slog.Logger) *link {
	e := newEnding()
	return &link{conn: conn, hub: h, outbox: newOutbox(e), ending: e, log: log}
}

// run serves the connection until it ends.
func (l *link) run() {
	if !l.hub.join(l.outbox) {
		l.ending.End(closeStopping)
	}
	var writing sync.WaitGroup
	writing.Go(l.write)
	l.read()
	l.hub.leave(l.outbox)
	l.ending.End(closeDone)
	writing.Wait()
	// The other end has gone, or has had its time.
	_ = l.conn.Close()
}

// Stop has the link closed because the host stops.
func (l *link) Stop() { l.ending.End(closeStopping) }

// Cut ends its connection without another word.
func (l *link) Cut() { _ = l.conn.Close() }

// refuse closes the connection of somebody with a wrong key.
func (l *link) refuse() {
	l.ending.End(closeWrongKey)
	l.close()
	l.conn.SetReadLimit(maxControlBytes)
	for {
		// What comes is of no interest: reading lets the close frame arrive.
		if _, _, err := l.conn.NextReader(); err != nil {
			break
		}
	}
	_ = l.conn.Close()
}

// read carries out one command after the other.
func (l *link) read() {
	l.conn.SetReadLimit(maxMessageBytes)
	l.conn.SetPongHandler(func(string) error { return l.extend() })
	for l.extend() == nil {
		_, text, err := l.conn.ReadMessage()
		if err != nil {
			return
		}
		// Once the end is decided, only the close frame still counts.
		if !l.ending.HasBegun() && l.outbox.begin() && !l.hub.answer(l.outbox, text) {
			l.ending.End(closeStopping)
		}
	}
}

// extend gives the controller pongTimeout from now. Once its end is decided, it
// has closeTimeout as the writer set it, or from now if the two crossed.
func (l *link) extend() error {
	if l.ending.HasBegun() {
		return nil
	}
	if err := l.conn.SetReadDeadline(time.Now().Add(pongTimeout)); err != nil {
		return err
	}
	if l.ending.HasBegun() {
		return l.conn.SetReadDeadline(time.Now().Add(closeTimeout))
	}
	return nil
}

// write is the goroutine that alone writes to the connection. It leaves the
// reader with at most closeTimeout to wait for.
func (l *link) write() {
	pings := time.NewTicker(pingInterval)
	defer pings.Stop()
	for ok := true; ok; {
		select {
		case <-l.ending.Begun():
			l.close()
			return
		case <-l.outbox.wake:
			ok = l.sendAll(l.outbox.take())
		case <-pings.C:
			ok = l.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout)) == nil
		}
	}
	// The reader finds the connection closed; there is nobody else to tell.
	l.ending.End(closeDone)
	_ = l.conn.Close()
}

// sendAll reports whether to go on.
func (l *link) sendAll(entries []entry) bool {
	for _, e := range entries {
		// Whoever is sent away for not reading would wait for the rest in vain.
		if l.ending.HasBegun() {
			return true
		}
		if e.isAnswer {
			l.outbox.answered()
		}
		if !l.send(e.message) {
			return false
		}
	}
	return true
}

func (l *link) send(message any) bool {
	text, err := json.Marshal(message)
	if err != nil {
		l.log.Error("cannot encode", "error", err)
		l.ending.End(closeInternal)
		return true
	}
	if l.conn.SetWriteDeadline(time.Now().Add(writeTimeout)) != nil {
		return false
	}
	return l.conn.WriteMessage(websocket.TextMessage, text) == nil
}

// close says goodbye if the connection still takes it, and wakes the reader:
// soon if the controller may yet answer, at once if not.
func (l *link) close() {
	deadline := time.Now().Add(closeTimeout)
	if l.conn.WriteControl(websocket.CloseMessage, l.ending.Code().frame(), deadline) == nil &&
		l.conn.NetConn().SetReadDeadline(deadline) == nil {
		return
	}
	_ = l.conn.Close()
}
