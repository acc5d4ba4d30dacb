package acme

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/mholt/acmez/v3"
	protocol "github.com/mholt/acmez/v3/acme"
)

const (
	// askTimeout is for all of one certificate, with records that take their time.
	askTimeout = 15 * time.Minute
	// minHintInterval and maxHintInterval bound how often the authority is asked
	// when to renew (RFC 9773 section 4.3).
	minHintInterval = time.Hour
	maxHintInterval = 24 * time.Hour
	maxRateLimit    = 8 * 24 * time.Hour
	// minLife is between two certificates of a name, also where this computer's
	// clock is months ahead of the authority's and each seems old at once.
	minLife = 12 * time.Hour
)

// lookAfter asks for a certificate for name if that is due.
func (m *Manager) lookAfter(name string) {
	e, ok := m.entry(name)
	if !ok {
		return
	}
	now := m.config.Now()
	if e.certificate != nil && !now.Before(e.hintAt) {
		e = m.takeHint(name, e.certificate.Leaf)
	}
	if now.Before(e.nextTry) || (e.certificate != nil && now.Before(e.renewAt)) {
		return
	}
	m.change(name, func(e *entry) { e.asking, e.triedAt = true, now })
	fresh, err := m.ask(name, e.certificate)
	if m.ctx.Err() != nil {
		return
	}
	m.change(name, func(e *entry) {
		e.asking = false
		if err != nil {
			e.fail(err, m.config.Now())
			return
		}
		*e = entry{certificate: fresh, triedAt: now, nextTry: now.Add(minLife)}
		e.planRenewal()
	})
	if err != nil {
		m.config.Logger.Warn("no certificate was given", "name", name, "problem", string(problemOf(err, challengeOf(err))), "error", plain(err.Error()))
		return
	}
	m.config.Logger.Info("certificate received", "name", name, "until", fresh.Leaf.NotAfter)
}

// entry is a copy; ok is false for a name that is gone.
func (m *Manager) entry(name string) (e entry, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[name] == nil {
		return entry{}, false
	}
	return *m.entries[name], true
}

func (m *Manager) change(name string, change func(*entry)) {
	m.mu.Lock()
	if e := m.entries[name]; e != nil {
		change(e)
	}
	m.mu.Unlock()
	m.config.OnChange()
}

// fail plans the next try.
func (e *entry) fail(err error, now time.Time) {
	e.failures++
	e.problem, e.detail = problemOf(err, challengeOf(err)), detailOf(err)
	wait := waitAfter(e.failures, e.problem)
	if e.problem == ProblemRateLimited {
		if said := retryTime(err).Sub(now); said > wait {
			wait = min(said, maxRateLimit)
		}
	}
	e.nextTry = now.Add(wait)
}

// waitAfter grows with the failures; an authority that cannot be reached has
// counted nothing, and one that limits wants rest.
func waitAfter(failures int, problem Problem) time.Duration {
	steps := []time.Duration{2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 12 * time.Hour}
	switch problem {
	case ProblemServer, ProblemStore:
		steps = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	case ProblemRateLimited:
		steps = []time.Duration{time.Hour, 4 * time.Hour, 12 * time.Hour}
	}
	return steps[min(failures, len(steps))-1]
}

// planRenewal takes two thirds of the certificate's life, until the authority
// says otherwise.
func (e *entry) planRenewal() {
	if e.certificate == nil {
		return
	}
	leaf := e.certificate.Leaf
	e.renewAt = leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore) * 2 / 3)
	e.hintAt = time.Time{}
}

