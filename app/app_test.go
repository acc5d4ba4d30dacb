package app

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"takoshome/sfu/room"
)

func TestHosting(t *testing.T) {
	a := startApp(t, nil)
	s := a.Snapshot()
	if s.Host.State != HostRunning || s.Host.TLS != "off" || s.Host.Reach != ReachComputer || s.Host.Since.IsZero() {
		t.Errorf("host is %+v", s.Host)
	}
	if !strings.HasPrefix(s.Host.HTTP, "http://127.0.0.1:") || !strings.HasPrefix(s.Host.RTC, "127.0.0.1:") {
		t.Errorf("listens on %s and %s", s.Host.HTTP, s.Host.RTC)
	}
	if len(s.Host.Announced) != 1 || s.Host.Announced[0] != "127.0.0.1" {
		t.Errorf("announces %v", s.Host.Announced)
	}
	wantStatus(t, s.Host.HTTP+"/j", http.StatusOK)

	do(t, a, StopHosting{})
	do(t, a, StopHosting{})
	if got := a.Snapshot().Host; got.State != HostStopped || got.HTTP != "" {
		t.Errorf("after the stop: %+v", got)
	}
	if conn, err := net.Dial("tcp", strings.TrimPrefix(s.Host.HTTP, "http://")); err == nil {
		_ = conn.Close()
		t.Error("the port is still open")
	}
	do(t, a, StartHosting{})
	do(t, a, StartHosting{})
	wantStatus(t, a.Snapshot().Host.HTTP+"/j", http.StatusOK)
}

func TestHostingOffAtStart(t *testing.T) {
	a := startApp(t, func(c *Config) { c.Settings.Hosting = false })
	if got := a.Snapshot().Host.State; got != HostStopped {
		t.Errorf("state %s", got)
	}
	err := a.Do(t.Context(), NewInvitation{Room: "tea", CallType: room.CallVideo})
	if !errors.Is(err, ErrNotHosting) {
		t.Errorf("invitation to nowhere: %v", err)
	}
	for _, command := range []Command{RemovePeer{"a", "b"}, CloseProducer{"a", "b", "c"}} {
		if err := a.Do(t.Context(), command); !errors.Is(err, ErrNotHosting) {
			t.Errorf("%T: %v", command, err)
		}
	}
}

func TestPeopleShowAndCanBeRemoved(t *testing.T) {
	a := startApp(t, nil)
	base := a.Snapshot().Host.HTTP
	link, err := a.invite(NewInvitation{Room: "tea", User: "alice@a.example", CallType: room.CallVideo}, false)
	if err != nil {
		t.Fatal(err)
	}
	conn := handshake(t, base, link.Token)
	defer func() { _ = conn.Close() }()
	s := waitFor(t, a, func(s *Snapshot) bool { return s.Totals.People == 1 })
	if s.Rooms[0].ID != "tea" || s.Rooms[0].Peers[0].ID != "alice@a.example" {
		t.Errorf("rooms %+v", s.Rooms)
	}
	if err := a.Do(t.Context(), RemovePeer{"tea", "bob@b.example"}); !errors.Is(err, room.ErrNoPeer) {
		t.Errorf("nobody was removed: %v", err)
	}
	if err := a.Do(t.Context(), CloseProducer{"tea", "alice@a.example", "x"}); !errors.Is(err, room.ErrNoProducer) {
		t.Errorf("nothing was closed: %v", err)
	}
	do(t, a, RemovePeer{"tea", "alice@a.example"})
	s = waitFor(t, a, func(s *Snapshot) bool { return s.Totals.People == 0 && s.Notice != nil })
	if s.Notice.Key != "notice.peerRemoved" || s.Notice.Bad || s.Notice.Args["peer"] != "alice@a.example" {
		t.Errorf("notice %+v", s.Notice)
	}
	do(t, a, DismissNotice{})
	waitFor(t, a, func(s *Snapshot) bool { return s.Notice == nil })
	if _, err := io.Copy(io.Discard, conn); err != nil && !errors.Is(err, net.ErrClosed) {
		t.Errorf("the socket of the removed: %v", err)
	}
}

func TestStopEndsCallsAndTellsThem(t *testing.T) {
	a := startApp(t, nil)
	link, err := a.invite(NewInvitation{Room: "tea", User: "alice@a.example", CallType: room.CallVideo}, false)
	if err != nil {
		t.Fatal(err)
	}
	conn := handshake(t, a.Snapshot().Host.HTTP, link.Token)
	defer func() { _ = conn.Close() }()
	received := make(chan []byte, 1)
	go func() {
		text, _ := io.ReadAll(conn)
		received <- text
	}()
	waitFor(t, a, func(s *Snapshot) bool { return s.Totals.People == 1 })
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	// A close frame (RFC 6455 section 5.5.1) with status 1001.
	if text := <-received; !bytes.Contains(text, []byte{0x88}) || !bytes.Contains(text, []byte{0x03, 0xe9}) {
		t.Errorf("the socket got no 1001: %q", text[max(0, len(text)-40):])
	}
}
