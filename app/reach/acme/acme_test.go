package acme

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	protocol "github.com/mholt/acmez/v3/acme"

	"takoshome/app/reach/acme/acmetest"
)

// zone is the DNS provider of a test; one without dns says yes and does nothing.
type zone struct {
	dns  *acmetest.DNS
	fail error
}

func (z *zone) Present(_ context.Context, name, value string) error {
	if z.fail == nil && z.dns != nil {
		z.dns.SetText(name, value)
	}
	return z.fail
}

func (z *zone) CleanUp(_ context.Context, name, value string) error {
	if z.dns != nil {
		z.dns.RemoveText(name, value)
	}
	return nil
}

func TestEveryChallengeGivesACertificate(t *testing.T) {
	for _, challenge := range []string{TLSALPN01, HTTP01, DNS01} {
		t.Run(challenge, func(t *testing.T) {
			p := newPlace(t, settings{
				closed: challenge != TLSALPN01,
				change: func(c *Config, a *acmetest.Authority) {
					c.Challenges = []string{challenge}
					c.Records = &zone{dns: a.DNS}
					c.Email = "owner@example.org"
				},
			})
			s := p.await(t, isGood)
			if s.Problem != ProblemNone || s.Until.Before(time.Now().Add(24*time.Hour)) {
				t.Errorf("status %+v", s)
			}
			if _, err := p.hello(t, homeName); err != nil {
				t.Errorf("the certificate is no good: %v", err)
			}
			if left := p.authority.DNS.Texts("_acme-challenge." + homeName); len(left) > 0 {
				t.Errorf("records left: %v", left)
			}
			if p.IsFallback() {
				t.Error("still the fallback")
			}
		})
	}
}

func TestHostingStartsWithTheFallback(t *testing.T) {
	p := newPlace(t, settings{change: func(_ *Config, a *acmetest.Authority) { a.Set(acmetest.Down) }})
	if !p.IsFallback() {
		t.Error("a certificate from nowhere")
	}
	var unknown *tls.CertificateVerificationError
	if _, err := p.hello(t, homeName); !errors.As(err, &unknown) {
		t.Errorf("got %v, want a certificate that nobody vouches for", err)
	}
	s := p.await(t, isFailed)
	if s.Problem != ProblemServer || s.State != StateFailed || s.NextTry.Before(time.Now()) {
		t.Errorf("status %+v", s)
	}
}

// Clients may offer any protocol by ALPN, or none.
func TestOnlyAuthoritiesGetAProtocol(t *testing.T) {
	p := newPlace(t, settings{})
	p.await(t, isGood)
	for _, offer := range [][]string{nil, {"h2"}, {"http/1.1", "h2"}, {"stun.turn"}, {"acme-tls/1", "h2"}} {
		state, err := p.hello(t, homeName, offer...)
		if err != nil || state.NegotiatedProtocol != "" {
			t.Errorf("offered %v: got %q, %v", offer, state.NegotiatedProtocol, err)
		}
	}
	if _, err := p.hello(t, homeName, "acme-tls/1"); err == nil {
		t.Error("a handshake for an authority while none is expected")
	}
}

