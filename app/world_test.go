package app

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"takoshome/app/calls"
	"takoshome/app/config"
	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

// world is some hosts in one process, with real HTTPS between them.
type world struct {
	ca *authority
	// ringTime is how long calls ring; 0: as everywhere.
	ringTime time.Duration
}

func newWorld(t testing.TB, domains ...string) *world {
	t.Helper()
	w := &world{ca: newAuthority(t)}
	for _, domain := range domains {
		w.ca.gate(t, domain)
	}
	return w
}

// testDevice is where the people of a world hear that it rings.
const testDevice = "test"

// person is the owner of a host, with a device that hears of calls.
type person struct {
	*App
	ca      *authority
	id      identity.ID
	account string
	domain  string
	events  <-chan calls.Event
	past    []calls.Event
}

// start lets somebody host their domain.
func (w *world) start(t testing.TB, id identity.ID) *person {
	t.Helper()
	return w.startWith(t, id, func(*config.Config) {})
}

// startWith lets them change the settings first.
func (w *world) startWith(t testing.TB, id identity.ID, change func(*config.Config)) *person {
	t.Helper()
	c := testConfig(t)
	c.ringTime = w.ringTime
	cert, key := w.ca.files(t, id.Domain())
	c.Settings.TLS = config.TLS{Mode: config.TLSFiles, Cert: cert, Key: key}
	c.Settings.Federation = config.Federation{
		Domain: config.Domain(id.Domain()), Name: config.Name(id.Name()), CAFile: w.ca.file, Hosts: w.ca.hosts(),
	}
	change(&c.Settings)
	a := must(New(c))(t)
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	w.ca.gate(t, id.Domain()).lead(a.running().webAddr.String())
	p := &person{App: a, ca: w.ca, id: id, account: id.Name(), domain: id.Domain()}
	p.listen(t, id.Name())
	return p
}

func (p *person) listen(t testing.TB, account string) {
	events, stop := p.exchange.Watch(account, testDevice)
	t.Cleanup(stop)
	p.events = events
}

// pair is alice@a.example and bob@b.example, who are friends.
func (w *world) pair(t testing.TB) (alice, bob *person) {
	t.Helper()
	alice, bob = w.start(t, "alice@a.example"), w.start(t, "bob@b.example")
	befriend(t, alice, bob)
	return alice, bob
}

// befriend makes people of two hosts friends, by what each has stored.
func befriend(t testing.TB, a, b *person) {
	t.Helper()
	a.knows(t, b.id)
	b.knows(t, a.id)
}

// knows makes somebody a friend on this side.
func (p *person) knows(t testing.TB, other identity.ID) {
	t.Helper()
	for _, step := range []identity.FriendStep{identity.StepTheyRequest, identity.StepAccept} {
		if _, err := p.store.ChangeFriend(time.Now(), p.account, other, step); err != nil {
			t.Fatal(err)
		}
	}
}

// rings calls somebody.
func (p *person) rings(t testing.TB, other identity.ID, callType room.CallType) calls.Call {
	t.Helper()
	call, err := p.request(t.Context(), other, callType)
	if err != nil {
		t.Fatalf("%s rings %s: %v", p.id, other, err)
	}
	return call
}

func (p *person) request(ctx context.Context, other identity.ID, callType room.CallType) (calls.Call, error) {
	return p.exchange.Request(ctx, p.account, other, calls.CallRequest{
		CallType: callType, Device: testDevice, Encryption: federation.Encryption{Encrypted: true, RoomKeyHash: "hash"},
	})
}

// hears waits for an event of the given type; others that come before are kept.
func (p *person) hears(t testing.TB, want calls.EventType) calls.Event {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		if n := slices.IndexFunc(p.past, func(e calls.Event) bool { return e.Type == want }); n >= 0 {
			event := p.past[n]
			p.past = slices.Delete(p.past, n, n+1)
			return event
		}
		select {
		case event, open := <-p.events:
			if !open {
				t.Fatalf("%s's device was dropped while waiting for %s", p.id, want)
			}
			p.past = append(p.past, event)
		case <-deadline.C:
			t.Fatalf("%s never heard %s, but %+v", p.id, want, p.past)
		}
	}
}

// heardNothing of the given type until now.
func (p *person) heardNothing(t testing.TB, unwanted calls.EventType) {
	t.Helper()
	for {
		select {
		case event, open := <-p.events:
			if open {
				p.past = append(p.past, event)
				continue
			}
		default:
		}
		break
	}
	if n := slices.IndexFunc(p.past, func(e calls.Event) bool { return e.Type == unwanted }); n >= 0 {
		t.Errorf("%s heard %+v", p.id, p.past[n])
	}
}

