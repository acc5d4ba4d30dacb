package ice

import (
	"bytes"
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

const (
	testUfrag    = "localUfrag"
	testPassword = "aPasswordOf22Letters+/"
)

var (
	victim   = udp("198.51.100.1:50000")
	attacker = udp("203.0.113.66:6666")
	start    = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// useCandidate, controlling and so on are what a browser puts into a check
// besides USERNAME, MESSAGE-INTEGRITY and FINGERPRINT.
var (
	useCandidate = stun.RawAttribute{Type: stun.AttrUseCandidate}
	controlling  = stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)}
	controlled   = stun.RawAttribute{Type: stun.AttrICEControlled, Value: make([]byte, 8)}
	priority     = stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{0x6e, 0x7f, 0x1e, 0xff}}
)

// udp is an address of UDP's, the zero Tuple for none.
func udp(addr string) Tuple {
	if addr == "" {
		return Tuple{}
	}
	return Tuple{AddrPort: netip.MustParseAddrPort(addr)}
}

func nomination(value byte) stun.RawAttribute {
	return stun.RawAttribute{Type: attrNomination, Value: []byte{0, 0, 0, value}}
}

// check is a Binding request as a browser sends it, signed with the given
// credentials, with the extra attributes before MESSAGE-INTEGRITY.
func check(t testing.TB, ufrag, password string, extra ...stun.Setter) []byte {
	t.Helper()
	setters := []stun.Setter{stun.TransactionID, stun.BindingRequest, stun.NewUsername(ufrag + ":remoteUfrag")}
	setters = append(setters, extra...)
	setters = append(setters, stun.NewShortTermIntegrity(password), stun.Fingerprint)
	return build(t, setters...)
}

// validCheck is a check that the server under test has to accept.
func validCheck(t testing.TB, extra ...stun.Setter) []byte {
	t.Helper()
	return check(t, testUfrag, testPassword, append([]stun.Setter{controlling, priority}, extra...)...)
}

func build(t testing.TB, setters ...stun.Setter) []byte {
	t.Helper()
	m, err := stun.Build(setters...)
	if err != nil {
		t.Fatalf("build stun message: %v", err)
	}
	return m.Raw
}

func newServer(t testing.TB) *Server {
	t.Helper()
	s, err := New(Config{UsernameFragment: testUfrag, Password: testPassword})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return s
}

// accept hands over a check that has to be accepted and checks the reply as
// a browser does.
func accept(t testing.TB, s *Server, now time.Time, packet []byte, from Tuple) (changed bool) {
	t.Helper()
	reply, changed, err := s.HandleStun(now, packet, from)
	if err != nil {
		t.Fatalf("HandleStun from %v: %v", from, err)
	}
	m := decode(t, reply)
	if m.Type != stun.BindingSuccess {
		t.Fatalf("reply is %v, want success", m.Type)
	}
	wantAnswerTo(t, m, packet)
	wantSigned(t, m, testPassword)
	var mapped stun.XORMappedAddress
	if err := mapped.GetFrom(m); err != nil {
		t.Fatalf("XOR-MAPPED-ADDRESS: %v", err)
	}
	ip, _ := netip.AddrFromSlice(mapped.IP)
	if got := netip.AddrPortFrom(ip.Unmap(), uint16(mapped.Port)); got != from.AddrPort {
		t.Fatalf("XOR-MAPPED-ADDRESS: got %v, want %v", got, from)
	}
	return changed
}

func decode(t testing.TB, reply []byte) *stun.Message {
	t.Helper()
	m := &stun.Message{Raw: slices.Clone(reply)}
	if err := m.Decode(); err != nil {
		t.Fatalf("decode reply %x: %v", reply, err)
	}
	return m
}

func wantAnswerTo(t testing.TB, m *stun.Message, packet []byte) {
	t.Helper()
	if got, want := m.TransactionID[:], packet[transactionIDAt:headerSize]; !bytes.Equal(got, want) {
		t.Errorf("transaction: got %x, want %x", got, want)
	}
}

func wantSigned(t testing.TB, m *stun.Message, password string) {
	t.Helper()
	if err := m.Check(stun.Fingerprint, stun.NewShortTermIntegrity(password)); err != nil {
		t.Errorf("reply %v: %v", m.Type, err)
	}
}

func wantErrorCode(t testing.TB, m *stun.Message, want stun.ErrorCode) {
	t.Helper()
	var got stun.ErrorCodeAttribute
	if err := got.GetFrom(m); err != nil || m.Type != stun.BindingError {
		t.Fatalf("reply %v: %v, want error %d", m.Type, err, want)
	}
	if got.Code != want {
		t.Errorf("error code: got %d, want %d", got.Code, want)
	}
}

func wantSelected(t testing.TB, s *Server, state State, want Tuple) {
	t.Helper()
	got, ok := s.Selected()
	if s.State() != state || got != want || ok != want.IsValid() {
		t.Fatalf("got %v to %v (%v), want %v to %v", s.State(), got, ok, state, want)
	}
}

func wantError(t testing.TB, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("error: got %v, want %v", got, want)
	}
}

// refused hands over a message that must not change anything, from an address
// that is not valid yet, and returns the reply.
func refused(t testing.TB, s *Server, packet []byte, from Tuple, want error) []byte {
	t.Helper()
	state, tuples, last := s.State(), s.Tuples(), s.LastStun()
	selected, _ := s.Selected()
	reply, changed, err := s.HandleStun(start.Add(time.Second), packet, from)
	wantError(t, err, want)
	if changed || s.State() != state || s.LastStun() != last || !slices.Equal(s.Tuples(), tuples) {
		t.Errorf("state changed to %v, tuples to %v", s.State(), s.Tuples())
	}
	if now, _ := s.Selected(); now != selected {
		t.Errorf("selected changed to %v", now)
	}
	if s.IsValid(from) {
		t.Errorf("%v became valid", from)
	}
	return reply
}
