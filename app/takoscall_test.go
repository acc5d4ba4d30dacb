package app

import (
	"errors"
	"net"
	"net/http"
	"testing"

	"takoshome/app/config"
	"takoshome/sfu/room"
)

func lendTo(addr string) func(*Config) {
	return func(c *Config) {
		c.Settings.TakosCall = config.TakosCall{Listen: listenOn(addr), APIKey: "tako"}
	}
}

// The media server is lent to a takos server while the host runs, and no longer.
func TestTakosCallComesAndGoesWithHosting(t *testing.T) {
	probe := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	addr := probe.Addr().String()
	_ = probe.Close()
	a := startApp(t, lendTo(addr))
	if status, _ := get(t, "http://"+addr+"/takos-api?api_key=tako"); status == http.StatusOK || status == http.StatusNotFound {
		t.Errorf("without a WebSocket: %d", status)
	}
	wantStatus(t, a.Snapshot().Host.HTTP+"/takos-api", http.StatusNotFound)
	for _, command := range []Command{RemovePeer{"tea", "bob"}, CloseProducer{"tea", "bob", "x"}} {
		if err := a.Do(t.Context(), command); !errors.Is(err, room.ErrNoRoom) {
			t.Errorf("%T: %v", command, err)
		}
	}
	do(t, a, StopHosting{})
	if conn, err := net.Dial("tcp", addr); err == nil {
		_ = conn.Close()
		t.Error("the port is still open")
	}
	do(t, a, StartHosting{})
	if conn := must(net.Dial("tcp", addr))(t); conn.Close() != nil {
		t.Error("the port is not open again")
	}
}

func TestTakosCallPortIsTaken(t *testing.T) {
	taken := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	defer func() { _ = taken.Close() }()
	c := testConfig(t)
	lendTo(taken.Addr().String())(&c)
	a := must(New(c))(t)
	if err := a.Start(t.Context()); !isTaken("tcp")(err) {
		t.Errorf("got %v", err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
