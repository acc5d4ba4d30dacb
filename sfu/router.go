package sfu

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"takoshome/sfu/ortc"
)

// RouterConfig says what a Router can carry.
type RouterConfig struct {
	// MediaCodecs are the codecs offered, without their RTX; empty: ortc.DefaultMediaCodecs.
	MediaCodecs []ortc.RtpCodecCapability
	Logger      *slog.Logger
}

// Router carries the media of one call: it knows the codecs, and its
// transports' Producers can be consumed by its transports.
type Router struct {
	server       *WebRtcServer
	capabilities ortc.RtpCapabilities
	log          *slog.Logger

	mu         sync.Mutex
	transports map[*WebRtcTransport]struct{}    // mu protects
	observers  map[*AudioLevelObserver]struct{} // mu protects
	closed     bool                             // mu protects
}

// NewRouter makes a Router whose transports use the server's port.
func (s *WebRtcServer) NewRouter(config RouterConfig) (*Router, error) {
	if len(config.MediaCodecs) == 0 {
		config.MediaCodecs = ortc.DefaultMediaCodecs()
	}
	if config.Logger == nil {
		config.Logger = s.log
	}
	capabilities, err := ortc.GenerateRouterRtpCapabilities(config.MediaCodecs)
	if err != nil {
		return nil, fmt.Errorf("make router: %w", err)
	}
	return &Router{
		server:       s,
		capabilities: capabilities,
		log:          config.Logger,
		transports:   map[*WebRtcTransport]struct{}{},
		observers:    map[*AudioLevelObserver]struct{}{},
	}, nil
}

// RtpCapabilities are what clients load into their Device. Shared: not to be changed.
func (r *Router) RtpCapabilities() ortc.RtpCapabilities { return r.capabilities }

// CanConsume reports whether a client with these capabilities can receive p.
func (r *Router) CanConsume(p *Producer, capabilities ortc.RtpCapabilities) (bool, error) {
	return ortc.CanConsume(p.consumable, capabilities)
}

// NewWebRtcTransport makes a transport for one client.
func (r *Router) NewWebRtcTransport(config WebRtcTransportConfig) (*WebRtcTransport, error) {
	t, err := newWebRtcTransport(r, config)
	if err != nil {
		return nil, err
	}
	if err := r.server.add(t, t.in.ufrags[0]); err != nil {
		return nil, err
	}
	if !r.add(t) {
		t.Close()
		return nil, ErrClosed
	}
	return t, nil
}

// Close ends all of the router's transports and observers. It is idempotent.
func (r *Router) Close() {
	transports, observers := r.beginClose()
	for _, t := range transports {
		t.Close()
	}
	for _, o := range observers {
		o.Close()
	}
}

func (r *Router) beginClose() ([]*WebRtcTransport, []*AudioLevelObserver) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	return slices.Collect(maps.Keys(r.transports)), slices.Collect(maps.Keys(r.observers))
}

func (r *Router) add(t *WebRtcTransport) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.transports[t] = struct{}{}
	return true
}

func (r *Router) remove(t *WebRtcTransport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.transports, t)
}
