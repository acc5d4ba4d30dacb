package signaling

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"takoshome/sfu/room"
)

const (
	// subprotocol is what a client offers that brings its token as a second
	// subprotocol, where no proxy's log keeps it.
	subprotocol  = "takos-call"
	bearerPrefix = "bearer."
)

// ServeHTTP lets a client in; its socket is then served on a goroutine of its
// own, as the request with all that belongs to it is far larger.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.open.Begin() {
		refuse(w, toStatus(room.ErrStopping))
		return
	}
	addr, s := h.letIn(w, r)
	if s == nil {
		h.open.Done()
		return
	}
	query := r.URL.Query()
	go h.serve(s, addr, voice{
		dialect:      dialect{spec: query.Get("dialect") == "spec"},
		stringParams: query.Get("params") == "string",
	})
}

// letIn returns nil for a client that was refused.
func (h *Handler) letIn(w http.ResponseWriter, r *http.Request) (addr netip.Addr, s *session) {
	if !isHandshake(r) {
		refuse(w, refusal{http.StatusBadRequest, "This address is for WebSocket calls."})
		return addr, nil
	}
	addr = h.config.RemoteAddr(r)
	secrets, ok := h.credentials(w, r, addr)
	if !ok {
		return addr, nil
	}
	if err := h.gate.enter(addr); err != nil {
		if errors.Is(err, errTooManySockets) {
			w.Header().Set("Retry-After", "10")
		}
		refuse(w, toStatus(err))
		return addr, nil
	}
	if s = h.admit(w, r, addr, secrets); s == nil {
		h.gate.leave(addr)
	}
	return addr, s
}

// credentials are what a client shows to get in.
type credentials struct{ token, resume string }

// credentials refuses who shows none, or may not try any.
func (h *Handler) credentials(w http.ResponseWriter, r *http.Request, addr netip.Addr) (credentials, bool) {
	query := r.URL.Query()
	c := credentials{token: query.Get("token"), resume: query.Get("resume")}
	for _, offered := range websocket.Subprotocols(r) {
		if token, ok := strings.CutPrefix(offered, bearerPrefix); ok && c.token == "" {
			c.token = token
		}
	}
	if c.token == "" && c.resume == "" {
		refuse(w, refusal{http.StatusUnauthorized, "A call token is needed."})
		return credentials{}, false
	}
	if wait, locked := h.gate.locked(time.Now(), addr); locked {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		refuse(w, refusal{http.StatusTooManyRequests, "Too many wrong tokens came from your address."})
		return credentials{}, false
	}
	return c, true
}

// admit brings the client into its room and only then upgrades: what the room
// refuses has an HTTP status too. The init message waits in the outbox. It returns
// nil where that failed.
func (h *Handler) admit(w http.ResponseWriter, r *http.Request, addr netip.Addr, c credentials) *session {
	s := &session{ending: newEnding(), limiter: rate.NewLimiter(messagesPerSecond, messageBurst)}
	s.outbox = newOutbox(s.ending)
	if err := h.join(s, r, c); err != nil {
		var wrong *wrongTokenError
		if errors.As(err, &wrong) || errors.Is(err, room.ErrBadResume) {
			h.gate.wrongToken(time.Now(), addr)
		}
		h.refuseJoin(w, err)
		return nil
	}
	s.log = h.config.Logger.With("room", s.membership.RoomID(), "peer", s.membership.PeerID())
	conn, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		s.log.Info("connection lost while it was upgraded", "error", err)
		s.membership.Leave(room.HungUp) // it has no secret to come back with
		return nil
	}
	s.conn = conn
	return s
}

// wrongTokenError is an Authorizer's refusal.
type wrongTokenError struct{ err error }

func (e *wrongTokenError) Error() string { return "wrong token: " + e.err.Error() }
func (e *wrongTokenError) Unwrap() error { return e.err }

func (h *Handler) refuseJoin(w http.ResponseWriter, err error) {
	var wrong *wrongTokenError
	if errors.As(err, &wrong) {
		refuse(w, refusal{http.StatusUnauthorized, "The call token is unknown, used or expired."})
		return
	}
	answer := toStatus(err)
	if answer.status == http.StatusServiceUnavailable {
		h.config.Logger.Warn("cannot let a client in", "error", err)
	}
	refuse(w, answer)
}

// join uses up what the client showed and makes it a member of its room.
func (h *Handler) join(s *session, r *http.Request, c credentials) error {
	originOf := func(user string) error {
		if h.origins.allowed(r) || allowedFor(r, user) {
			return nil
		}
		return errForeignOrigin
	}
	notify := func(events []room.Event) { s.outbox.put(entry{events: events}) }
	var err error
	if c.resume != "" {
		s.membership, err = h.config.Rooms.Resume(room.ResumeRequest{
			Secret:    c.resume,
			KeepMedia: r.URL.Query().Get("media") == "keep",
			Via:       h.config.Via(r),
			Allow:     originOf,
			Notify:    notify,
		})
		return err
	}
	grant, err := h.config.Authorizer.Lookup(c.token)
	if err != nil {
		return &wrongTokenError{err}
	}
	if err := originOf(grant.User); err != nil {
		return err // and the token still works on the right page
	}
	if grant, err = h.config.Authorizer.Redeem(c.token); err != nil {
		return &wrongTokenError{err}
	}
	s.membership, err = h.config.Rooms.Join(room.JoinRequest{
		Room: grant.Room, User: grant.User, CallType: grant.CallType, Via: h.config.Via(r), Notify: notify,
	})
	return err
}

// serve is the goroutine of a socket, which reads; it starts the one that writes
// and waits for it. Close waits for it by h.open.
func (h *Handler) serve(s *session, addr netip.Addr, v voice) {
	defer h.open.Done()
	defer h.gate.leave(addr)
	writing := &writer{conn: s.conn, outbox: s.outbox, ending: s.ending, log: s.log, voice: v}
	h.open.Add(s)
	var writers sync.WaitGroup
	writers.Go(writing.run)
	how := s.run()
	s.membership.LeaveSince(how, s.heard)
	s.ending.End(closeDone)
	writers.Wait()
	// The other end has gone, or has had its time.
	_ = s.conn.Close()
	h.open.Remove(s)
}

// isHandshake checks what the upgrade will need (RFC 6455 section 4.2.1), so
// that no token is used up for a request that cannot succeed.
func isHandshake(r *http.Request) bool {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	return r.Method == http.MethodGet && r.ProtoMajor == 1 && websocket.IsWebSocketUpgrade(r) &&
		r.Header.Get("Sec-WebSocket-Version") == "13" && err == nil && len(key) == 16
}

// refuse answers in place of the upgrade.
func refuse(w http.ResponseWriter, answer refusal) {
	body, err := json.Marshal(struct {
		Error string `json:"error"`
	}{answer.message})
	if err != nil {
		w.WriteHeader(answer.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(answer.status)
	// A client that has gone does not need the answer.
	_, _ = w.Write(body)
}
