package takoscall

import (
	"encoding/json"
	"net"
	"strings"
	"sync"
	"testing"

	sfuroom "takoshome/sfu/room"
)

// ledger is a relay that only notes whom it is told of.
type ledger struct {
	mu    sync.Mutex
	lines []string
}

func (l *ledger) ICEServers(peer, via string) []sfuroom.IceServer {
	return []sfuroom.IceServer{{URLs: []string{"turn:relay.example" + via}, Username: peer, Credential: "secret"}}
}

func (l *ledger) Revoke(peer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, peer)
}

// The relay's credentials are in the answer that goes to the client, nowhere else,
// and end with the peer.
func TestRelay(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	relay := &ledger{}
	h := &host{t: t, address: listener.Addr().String(), changed: make(chan struct{}, 1)}
	h.Server, err = New(Config{Server: newSfu(t), Listener: listener, APIKey: testKey, Relay: relay})
	must(t, err)
	h.Serve()
	defer func() { must(t, h.Close(t.Context())) }()

	c := h.connect()
	c.ask("createRoom", data{"roomId": "den"}, nil)
	at := data{"roomId": "den", "peerId": "alice", "direction": "send", "options": data{}}
	c.ask("addPeer", at, nil)
	var info transportInfo
	c.ask("createTransport", at, &info)
	const key = `takos-call "den" "alice"`
	if len(info.IceServers) != 1 || info.IceServers[0].Username != key || info.IceServers[0].URLs[0] != "turn:relay.example" {
		t.Errorf("got %+v", info.IceServers)
	}
	for range c.HeardOf("event") {
		if text := c.Next("event").String(); strings.Contains(text, "secret") {
			t.Errorf("every controller hears %s", text)
		}
	}
	var all json.RawMessage
	c.ask("getAllRooms", nil, &all)
	if strings.Contains(string(all), "secret") {
		t.Errorf("every controller may read %s", all)
	}
	c.ask("closeRoom", data{"roomId": "den"}, nil)
	relay.mu.Lock()
	defer relay.mu.Unlock()
	if len(relay.lines) != 1 || relay.lines[0] != key {
		t.Errorf("revoked: %q", relay.lines)
	}
}
