package acme

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mholt/acmez/v3"
	protocol "github.com/mholt/acmez/v3/acme"
)

// cleanUpTimeout is for taking a record away again, also while closing.
const cleanUpTimeout = 4 * time.Second

// Records sets and removes TXT records; name has no dot at its end. Removing
// what is not there is no error.
type Records interface {
	Present(ctx context.Context, name, value string) error
	CleanUp(ctx context.Context, name, value string) error
}

// Settle waits until a record can be seen; an error is a reason not to go on.
type Settle func(ctx context.Context, name, value string) error

// proofs is what authorities may see right now.
type proofs struct {
	mu         sync.Mutex
	handshakes map[string]*tls.Certificate // by name; mu protects it
	pages      map[string]string           // by path; mu protects it
}

func newProofs() *proofs {
	return &proofs{handshakes: map[string]*tls.Certificate{}, pages: map[string]string{}}
}

// handshake is the certificate for an authority that checks name.
func (p *proofs) handshake(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.handshakes[strings.ToLower(hello.ServerName)]; c != nil {
		return c, nil
	}
	return nil, errNoChallenge
}

// servePage answers what authorities ask on port 80, and sends browsers on.
func (p *proofs) servePage(redirect string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		page, found := p.pages[r.URL.Path]
		p.mu.Unlock()
		switch {
		case found && r.Method == http.MethodGet:
			w.Header().Set("Content-Type", "text/plain")
			_, _ = w.Write([]byte(page))
		case redirect == "" || (r.Method != http.MethodGet && r.Method != http.MethodHead):
			http.NotFound(w, r)
		default:
			w.Header().Set("Connection", "close")
			// The path alone: a token may stand in the query of somebody who has
			// forgotten the "s" of https.
			http.Redirect(w, r, redirect+r.URL.EscapedPath(), http.StatusFound)
		}
	})
}

// solvers are what the library asks to prove a name.
func (m *Manager) solvers() map[string]acmez.Solver {
	solvers := map[string]acmez.Solver{}
	for _, challenge := range m.config.Challenges {
		switch challenge {
		case TLSALPN01:
			solvers[challenge] = byHandshake{m.proofs}
		case HTTP01:
			solvers[challenge] = byPage{m.proofs}
		case DNS01:
			solvers[challenge] = byRecord{m.config.Records, m.config.Settle}
		}
	}
	return solvers
}

type byHandshake struct{ proofs *proofs }

// Present is acmez.Solver's, as are all below.
func (s byHandshake) Present(_ context.Context, c protocol.Challenge) error {
	certificate, err := acmez.TLSALPN01ChallengeCert(c)
	if err != nil {
		return err
	}
	s.proofs.mu.Lock()
	defer s.proofs.mu.Unlock()
	s.proofs.handshakes[c.Identifier.Value] = certificate
	return nil
}

// CleanUp forgets the certificate.
func (s byHandshake) CleanUp(_ context.Context, c protocol.Challenge) error {
	s.proofs.mu.Lock()
	defer s.proofs.mu.Unlock()
	delete(s.proofs.handshakes, c.Identifier.Value)
	return nil
}

type byPage struct{ proofs *proofs }

// Present shows the page.
func (s byPage) Present(_ context.Context, c protocol.Challenge) error {
	s.proofs.mu.Lock()
	defer s.proofs.mu.Unlock()
	s.proofs.pages[c.HTTP01ResourcePath()] = c.KeyAuthorization
	return nil
}

// CleanUp forgets it.
func (s byPage) CleanUp(_ context.Context, c protocol.Challenge) error {
	s.proofs.mu.Lock()
	defer s.proofs.mu.Unlock()
	delete(s.proofs.pages, c.HTTP01ResourcePath())
	return nil
}

type byRecord struct {
	records Records
	settle  Settle
}

// Present sets the record.
func (s byRecord) Present(ctx context.Context, c protocol.Challenge) error {
	if err := s.records.Present(ctx, c.DNS01TXTRecordName(), c.DNS01KeyAuthorization()); err != nil {
		return fmt.Errorf("%w: %w", errRecords, err)
	}
	return nil
}

// Wait gives the zone's servers time to tell each other.
func (s byRecord) Wait(ctx context.Context, c protocol.Challenge) error {
	return s.settle(ctx, c.DNS01TXTRecordName(), c.DNS01KeyAuthorization())
}

// CleanUp removes the record, also when everything else has been called off.
func (s byRecord) CleanUp(ctx context.Context, c protocol.Challenge) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
	defer cancel()
	if err := s.records.CleanUp(ctx, c.DNS01TXTRecordName(), c.DNS01KeyAuthorization()); err != nil {
		return fmt.Errorf("%w: %w", errRecords, err)
	}
	return nil
}
