package room

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"takoshome/sfu"
	"takoshome/sfu/ortc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newTestRooms(t *testing.T, limits Limits) *Rooms {
	t.Helper()
	server, err := sfu.NewWebRtcServer(sfu.Config{ListenAddr: netip.MustParseAddrPort("127.0.0.1:0")})
	must(t, err)
	rooms, err := NewRooms(Config{Server: server, Limits: limits})
	must(t, err)
	t.Cleanup(func() {
		rooms.Close()
		must(t, server.Close())
	})
	return rooms
}

// member is a Membership with what it was told. Calls of the room return after
// Notify has run, so nothing has to be waited for.
type member struct {
	*Membership
	t  *testing.T
	mu sync.Mutex
	// events are those that expect, welcome and await have not taken.
	events []Event
	// came, if there is one, is closed when more come.
	came chan struct{}
}

func (m *member) notify(events []Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = append(m.events, events...)
	if m.came != nil {
		close(m.came)
		m.came = nil
	}
}

// await takes what was told, or what is told next: what time brings about.
func (m *member) await() []Event {
	m.t.Helper()
	m.mu.Lock()
	came := make(chan struct{})
	if len(m.events) == 0 {
		m.came = came
	} else {
		close(came)
	}
	m.mu.Unlock()
	select {
	case <-came:
		return m.take()
	case <-time.After(30 * time.Second):
		m.t.Fatalf("%s is told nothing more", m.PeerID())
		return nil
	}
}

func (m *member) take() []Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	events := m.events
	m.events = nil
	return events
}

// join lets a user into the video call "den" and takes the welcome.
func join(t *testing.T, rooms *Rooms, user string) (*member, Welcome) {
	t.Helper()
	return joinAs(t, rooms, JoinRequest{Room: "den", User: user, CallType: CallVideo})
}

func joinAs(t *testing.T, rooms *Rooms, req JoinRequest) (*member, Welcome) {
	t.Helper()
	m := &member{t: t}
	req.Notify = m.notify
	var err error
	m.Membership, err = rooms.Join(req)
	must(t, err)
	return m, m.welcome()
}

func resume(t *testing.T, rooms *Rooms, secret string, keep bool) (*member, Welcome) {
	t.Helper()
	m := &member{t: t}
	var err error
	m.Membership, err = rooms.Resume(ResumeRequest{Secret: secret, KeepMedia: keep, Notify: m.notify})
	must(t, err)
	return m, m.welcome()
}

func (m *member) welcome() Welcome {
	m.t.Helper()
	events := m.take()
	if len(events) != 1 {
		m.t.Fatalf("got %s, want one Welcome", names(events))
	}
	w, ok := events[0].(Welcome)
	if !ok {
		m.t.Fatalf("got %s, want a Welcome", names(events))
	}
	return w
}

// expect checks what the member was told since it was last asked.
func (m *member) expect(want string) []Event {
	m.t.Helper()
	events := m.take()
	if got := names(events); got != want {
		m.t.Errorf("%s was told %q, want %q", m.PeerID(), got, want)
	}
	return events
}

// names lists the types of events, with whom they are about.
func names(events []Event) string {
	list := make([]string, 0, len(events))
	for _, e := range events {
		name := strings.TrimPrefix(fmt.Sprintf("%T", e), "room.")
		if peer := reflect.ValueOf(e).FieldByName("PeerID"); peer.IsValid() {
			name += " " + peer.String()
		}
		list = append(list, name)
	}
	return strings.Join(list, ", ")
}

// produce makes a VP8 or Opus producer and returns its id.
func (m *member) produce(kind ortc.MediaKind, ssrc uint32) string {
	m.t.Helper()
	must(m.t, m.Produce(produceRequest(m.t, kind, ssrc)))
	events := m.take()
	if len(events) != 1 {
		m.t.Fatalf("produce brought %s", names(events))
	}
	return events[0].(Produced).ID
}

func produceRequest(t *testing.T, kind ortc.MediaKind, ssrc uint32) ProduceRequest {
	t.Helper()
	codec := `{"mimeType":"video/VP8","payloadType":96,"clockRate":90000}`
	if kind == ortc.KindAudio {
		codec = `{"mimeType":"audio/opus","payloadType":111,"clockRate":48000,"channels":2}`
	}
	text := fmt.Sprintf(`{"mid":"%d","codecs":[%s],"encodings":[{"ssrc":%d}],"rtcp":{"cname":"x"}}`, ssrc, codec, ssrc)
	req := ProduceRequest{Kind: kind}
	must(t, json.Unmarshal([]byte(text), &req.RtpParameters))
	return req
}

// consume makes a consumer of a producer that can be consumed.
func (m *member) consume(producerID string, w Welcome) Consumed {
	m.t.Helper()
	must(m.t, m.Consume(ConsumeRequest{ProducerID: producerID, RtpCapabilities: w.RouterRtpCapabilities}))
	events := m.take()
	if len(events) != 1 {
		m.t.Fatalf("consume brought %s", names(events))
	}
	return events[0].(Consumed)
}

func dtlsParameters(value string) sfu.DtlsParameters {
	return sfu.DtlsParameters{Role: sfu.DtlsRoleClient, Fingerprints: []sfu.DtlsFingerprint{{
		Algorithm: "sha-256", Value: strings.TrimSuffix(strings.Repeat(value+":", 32), ":"),
	}}}
}

// later runs what the room's timer would do after that time.
func later(t *testing.T, rooms *Rooms, roomID string, after time.Duration) {
	t.Helper()
	must(t, rooms.in(roomID, func(r *Room) error {
		r.expire(time.Now().Add(after))
		return nil
	}))
}

// withPeer runs fn on the room's goroutine.
func withPeer(t *testing.T, rooms *Rooms, user string, fn func(*Room, *peer)) {
	t.Helper()
	must(t, rooms.in("den", func(r *Room) error {
		p := r.peer(user)
		if p == nil {
			return ErrNoPeer
		}
		fn(r, p)
		return nil
	}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
