package ice

import (
	"slices"
	"testing"

	"github.com/pion/stun/v3"
)

// FuzzSec24HandleStun hands over anything. The fuzzer does not know the
// password, so that nothing but a recorded check may change the server.
func FuzzSec24HandleStun(f *testing.F) {
	valid := validCheck(f, useCandidate)
	f.Add(valid)
	f.Add(vectorRequest(f))
	f.Add(build(f, stun.TransactionID, stun.NewType(stun.MethodBinding, stun.ClassIndication), stun.Fingerprint))
	f.Add(build(f, stun.TransactionID, stun.BindingRequest, nomination(1), useCandidate, controlled))
	for _, forged := range forgeries() {
		f.Add(forged.packet(f, useCandidate))
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		before := slices.Clone(packet)
		s := newServer(t)
		reply, changed, err := s.HandleStun(start, packet, victim)
		if !slices.Equal(packet, before) {
			t.Error("the packet was changed")
		}
		if len(reply) > maxReplySize {
			t.Errorf("reply of %d bytes", len(reply))
		}
		if changed != (s.State() == StateConnected || s.State() == StateCompleted) || changed != s.IsValid(victim) {
			t.Errorf("changed %v, state %v", changed, s.State())
		}
		if changed && err != nil {
			t.Errorf("a refused message changed the state: %v", err)
		}
		if reply != nil {
			decode(t, reply)
		}
	})
}

// FuzzSec24SignedCheck signs what the fuzzer makes, to get behind the
// authentication: the attributes of a malicious but invited peer.
func FuzzSec24SignedCheck(f *testing.F) {
	f.Add([]byte{}, uint16(stun.AttrUseCandidate))
	f.Add([]byte{0, 0, 0, 1}, uint16(attrNomination))
	f.Add(make([]byte, 8), uint16(stun.AttrICEControlled))
	f.Add([]byte{1, 2, 3}, uint16(0x7fff))
	f.Fuzz(func(t *testing.T, value []byte, typ uint16) {
		if len(value) > 1200 || stun.AttrType(typ) == stun.AttrFingerprint {
			return // what cannot be signed
		}
		attribute := stun.RawAttribute{Type: stun.AttrType(typ), Value: value}
		s := newServer(t)
		reply, _, err := s.HandleStun(start, validCheck(t, attribute), victim)
		if err != nil && s.IsValid(victim) {
			t.Errorf("a refused check was adopted: %v", err)
		}
		if err == nil && (reply == nil || !s.IsValid(victim)) {
			t.Errorf("an accepted check was not adopted")
		}
		if reply != nil {
			decode(t, reply)
		}
	})
}

func FuzzSec24LocalUsernameFragment(f *testing.F) {
	f.Add(validCheck(f))
	f.Add(vectorRequest(f))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, packet []byte) {
		got, ok := LocalUsernameFragment(packet)
		if ok != (got != "") {
			t.Errorf("got %q, %v", got, ok)
		}
		if ok && !IsStun(packet) {
			t.Errorf("a fragment of something that is no STUN: %q", got)
		}
	})
}