func TestItIsKept(t *testing.T) {
	p := newPlace(t, settings{})
	p.await(t, isGood)
	if again := p.reopened(t); !again.Equal(p.certificate(t)) {
		t.Error("another certificate after a restart")
	}
	if runtime.GOOS == "windows" {
		return // Windows keeps files apart by their folder
	}
	err := filepath.WalkDir(p.config.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRenewal(t *testing.T) {
	p := newPlace(t, settings{})
	p.await(t, isGood)
	old := p.certificate(t)
	p.clock.set(time.Now().Add(40 * 24 * time.Hour))
	p.wake()
	p.clock.set(time.Now().Add(61 * 24 * time.Hour))
	p.wake()
	p.await(t, func(NameStatus) bool { return !p.certificate(t).Equal(old) })
	if orders := p.authority.Orders(); orders != 2 {
		t.Errorf("%d orders, want 2", orders)
	}
	if again := p.reopened(t); !again.Equal(p.certificate(t)) {
		t.Error("the renewed certificate is not kept")
	}
}

// The authority says when a certificate was taken back, and wants a new one.
func TestRevokedIsRenewed(t *testing.T) {
	p := newPlace(t, settings{})
	p.await(t, isGood)
	old := p.certificate(t)
	kept, ok := p.store.account()
	if !ok {
		t.Fatal("no account is kept")
	}
	client := &protocol.Client{Directory: p.authority.Directory, HTTPClient: p.authority.Client()}
	if err := client.RevokeCertificate(t.Context(), kept, old, kept.PrivateKey, protocol.ReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	p.authority.WantRenewal(t, old)
	p.clock.set(time.Now().Add(minLife + time.Minute))
	p.Recheck()
	p.await(t, func(NameStatus) bool { return !p.certificate(t).Equal(old) })
}

func TestWhatCanGoWrong(t *testing.T) {
	blocked := acmetest.Config{Blocked: []string{homeName}}
	tests := []struct {
		name      string
		authority acmetest.Config
		closed    bool
		change    func(*Config, *acmetest.Authority)
		want      Problem
	}{
		{"authority down", acmetest.Config{}, false, func(_ *Config, a *acmetest.Authority) { a.Set(acmetest.Down) }, ProblemServer},
		{"authority broken", acmetest.Config{}, false, func(_ *Config, a *acmetest.Authority) { a.Set(acmetest.Broken) }, ProblemServer},
		{"too often", acmetest.Config{}, false, func(_ *Config, a *acmetest.Authority) { a.Set(acmetest.Limited) }, ProblemRateLimited},
		{"name not given", blocked, false, nil, ProblemRejected},
		{"customers alone", acmetest.Config{WantsBinding: true}, false, nil, ProblemAccount},
		{"port 80 shut", acmetest.Config{}, true, func(c *Config, _ *acmetest.Authority) {
			c.Challenges, c.HTTPListen = []string{HTTP01}, freePort(t)
		}, ProblemUnreachable},
		{"provider refuses", acmetest.Config{}, true, func(c *Config, a *acmetest.Authority) {
			c.Records = &zone{dns: a.DNS, fail: errors.New("no")}
		}, ProblemProvider},
		{"record not seen", acmetest.Config{}, true, func(c *Config, _ *acmetest.Authority) {
			c.Records = &zone{}
		}, ProblemRecord},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t, settings{authority: test.authority, closed: test.closed, change: test.change})
			s := p.await(t, isFailed)
			if s.Problem != test.want {
				t.Errorf("got %q (%s), want %q", s.Problem, s.Detail, test.want)
			}
			if s.State != StateFailed || !p.IsFallback() {
				t.Errorf("status %+v", s)
			}
			if strings.ContainsRune(s.Detail, '\x1b') {
				t.Errorf("detail %q", s.Detail)
			}
		})
	}
}

// What an authority that limits says of when to come again is kept to.
func TestRateLimitIsKeptTo(t *testing.T) {
	p := newPlace(t, settings{change: func(_ *Config, a *acmetest.Authority) { a.Set(acmetest.Limited) }})
	s := p.await(t, isFailed)
	if wait := time.Until(s.NextTry); wait < maxRateLimit-time.Hour {
		t.Errorf("next try in %v", wait)
	}
	p.Recheck()
	if again := p.Status()[0]; !again.NextTry.Equal(s.NextTry) {
		t.Errorf("next try moved to %v", again.NextTry)
	}
}

// After a failure everything is tried again, and the authority that came back
// gives a certificate.
func TestFailureIsOvercome(t *testing.T) {
	p := newPlace(t, settings{change: func(_ *Config, a *acmetest.Authority) { a.Set(acmetest.Down) }})
	s := p.await(t, isFailed)
	p.authority.Set(acmetest.Up)
	p.clock.set(s.NextTry.Add(time.Second))
	p.wake()
	if s := p.await(t, isGood); s.Problem != ProblemNone {
		t.Errorf("status %+v", s)
	}
}

// A certificate that cannot be renewed is shown until its end, and then the
// fallback: it at least is in the links.
func TestTheEndOfACertificate(t *testing.T) {
	p := newPlace(t, settings{})
	until := p.await(t, isGood).Until
	p.authority.Set(acmetest.Down)
	p.clock.set(until.Add(-time.Hour))
	p.wake()
	if s := p.await(t, isFailed); s.State != StateGood || p.IsFallback() {
		t.Errorf("status %+v an hour before the end", s)
	}
	p.clock.set(until.Add(time.Second))
	if !p.IsFallback() {
		t.Error("an expired certificate is shown")
	}
}

