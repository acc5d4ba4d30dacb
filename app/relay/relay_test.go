package relay

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"takoshome/sfu"
	"takoshome/sfu/room"
	"takoshome/sfu/signaling"
	"takoshome/sfu/signaling/callertest"
	"takoshome/turn"
)

const testTimeout = 20 * time.Second

// The certificate is one that pion's client trusts, as it takes no other.
var certificate tls.Certificate

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "relay")
	if err == nil {
		err = makeCertificate(filepath.Join(folder, "ca.pem"))
	}
	if err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(folder)
		os.Exit(code)
	}))
}

func makeCertificate(path string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	certificate = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	if err := os.Setenv("SSL_CERT_FILE", path); err != nil {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
}

// anybody takes the token for the name.
type anybody struct{}

func (anybody) Lookup(token string) (signaling.Grant, error) {
	return signaling.Grant{Room: "den", User: token, CallType: room.CallVideo}, nil
}

func (a anybody) Redeem(token string) (signaling.Grant, error) { return a.Lookup(token) }

// host is a media server at an address that nobody reaches but through its relay.
type host struct {
	t     *testing.T
	media *sfu.WebRtcServer
	relay *turn.Server
	http  *httptest.Server
	all   []turn.Endpoint
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newHost(t *testing.T) *host {
	t.Helper()
	h := &host{t: t}
	var err error
	h.media, err = sfu.NewWebRtcServer(sfu.Config{
		ListenAddr: netip.MustParseAddrPort("127.0.0.1:0"), Announce: []netip.Addr{netip.MustParseAddr("203.0.113.5")},
	})
	must(t, err)
	rooms, err := room.NewRooms(room.Config{Server: h.media})
	must(t, err)
	handler, err := signaling.New(signaling.Config{Rooms: rooms, Authorizer: anybody{}})
	must(t, err)
	h.http = httptest.NewServer(handler)
	udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
	must(t, err)
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	secure, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	must(t, err)
	h.relay, err = turn.New(turn.Config{
		PacketConns: []net.PacketConn{udp}, Listeners: []net.Listener{tcp, secure}, Media: Media{h.media},
	})
	must(t, err)
	for transport, addr := range map[turn.Transport]net.Addr{turn.UDP: udp.LocalAddr(), turn.TCP: tcp.Addr(), turn.TLS: secure.Addr()} {
		h.all = append(h.all, turn.Endpoint{Transport: transport, Host: "127.0.0.1", Port: netip.MustParseAddrPort(addr.String()).Port()})
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = handler.Close(ctx)
		rooms.Close()
		must(t, h.relay.Close())
		h.http.Close()
		must(t, h.media.Close())
	})
	return h
}

// join enters over one transport of the relay's, and nothing else.
func (h *host) join(name string, transport turn.Transport) *callertest.Caller {
	h.t.Helper()
	for _, e := range h.all {
		if e.Transport == transport {
			h.relay.Announce([]turn.Endpoint{e})
		}
	}
	servers, err := h.relay.ICEServers(name)
	must(h.t, err)
	return callertest.JoinRelayed(h.t, strings.Replace(h.http.URL, "http", "ws", 1)+"/_takos/v2/call?token="+name, callertest.Shipped,
		[]webrtc.ICEServer{{URLs: servers[0].URLs, Username: servers[0].Username, Credential: servers[0].Credential}})
}

// Calls that only a relay lets through carry media both ways, over each transport.
func TestRelayedCall(t *testing.T) {
	for _, transport := range []turn.Transport{turn.UDP, turn.TCP, turn.TLS} {
		t.Run(string(transport), func(t *testing.T) {
			t.Parallel() // it waits for most of its time
			h := newHost(t)
			alice, bob := h.join("alice", transport), h.join("bob", turn.UDP)
			audio, _ := alice.Publish("audio")
			bob.Receive(audio).Read()
			video, _ := bob.Publish("video")
			alice.Receive(video).Read()
			if stats := h.relay.Stats(); stats.Allocations < 4 || stats.Dropped > 0 {
				t.Errorf("%+v", stats)
			}
			h.relay.Revoke("alice")
			for end := time.Now().Add(testTimeout); h.relay.Stats().Peers != 1; time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("%+v", h.relay.Stats())
				}
			}
		})
	}
}
