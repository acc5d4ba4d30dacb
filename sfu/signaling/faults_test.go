package signaling_test

import (
	"flag"
	"net/netip"
	"strings"
	"testing"
	"time"

	"takoshome/sfu/room"
	"takoshome/sfu/signaling/callertest"
)

// soak is how long calls last that are to last long. Without it they are just
// longer than any of the 30 seconds after which something is given up.
var soak = flag.Duration("soak", 35*time.Second, "how long the long call lasts")

// joinBehind brings a client into the call through routers of its own.
func (h *host) joinBehind(url, user string) (c *callertest.Caller, send, recv *nat) {
	h.t.Helper()
	var nats []*nat
	c = callertest.JoinBehind(h.t, url, callertest.Shipped, func(media netip.AddrPort) netip.AddrPort {
		n := newNat(h.t, media)
		nats = append(nats, n)
		return n.addr()
	})
	return c, nats[0], nats[1]
}

func (h *host) look(user string) (found room.PeerSnapshot, ok bool) {
	for _, r := range h.rooms.Snapshot() {
		for _, p := range r.Peers {
			if p.ID == user {
				return p, true
			}
		}
	}
	return room.PeerSnapshot{}, false
}

// eventually looks again and again: what it waits for comes by time alone.
func eventually(t *testing.T, what string, within time.Duration, done func() bool) (after time.Duration) {
	t.Helper()
	begun := time.Now()
	for ticker := time.NewTicker(10 * time.Millisecond); !done(); <-ticker.C {
		if time.Since(begun) > within {
			t.Fatalf("not within %v: %s", within, what)
		}
	}
	return time.Since(begun)
}

// Row 6: the router gives the client another port in the middle of the call.
// Nothing is signaled; the client's next check brings media back both ways.
func TestFault06NatRebinding(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, send, recv := h.joinBehind(h.address(h.query("alice")), "alice")
	bob := h.join("bob", callertest.Spec)
	video, _ := alice.Publish("video")
	fromAlice := bob.Receive(video)
	fromAlice.Read()
	audio, _ := bob.Publish("audio")
	fromBob := alice.Receive(audio)
	fromBob.Read()
	reports := alice.ReportReceived(fromBob)
	defer reports()

	before, _ := h.look("alice")
	send.rebind()
	recv.rebind()
	for name, n := range map[string]*nat{"sending": send, "receiving": recv} {
		// Consent would have ended after 30 s: it is the check that brings it back.
		eventually(t, "media on the "+name+" side's new port", 20*time.Second, func() bool { return n.answeredAt.Load() != 0 })
		took := time.Duration(n.answeredAt.Load() - n.checkedAt.Load())
		t.Logf("%s: %v after the first check", name, took.Round(time.Millisecond))
		if took > 5*time.Second { // one second where the machine has nothing else to do
			t.Errorf("%s: %v after the first check", name, took)
		}
	}
	fromAlice.Read()
	after, _ := h.look("alice")
	for i := range after.Transports {
		if after.Transports[i].Tuple == before.Transports[i].Tuple {
			t.Errorf("the %s transport still has %s", after.Transports[i].Direction, after.Transports[i].Tuple)
		}
	}
	if bob.HeardOf("producerClosed")+bob.HeardOf("leave")+alice.HeardOf("init") != 0 {
		t.Error("it was signaled")
	}
}