// takeHint asks the authority when to renew. It may only say earlier: what comes
// after two thirds of the life leaves too little time for failures.
func (m *Manager) takeHint(name string, leaf *x509.Certificate) entry {
	ctx, cancel := context.WithTimeout(m.ctx, 2*answerTimeout)
	defer cancel()
	hint, err := m.client().GetRenewalInfo(ctx, leaf)
	now := m.config.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[name]
	if e == nil {
		return entry{nextTry: now.Add(lookInterval)}
	}
	e.hintAt = now.Add(maxHintInterval)
	if errors.Is(err, protocol.ErrUnsupported) {
		return *e
	}
	if err != nil {
		e.hintAt = now.Add(minHintInterval)
		return *e
	}
	if hint.RetryAfter != nil {
		e.hintAt = now.Add(min(max(hint.RetryAfter.Sub(now), minHintInterval), maxHintInterval))
	}
	if hint.SelectedTime.Before(e.renewAt) {
		e.renewAt = hint.SelectedTime
	}
	return *e
}

// ask does the whole of RFC 8555 for one name.
func (m *Manager) ask(name string, old *tls.Certificate) (*tls.Certificate, error) {
	ctx, cancel := context.WithTimeout(m.ctx, askTimeout)
	defer cancel()
	client := &acmez.Client{Client: m.client(), ChallengeSolvers: m.solvers()}
	account, err := m.account(ctx, client)
	if err != nil {
		return nil, err
	}
	fresh, err := m.order(ctx, client, account, name, old)
	if isType(err, protocol.ProblemTypeAccountDoesNotExist) {
		// The authority has forgotten this host, as test ones do.
		if err := m.store.forgetAccount(); err != nil {
			return nil, fmt.Errorf("%w: %w", errStore, err)
		}
		if account, err = m.account(ctx, client); err != nil {
			return nil, err
		}
		fresh, err = m.order(ctx, client, account, name, nil)
	}
	return fresh, err
}

func (m *Manager) client() *protocol.Client {
	return &protocol.Client{Directory: m.config.Directory, HTTPClient: m.http, UserAgent: "TakosHome"}
}

func (m *Manager) order(
	ctx context.Context, client *acmez.Client, account protocol.Account, name string, old *tls.Certificate,
) (*tls.Certificate, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	csr, err := acmez.NewCSR(key, []string{name})
	if err != nil {
		return nil, err
	}
	parameters, err := acmez.OrderParametersFromCSR(account, csr)
	if err != nil {
		return nil, err
	}
	if old != nil {
		parameters.Replaces = old.Leaf
	}
	chains, err := client.ObtainCertificate(ctx, parameters)
	if old != nil && isType(err, protocol.ProblemTypeMalformed) {
		// One that does not know the old certificate, or replaces none.
		parameters.Replaces = nil
		chains, err = client.ObtainCertificate(ctx, parameters)
	}
	if err != nil {
		return nil, err
	}
	if len(chains) == 0 {
		return nil, errors.New("the authority gave no certificate")
	}
	return m.store.keep(name, chains[0].ChainPEM, key)
}

// account is the kept one, or a new one.
func (m *Manager) account(ctx context.Context, client *acmez.Client) (protocol.Account, error) {
	if kept, ok := m.store.account(); ok {
		return kept, nil
	}
	key, err := newKey()
	if err != nil {
		return protocol.Account{}, err
	}
	wanted := protocol.Account{TermsOfServiceAgreed: true, PrivateKey: key}
	if m.config.Email != "" {
		wanted.Contact = []string{"mailto:" + m.config.Email}
	}
	account, err := client.NewAccount(ctx, wanted)
	if err != nil {
		return protocol.Account{}, fmt.Errorf("new account: %w", err)
	}
	return account, m.store.keepAccount(account)
}

func isType(err error, kind string) bool {
	var said protocol.Problem
	return errors.As(err, &said) && said.Type == kind
}

// challengeOf is the one that failed, "" where none is known to.
func challengeOf(err error) string {
	var said protocol.Problem
	if !errors.As(err, &said) {
		return ""
	}
	authorization, ok := said.Resource.(protocol.Authorization)
	if !ok {
		return ""
	}
	for _, c := range authorization.Challenges {
		if c.Error != nil || c.Status == protocol.StatusInvalid {
			return c.Type
		}
	}
	return ""
}
