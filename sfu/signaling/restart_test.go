package signaling_test

import (
	"encoding/json"
	"net/netip"
	"testing"

	"takoshome/sfu"
	"takoshome/sfu/signaling/callertest"
)

// candidatesOf reads the field of a message that holds them.
func candidatesOf(t *testing.T, m callertest.Message) []callertest.IceCandidate {
	t.Helper()
	var body struct {
		IceCandidates []callertest.IceCandidate `json:"iceCandidates"`
	}
	m.Decode(t, &body)
	return body.IceCandidates
}

func announcedAt(addr netip.AddrPort) []sfu.Announced {
	return []sfu.Announced{{Addr: addr.Addr(), UDPPort: addr.Port()}}
}

// Whoever is in a call hears of other addresses, whoever comes finds them, and
// nobody hears of what is as it was.
func TestCandidatesAreTold(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	alice := h.dial("alice")
	asText := callertest.Dial(t, h.address(h.query("bob")+"&params=string"))
	asText.Next("init")
	outside := netip.MustParseAddrPort("203.0.113.7:7777")
	h.media.SetAnnounced(announcedAt(outside))
	h.media.SetAnnounced(announcedAt(outside))

	list := candidatesOf(t, alice.Next("candidates"))
	if len(list) != 2 || list[1].Address != "203.0.113.7" || list[1].Port != 7777 || list[1].Priority >= list[0].Priority {
		t.Errorf("told %+v", list)
	}
	var texts []callertest.IceCandidate
	if err := json.Unmarshal([]byte(asText.Next("candidates").Text("iceCandidates")), &texts); err != nil || len(texts) != 2 {
		t.Errorf("told %+v, %v", texts, err)
	}
	if late := h.join("carol", callertest.Shipped); len(late.Init.Transport.Recv.IceCandidates) != 2 {
		t.Errorf("init has %+v", late.Init.Transport.Recv.IceCandidates)
	}
	h.media.SetAnnounced(nil)
	if list := candidatesOf(t, alice.NextWhere("fewer candidates", func(m callertest.Message) bool {
		return m.Type() == "candidates" && len(candidatesOf(t, m)) == 1
	})); list[0].Address != "127.0.0.1" {
		t.Errorf("told %+v", list)
	}
	if got := alice.HeardOf("candidates"); got != 0 {
		t.Errorf("heard of candidates %d times more", got)
	}
}

func TestRestartIsAnswered(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	plain := h.dial("alice")
	asText := callertest.Dial(t, h.address(h.query("bob")+"&params=string"))
	asText.Next("init")
	ask := func(s *callertest.Socket, direction any) {
		s.Send(map[string]any{"type": "restartIce", "transportType": direction})
	}
	var answer struct {
		callertest.TransportParameters
		IceServers []any `json:"iceServers"`
	}
	ask(plain, "recv")
	m := plain.Next("iceRestarted")
	m.Decode(t, &answer)
	if m.Text("transportType") != "recv" || answer.IceParameters.UsernameFragment == "" || !answer.IceParameters.IceLite ||
		len(answer.IceCandidates) != 1 || answer.IceServers != nil {
		t.Errorf("answer %v", m)
	}
	ask(asText, "send")
	m = asText.Next("iceRestarted")
	var parameters callertest.IceParameters
	if err := json.Unmarshal([]byte(m.Text("iceParameters")), &parameters); err != nil || parameters.Password == "" {
		t.Errorf("answer %v, %v", m, err)
	}

	for _, bad := range []any{"both", "", nil, 7} {
		ask(plain, bad)
		if m := plain.Next("error"); m.Text("context") != "restartIce" || m.Text("code") != "badMessage" {
			t.Errorf("%v: %v", bad, m)
		}
	}
	for range 30 {
		ask(plain, "recv")
	}
	if m := plain.Next("error"); m.Text("code") != "tooMany" || m.Text("transportType") != "recv" {
		t.Errorf("asking without end: %v", m)
	}
	ask(plain, "send") // which has a pace of its own
	plain.NextWhere("the other transport's answer", func(m callertest.Message) bool {
		return m.Type() == "iceRestarted" && m.Text("transportType") == "send"
	})
}

// The host's address is gone: media goes on by another one after a restart, the
// same producers, consumers and DTLS; and a client that restarts nothing, by the
// address that is still there, notices nothing.
func TestRestartToAnotherAddress(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	var old []*nat
	alice := callertest.JoinBehind(t, h.address(h.query("alice")), callertest.Shipped, func(host netip.AddrPort) netip.AddrPort {
		n := newNat(t, host)
		old = append(old, n)
		return n.addr()
	})
	bob := h.join("bob", callertest.Shipped)
	id, _ := alice.Publish("audio")
	fromAlice := bob.Receive(id)
	fromAlice.Read()
	id, _ = bob.Publish("audio")
	fromBob := alice.Receive(id)
	fromBob.Read()

	h.media.SetAnnounced(announcedAt(netip.MustParseAddrPort("203.0.113.7:7777")))
	alice.Next("candidates")
	for _, n := range old {
		n.down.Store(true)
	}
	alice.RestartIce("send")
	alice.RestartIce("recv")
	const more = 150 // than can have been on their way
	for range more {
		fromAlice.Read()
		fromBob.Read()
	}
	if got := alice.HeardOf("producerClosed") + bob.HeardOf("producerClosed"); got > 0 {
		t.Errorf("%d producers were closed", got)
	}
	if got := h.media.Transports(); got != 4 {
		t.Errorf("%d transports", got)
	}
}
