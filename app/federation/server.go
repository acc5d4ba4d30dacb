package federation

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"time"

	"takoshome/app/identity"
)

const (
	maxBodyBytes = 16 << 10
	// maxPosts bounds the events that are being received at the same moment.
	maxPosts           = 256
	maxPostsPerAddress = 64
	// apiVersion is the foundation API's, as documented.
	apiVersion = "1.0.0"
)

func (s *Service) routes() {
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("POST /_takos/v1/event", s.serveEvent)
	s.mux.HandleFunc("GET "+keyPath, s.serveKey)
	s.mux.HandleFunc("GET /_takos/v1/version", s.serveVersion)
}

// ServeHTTP answers everything below /_takos/v1/.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.byAddress.take(s.config.Now(), household(r)) {
		refusal(errRate).write(w)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// household is a client's address; in IPv6 a household has a /64.
func household(r *http.Request) netip.Addr {
	parsed, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := parsed.Addr().Unmap().WithZone("")
	if addr.Is6() {
		if prefix, err := addr.Prefix(64); err == nil {
			return prefix.Addr()
		}
	}
	return addr
}

func (s *Service) serveVersion(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	writeJSON(w, http.StatusOK, map[string]string{
		"version": apiVersion, "name": "takos", "software": "takoshome", "softwareVersion": s.config.Version,
	})
}

func (s *Service) serveKey(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	expire, err := parseExpire(r.URL.Query().Get("expire"))
	if err == nil {
		var key []byte
		if key, err = s.config.Keys.PublicKey(expire); err == nil {
			writeJSON(w, http.StatusOK, map[string]string{"key": identity.FormatPublicKey(key)})
			return
		}
	}
	if !errors.Is(err, identity.ErrNoKey) && !errors.Is(err, errBadExpire) {
		s.config.Logger.Error("server key could not be read", "error", err)
		refusal(err).write(w)
		return
	}
	wireError{http.StatusBadRequest, "Invalid expire", "this host has no key that ends then"}.write(w)
}

func (s *Service) serveEvent(w http.ResponseWriter, r *http.Request) {
	asker := household(r)
	if !s.posts.enter(asker) {
		refusal(errOverload).write(w)
		return
	}
	defer s.posts.leave(asker)
	origin, event, err := s.receive(w, r)
	if err != nil {
		s.logRefused(r.Context(), origin, err)
		refusal(err).write(w)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.patience.handle)
	defer cancel()
	result := s.handle(ctx, event)
	s.config.Logger.Debug("event", "origin", origin, "event", event.names()[0], "status", int(result.Status))
	result.write(w, event)
}

func (s *Service) logRefused(ctx context.Context, origin string, err error) {
	if errors.Is(err, errStore) {
		s.config.Logger.Error("events cannot be remembered", "error", err)
		return
	}
	// Strangers can make any number of these.
	s.config.Logger.DebugContext(ctx, "event refused", "origin", origin, "error", err)
}

func (s *Service) handle(ctx context.Context, event Event) Result {
	switch e := event.(type) {
	case FriendCall:
		return s.config.Handler.FriendCall(ctx, e)
	case GroupCall:
		return s.config.Handler.GroupCall(ctx, e)
	case Friendship:
		return s.config.Handler.Friendship(ctx, e)
	}
	return Result{}
}

// readBody takes the body within its bounds of size and time.
func (s *Service) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBodyBytes {
		return nil, errTooLarge
	}
	control := http.NewResponseController(w)
	// The deadline is the socket's, so it has the system's clock. A test's
	// recorder has none.
	_ = control.SetReadDeadline(time.Now().Add(s.patience.body))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, errors.Join(errSlowBody, err)
	}
	_ = control.SetReadDeadline(time.Time{})
	return body, nil
}
