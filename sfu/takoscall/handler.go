package takoscall

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"takoshome/sfu/sockets"
)

// apiPath is where a takos server looks for the API.
const apiPath = "/takos-api"

// handler lets controllers in.
type handler struct {
	config   Config
	hub      *hub
	gate     *gate
	upgrader websocket.Upgrader
	open     *sockets.Open[*link]

	mu     sync.Mutex
	inside int // mu protects; controllers with a right key
}

func newHandler(config Config, h *hub) *handler {
	return &handler{
		config: config,
		hub:    h,
		gate:   newGate(config.APIKey),
		open:   sockets.NewOpen[*link](),
		upgrader: websocket.Upgrader{
			HandshakeTimeout: writeTimeout,
			WriteBufferPool:  &sync.Pool{},
			// Checked before the key is.
			CheckOrigin: func(*http.Request) bool { return true },
		},
	}
}

// ServeHTTP lets a controller in, and then serves it until its connection ends.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.open.Begin() {
		http.Error(w, "the host stops", http.StatusServiceUnavailable)
		return
	}
	defer h.open.Done()
	switch {
	case r.URL.Path != apiPath:
		http.NotFound(w, r)
	case r.Header.Get("Origin") != "":
		// Any web site may open a WebSocket to this machine from its user's
		// browser, and try the keys that are known to be in use. A takos server
		// is no page.
		http.Error(w, "not for web pages", http.StatusForbidden)
	case !websocket.IsWebSocketUpgrade(r):
		http.Error(w, "this address is for WebSockets", http.StatusUpgradeRequired)
	default:
		h.admit(w, r)
	}
}

// admit looks at the key. A wrong one is told after the upgrade, by the close
// code that takos servers know.
func (h *handler) admit(w http.ResponseWriter, r *http.Request) {
	addr := addrOf(r.RemoteAddr)
	key := r.URL.Query().Get("api_key")
	if key == "" {
		key = r.Header.Get("Api-Key")
	}
	verdict := h.gate.try(time.Now(), addr, key)
	if verdict == keyNotTried {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "too many wrong keys came from your address", http.StatusTooManyRequests)
		return
	}
	if verdict == keyRight {
		if !h.enter() {
			http.Error(w, "too many controllers are connected", http.StatusServiceUnavailable)
			return
		}
		defer h.leave()
	}
	conn, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // it has been answered
	}
	l := newLink(conn, h.hub, h.config.Logger)
	if verdict == keyWrong {
		h.config.Logger.Warn("takos-call refused a wrong API key", "address", addr)
		l.refuse()
		return
	}
	h.serve(l)
}

func (h *handler) serve(l *link) {
	h.open.Add(l)
	defer h.open.Remove(l)
	h.config.Logger.Info("takos-call controller connected")
	l.run()
	h.config.Logger.Info("takos-call controller disconnected")
}

// close refuses new connections, closes all with 1001, and waits for them until
// ctx ends, from when on they are cut off.
func (h *handler) close(ctx context.Context) error { return h.open.Close(ctx) }

// enter takes a controller's place, to be given back by leave.
func (h *handler) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.inside >= h.config.Limits.Connections {
		return false
	}
	h.inside++
	return true
}

func (h *handler) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inside--
}
