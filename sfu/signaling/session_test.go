package signaling

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"takoshome/sfu/room"
)

// wire is a session without a room on a connection without buffers, in the
// false time of synctest.
type wire struct {
	t       *testing.T
	session *session
	client  *websocket.Conn
	began   time.Time
	how     room.Departure
	ended   time.Duration // how long the session lasted
	done    chan struct{} // closed at its end
}

// onWire runs fn with a session that is open, and then waits for its end.
func onWire(t *testing.T, fn func(*wire)) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{t: t, began: time.Now(), done: make(chan struct{})}
		s := &session{ending: newEnding(), limiter: rate.NewLimiter(messagesPerSecond, messageBurst)}
		s.outbox = newOutbox(s.ending)
		w.session = s
		w.open()
		go w.serve()
		fn(w)
		<-w.done
		if err := w.client.Close(); err != nil {
			t.Errorf("close client: %v", err)
		}
	})
}

// open makes the two ends of a WebSocket.
func (w *wire) open() {
	w.t.Helper()
	near, far := net.Pipe()
	upgraded := make(chan *websocket.Conn, 1)
	server := http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{}).Upgrade(rw, r, nil)
		if err != nil {
			w.t.Errorf("upgrade: %v", err)
		}
		upgraded <- conn
	})}
	listener := newPipeListener(far)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			w.t.Errorf("serve: %v", err)
		}
	}()
	dialer := websocket.Dialer{NetDial: func(string, string) (net.Conn, error) { return near, nil }}
	client, _, err := dialer.Dial("ws://home.example/", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.client, w.session.conn = client, <-upgraded
	if err := server.Close(); err != nil { // it no longer has the connection
		w.t.Fatal(err)
	}
}

// serve is the goroutine in the place of Handler.serve.
func (w *wire) serve() {
	defer close(w.done)
	written := make(chan struct{})
	writing := &writer{
		conn: w.session.conn, outbox: w.session.outbox, ending: w.session.ending,
		log: slog.New(slog.DiscardHandler),
	}
	go func() {
		defer close(written)
		writing.run()
	}()
	w.how = w.session.run()
	w.ended = time.Since(w.began)
	w.session.ending.End(closeDone)
	<-written
	_ = w.session.conn.Close()
}

// read reads until the socket ends and returns the close code, 0 for none.
func (w *wire) read(heard func(text string)) int {
	for {
		_, text, err := w.client.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code
		}
		if err != nil {
			return 0
		}
		heard(string(text))
	}
}

func (w *wire) expectEnd(how room.Departure, after time.Duration) {
	w.t.Helper()
	<-w.done
	if w.how != how || w.ended != after {
		w.t.Errorf("session ended as %v after %v, want %v after %v", w.how, w.ended, how, after)
	}
}

func ignore(string) {}

// pipeListener accepts one connection.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipeListener(conn net.Conn) *pipeListener {
	l := &pipeListener{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
	l.conns <- conn
	return l
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	close(l.closed)
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

func TestClientThatAnswersPingsStays(t *testing.T) {
	onWire(t, func(w *wire) {
		go func() {
			time.Sleep(time.Hour)
			w.session.ending.End(closeStopping)
		}()
		if code := w.read(ignore); code != websocket.CloseGoingAway {
			t.Errorf("closed with %d, want 1001", code)
		}
		w.expectEnd(room.HungUp, time.Hour)
	})
}

func TestClientThatAnswersNoPingIsBroken(t *testing.T) {
	onWire(t, func(w *wire) {
		w.client.SetPingHandler(func(string) error { return nil })
		w.read(ignore)
		w.expectEnd(room.Broken, pongTimeout)
	})
}

func TestClientThatNeverReadsIsEvicted(t *testing.T) {
	onWire(t, func(w *wire) {
		for range outboxSize + 1 { // one of them is being written
			w.session.outbox.put(entry{message: pongMessage{"pong"}})
			synctest.Wait()
		}
		if w.session.ending.HasBegun() {
			t.Error("evicted before the outbox was full")
		}
		w.session.outbox.put(entry{message: pongMessage{"pong"}})
		if !w.session.ending.HasBegun() || w.session.ending.Code() != closeSlow {
			t.Error("not evicted although the outbox is full")
		}
		w.expectEnd(room.Broken, writeTimeout)
	})
}

// A client that asks much and does not read waits for itself.
func TestManyRequestsDoNotFillTheOutbox(t *testing.T) {
	onWire(t, func(w *wire) {
		const requests = 200
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			for range requests {
				if err := w.client.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)); err != nil {
					t.Errorf("ask: %v", err)
				}
			}
		}()
		synctest.Wait()
		if got := len(w.session.outbox.entries); got > 2*maxRequests {
			t.Errorf("%d entries are in the outbox", got)
		}
		pongs := 0
		code := w.read(func(string) {
			if pongs++; pongs == requests {
				w.session.ending.End(closeEnded)
			}
		})
		<-asked
		if code != 4010 || pongs != requests {
			t.Errorf("closed with %d after %d answers", code, pongs)
		}
	})
}

