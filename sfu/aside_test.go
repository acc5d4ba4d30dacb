package sfu

import (
	"net"
	"testing"
	"time"
)

// One tick takes all feedback that came since the last, however much that is, and
// wakes nobody for it.
func TestTickTakesAllFeedback(t *testing.T) {
	server := newTestServer(t)
	if server.port.aside == nil {
		t.Skip("this system keeps nothing aside")
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(server.LocalAddr()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	const packets = 3 * readBatchSize
	for range packets { // on loopback they are there when Write returns
		if _, err := conn.Write([]byte{0x8f, 205, 0, 1, 0, 0, 0, 0}); err != nil {
			t.Fatal(err)
		}
	}
	if got := server.unknown.Load(); got != 0 {
		t.Errorf("%d came to the readers", got)
	}
	server.readAside(time.Now(), newMessages(), newTestReader(server)) // no transport: no ticker does it
	if got := server.unknown.Load(); got != packets {
		t.Errorf("%d of %d were read", got, packets)
	}
}

// A ticker that was stopped leaves the transports to the one that follows it.
func TestStoppedTickerTicksNothing(t *testing.T) {
	server := newTestServer(t)
	router, err := server.NewRouter(RouterConfig{})
	if err != nil {
		t.Fatal(err)
	}
	newTestTransport(t, router, DirectionRecv)
	server.mu.RLock()
	running := server.tickerStop
	server.mu.RUnlock()
	if transports, _ := server.ticked(running); len(transports) != 1 {
		t.Errorf("the running ticker has %d transports", len(transports))
	}
	if transports, observers := server.ticked(make(chan struct{})); len(transports)+len(observers) != 0 {
		t.Errorf("one that was stopped has %d transports", len(transports))
	}
}
