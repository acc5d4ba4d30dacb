package acme

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mholt/acmez/v3"
	"golang.org/x/net/netutil"
)

const (
	// lookInterval bounds how long a clock that was set, or a computer that slept,
	// goes unnoticed.
	lookInterval = time.Hour

	pageTimeout   = 10 * time.Second
	maxPageConns  = 64
	maxPageHeader = 8 << 10
)

// Manager has the certificates of this host's names.
type Manager struct {
	config Config
	http   *http.Client
	store  *store
	proofs *proofs
	ctx    context.Context
	end    context.CancelFunc
	kick   chan struct{}
	work   sync.WaitGroup
	pages  *http.Server // nil: nobody listens on port 80

	mu      sync.Mutex
	names   []string          // mu protects it
	entries map[string]*entry // by name; mu protects it and what is in it
}

// entry is what is known of one name.
type entry struct {
	certificate *tls.Certificate // nil: none; itself never changed
	asking      bool
	problem     Problem
	detail      string
	failures    int // in a row
	triedAt     time.Time
	nextTry     time.Time // not before then
	renewAt     time.Time // of certificate
	hintAt      time.Time // when to ask the authority about renewAt again
}

// New checks everything and reads what is kept; Start begins to ask.
func New(config Config) (*Manager, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	client, err := config.httpClient()
	if err != nil {
		return nil, err
	}
	kept, err := openStore(config.Dir, config.Directory)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errStore, err)
	}
	ctx, end := context.WithCancel(context.Background())
	m := &Manager{
		config: config, http: client, store: kept, proofs: newProofs(),
		ctx: ctx, end: end, kick: make(chan struct{}, 1),
		entries: map[string]*entry{},
	}
	m.setNames(config.Names)
	return m, nil
}

// Start listens on port 80 where that is wanted, and begins to ask, once ready has
// returned: the way here may just be being made. nil: at once. Start may be called
// once; an error is a *net.OpError.
func (m *Manager) Start(ctx context.Context, ready func(context.Context)) error {
	if m.config.HTTPListen.IsValid() {
		network := "tcp"
		if m.config.HTTPListen.Addr().Is4() {
			network = "tcp4"
		}
		listener, err := (&net.ListenConfig{}).Listen(ctx, network, m.config.HTTPListen.String())
		if err != nil {
			return err
		}
		m.servePages(listener)
	}
	m.work.Go(func() { m.run(ready) })
	return nil
}

func (m *Manager) servePages(listener net.Listener) {
	m.pages = &http.Server{
		Handler:           m.HTTPHandler(),
		ReadHeaderTimeout: pageTimeout,
		ReadTimeout:       pageTimeout,
		WriteTimeout:      pageTimeout,
		MaxHeaderBytes:    maxPageHeader,
	}
	m.pages.SetKeepAlivesEnabled(false)
	m.work.Go(func() {
		if err := m.pages.Serve(netutil.LimitListener(listener, maxPageConns)); !errors.Is(err, http.ErrServerClosed) {
			m.config.Logger.Warn("the listener for http-01 broke", "error", err)
		}
	})
}

// HTTPHandler answers what authorities ask on port 80 of the names.
func (m *Manager) HTTPHandler() http.Handler { return m.proofs.servePage(m.config.Redirect) }

// Configure has c show the certificates, and answer authorities that check a
// name by a handshake. Only their handshakes have a protocol by ALPN, so that
// all other clients may offer what they like.
func (m *Manager) Configure(c *tls.Config) {
	c.GetCertificate = m.GetCertificate
	check := &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{acmez.ACMETLS1Protocol},
		GetCertificate: m.proofs.handshake,
	}
	c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if len(hello.SupportedProtos) == 1 && hello.SupportedProtos[0] == acmez.ACMETLS1Protocol {
			return check, nil
		}
		return nil, nil
	}
}

// GetCertificate is for tls.Config: the certificate of the name asked for, else
// the main name's, else the fallback. A nil hello asks for the main one.
func (m *Manager) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c := m.current(hello); c != nil {
		return c, nil
	}
	return m.config.Fallback(hello)
}

// IsFallback reports whether the main certificate is the fallback.
func (m *Manager) IsFallback() bool { return m.current(nil) == nil }

func (m *Manager) current(hello *tls.ClientHelloInfo) *tls.Certificate {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.config.Now()
	if hello != nil {
		if e := m.entries[strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))]; e.isGood(now) {
			return e.certificate
		}
	}
	for _, name := range m.names {
		if e := m.entries[name]; e.isGood(now) {
			return e.certificate
		}
	}
	return nil
}

func (e *entry) isGood(now time.Time) bool {
	return e != nil && e.certificate != nil && now.Before(e.certificate.Leaf.NotAfter)
}

// SetNames changes the names, the main one first.
func (m *Manager) SetNames(names []string) {
	m.setNames(cleanNames(names))
	m.wake()
	m.config.OnChange()
}

func (m *Manager) setNames(names []string) {
	now := m.config.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	entries := map[string]*entry{}
	for _, name := range names {
		e := m.entries[name]
		if e == nil {
			e = &entry{certificate: m.store.certificate(name, now)}
			e.planRenewal()
		}
		entries[name] = e
	}
	m.names, m.entries = names, entries
}

// minTryInterval keeps Recheck from asking too often.
const minTryInterval = 5 * time.Minute

// Recheck tries again soon what has failed, and asks about renewals: something
// has changed, such as the network.
func (m *Manager) Recheck() {
	now := m.config.Now()
	m.mu.Lock()
	for _, e := range m.entries {
		e.hintAt = now
		soon := e.triedAt.Add(minTryInterval)
		isFailing := e.problem != ProblemNone && e.problem != ProblemRateLimited
		if isFailing && soon.Before(e.nextTry) {
			e.nextTry = soon
		}
	}
	m.mu.Unlock()
	m.wake()
}

func (m *Manager) wake() {
	select {
	case m.kick <- struct{}{}:
	default: // it will look anyway
	}
}

// Close ends everything and awaits it. It is idempotent.
func (m *Manager) Close() error {
	m.end()
	var err error
	if m.pages != nil {
		err = m.pages.Close()
	}
	m.work.Wait()
	m.http.CloseIdleConnections()
	return err
}

// run is the goroutine that asks.
func (m *Manager) run(ready func(context.Context)) {
	if ready != nil {
		ready(m.ctx)
	}
	for {
		wait := m.lookAfterAll()
		timer := time.NewTimer(wait)
		select {
		case <-m.ctx.Done():
			timer.Stop()
			return
		case <-m.kick:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// lookAfterAll does what is due, and tells when to look again.
func (m *Manager) lookAfterAll() time.Duration {
	m.mu.Lock()
	names := m.names
	m.mu.Unlock()
	for _, name := range names {
		if m.ctx.Err() != nil {
			break
		}
		m.lookAfter(name)
	}
	now := m.config.Now()
	wait := lookInterval
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.entries {
		wait = min(wait, e.due().Sub(now))
	}
	return max(wait, time.Second)
}

// due is when there is something to do for a name.
func (e *entry) due() time.Time {
	if e.certificate == nil || e.renewAt.Before(e.nextTry) {
		return e.nextTry
	}
	if e.hintAt.Before(e.renewAt) {
		return e.hintAt
	}
	return e.renewAt
}
