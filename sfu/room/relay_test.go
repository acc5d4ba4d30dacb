package room

import (
	"fmt"
	"net/netip"
	"reflect"
	"sync"
	"testing"

	"takoshome/sfu"
)

// ledger is a Relay that only notes what it is told.
type ledger struct {
	mu    sync.Mutex
	lines []string
}

func (l *ledger) note(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *ledger) ICEServers(peer, host string) []IceServer {
	l.note("serve %s at %s", peer, host)
	return []IceServer{{URLs: []string{"turn:" + host}, Username: peer}}
}

func (l *ledger) Revoke(peer string) { l.note("revoke %s", peer) }

func (l *ledger) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

func want(t *testing.T, got any, wanted any) {
	t.Helper()
	if !reflect.DeepEqual(got, wanted) {
		t.Errorf("got %v, want %v", got, wanted)
	}
}

// A peer's hold on the relay ends with its media, however that ends.
func TestRelayFollowsThePeer(t *testing.T) {
	server, err := sfu.NewWebRtcServer(sfu.Config{ListenAddr: netip.MustParseAddrPort("127.0.0.1:0")})
	must(t, err)
	relay := &ledger{}
	rooms, err := NewRooms(Config{Server: server, Relay: relay})
	must(t, err)
	defer func() {
		rooms.Close()
		must(t, server.Close())
	}()
	enter := func(user string) (*member, Welcome) {
		return joinAs(t, rooms, JoinRequest{Room: "den", User: user, CallType: CallVideo, Via: "home.example"})
	}
	const alice = `"den" "alice"`
	served := []string{"serve " + alice + " at home.example", "serve " + alice + " at home.example"}

	first, welcome := enter("alice")
	want(t, relay.take(), served)
	for _, transport := range []TransportInfo{welcome.Send, welcome.Recv} {
		want(t, transport.IceServers, []IceServer{{URLs: []string{"turn:home.example"}, Username: alice}})
	}
	// One in the place of another, and one that comes back with and without media.
	_, welcome = enter("alice")
	want(t, relay.take(), append([]string{"revoke " + alice}, served...))
	again := func(keep bool) *member {
		m := &member{t: t}
		var err error
		m.Membership, err = rooms.Resume(ResumeRequest{Secret: welcome.ResumeSecret, KeepMedia: keep, Via: "home.example", Notify: m.notify})
		must(t, err)
		welcome = m.welcome()
		return m
	}
	again(true)
	want(t, relay.take(), served)
	last := again(false)
	want(t, relay.take(), append([]string{"revoke " + alice}, served...))
	first.Leave(HungUp) // it has nothing to end
	want(t, relay.take(), []string(nil))
	last.Leave(HungUp)
	want(t, relay.take(), []string{"revoke " + alice})
	// One who loses the connection keeps what it has until it is given up.
	b, _ := enter("bob")
	relay.take()
	b.Leave(Broken)
	want(t, relay.take(), []string(nil))
	_, _ = enter("carol")
	relay.take()
	rooms.Close()
	want(t, len(relay.take()), 2)
}