func TestSlowClientHearsWhy(t *testing.T) {
	onWire(t, func(w *wire) {
		for range outboxSize + 10 {
			w.session.outbox.put(entry{message: pongMessage{"pong"}})
			synctest.Wait()
		}
		time.Sleep(writeTimeout / 2)
		if code := w.read(ignore); code != websocket.CloseTryAgainLater {
			t.Errorf("closed with %d, want 1013", code)
		}
		w.expectEnd(room.Broken, writeTimeout/2)
	})
}

func TestClientThatDoesNotAnswerClose(t *testing.T) {
	onWire(t, func(w *wire) {
		w.client.SetCloseHandler(func(int, string) error { return nil })
		w.session.ending.End(closeRemoved)
		if code := w.read(ignore); code != 4000 {
			t.Errorf("closed with %d, want 4000", code)
		}
		w.expectEnd(room.HungUp, closeTimeout)
	})
}

func TestSecondWordComesLater(t *testing.T) {
	onWire(t, func(w *wire) {
		info := room.ProducerInfo{ID: "p", PeerID: "bob", Kind: "video"}
		w.session.outbox.begin(func(d *dialect) { d.connect(true) })
		w.session.outbox.put(entry{events: []room.Event{room.ProducerAdded{ProducerInfo: info}}})
		var got []string
		code := w.read(func(text string) {
			got = append(got, time.Since(w.began).String()+" "+text)
			if len(got) == 2 {
				w.session.ending.End(closeEnded)
			}
		})
		if code != 4010 {
			t.Errorf("closed with %d, want 4010", code)
		}
		want := []string{
			`0s {"type":"produce","producerId":"p","peerId":"bob","kind":"video"}`,
			`1.5s {"type":"produced","producerId":"p","peerId":"bob","kind":"video"}`,
		}
		if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestHowASocketEnds(t *testing.T) {
	for name, test := range map[string]struct {
		code int // 0: the connection breaks
		want room.Departure
	}{
		"broken":         {0, room.Broken},
		"normal":         {websocket.CloseNormalClosure, room.HungUp},
		"no code":        {websocket.CloseNoStatusReceived, room.HungUp},
		"page reloads":   {websocket.CloseGoingAway, room.WentAway},
		"protocol error": {websocket.CloseProtocolError, room.Broken},
		"client's crash": {websocket.CloseInternalServerErr, room.Broken},
		"client's own":   {4899, room.HungUp},
		"superseded":     {4900, room.Broken},
	} {
		t.Run(name, func(t *testing.T) {
			onWire(t, func(w *wire) {
				if test.code == 0 {
					if err := w.client.NetConn().Close(); err != nil {
						t.Fatal(err)
					}
				} else {
					frame := websocket.FormatCloseMessage(test.code, "")
					go func() { _ = w.client.WriteControl(websocket.CloseMessage, frame, time.Now().Add(time.Second)) }()
					w.read(ignore)
				}
				w.expectEnd(test.want, 0)
			})
		})
	}
}
