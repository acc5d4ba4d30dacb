package udp

import (
	"net/netip"
	"sync/atomic"
	"testing"
	"time"
)

// A socket that is flooded, so that no read of it finds nothing, can be closed.
func TestCloseUnderFlood(t *testing.T) {
	flooded, err := Listen(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	flood, err := Listen(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	sender, served, closed := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(sender)
		for !stop.Load() {
			_ = flood.WriteTo([]byte("x"), flooded.LocalAddr()) // it may be refused once nobody listens
		}
	}()
	reads := make(chan struct{}, 1)
	go func() {
		defer close(served)
		_ = flooded.Serve(messageRoom(64, 1501), func(int) {
			select {
			case reads <- struct{}{}:
			default:
			}
			for begun := time.Now(); time.Since(begun) < 3*time.Millisecond; { // more comes than is taken
			}
		})
	}()
	for range 20 {
		<-reads
	}
	go func() {
		defer close(closed)
		_ = flooded.Close()
	}()
	select {
	case <-closed:
	case <-time.After(20 * time.Second):
		t.Error("the socket cannot be closed while the flood lasts")
	}
	stop.Store(true)
	<-sender
	<-closed
	<-served
	_ = flood.Close()
}
