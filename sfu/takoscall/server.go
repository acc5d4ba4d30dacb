package takoscall

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	headerTimeout  = 5 * time.Second
	idleTimeout    = 30 * time.Second
	maxHeaderBytes = 16 << 10
)

// Server answers controllers and keeps their rooms.
type Server struct {
	config  Config
	hub     *hub
	handler *handler
	http    *http.Server
	serving sync.WaitGroup // the accept loop
	running sync.WaitGroup // the hub
}

// New makes a Server without rooms; Serve starts it. The listener belongs to
// the Server from then on.
func New(config Config) (*Server, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("takos-call: %w", err)
	}
	h := newHub(config)
	s := &Server{config: config, hub: h, handler: newHandler(config, h)}
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true) // a WebSocket needs a connection of its own
	s.http = &http.Server{
		Handler:           s.handler,
		Protocols:         protocols,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       headerTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		// What strangers can provoke at will stays out of the usual log.
		ErrorLog: slog.NewLogLogger(config.Logger.Handler(), slog.LevelDebug),
	}
	s.running.Go(h.run)
	return s, nil
}

// Serve starts answering and returns at once.
func (s *Server) Serve() { s.serving.Go(s.serve) }

func (s *Server) serve() {
	if err := s.http.Serve(newLimitedListener(s.config.Listener)); !errors.Is(err, http.ErrServerClosed) {
		s.config.OnFailure(err)
	}
}

// Close stops listening, closes all connections with 1001 and then all rooms,
// and waits for them; when ctx ends, connections are cut off. It is idempotent.
func (s *Server) Close(ctx context.Context) error {
	err := errors.Join(s.http.Shutdown(ctx), s.handler.close(ctx))
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	// A Server that never served does not know its listener.
	if closeErr := s.config.Listener.Close(); closeErr != nil && !errors.Is(closeErr, net.ErrClosed) {
		err = errors.Join(err, closeErr)
	}
	s.serving.Wait()
	s.hub.close()
	s.running.Wait()
	if err != nil {
		return fmt.Errorf("stop takos-call: %w", err)
	}
	return nil
}
