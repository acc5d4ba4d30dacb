package participant

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func withTLS(c *hostConfig) {
	c.unstarted = func(s *httptest.Server) { s.StartTLS() }
}

// fingerprint is that of the certificate the server shows.
func fingerprint(s *httptest.Server) string {
	sum := sha256.Sum256(s.Certificate().Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func TestPinnedCertificate(t *testing.T) {
	t.Parallel()
	h := newHost(t, withTLS)
	good := fingerprint(h.http)
	other := base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	for name, test := range map[string]struct {
		fragment string
		want     error
	}{
		"pinned":              {"i=good&f=" + good, nil},
		"another certificate": {"i=good&f=" + other, ErrCertificate},
		"of nobody we know":   {"i=good", ErrUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := ParseLink(h.http.URL + "/j#" + test.fragment)
			must(t, err)
			if _, err := Ask(t.Context(), l); !errors.Is(err, test.want) {
				t.Errorf("ask: %v, want %v", err, test.want)
			}
			if _, err := tryJoin(t, "alice", l); !errors.Is(err, test.want) {
				t.Errorf("join: %v, want %v", err, test.want)
			}
			l.Token, l.Code = h.token("bob"), ""
			if _, err := tryJoin(t, "bob", l); !errors.Is(err, test.want) {
				t.Errorf("join by token: %v, want %v", err, test.want)
			}
		})
	}
}

// Since the link was made an authority may have begun to vouch for its name; for an
// address that does not count.
func TestVouchedForSinceTheLink(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	certificate := server.Certificate() // for example.com and 127.0.0.1
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	for _, test := range []struct {
		base string
		way  *Way
		want error
	}{
		{"https://example.com:8443", &Way{Roots: roots}, nil},
		{"https://example.com/calls", &Way{Roots: roots}, nil},
		{"https://other.example", &Way{Roots: roots}, errOtherCertificate},
		{"https://127.0.0.1", &Way{Roots: roots}, errOtherCertificate},
		{"https://example.com", &Way{Roots: x509.NewCertPool()}, errOtherCertificate},
		{"https://example.com", nil, errOtherCertificate},
	} {
		l := Link{Base: test.base, Way: test.way, Fingerprint: new([sha256.Size]byte)}
		state := tls.ConnectionState{PeerCertificates: []*x509.Certificate{certificate}}
		if err := l.TLSConfig().VerifyConnection(state); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.base, err, test.want)
		}
	}
}

// A certificate that changes under way is refused as well.
func TestCertificateChanges(t *testing.T) {
	t.Parallel()
	first := newHost(t, withTLS)
	address := first.http.Listener.Addr().String()
	l := first.link("alice")
	l.Fingerprint = (*[32]byte)(mustDecode(t, fingerprint(first.http)))
	alice := join(t, "alice", l, withTimeouts(quick()))
	other := selfSigned(t)
	first.closeAll()
	await(alice, anyOf[Reconnecting])
	newHost(t, func(c *hostConfig) {
		c.unstarted = func(s *httptest.Server) {
			must(t, s.Listener.Close())
			var err error
			s.Listener, err = net.Listen("tcp", address)
			must(t, err)
			s.TLS = other
			s.StartTLS()
		}
	})
	if e := await(alice, anyOf[Ended]); !errors.Is(e.Err, ErrCertificate) {
		t.Errorf("ended with %v, want ErrCertificate", e.Err)
	}
}

func mustDecode(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(text)
	must(t, err)
	return raw
}

func TestAsk(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	l, err := ParseLink(h.http.URL + "/j#i=good")
	must(t, err)
	info, err := Ask(t.Context(), l)
	if want := (Info{Room: "den", CallType: "video", People: 2}); err != nil || info != want {
		t.Errorf("got %+v, %v, want %+v", info, err, want)
	}
	l.Code = "bad"
	if _, err := Ask(t.Context(), l); !errors.Is(err, ErrExpired) {
		t.Errorf("bad code: %v, want ErrExpired", err)
	}
	if _, err := Ask(t.Context(), h.link("alice")); !errors.Is(err, ErrBadLink) {
		t.Errorf("a link that asks for no name: %v, want ErrBadLink", err)
	}
}

// What answers is no host, or one that says no.
func TestWhatAnswersOtherwise(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"another web server": {http.NotFound, ErrNotHosting},
		"redirects": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		}, ErrHostError},
		"no hosting": {refuse(503, "notHosting"), ErrNotHosting},
		"full":       {refuse(503, "full"), ErrFull},
		"too many":   {refuse(429, "tooMany"), ErrFull},
		"name":       {refuse(400, "badName"), ErrBadName},
		"used up":    {refuse(404, "badCode"), ErrExpired},
		"broken":     {refuse(500, ""), ErrHostError},
		"no JSON":    {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, ErrHostError},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				_, _ = w.Write([]byte(strings.Repeat(" ", 1000)))
			}
		}, ErrHostError},
		"no token": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }, ErrHostError},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(test.answer)
			defer s.Close()
			l, err := ParseLink(s.URL + "/j#i=good")
			must(t, err)
			if _, err := tryJoin(t, "alice", l); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func refuse(status int, word string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, `{"error":"`+word+`"}`, status) }
}

// What a socket that is refused, or no call, means.
func TestWhatRefusesTheSocket(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]error{
		401: ErrExpired, 403: ErrExpired, 404: ErrNotHosting, 429: ErrFull, 503: ErrFull, 500: ErrHostError, 302: ErrHostError,
		200: ErrHostError,
	} {
		s := httptest.NewServer(refuse(status, ""))
		l, err := ParseLink(wsURL(s.URL, "x"))
		must(t, err)
		if _, err := tryJoin(t, "alice", l); !errors.Is(err, want) {
			t.Errorf("status %d: got %v, want %v", status, err, want)
		}
		s.Close()
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := listener.Addr().String()
	must(t, listener.Close())
	l, err := ParseLink("http://" + address + "/j#t=x")
	must(t, err)
	if _, err := tryJoin(t, "alice", l); !errors.Is(err, ErrUnreachable) {
		t.Errorf("nobody listens: %v, want ErrUnreachable", err)
	}
	if err := problemOf(context.DeadlineExceeded); !errors.Is(err, ErrUnreachable) {
		t.Errorf("too late: %v, want ErrUnreachable", err)
	}
}

// A host that accepts and says nothing.
func TestSilentHost(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { must(t, listener.Close()) }()
	l, err := ParseLink("http://" + listener.Addr().String() + "/j#t=x")
	must(t, err)
	_, err = tryJoin(t, "alice", l, withTimeouts(Timeouts{Dial: 100 * time.Millisecond}))
	if !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v, want ErrUnreachable", err)
	}
}

// Unencrypted ways stay in the private network, whatever a name resolves to.
func TestOnlyNear(t *testing.T) {
	t.Parallel()
	for address, near := range map[string]bool{
		"127.0.0.1:80": true, "192.168.1.2:80": true, "[fe80::1]:80": true, "[::1]:80": true, "100.64.1.1:80": true,
		"93.184.216.34:80": false, "[2001:db8::1]:80": false, "nonsense": false,
	} {
		if err := onlyNear(t.Context(), "tcp", address, nil); (err == nil) != near {
			t.Errorf("%s: %v, want near %v", address, err, near)
		}
	}
}
