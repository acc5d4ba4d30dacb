package acme

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// LetsEncrypt is the directory of the authority that most use.
const LetsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"

// Challenges are the ways to prove that a name is this host's.
const (
	TLSALPN01 = "tls-alpn-01" // RFC 8737: a handshake on port 443
	HTTP01    = "http-01"     // RFC 8555 section 8.3: a page on port 80
	DNS01     = "dns-01"      // RFC 8555 section 8.4: a record in the zone
)

const (
	maxNames = 16
	// answerTimeout bounds one request to the authority.
	answerTimeout = 60 * time.Second
	// maxAnswerBytes bounds what it answers; chains are a few thousand.
	maxAnswerBytes = 1 << 20
)

// Config says for what to ask whom, and how to prove it.
type Config struct {
	// Names are those to have certificates for, the main one first.
	Names []string
	// Email is told to the authority, which may warn there; "": none.
	Email string
	// Directory is the authority's; "": LetsEncrypt.
	Directory string
	// CAFile is a PEM file of who vouches for the directory besides the system's.
	CAFile string
	// Challenges are those that may be used; empty: dns-01 where there is somebody
	// to set records, else tls-alpn-01, and http-01 where HTTPListen is set.
	Challenges []string
	// HTTPListen is where port 80 of the names arrives; invalid: nowhere.
	HTTPListen netip.AddrPort
	// Redirect is where the listener there sends browsers, such as
	// "https://home.example"; "": nowhere.
	Redirect string
	// Records sets the records of dns-01; nil: nobody can.
	Records Records
	// Settle waits until the authority can see a record; nil: as the zone's own
	// servers tell.
	Settle Settle
	// Dir is the folder of account and certificates, made where it is missing.
	Dir string
	// Fallback is the certificate while there is none.
	Fallback func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// OnChange hears that Status has changed; it must not block. It may be nil.
	OnChange func()
	Logger   *slog.Logger
	Now      func() time.Time // nil: time.Now
}

var dnsName = regexp.MustCompile(`^([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)

// IsName reports whether an authority could give anybody a certificate for name.
func IsName(name string) bool { return len(name) <= 253 && dnsName.MatchString(name) }

func (c *Config) validate() error {
	c.Names = cleanNames(c.Names)
	if c.Directory == "" {
		c.Directory = LetsEncrypt
	}
	if u, err := url.Parse(c.Directory); err != nil || u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%w: the directory %q is no https address", ErrConfig, c.Directory)
	}
	if c.Dir == "" || c.Fallback == nil {
		return fmt.Errorf("%w: no folder or no fallback given", ErrConfig)
	}
	if err := c.chooseChallenges(); err != nil {
		return err
	}
	if c.OnChange == nil {
		c.OnChange = func() {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Settle == nil {
		c.Settle = zoneServers{}.settle
	}
	return nil
}

func (c *Config) chooseChallenges() error {
	if len(c.Challenges) == 0 {
		c.Challenges = c.defaultChallenges()
	}
	for _, challenge := range c.Challenges {
		switch {
		case challenge == DNS01 && c.Records == nil:
			return fmt.Errorf("%w: dns-01 needs a DNS provider or a hook", ErrConfig)
		case challenge == HTTP01 && !c.HTTPListen.IsValid():
			return fmt.Errorf("%w: http-01 needs an address to listen on", ErrConfig)
		case !slices.Contains([]string{TLSALPN01, HTTP01, DNS01}, challenge):
			return fmt.Errorf("%w: no challenge is called %q", ErrConfig, challenge)
		}
	}
	return nil
}

func (c *Config) defaultChallenges() []string {
	switch {
	case c.Records != nil:
		return []string{DNS01}
	case c.HTTPListen.IsValid():
		return []string{TLSALPN01, HTTP01}
	}
	return []string{TLSALPN01}
}

// cleanNames leaves out what no authority gives, and what is there twice.
func cleanNames(names []string) []string {
	var clean []string
	for _, name := range names {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		if IsName(name) && !slices.Contains(clean, name) && len(clean) < maxNames {
			clean = append(clean, name)
		}
	}
	return clean
}

// httpClient trusts the system's authorities and those of the file.
func (c *Config) httpClient() (*http.Client, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if c.CAFile != "" {
		text, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrConfig, err)
		}
		if !pool.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%w: %s has no certificate in PEM", ErrConfig, c.CAFile)
		}
	}
	return &http.Client{
		Timeout: answerTimeout,
		Transport: &shortAnswers{&http.Transport{
			Proxy:             http.ProxyFromEnvironment,
			TLSClientConfig:   &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2: true,
			MaxIdleConns:      4,
			IdleConnTimeout:   30 * time.Second,
		}},
	}, nil
}

// shortAnswers ends answers that no authority gives.
type shortAnswers struct{ *http.Transport }

// RoundTrip is http.RoundTripper's.
func (s *shortAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := s.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &shortBody{ReadCloser: answer.Body, left: maxAnswerBytes}
	return answer, nil
}

type shortBody struct {
	io.ReadCloser
	left int
}

// Read fails where the answer goes on for too long.
func (b *shortBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