func TestAForgottenAccountIsMadeAnew(t *testing.T) {
	p := newPlace(t, settings{})
	p.await(t, isGood)
	kept, _ := p.store.account()
	kept.Location = strings.TrimSuffix(kept.Location, "/") + "0"
	if err := p.store.keepAccount(kept); err != nil {
		t.Fatal(err)
	}
	p.SetNames([]string{"other.test", homeName})
	if s := p.await(t, func(s NameStatus) bool { return isGood(s) || isFailed(s) }); !isGood(s) {
		t.Errorf("status %+v", s)
	}
}

func TestNamesChange(t *testing.T) {
	p := newPlace(t, settings{})
	p.await(t, isGood)
	p.SetNames([]string{"Other.test.", homeName, "localhost", "192.0.2.1"})
	s := p.await(t, func(s NameStatus) bool { return s.Name == "other.test" && isGood(s) })
	if len(p.Status()) != 2 {
		t.Errorf("names %+v", p.Status())
	}
	for _, name := range []string{"other.test", homeName} {
		if _, err := p.hello(t, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if orders := p.authority.Orders(); orders != 2 {
		t.Errorf("%d orders, want 2 (%+v)", orders, s)
	}
}

func TestBrowsersAreSentOn(t *testing.T) {
	p := newPlace(t, settings{closed: true, change: func(c *Config, _ *acmetest.Authority) {
		c.Challenges, c.Redirect = []string{HTTP01}, "https://home.test:8443"
	}})
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, test := range []struct {
		method, path string
		status       int
		to           string
	}{
		{http.MethodGet, "/j?t=secret", http.StatusFound, "https://home.test:8443/j"},
		{http.MethodGet, "//evil.test/", http.StatusFound, "https://home.test:8443//evil.test/"},
		{http.MethodPost, "/j", http.StatusNotFound, ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, "http://"+p.config.HTTPListen.String()+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != test.status || answer.Header.Get("Location") != test.to {
			t.Errorf("%s %s: got %d to %q", test.method, test.path, answer.StatusCode, answer.Header.Get("Location"))
		}
	}
}

func TestNewRefuses(t *testing.T) {
	good := func() Config {
		return Config{Dir: t.TempDir(), Fallback: fallback(t).GetCertificate}
	}
	for name, change := range map[string]func(*Config){
		"no folder":         func(c *Config) { c.Dir = "" },
		"no fallback":       func(c *Config) { c.Fallback = nil },
		"plain directory":   func(c *Config) { c.Directory = "http://ca.test/dir" },
		"no CA file":        func(c *Config) { c.CAFile = filepath.Join(t.TempDir(), "none") },
		"unknown challenge": func(c *Config) { c.Challenges = []string{"dns-02"} },
		"dns-01 alone":      func(c *Config) { c.Challenges = []string{DNS01} },
		"http-01 nowhere":   func(c *Config) { c.Challenges = []string{HTTP01} },
	} {
		c := good()
		change(&c)
		if _, err := New(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := New(good()); err != nil {
		t.Error(err)
	}
}

func TestWaitsGrow(t *testing.T) {
	for _, problem := range []Problem{ProblemServer, ProblemUnreachable, ProblemRateLimited} {
		last := time.Duration(0)
		for failures := 1; failures < 20; failures++ {
			wait := waitAfter(failures, problem)
			if wait < last || wait < time.Minute || wait > 12*time.Hour {
				t.Errorf("%s: %v after %d failures", problem, wait, failures)
			}
			last = wait
		}
	}
}

func TestCloseEndsAnAsking(t *testing.T) {
	asked := make(chan struct{})
	p := newPlace(t, settings{change: func(c *Config, a *acmetest.Authority) {
		c.Records = &zone{dns: a.DNS}
		c.Settle = func(ctx context.Context, _, _ string) error {
			close(asked)
			<-ctx.Done()
			return ctx.Err()
		}
	}})
	<-asked
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if left := p.authority.DNS.Texts("_acme-challenge." + homeName); len(left) > 0 {
		t.Errorf("records left: %v", left)
	}
	if s := p.Status()[0]; s.Problem != ProblemNone {
		t.Errorf("status %+v", s)
	}
}
