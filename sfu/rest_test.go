package sfu

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// restingPeer is a client whose association rests, as it does once SRTP has come.
func restingPeer(t *testing.T, r *Router, direction string) *testPeer {
	t.Helper()
	p := connectTestPeer(t, newTestTransport(t, r, direction))
	p.sendRtcp(&rtcp.ReceiverReport{SSRC: 1})
	waitFor(t, "the association to rest", func() bool { return p.transport.dtls.pipe.Load() == nil })
	return p
}

func (p *testPeer) wantGoodbye() {
	p.t.Helper()
	if err := p.dtls.SetReadDeadline(time.Now().Add(testTimeout)); err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.dtls.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		p.t.Errorf("the client hears %v", err)
	}
}

// Who rests wakes up to say goodbye, for one transport and for all.
func TestRestingAssociationSaysGoodbye(t *testing.T) {
	s := newTestServer(t)
	r, err := s.NewRouter(RouterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	one := restingPeer(t, r, DirectionSend)
	if got := one.transport.DtlsState(); got != DtlsStateConnected {
		t.Errorf("state %v while it rests", got)
	}
	one.transport.Close()
	one.wantGoodbye()
	waitFor(t, "the end", func() bool { return one.transport.DtlsState() == DtlsStateClosed })
	var peers []*testPeer
	for range 8 {
		peers = append(peers, restingPeer(t, r, DirectionRecv))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range peers {
		p.wantGoodbye()
	}
}

// A client's goodbye wakes the association up and ends it; nothing else does.
func TestRestingAssociationHearsGoodbye(t *testing.T) {
	p := restingPeer(t, newTestRouter(t), DirectionRecv)
	for _, datagram := range [][]byte{
		{21}, {22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 1, 0}, // a handshake's record
		{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 0}, // an alert that anybody can write
	} {
		p.write(datagram)
	}
	p.check() // they were read
	if p.transport.dtls.pipe.Load() != nil {
		t.Error("it was woken")
	}
	// One that is not the client's wakes it, and changes nothing.
	p.write([]byte{21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
	waitFor(t, "the association to wake up", func() bool { return p.transport.dtls.pipe.Load() != nil })
	p.check()
	if got := p.transport.DtlsState(); got != DtlsStateConnected {
		t.Errorf("state %v after a forged alert", got)
	}
	if err := p.dtls.Close(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the end", func() bool { return p.transport.DtlsState() == DtlsStateClosed })
}

func TestClientsGoodbyeWakes(t *testing.T) {
	p := restingPeer(t, newTestRouter(t), DirectionRecv)
	if err := p.dtls.Close(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the end", func() bool { return p.transport.DtlsState() == DtlsStateClosed })
}
