package sfu

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"takoshome/sfu/ice"
)

// checkBy checks with given parameters and returns the class of the reply.
func (p *testPeer) checkBy(parameters ice.Parameters) stun.MessageType {
	p.t.Helper()
	message, err := stun.Build(stun.TransactionID, stun.BindingRequest,
		stun.NewUsername(parameters.UsernameFragment+":peer"),
		stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)},
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{0x6e, 0, 0xff, 0xff}},
		stun.NewShortTermIntegrity(parameters.Password), stun.Fingerprint)
	if err != nil {
		p.t.Fatal(err)
	}
	p.write(message.Raw)
	return receive(p.t, p.stunReplies, "STUN reply").Type
}

// A restart leaves a client that does nothing about it alone, and one that does
// goes on with its media under new credentials, by another address too.
func TestRestartIce(t *testing.T) {
	f := newConnectedPeer(t)
	before := f.transport.IceParameters()
	after, err := f.transport.RestartIce()
	if err != nil {
		t.Fatal(err)
	}
	if after.UsernameFragment == before.UsernameFragment || after.Password == before.Password || !after.IceLite || f.transport.IceParameters() != after {
		t.Fatalf("before %+v, after %+v", before, after)
	}
	if got := f.checkBy(before); got != stun.BindingSuccess {
		t.Errorf("the credentials in use give %v", got)
	}
	if got := f.transport.server.Transports(); got != 1 {
		t.Errorf("%d transports", got)
	}

	elsewhere := newTestPeer(t, f.transport) // the same client by another address
	if got := elsewhere.checkBy(after); got != stun.BindingSuccess {
		t.Errorf("the new credentials give %v", got)
	}
	f.write(f.bindingRequest(before.Password)) // under the new name
	if got := receive(t, f.stunReplies, "STUN reply").Type; got != stun.BindingError {
		t.Errorf("the new name with the old password gives %v", got)
	}
	waitFor(t, "the old name to be forgotten", func() bool { return len(f.transport.server.ufrags()) == 1 })
	if got := f.transport.server.ufrags(); !slices.Equal(got, []string{after.UsernameFragment}) {
		t.Errorf("known by %v", got)
	}
	if f.transport.DtlsState() != DtlsStateConnected {
		t.Errorf("DTLS %v", f.transport.DtlsState())
	}
}

// newConnectedPeer is a connected peer.
func newConnectedPeer(t *testing.T) *testPeer {
	t.Helper()
	return connectTestPeer(t, newTestTransport(t, newTestRouter(t), DirectionSend))
}

func (s *WebRtcServer) ufrags() (list []string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for ufrag := range s.byUfrag {
		list = append(list, ufrag)
	}
	return list
}

func TestManyRestarts(t *testing.T) {
	transport := newTestTransport(t, newTestRouter(t), DirectionSend)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				if _, err := transport.RestartIce(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got := len(transport.server.ufrags()); got > 3 {
		t.Errorf("known by %d names", got)
	}
	transport.Close()
	if got := transport.server.ufrags(); len(got) > 0 {
		t.Errorf("known by %v after the end", got)
	}
	if _, err := transport.RestartIce(); !errors.Is(err, ErrClosed) {
		t.Errorf("restarting a closed one: %v", err)
	}
}

// What is kept of times from one packet or tick to the next counts from the
// server's beginning: the system's clock may jump by a year, either way.
func TestClocksThatNobodySets(t *testing.T) {
	p := newConnectedPeer(t)
	waitFor(t, "a tick", func() bool { return p.transport.idleUntil.Load() != 0 })
	const day = int64(24 * time.Hour)
	if got := p.transport.idleUntil.Load(); got < 0 || got > day {
		t.Errorf("the next tick has something to do at %d", got)
	}
}
