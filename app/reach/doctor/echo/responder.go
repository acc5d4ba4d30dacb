package echo

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Config is what a Responder is made of.
type Config struct {
	// MayTry says of an address whether somebody there may have it tried.
	MayTry func(netip.Addr) bool
	// Own are this host's addresses in the internet; nil: none is known.
	Own func() []netip.Addr
	// Proxies are trusted ones: where one does not tell whose the question is, it
	// is nobody's.
	Proxies []netip.Prefix
	Now     func() time.Time // nil: time.Now
	Logger  *slog.Logger
}

func (c *Config) validate() error {
	if c.MayTry == nil {
		return errNoAddress
	}
	if c.Own == nil {
		c.Own = func() []netip.Addr { return nil }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Responder tries the ports of those who ask.
type Responder struct {
	config Config

	mu      sync.Mutex
	limits  limits            // mu protects it
	tickets map[string]ticket // mu protects it
	uploads uploads           // mu protects it
}

// NewResponder makes one that waits for questions.
func NewResponder(c Config) (*Responder, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	now := c.Now()
	return &Responder{config: c, limits: newLimits(now), tickets: map[string]ticket{}, uploads: newUploads(now)}, nil
}

// serve answers POST Path.
func (r *Responder) serve(w http.ResponseWriter, request *http.Request) {
	from, question, err := r.read(w, request)
	if err == nil {
		err = r.admit(from)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	defer r.done()
	ctx, cancel := context.WithTimeout(request.Context(), tryTime)
	defer cancel()
	results := try(ctx, from, question)
	r.config.Logger.Info("tried the ports of a host that asked", "from", from.String(), "results", results)
	writeJSON(w, http.StatusOK, Answer{
		Version: version,
		Address: from,
		Time:    r.config.Now().UTC(),
		Results: results,
		Ticket:  r.giveTicket(from),
	})
}

// read says whose question it is, and what. Whoever is slow to ask takes nobody's
// place with that.
func (r *Responder) read(w http.ResponseWriter, request *http.Request) (from netip.Addr, q Question, err error) {
	kind, _, err := mime.ParseMediaType(request.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" || len(request.Header.Values("Origin")) > 0 {
		return from, q, ErrBadRequest
	}
	if from, err = r.sourceOf(request); err != nil {
		return from, q, err
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxQuestionBytes))
	if err != nil {
		return from, q, ErrBadRequest
	}
	q, err = readQuestion(text)
	return from, q, err
}

// admit says whether an address may ask now; done ends that.
func (r *Responder) admit(from netip.Addr) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.limits.take(r.config.Now(), from) {
		return ErrTooMany
	}
	return nil
}

func (r *Responder) done() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limits.done()
}

// sourceOf is the one address that may be tried for a question.
func (r *Responder) sourceOf(request *http.Request) (netip.Addr, error) {
	parsed, err := netip.ParseAddrPort(request.RemoteAddr)
	from := parsed.Addr().Unmap()
	isProxy := func(p netip.Prefix) bool { return p.Contains(from) }
	switch {
	case err != nil, from.Zone() != "", !r.config.MayTry(from), slices.ContainsFunc(r.config.Proxies, isProxy):
		return from, ErrNotPublic
	case slices.Contains(r.config.Own(), from):
		return from, ErrSameNetwork
	}
	return from, nil
}

// try tries all ports at once. Where one is silent it takes the whole time, so that
// the time tells nothing of what is at a port that is not the asker's.
func try(ctx context.Context, to netip.Addr, q Question) []Result {
	results := make([]Result, len(q.Ports))
	var tries sync.WaitGroup
	for i, p := range q.Ports {
		tries.Go(func() {
			results[i] = Result{Kind: p.Kind, Port: p.Port, State: Silent}
			if tryPort(ctx, netip.AddrPortFrom(to, p.Port), p, q) == nil {
				results[i].State = Open
			}
		})
	}
	tries.Wait()
	if slices.ContainsFunc(results, func(r Result) bool { return r.State == Silent }) {
		<-ctx.Done()
	}
	return results
}

func tryPort(ctx context.Context, to netip.AddrPort, p Port, q Question) error {
	switch p.Kind {
	case Web:
		return tryWeb(ctx, to, p, q.Token)
	case UDP:
		return CheckUDP(ctx, to, *q.ICE)
	case TCP:
		return CheckTCP(ctx, to, *q.ICE)
	}
	return ErrBadRequest
}

// refusals are the words of errors, and their status.
func refusals() map[string]refusal {
	return map[string]refusal{
		"badRequest":  {http.StatusBadRequest, ErrBadRequest},
		"notPublic":   {http.StatusForbidden, ErrNotPublic},
		"sameNetwork": {http.StatusForbidden, ErrSameNetwork},
		"tooMany":     {http.StatusTooManyRequests, ErrTooMany},
	}
}

type refusal struct {
	status int
	err    error
}

type refusalBody struct {
	Error string `json:"error"`
}

func refuse(w http.ResponseWriter, err error) {
	for word, r := range refusals() {
		if errors.Is(err, r.err) {
			writeJSON(w, r.status, refusalBody{word})
			return
		}
	}
	writeJSON(w, http.StatusBadRequest, refusalBody{"badRequest"})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}