// Row 16: a client vanishes with its computer. It shows as unstable, and half a
// minute after it was last heard nothing is left of it; others go on.
func TestFault16VanishedPeer(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	line := newWire(t, strings.TrimPrefix(h.http.URL, "http://"))
	url := strings.Replace(h.address(h.query("alice")), strings.TrimPrefix(h.http.URL, "http://"), line.addr, 1)
	alice, send, recv := h.joinBehind(url, "alice")
	bob := h.join("bob", callertest.Shipped)
	video, _ := alice.Publish("video")
	bob.Receive(video).Read()
	audio, _ := bob.Publish("audio")
	alice.Receive(audio).Read()
	carol := h.join("carol", callertest.Shipped)
	fromBob := carol.Receive(audio)

	line.cut.Store(true)
	send.down.Store(true)
	recv.down.Store(true)
	took := eventually(t, "alice shows as unstable", 20*time.Second, func() bool {
		p, ok := h.look("alice")
		return !ok || p.Unstable
	})
	t.Logf("unstable after %v", took)
	if p, _ := h.look("bob"); p.Unstable {
		t.Error("bob shows as unstable")
	}
	fromBob.Read()
	took += eventually(t, "alice is gone", 60*time.Second, func() bool { _, ok := h.look("alice"); return !ok })
	t.Logf("gone after %v", took)
	if took > 40*time.Second { // half a minute, and what a busy machine is late by
		t.Errorf("it was still there after %v", took)
	}
	bob.NextWhere("alice to leave", func(m callertest.Message) bool { return m.Type() == "leave" && m.Text("peerId") == "alice" })
	fromBob.Read()
	if p, _ := h.look("bob"); len(p.Consumers) != 0 || len(p.Producers) != 1 {
		t.Errorf("bob has %d consumers and %d producers", len(p.Consumers), len(p.Producers))
	}
}

// Row 20: the producer closes while others ask for it.
func TestFault20ProducerClosesBeforeConsume(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice, bob := h.dial("alice"), h.join("bob", callertest.Shipped)
	none := 0
	for i := range 30 {
		alice.Send(callertest.ProduceRequest("audio", "0", uint32(i+1)))
		id := callertest.AwaitOwnProduced(alice, "alice")
		bob.NextWhere("produce", func(m callertest.Message) bool { return m.Type() == "produce" && m.Text("producerId") == id })
		alice.Send(map[string]any{"type": "closeProducer", "producerId": id})
		if i%2 == 0 {
			bob.NextWhere("producerClosed", func(m callertest.Message) bool {
				return m.Type() == "producerClosed" && m.Text("producerId") == id
			})
		}
		bob.Send(callertest.ConsumeRequest(id, bob.Init.RouterRtpCapabilities))
		answer := bob.NextWhere("an answer", func(m callertest.Message) bool {
			return (m.Type() == "consumed" || m.Type() == "producerNotFound") && m.Text("producerId") == id
		})
		if answer.Type() == "producerNotFound" {
			none++
		} else if i%2 == 0 {
			t.Error("consumed what is closed")
		}
	}
	if none < 15 {
		t.Errorf("%d were not found", none)
	}
	eventually(t, "nothing is left", 20*time.Second, func() bool {
		a, _ := h.look("alice")
		b, _ := h.look("bob")
		return len(a.Producers)+len(b.Consumers) == 0
	})
}

// Row 28: a call with a client that is no browser lasts, though its agent's
// consent and ours are all that keeps it alive.
func TestFault28LongCall(t *testing.T) {
	t.Parallel()
	h := newHost(t, withTCP)
	alice := h.join("alice", callertest.Shipped)
	bob := callertest.JoinOverTCP(t, h.address(h.query("bob")), callertest.Shipped)
	video, _ := alice.Publish("video")
	audio, _ := bob.Publish("audio")
	fromAlice, fromBob := bob.Receive(video), alice.Receive(audio)
	for begun := time.Now(); time.Since(begun) < *soak; {
		fromAlice.Read()
		fromBob.Read()
	}
	for _, user := range []string{"alice", "bob"} {
		p, ok := h.look(user)
		if !ok || !p.Connected || p.Unstable {
			t.Errorf("%s: %+v", user, p)
		}
		for _, transport := range p.Transports {
			if transport.IceState != "completed" && transport.IceState != "connected" || transport.DtlsState != "connected" {
				t.Errorf("%s: %+v", user, transport)
			}
		}
	}
}
