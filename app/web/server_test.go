package web

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"takoshome/app/reach"
)

func TestServeOverTLS(t *testing.T) {
	certificate, err := reach.NewSelfSigned(reach.SelfSignedConfig{
		Path:  t.TempDir() + "/tls.pem",
		Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, base := serve(t, func(c *Config) {
		c.TLS = &tls.Config{GetCertificate: certificate.GetCertificate, MinVersion: tls.VersionTLS12}
	})
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get("https" + strings.TrimPrefix(base, "http") + "/j")
	if err != nil {
		t.Fatal(err)
	}
	defer closeBody(t, answer)
	if got := answer.Header.Get("Content-Security-Policy"); answer.StatusCode != 200 || !strings.Contains(got, "wss://127.0.0.1") {
		t.Errorf("got %d, policy %q", answer.StatusCode, got)
	}
	closeServer(t, s)
}

func TestCloseLetsRequestsEnd(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	s, base := serve(t, func(c *Config) {
		c.Signaling = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(entered)
			<-release
			w.WriteHeader(http.StatusTeapot)
		})
	})
	status := make(chan int, 1)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	go func() {
		answer, err := (&http.Client{Transport: transport}).Get(base + "/_takos/v2/call")
		if err != nil {
			status <- 0
			return
		}
		_ = answer.Body.Close()
		status <- answer.StatusCode
	}()
	<-entered
	closed := make(chan error, 1)
	go func() { closed <- s.Close(t.Context()) }()
	close(release)
	if got := <-status; got != http.StatusTeapot {
		t.Errorf("the request that was under way got %d", got)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestCloseCutsOffAtTheDeadline(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	s, base := serve(t, func(c *Config) {
		c.Signaling = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			close(entered)
			<-release
		})
	})
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	failed := make(chan error, 1)
	go func() {
		answer, err := (&http.Client{Transport: transport}).Get(base + "/_takos/v2/call")
		if err == nil {
			_ = answer.Body.Close()
		}
		failed <- err
	}()
	<-entered
	expired, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Close(expired); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the deadline", err)
	}
	if err := <-failed; err == nil {
		t.Error("the request was answered")
	}
}

func TestCloseWithoutServeFreesThePort(t *testing.T) {
	listener := listen(t)
	config := testConfig(&clock{at: start})
	config.Listener = listener
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	closeServer(t, s)
	closeServer(t, s)
	again, err := net.Listen("tcp", listener.Addr().String())
	if err != nil {
		t.Fatalf("the port is still taken: %v", err)
	}
	_ = again.Close()
}

func TestOnFailure(t *testing.T) {
	failed := make(chan error, 1)
	config := testConfig(&clock{at: start})
	config.OnFailure = func(err error) { failed <- err }
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	s.Serve()
	if err := <-failed; !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
	closeServer(t, s)
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
	}{
		{"no listener", func(c *Config) { c.Listener = nil }},
		{"no signaling", func(c *Config) { c.Signaling = nil }},
		{"no guests", func(c *Config) { c.Guests = nil }},
		{"no page", func(c *Config) { c.Page = nil }},
		{"page without index", func(c *Config) { c.Page = fstest.MapFS{"app.js": {}} }},
		{"bad origin", func(c *Config) { c.Origins = []string{"takos.example"} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			config := testConfig(&clock{at: start})
			test.change(&config)
			if _, err := New(config); err == nil {
				t.Error("a server was made")
			}
		})
	}
}

func serve(t *testing.T, change func(*Config)) (server *Server, base string) {
	t.Helper()
	config := testConfig(&clock{at: start})
	config.Listener = listen(t)
	change(&config)
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	s.Serve()
	return s, "http://" + config.Listener.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func dial(t *testing.T, addr net.Addr) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func closeServer(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func closeBody(t *testing.T, answer *http.Response) {
	t.Helper()
	_, _ = io.Copy(io.Discard, answer.Body)
	if err := answer.Body.Close(); err != nil {
		t.Error(err)
	}
}

// A connection that nobody has used yet keeps no host from stopping.
func TestCloseDoesNotWaitForUnusedConnections(t *testing.T) {
	server, base := serve(t, func(*Config) {})
	address := strings.TrimPrefix(base, "http://")
	unused, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unused.Close() }()
	for { // until the server has taken it
		server.unused.mu.Lock()
		known := len(server.unused.conns)
		server.unused.mu.Unlock()
		if known > 0 {
			break
		}
		runtime.Gosched()
	}
	closeServer(t, server)
	if n, err := unused.Read(make([]byte, 1)); err == nil {
		t.Errorf("read %d bytes from a closed connection", n)
	}
}

// What waits for another server gives up when the host stops.
func TestCloseEndsWhatWaits(t *testing.T) {
	entered := make(chan struct{})
	s, base := serve(t, func(c *Config) {
		c.ClientAPI = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
			w.WriteHeader(http.StatusTeapot)
		})
	})
	status := make(chan int, 1)
	transport := &http.Transport{DisableKeepAlives: true}
	go func() {
		answer, err := (&http.Client{Transport: transport}).Get(base + "/api/v2/call")
		if err != nil {
			status <- 0
			return
		}
		_ = answer.Body.Close()
		status <- answer.StatusCode
	}()
	<-entered
	closeServer(t, s)
	if got := <-status; got != http.StatusTeapot {
		t.Errorf("got %d", got)
	}
}
