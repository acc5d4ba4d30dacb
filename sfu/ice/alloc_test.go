package ice

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestIsValidDoesNotAllocate(t *testing.T) {
	s := newServer(t)
	for i := range 8 {
		accept(t, s, start, validCheck(t), Tuple{AddrPort: netip.AddrPortFrom(victim.Addr(), uint16(1+i))})
	}
	last := Tuple{AddrPort: netip.AddrPortFrom(victim.Addr(), 8)}
	allocs := testing.AllocsPerRun(100, func() {
		_, ok := s.Selected()
		if !ok || !s.IsValid(last) || s.IsValid(attacker) {
			t.Fatal("wrong answer")
		}
	})
	if allocs != 0 {
		t.Errorf("got %v allocations, want 0", allocs)
	}
	if s.IsValid(Tuple{}) {
		t.Error("no address is valid")
	}
	if newServer(t).IsValid(Tuple{}) {
		t.Error("no address is valid on a new server")
	}
}

func TestAcceptedCheckAllocatesItsReplyOnly(t *testing.T) {
	s := newServer(t)
	packet := validCheck(t, useCandidate)
	allocs := testing.AllocsPerRun(100, func() {
		if _, _, err := s.HandleStun(start, packet, victim); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 1 {
		t.Errorf("got %v allocations, want 1", allocs)
	}
}

func BenchmarkHandleStun(b *testing.B) {
	s := newServer(b)
	for name, packet := range map[string][]byte{
		"valid":  validCheck(b, useCandidate),
		"forged": check(b, testUfrag, "notThePasswordOfTheUser", controlling, priority),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if reply, _, err := s.HandleStun(start, packet, victim); reply == nil {
					b.Fatal(fmt.Errorf("no reply: %w", err))
				}
			}
		})
	}
}