// answers takes the call that rings next.
func (p *person) answers(t testing.TB) calls.Way {
	t.Helper()
	call := p.hears(t, calls.EventRequest).Call
	way, err := p.exchange.Answer(t.Context(), p.account, call.ID, testDevice)
	if err != nil {
		t.Fatalf("%s answers: %v", p.id, err)
	}
	return way
}

// outcome waits until the history has a call with somebody that ended so.
func (p *person) outcome(t testing.TB, with identity.ID, want identity.Outcome) (found identity.Call) {
	t.Helper()
	p.waitFor(t, "a call with "+string(with)+" that is "+string(want), func(s *Snapshot) bool {
		n := slices.IndexFunc(s.People.History, func(c PastCall) bool { return c.Peer == with && c.Outcome == want })
		if n >= 0 {
			found = s.People.History[n]
		}
		return n >= 0
	})
	return found
}

// isIdle waits until nothing of a call is left but what the history has.
func (p *person) isIdle(t testing.TB) {
	t.Helper()
	eventually(t, string(p.id)+" is in no call", func() bool {
		return !slices.ContainsFunc(p.exchange.Calls(p.account), func(c calls.Call) bool { return !c.State.IsOver() })
	})
}

// visit is somebody's WebSocket to a call, of which only the end is looked at.
type visit struct {
	conn net.Conn
	in   *bufio.Reader
}

// enter goes in by a token, as a client does, and gives the answer's status.
func (a *authority) enter(t testing.TB, way calls.Way) (visit, int) {
	t.Helper()
	settings := a.clientTLS()
	settings.ServerName = way.Domain
	conn := must(tls.Dial("tcp", a.gate(t, way.Domain).addr().String(), settings))(t)
	t.Cleanup(func() { _ = conn.Close() })
	must(io.WriteString(conn, "GET "+callPath+"?token="+way.Token+" HTTP/1.1\r\nHost: "+way.Domain+
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))(t)
	in := bufio.NewReader(conn)
	response := must(http.ReadResponse(in, nil))(t)
	_ = response.Body.Close()
	return visit{conn, in}, response.StatusCode
}

// enters goes in, and waits until the host shows who is there.
func (p *person) enters(t testing.TB, host *person, way calls.Way) visit {
	t.Helper()
	v, status := p.ca.enter(t, way)
	if status != http.StatusSwitchingProtocols {
		t.Fatalf("%s was refused with %d", p.id, status)
	}
	host.sees(t, string(p.id))
	return v
}

// leave closes the WebSocket as somebody does who hangs up (RFC 6455 section 5.5.1).
func (v visit) leave(t testing.TB) {
	t.Helper()
	must(v.conn.Write([]byte{0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8}))(t)
}

// closeCode waits for the host to close the WebSocket, and says with what.
func (v visit) closeCode(t testing.TB) int {
	t.Helper()
	_ = v.conn.SetReadDeadline(time.Now().Add(patience))
	for {
		head := make([]byte, 2)
		must(io.ReadFull(v.in, head))(t)
		body := make([]byte, v.length(t, int(head[1]&0x7f)))
		must(io.ReadFull(v.in, body))(t)
		if head[0]&0x0f == 8 && len(body) >= 2 {
			return int(body[0])<<8 | int(body[1])
		}
	}
}

func (v visit) length(t testing.TB, size int) int {
	t.Helper()
	bytes := map[int]int{126: 2, 127: 8}[size]
	if bytes == 0 {
		return size
	}
	length := 0
	for range bytes {
		length = length<<8 | int(must(v.in.ReadByte())(t))
	}
	return length
}

// sees waits until somebody is in a call of this host, and gives the room.
func (p *person) sees(t testing.TB, peer string) (found room.Snapshot) {
	t.Helper()
	p.waitFor(t, peer+" in a room", func(s *Snapshot) bool {
		for _, r := range s.Rooms {
			if slices.ContainsFunc(r.Peers, func(one room.PeerSnapshot) bool { return one.ID == peer }) {
				found = r
				return true
			}
		}
		return false
	})
	return found
}

// waitFor waits for the first Snapshot that is as wanted.
func (p *person) waitFor(t testing.TB, what string, wanted func(*Snapshot) bool) {
	t.Helper()
	found := make(chan struct{})
	var once sync.Once
	stop := p.Watch(func(s *Snapshot) {
		if wanted(s) {
			once.Do(func() { close(found) })
		}
	})
	defer stop()
	select {
	case <-found:
	case <-time.After(patience):
		t.Fatalf("%s: never: %s; now: %+v, %+v", p.id, what, p.exchange.Calls(p.account), p.Snapshot().People)
	}
}
