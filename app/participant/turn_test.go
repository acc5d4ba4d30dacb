package participant

import (
	"net"
	"sync/atomic"
	"testing"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
	"github.com/pion/webrtc/v4"
)

// newTurnServer is one for the user "friend", and how often it asked for the
// password.
func newTurnServer(t *testing.T) (url string, asked *atomic.Int32) {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	must(t, err)
	asked = &atomic.Int32{}
	server, err := turn.NewServer(turn.ServerConfig{
		Realm:         "takos",
		LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
		AuthHandler: func(r *turn.RequestAttributes) (string, []byte, bool) {
			asked.Add(1)
			return r.Username, turn.GenerateAuthKey(r.Username, "takos", "secret"), r.Username == "friend"
		},
		PacketConnConfigs: []turn.PacketConnConfig{{
			PacketConn: conn,
			RelayAddressGenerator: &turn.RelayAddressGeneratorStatic{
				RelayAddress: net.IPv4(127, 0, 0, 1), Address: "127.0.0.1",
			},
			PermissionHandler: func(net.Addr, net.IP) bool { return true },
		}},
	})
	must(t, err)
	t.Cleanup(func() { must(t, server.Close()) })
	return "turn:" + conn.LocalAddr().String() + "?transport=udp", asked
}

// A host that wants its relay used gets everything through it.
func TestTurn(t *testing.T) {
	t.Parallel()
	url, asked := newTurnServer(t)
	m := newMeddler(t)
	m.fromHost = func(message map[string]any) bool {
		data, ok := message["data"].(map[string]any)
		if !ok {
			return true
		}
		transports, _ := data["transport"].(map[string]any)
		for _, value := range transports {
			transport, _ := value.(map[string]any)
			transport["iceTransportPolicy"] = "relay"
			transport["iceServers"] = []any{map[string]any{
				"urls": []any{url}, "username": "friend", "credential": "secret",
			}}
		}
		return true
	}
	h := newHost(t, m.option())
	alice, bob := h.join("alice"), h.join("bob")
	alice.produce(ProducerConfig{Kind: kindVideo, Layers: threeLayers()})
	hear(t, bob.awaitTrack("alice", kindVideo).Track)
	if asked.Load() == 0 {
		t.Error("the relay was not used")
	}
	for _, g := range []*guest{alice, bob} {
		for _, transport := range g.transports() {
			pair, err := transport.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
			must(t, err)
			if pair == nil || pair.Local.Typ != webrtc.ICECandidateTypeRelay {
				t.Errorf("%s sends over %v", g.name, pair)
			}
		}
	}
}

// transports are both, once they are connected.
func (g *guest) transports() []*transport {
	found := make(chan []*transport)
	for {
		g.post(func(o *owner) {
			if o.media == nil || !o.media.wasUp {
				found <- nil
				return
			}
			found <- []*transport{&o.media.send.transport, &o.media.recv.transport}
		})
		if list := <-found; list != nil {
			return list
		}
	}
}
