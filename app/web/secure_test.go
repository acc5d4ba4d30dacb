package web

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"takoshome/app/reach"
)

const allocate = "\x00\x03\x00\x08\x21\x12\xA4\x42 and the rest"

// secureServer has all parts on one port; its signaling says whether it sees TLS.
func secureServer(t *testing.T) (s *Server, addr string, relay net.Listener) {
	t.Helper()
	certificate, err := reach.NewSelfSigned(reach.SelfSignedConfig{
		Path:  t.TempDir() + "/tls.pem",
		Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, base := serve(t, func(c *Config) {
		c.Listener, _, relay = Split(c.Listener, Parts{Media: true, Relay: true})
		c.TLS = &tls.Config{GetCertificate: certificate.GetCertificate, MinVersion: tls.VersionTLS12}
		c.Signaling = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.TLS == nil || !r.TLS.HandshakeComplete {
				w.WriteHeader(http.StatusTeapot)
			}
		})
	})
	t.Cleanup(func() { closeServer(t, s) })
	return s, strings.TrimPrefix(base, "http://"), relay
}

func dialTLS(t *testing.T, addr string) *tls.Conn {
	t.Helper()
	conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"stun.turn", "http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

// Inside TLS a relay's client is told from a web client, and each is served.
func TestSplitInsideTLS(t *testing.T) {
	s, addr, relay := secureServer(t)
	client := dialTLS(t, addr)
	if _, err := io.WriteString(client, allocate); err != nil {
		t.Fatal(err)
	}
	taken, err := relay.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	got := make([]byte, len(allocate))
	if _, err := io.ReadFull(taken, got); err != nil || string(got) != allocate {
		t.Errorf("got %q, %v", got, err)
	}
	for range 2 { // on one connection, which goes on
		web := dialTLS(t, addr)
		reader := bufio.NewReader(web)
		for range 2 {
			wantAnswer(t, web, reader, http.StatusOK)
		}
	}
	if _, err := io.WriteString(taken, "back"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(client, got[:4]); err != nil || string(got[:4]) != "back" {
		t.Errorf("got %q, %v", got[:4], err)
	}
	if got := taken.(interface{ NetConn() net.Conn }).NetConn(); got.RemoteAddr().String() != client.LocalAddr().String() {
		t.Errorf("the connection below is %v", got.RemoteAddr())
	}
	closeServer(t, s) // which leaves the relay's clients alone
	if _, err := io.WriteString(taken, "last"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(client, got[:4]); err != nil || string(got[:4]) != "last" {
		t.Errorf("got %q, %v", got[:4], err)
	}
}

func wantAnswer(t *testing.T, conn net.Conn, reader *bufio.Reader, status int) {
	t.Helper()
	if _, err := io.WriteString(conn, "GET /_takos/v2/call HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	closeBody(t, answer)
	if answer.StatusCode != status {
		t.Errorf("got %d, want %d", answer.StatusCode, status)
	}
}

// A relay's client takes no place from web clients.
func TestRelayLeavesTheWebsLimit(t *testing.T) {
	_, addr, relay := secureServer(t)
	for range maxConnsPerAddr + 1 {
		client := dialTLS(t, addr)
		if _, err := io.WriteString(client, allocate); err != nil {
			t.Fatal(err)
		}
		taken, err := relay.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = taken.Close() }()
	}
	web := dialTLS(t, addr)
	wantAnswer(t, web, bufio.NewReader(web), http.StatusOK)
}

// Who forgets the s in https is told so.
func TestPlainHTTPOnTLS(t *testing.T) {
	_, addr, _ := secureServer(t)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	wantAnswer(t, conn, bufio.NewReader(conn), http.StatusBadRequest)
}
