package ice

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// forgery is a message that an attacker who knows the username fragment, but
// not the password, can make.
type forgery struct {
	name   string
	packet func(t testing.TB, extra ...stun.Setter) []byte
	err    error
	code   stun.ErrorCode // 0: silence
}

func forgeries() []forgery {
	user := stun.NewUsername(testUfrag + ":remoteUfrag")
	unsigned := func(setters ...stun.Setter) func(testing.TB, ...stun.Setter) []byte {
		return func(t testing.TB, extra ...stun.Setter) []byte {
			t.Helper()
			all := append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, extra...)
			return build(t, append(all, setters...)...)
		}
	}
	signed := func(ufrag, password string) func(testing.TB, ...stun.Setter) []byte {
		return func(t testing.TB, extra ...stun.Setter) []byte {
			t.Helper()
			return check(t, ufrag, password, extra...)
		}
	}
	broken := func(change func(packet []byte) []byte) func(testing.TB, ...stun.Setter) []byte {
		return func(t testing.TB, extra ...stun.Setter) []byte {
			t.Helper()
			return change(validCheck(t, extra...))
		}
	}
	return []forgery{
		{"no MESSAGE-INTEGRITY", unsigned(user, stun.Fingerprint), ErrBadRequest, stun.CodeBadRequest},
		{"no USERNAME", unsigned(stun.NewShortTermIntegrity(testPassword), stun.Fingerprint), ErrBadRequest, stun.CodeBadRequest},
		{"no FINGERPRINT", unsigned(user, stun.NewShortTermIntegrity(testPassword)), ErrBadRequest, stun.CodeBadRequest},
		{"nothing at all", unsigned(), ErrBadRequest, stun.CodeBadRequest},
		{"wrong password", signed(testUfrag, "notThePasswordOfTheUser"), ErrUnauthorized, stun.CodeUnauthorized},
		{"empty password", signed(testUfrag, ""), ErrUnauthorized, stun.CodeUnauthorized},
		{"username fragment as password", signed(testUfrag, testUfrag), ErrUnauthorized, stun.CodeUnauthorized},
		{"another fragment", signed("otherUfrag", testPassword), ErrUnauthorized, stun.CodeUnauthorized},
		{"empty fragment", signed("", testPassword), ErrUnauthorized, stun.CodeUnauthorized},
		{"longer fragment", signed(testUfrag+"x", testPassword), ErrUnauthorized, stun.CodeUnauthorized},
		{"no colon", unsigned(stun.NewUsername(testUfrag), stun.NewShortTermIntegrity(testPassword), stun.Fingerprint), ErrUnauthorized, stun.CodeUnauthorized},
		{"signature of another message", broken(func(p []byte) []byte {
			p[transactionIDAt] ^= 1
			return fixFingerprint(p)
		}), ErrUnauthorized, stun.CodeUnauthorized},
		{"signature of zeros", broken(func(p []byte) []byte {
			clear(p[len(p)-8-integritySize : len(p)-8])
			return fixFingerprint(p)
		}), ErrUnauthorized, stun.CodeUnauthorized},
		{"first signature false, second true", unsigned(user, stun.NewShortTermIntegrity("wrong"), stun.NewShortTermIntegrity(testPassword), stun.Fingerprint), ErrUnauthorized, stun.CodeUnauthorized},
		{"signature too short", unsigned(user, stun.RawAttribute{Type: stun.AttrMessageIntegrity}, stun.Fingerprint), ErrMalformed, 0},
		{"wrong FINGERPRINT", broken(func(p []byte) []byte {
			p[len(p)-1] ^= 1
			return p
		}), ErrFingerprint, 0},
		{"cut off", broken(func(p []byte) []byte { return p[:len(p)-4] }), ErrMalformed, 0},
		{"something behind", broken(func(p []byte) []byte { return append(p, 0, 0, 0, 0) }), ErrMalformed, 0},
	}
}

func fixFingerprint(p []byte) []byte {
	end := len(p) - fingerprintSize
	binary.BigEndian.PutUint32(p[end:], fingerprint(p[:end-attributeHeaderSize]))
	return p
}

// An address is adopted only by a check signed with our password; otherwise
// whoever learns a username fragment takes the media over.
func TestSec15ForgedChecksAreNotAdopted(t *testing.T) {
	for _, state := range []State{StateNew, StateConnected, StateCompleted, StateDisconnected} {
		for _, f := range forgeries() {
			t.Run(fmt.Sprintf("%s/%s", state, f.name), func(t *testing.T) {
				s := serverIn(t, state)
				packet := f.packet(t, controlling, priority)
				reply := refused(t, s, packet, attacker, f.err)
				wantRefusal(t, reply, packet, f.code)
			})
		}
	}
}

// USE-CANDIDATE counts only where the check is signed and signs it too.
func TestSec16SpoofedUseCandidateIsIgnored(t *testing.T) {
	for _, attribute := range []stun.Setter{useCandidate, nomination(200)} {
		for _, state := range []State{StateNew, StateConnected, StateCompleted, StateDisconnected} {
			for _, f := range forgeries() {
				t.Run(fmt.Sprintf("%v/%s/%s", attribute, state, f.name), func(t *testing.T) {
					s := serverIn(t, state)
					packet := f.packet(t, controlling, priority, attribute)
					reply := refused(t, s, packet, attacker, f.err)
					wantRefusal(t, reply, packet, f.code)
				})
			}
		}
	}
}

