package participant

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// meddler stands between guests and a host's sockets, and changes what passes.
type meddler struct {
	t testing.TB
	// fromHost and fromGuest change a message in place, or drop it with false.
	fromHost, fromGuest func(m map[string]any) bool
	// query changes what the host is asked for.
	query func(url.Values)

	mu    sync.Mutex
	next  http.Handler
	conns []*websocket.Conn
	open  int // sockets so far
	// refuse, if not 0, is the status for new sockets.
	refuse int
}

func newMeddler(t testing.TB) *meddler {
	pass := func(map[string]any) bool { return true }
	return &meddler{t: t, fromHost: pass, fromGuest: pass, query: func(url.Values) {}}
}

// option puts the meddler before a host.
func (m *meddler) option() hostOption {
	return func(c *hostConfig) {
		c.wrap = func(next http.Handler) http.Handler {
			m.next = next
			return m
		}
	}
}

// ServeHTTP passes everything on but sockets of guests.
func (m *meddler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != callPath || r.Header.Get("X-Meddled") != "" {
		m.next.ServeHTTP(w, r)
		return
	}
	m.mu.Lock()
	refuse := m.refuse
	m.mu.Unlock()
	if refuse != 0 {
		http.Error(w, "no", refuse)
		return
	}
	q := r.URL.Query()
	m.query(q)
	host, response, err := websocket.DefaultDialer.Dial("ws://"+r.Host+callPath+"?"+q.Encode(), http.Header{"X-Meddled": {"1"}})
	if err != nil {
		status := http.StatusBadGateway
		if response != nil {
			status = response.StatusCode
		}
		http.Error(w, "refused", status)
		return
	}
	guest, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		_ = host.Close()
		return
	}
	m.mu.Lock()
	m.conns = append(m.conns, guest, host)
	m.open++
	m.mu.Unlock()
	var done sync.WaitGroup
	done.Go(func() { pass(guest, host, m.fromHost) })
	pass(host, guest, m.fromGuest)
	done.Wait()
}

// pass relays messages, and the end of the socket with its code.
func pass(to, from *websocket.Conn, change func(map[string]any) bool) {
	defer func() { _ = to.Close() }()
	for {
		_, text, err := from.ReadMessage()
		if err != nil {
			var closed *websocket.CloseError
			if errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
				frame := websocket.FormatCloseMessage(closed.Code, closed.Text)
				_ = to.WriteControl(websocket.CloseMessage, frame, time.Now().Add(time.Second))
			}
			return
		}
		var m map[string]any
		if json.Unmarshal(text, &m) == nil {
			if !change(m) {
				continue
			}
			text, _ = json.Marshal(m)
		}
		if to.WriteMessage(websocket.TextMessage, text) != nil {
			return
		}
	}
}

// cut breaks all sockets without a word.
func (m *meddler) cut() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.conns {
		_ = c.NetConn().Close()
	}
	m.conns = nil
}

// setRefuse answers new sockets with a status, 0 ends that.
func (m *meddler) setRefuse(status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuse = status
}

func (m *meddler) sockets() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open
}

// eachCandidate changes the candidates in init, and those that come later.
func eachCandidate(m map[string]any, change func(transport string, c map[string]any)) {
	if list, ok := m["iceCandidates"].([]any); ok {
		direction, _ := m["transportType"].(string)
		for _, c := range list {
			if candidate, ok := c.(map[string]any); ok {
				change(direction, candidate)
			}
		}
	}
	data, ok := m["data"].(map[string]any)
	if !ok || m["type"] != "init" {
		return
	}
	transports, _ := data["transport"].(map[string]any)
	for direction, value := range transports {
		transport, _ := value.(map[string]any)
		list, _ := transport["iceCandidates"].([]any)
		for _, c := range list {
			if candidate, ok := c.(map[string]any); ok {
				change(direction, candidate)
			}
		}
	}
}

// specOnly makes a host that knows no more than the specification.
func specOnly(m *meddler, silent bool) {
	spec := map[string]string{
		"init": "", "join": "", "leave": "", "connected": "", "produced": "", "consumed": "", "error": "",
	}
	var mu sync.Mutex
	var users []string // of every socket, by its init
	m.query = func(q url.Values) {
		q.Set("params", "string")
		q.Set("dialect", "spec")
	}
	m.fromHost = func(m map[string]any) bool {
		mu.Lock()
		defer mu.Unlock()
		if data, ok := m["data"].(map[string]any); ok && m["type"] == "init" {
			user, _ := data["peerId"].(string)
			users = append(users, user)
			for _, ours := range []string{"resume", "extensions", "myPeerId", "peerId", "resumed"} {
				delete(data, ours)
			}
		}
		if silent && m["type"] == "produced" && m["peerId"] == users[0] && len(users) == 1 {
			return false // the specification tells the others alone
		}
		_, known := spec[m["type"].(string)]
		return known
	}
	m.fromGuest = func(message map[string]any) bool {
		switch message["type"] {
		case "connect":
			delete(message, "transportType")
			if _, isText := message["dtlsParameters"].(string); !isText {
				m.t.Error("dtlsParameters are no string for a host whose own are")
			}
		case "produce", "consume":
		default:
			m.t.Errorf("a host of the specification hears %v", message)
		}
		return true
	}
}

// wsURL is the address of the call for a socket link.
func wsURL(base, token string) string {
	return "ws" + strings.TrimPrefix(base, "http") + callPath + "?token=" + token
}
