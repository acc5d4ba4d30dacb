package signaling_test

import (
	"testing"
	"time"

	"takoshome/sfu/signaling/callertest"
)

func withTCP(c *hostConfig) { c.media.Tcp = true }

// Who gets no UDP through talks over TCP with others who do, and with their like.
func TestCallOverTCP(t *testing.T) {
	t.Parallel()
	h := newHost(t, withTCP)
	alice := callertest.JoinOverTCP(t, h.address(h.query("alice")), callertest.Shipped)
	bob := h.join("bob", callertest.Spec)
	carol := callertest.JoinOverTCP(t, h.address(h.query("carol")), callertest.Spec)

	video, _ := alice.Publish("video")
	hear(t, bob.Receive(video), "video/VP8", "alice")
	hear(t, carol.Receive(video), "video/VP8", "alice")
	audio, _ := bob.Publish("audio")
	hear(t, alice.Receive(audio), "audio/opus", "bob")
	hear(t, carol.Receive(audio), "audio/opus", "bob")

	for _, r := range h.rooms.Snapshot() {
		for _, p := range r.Peers {
			want := "tcp"
			if p.ID == "bob" {
				want = "udp"
			}
			for _, transport := range p.Transports {
				if transport.Tuple != "" && transport.Protocol != want {
					t.Errorf("%s comes over %s", p.ID, transport.Protocol)
				}
			}
		}
	}
	if stats := h.media.PortStats().Tcp; stats == nil || stats.Connections < 3 || stats.Waiting != 0 {
		t.Errorf("the port has %+v", stats)
	}
	alice.SendTransport.Close()
	alice.RecvTransport.Close()
	carol.Close(1000)
	for begun := time.Now(); h.media.PortStats().Tcp.Connections > 0; time.Sleep(5 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("connections are left: %+v", h.media.PortStats().Tcp)
		}
	}
}
