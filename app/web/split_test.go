package web

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// splitServer is a Server on one half of a listener, with media on the other.
func splitServer(t *testing.T) (base string, media net.Listener) {
	t.Helper()
	s, base := serve(t, func(c *Config) { c.Listener, media, _ = Split(c.Listener, Parts{Media: true}) })
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return base, media
}

func dialSplit(t *testing.T, media net.Listener, first string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", media.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, first); err != nil {
		t.Fatal(err)
	}
	return conn
}

// One port serves web clients and media, each whole.
func TestSplit(t *testing.T) {
	base, media := splitServer(t)
	client := dialSplit(t, media, "\x00\x05hello")
	taken, err := media.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	got := make([]byte, 7)
	if _, err := io.ReadFull(taken, got[:3]); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(taken, got[3:]); err != nil || string(got) != "\x00\x05hello" {
		t.Errorf("got %q, %v", got, err)
	}
	response, err := http.Get(base + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	// The web server has given the connection up, and it goes on.
	if _, err := io.WriteString(taken, "back"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(client, got[:4]); err != nil || string(got[:4]) != "back" {
		t.Errorf("got %q, %v", got[:4], err)
	}
}

// What nobody takes is closed in the end, and beyond a number at once.
func TestSplitIsBounded(t *testing.T) {
	_, media := splitServer(t)
	var clients []net.Conn
	for range maxHandedOver + 1 {
		clients = append(clients, dialSplit(t, media, "\x00\x01\x00"))
	}
	ended := make(chan struct{}, len(clients))
	for _, c := range clients {
		go func() {
			_, _ = io.Copy(io.Discard, c)
			ended <- struct{}{}
		}()
	}
	<-ended // one was too many
	if err := errors.Join(media.Close(), media.Close()); err != nil {
		t.Error(err)
	}
	for range maxHandedOver {
		<-ended
	}
	late := dialSplit(t, media, "\x00\x01\x00")
	if _, err := io.Copy(io.Discard, late); isTimeout(err) {
		t.Error("it is open, with nobody to take it")
	}
	if _, err := media.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func isTimeout(err error) bool {
	timeout := net.Error(nil)
	return errors.As(err, &timeout) && timeout.Timeout()
}

// One port serves a relay's clients too: what tells them is where the cookie is.
func TestSplitRelay(t *testing.T) {
	var media, relay net.Listener
	s, _ := serve(t, func(c *Config) { c.Listener, media, relay = Split(c.Listener, Parts{Media: true, Relay: true}) })
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	const allocate = "\x00\x03\x00\x08\x21\x12\xA4\x42 and the rest"
	for name, part := range map[string]struct {
		listener net.Listener
		first    string
	}{
		"relay": {relay, allocate},
		"media": {media, "\x00\x14\x00\x01\x00\x00\x21\x12\xA4\x42 and the rest"},
	} {
		dialSplit(t, media, part.first)
		taken, err := part.listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(part.first))
		if _, err := io.ReadFull(taken, got); err != nil || string(got) != part.first {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		_ = taken.Close()
	}
}
