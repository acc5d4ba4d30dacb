package acme

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"takoshome/app/reach"
	"takoshome/app/reach/acme/acmetest"
)

const (
	homeName = "home.test"
	patience = 20 * time.Second
)

// place is a manager with its HTTPS port, and the authority that looks there.
type place struct {
	*Manager
	authority *acmetest.Authority
	listener  net.Listener // HTTPS
	config    Config
	changed   chan struct{}
	clock     *clock
}

type clock struct {
	mu sync.Mutex
	at time.Time // zero: the real time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Now()
	}
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// settings is what a test changes before the start.
type settings struct {
	authority acmetest.Config
	change    func(*Config, *acmetest.Authority)
	closed    bool // nobody listens on the HTTPS port
}

func newPlace(t *testing.T, s settings) *place {
	t.Helper()
	p := &place{changed: make(chan struct{}, 1), clock: &clock{}}
	var err error
	if p.listener, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if !s.closed {
		s.authority.Ports.TLS = portOf(p.listener.Addr())
	}
	pages := freePort(t)
	s.authority.Ports.HTTP = pages.Port()
	p.authority = acmetest.New(t, s.authority)
	p.config = Config{
		Names:     []string{homeName},
		Directory: p.authority.Directory,
		CAFile:    p.authority.CAFile,
		Dir:       filepath.Join(t.TempDir(), "acme"),
		Fallback:  fallback(t).GetCertificate,
		Settle:    func(context.Context, string, string) error { return nil },
		Now:       p.clock.now,
		OnChange: func() {
			select {
			case p.changed <- struct{}{}:
			default:
			}
		},
	}
	if s.change != nil {
		s.change(&p.config, p.authority)
	}
	if slices.Contains(p.config.Challenges, HTTP01) && !p.config.HTTPListen.IsValid() {
		p.config.HTTPListen = pages
	}
	p.start(t)
	return p
}

// start begins, and serves HTTPS with what the manager has.
func (p *place) start(t *testing.T) {
	t.Helper()
	m, err := New(p.config)
	if err != nil {
		t.Fatal(err)
	}
	p.Manager = m
	if err := m.Start(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	m.Configure(settings)
	listener := tls.NewListener(p.listener, settings)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer func() { _ = conn.Close() }()
				_ = conn.SetDeadline(time.Now().Add(patience))
				_ = conn.(*tls.Conn).Handshake()
				_, _ = conn.Read(make([]byte, 1))
			})
		}
	})
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		_ = p.listener.Close()
		serving.Wait()
	})
}

// await waits for the main name to be as wanted.
func (p *place) await(t *testing.T, wanted func(NameStatus) bool) NameStatus {
	t.Helper()
	deadline := time.After(patience)
	for {
		if s := p.Status()[0]; wanted(s) {
			return s
		}
		select {
		case <-p.changed:
		case <-deadline:
			t.Fatalf("still %+v", p.Status()[0])
		}
	}
}

func isGood(s NameStatus) bool   { return s.State == StateGood }
func isFailed(s NameStatus) bool { return s.Problem != ProblemNone }

// hello is what a client gets who asks for name.
func (p *place) hello(t *testing.T, name string, protocols ...string) (tls.ConnectionState, error) {
	t.Helper()
	dialer := &tls.Dialer{Config: &tls.Config{
		ServerName: name, RootCAs: p.authority.Roots(t), MinVersion: tls.VersionTLS12, NextProtos: protocols,
	}}
	conn, err := dialer.DialContext(t.Context(), "tcp", p.listener.Addr().String())
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = conn.Close() }()
	return conn.(*tls.Conn).ConnectionState(), nil
}

// certificate is the main name's.
func (p *place) certificate(t *testing.T) *x509.Certificate {
	t.Helper()
	c, err := p.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf
}

// reopened is the certificate after a restart.
func (p *place) reopened(t *testing.T) *x509.Certificate {
	t.Helper()
	again, err := New(p.config)
	if err != nil {
		t.Fatal(err)
	}
	c, err := again.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf
}

func fallback(t *testing.T) *reach.SelfSigned {
	t.Helper()
	own, err := reach.NewSelfSigned(reach.SelfSignedConfig{
		Path: filepath.Join(t.TempDir(), "tls.pem"), Names: []string{"localhost"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return own
}

func portOf(addr net.Addr) uint16 { return addr.(*net.TCPAddr).AddrPort().Port() }

func freePort(t *testing.T) netip.AddrPort {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).AddrPort()
}
