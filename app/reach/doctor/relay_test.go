package doctor

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"takoshome/turn"
)

// limit is what nothing here takes.
const limit = 20 * time.Second

// noMedia is a media server that nobody talks to.
type noMedia struct{}

func (noMedia) Addrs() []netip.AddrPort {
	return []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:8443")}
}

func (noMedia) Open(netip.AddrPort, func([]byte)) (turn.Way, error) { return noWay{}, nil }

type noWay struct{}

func (noWay) Receive([]byte) {}
func (noWay) Close()         {}

// startRelay starts a real one over UDP, TCP and TLS, and gives what clients are told.
func startRelay(t *testing.T) Relay {
	t.Helper()
	key := newKey(t)
	template := leafFor("127.0.0.1", day, day)
	certificate := tls.Certificate{Certificate: [][]byte{sign(t, template, template, key, key).Raw}, PrivateKey: key}
	udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	secure, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	server, err := turn.New(turn.Config{PacketConns: []net.PacketConn{udp}, Listeners: []net.Listener{tcp, secure}, Media: noMedia{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	endpoint := func(transport turn.Transport, addr net.Addr) turn.Endpoint {
		at := netip.MustParseAddrPort(addr.String())
		return turn.Endpoint{Transport: transport, Host: at.Addr().String(), Port: at.Port()}
	}
	server.Announce([]turn.Endpoint{
		endpoint(turn.UDP, udp.LocalAddr()), endpoint(turn.TCP, tcp.Addr()), endpoint(turn.TLS, secure.Addr()),
	})
	told, err := server.ICEServers("doctor")
	if err != nil || len(told) != 1 {
		t.Fatal(told, err)
	}
	return Relay{URLs: told[0].URLs, Username: told[0].Username, Password: told[0].Credential}
}

func TestRelay(t *testing.T) {
	relay := startRelay(t)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for _, try := range tryRelay(ctx, relay, nil) {
		if try.err != nil {
			t.Errorf("%s: %v", try.transport, try.err)
		}
	}
	f := factsAtHome()
	f.relay = tryRelay(ctx, relay, nil)
	if got := f.judgeRelay(); got.State != Pass || got.Args["transports"] != "UDP, TCP, TLS" {
		t.Errorf("got %+v", got)
	}
}

func TestRelayThatFails(t *testing.T) {
	good := startRelay(t)
	wrong := good
	wrong.Password = "wrong"
	gone := Relay{URLs: []string{"turn:127.0.0.1:9?transport=udp", "turn:127.0.0.1:9?transport=tcp", "turns:127.0.0.1:9?transport=tcp", "nonsense"}}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for name, relay := range map[string]Relay{"wrong password": wrong, "nobody there": gone} {
		for _, try := range tryRelay(ctx, relay, nil) {
			if try.err == nil {
				t.Errorf("%s: %s %s works", name, try.transport, try.address)
			}
		}
	}
	if tries := tryRelay(ctx, Relay{URLs: make([]string, 100)}, nil); len(tries) != maxRelayURLs {
		t.Errorf("%d are tried", len(tries))
	}
}

// Where the address that is told does not lead back in, this machine's own counts.
func TestRelayBehindARouterWithoutHairpin(t *testing.T) {
	relay := startRelay(t)
	for i, url := range relay.URLs {
		relay.URLs[i] = strings.Replace(url, "127.0.0.1", "no-such-name.invalid", 1)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for _, try := range tryRelay(ctx, relay, []netip.Addr{netip.MustParseAddr("127.0.0.1")}) {
		if try.err != nil || !strings.HasPrefix(try.address, "no-such-name.invalid:") {
			t.Errorf("got %+v", try)
		}
	}
}