// Someone on the way may append to a signed check what the signature does not
// cover; FINGERPRINT is no secret.
func TestSec16UseCandidateBehindSignatureIsIgnored(t *testing.T) {
	for _, attribute := range []stun.Setter{useCandidate, nomination(200)} {
		t.Run(fmt.Sprint(attribute), func(t *testing.T) {
			s := serverIn(t, StateCompleted)
			packet := build(t, stun.TransactionID, stun.BindingRequest, stun.NewUsername(testUfrag+":r"),
				controlling, priority, stun.NewShortTermIntegrity(testPassword), attribute, stun.Fingerprint)
			if accept(t, s, start, packet, attacker) {
				t.Error("an unsigned attribute changed the selected address")
			}
			wantSelected(t, s, StateCompleted, victim)
		})
	}
}

// An unsigned USERNAME behind the signature must not lead to another transport.
func TestSec15UsernameBehindSignatureIsIgnored(t *testing.T) {
	packet := build(t, stun.TransactionID, stun.BindingRequest, controlling,
		stun.NewShortTermIntegrity(testPassword), stun.NewUsername(testUfrag+":r"), stun.Fingerprint)
	if got, ok := LocalUsernameFragment(packet); ok {
		t.Errorf("LocalUsernameFragment: got %q", got)
	}
	refused(t, newServer(t), packet, attacker, ErrBadRequest)
}

// Whoever fakes the sender's address must not gain traffic towards it.
func TestSec15UnauthenticatedRepliesAreShort(t *testing.T) {
	s := newServer(t)
	for _, f := range forgeries() {
		t.Run(f.name, func(t *testing.T) {
			packet := f.packet(t)
			reply, _, _ := s.HandleStun(start, packet, victim)
			if len(reply) > 2*len(packet) || len(reply) > 36 {
				t.Errorf("%d bytes answer %d", len(reply), len(packet))
			}
		})
	}
}

// 22 is the part of the checklist's consent check that needs no network: the
// client vanishes, and its address is no longer one to send to.
func TestSec22VanishedClientLosesConsent(t *testing.T) {
	s := serverIn(t, StateCompleted)
	last := s.LastStun()
	if s.CheckConsent(last.Add(30*time.Second - 1)) {
		t.Error("consent lost too early")
	}
	wantSelected(t, s, StateCompleted, victim)

	// Forged checks must not keep the address alive.
	for _, f := range forgeries() {
		_, _, _ = s.HandleStun(last.Add(29*time.Second), f.packet(t), victim)
	}
	if !s.CheckConsent(last.Add(30 * time.Second)) {
		t.Error("consent kept for 30 s without a check")
	}
	wantSelected(t, s, StateDisconnected, Tuple{})
	if s.IsValid(victim) || len(s.Tuples()) != 0 {
		t.Errorf("%v is still valid", s.Tuples())
	}
}

// A flood of forged checks must not cost memory.
func TestSec15ForgedChecksAllocateOneReplyAtMost(t *testing.T) {
	s := serverIn(t, StateCompleted)
	for _, f := range forgeries() {
		packet := f.packet(t)
		allocs := testing.AllocsPerRun(100, func() {
			_, _, _ = s.HandleStun(start, packet, attacker)
		})
		want := 0.0
		if f.code != 0 {
			want = 1
		}
		if allocs > want {
			t.Errorf("%s: got %v allocations, want %v", f.name, allocs, want)
		}
	}
}

func wantRefusal(t *testing.T, reply, packet []byte, code stun.ErrorCode) {
	t.Helper()
	if code == 0 {
		if reply != nil {
			t.Errorf("got reply %x, want silence", reply)
		}
		return
	}
	m := decode(t, reply)
	wantErrorCode(t, m, code)
	wantAnswerTo(t, m, packet)
	if m.Contains(stun.AttrMessageIntegrity) || m.Contains(stun.AttrXORMappedAddress) {
		t.Errorf("a refusal tells something signed: %x", reply)
	}
	if bytes.Contains(reply, []byte(testPassword)) {
		t.Error("a refusal holds the password")
	}
}

// serverIn makes a server in the given state, with the victim selected where
// that state has one.
func serverIn(t testing.TB, state State) *Server {
	t.Helper()
	s := newServer(t)
	switch state {
	case StateConnected:
		accept(t, s, start, validCheck(t), victim)
	case StateCompleted:
		accept(t, s, start, validCheck(t, useCandidate), victim)
	case StateDisconnected:
		accept(t, s, start, validCheck(t, useCandidate), victim)
		s.CheckConsent(start.Add(time.Hour))
	}
	if s.State() != state {
		t.Fatalf("state %v, want %v", s.State(), state)
	}
	if state == StateConnected || state == StateCompleted {
		wantSelected(t, s, state, victim)
	}
	if valid := slices.Contains(s.Tuples(), attacker); valid {
		t.Fatal("attacker is valid from the start")
	}
	return s
}
