package sfu

import (
	"errors"
	"net/netip"
	"sync"
	"testing"

	"takoshome/sfu/ice"
)

var wireClient = netip.MustParseAddrPort("203.0.113.9:50000")

// attach gives back what goes to the client.
func attach(t *testing.T, s *WebRtcServer) (*Wire, <-chan []byte) {
	t.Helper()
	sent := make(chan []byte, 64)
	w, err := s.Attach(wireClient, func(datagram []byte) { sent <- append([]byte(nil), datagram...) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w, sent
}

// A wire is an address like any other: what it brings is a check or nothing, and
// it is valid as long as it is open and no longer. Two of one client are two.
func TestWires(t *testing.T) {
	s := newTestServer(t)
	router, err := s.NewRouter(RouterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	transport := newTestTransport(t, router, DirectionSend)
	peer := newTestPeer(t, transport)
	first, firstSent := attach(t, s)
	second, secondSent := attach(t, s)

	first.Receive([]byte{22, 254, 253, 0})       // DTLS of nobody
	first.Receive(make([]byte, maxPacketSize+1)) // larger than any
	first.Receive(peer.bindingRequest("not the password, which is longer"))
	if got := transport.IceState(); got != ice.StateNew {
		t.Fatalf("state %v", got)
	}
	<-firstSent // 401

	first.Receive(peer.bindingRequest(transport.IceParameters().Password))
	if reply := <-firstSent; !ice.IsStun(reply) {
		t.Errorf("reply %x", reply)
	}
	if got := transport.Stats(); got.Protocol != "relay" || got.Tuple != wireClient.String() {
		t.Errorf("the way is %s %s", got.Protocol, got.Tuple)
	}
	second.Receive(peer.bindingRequest(transport.IceParameters().Password))
	if reply := <-secondSent; !ice.IsStun(reply) {
		t.Errorf("reply %x", reply)
	}
	second.Close()
	if got := transport.Stats().Protocol; got != "relay" {
		t.Errorf("the way is %q", got)
	}
	first.Close()
	first.Close()
	if got := transport.IceState(); got != ice.StateDisconnected {
		t.Errorf("state %v", got)
	}
	first.Receive(peer.bindingRequest(transport.IceParameters().Password))
	if got := transport.IceState(); got != ice.StateDisconnected || len(firstSent) > 0 {
		t.Errorf("state %v, %d replies after the end", got, len(firstSent))
	}
}

func TestWiresAreCounted(t *testing.T) {
	s := newTestServer(t)
	for range maxWires {
		if _, err := s.Attach(wireClient, func([]byte) {}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Attach(wireClient, func([]byte) {}); !errors.Is(err, ErrTooMany) {
		t.Errorf("got %v", err)
	}
}

// Wires may come, bring packets and end on any goroutine, while the transport ends.
func TestWiresAtOnce(t *testing.T) {
	s := newTestServer(t)
	router, err := s.NewRouter(RouterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	transport := newTestTransport(t, router, DirectionSend)
	peer := newTestPeer(t, transport)
	var all sync.WaitGroup
	for range 8 {
		w, err := s.Attach(wireClient, func([]byte) {})
		if err != nil {
			t.Fatal(err)
		}
		check := peer.bindingRequest(transport.IceParameters().Password)
		all.Go(func() {
			for range 50 {
				w.Receive(append([]byte(nil), check...))
			}
		})
		all.Go(func() {
			w.Receive(append([]byte(nil), check...))
			w.Close()
		})
	}
	all.Go(transport.Close)
	all.Wait()
}
