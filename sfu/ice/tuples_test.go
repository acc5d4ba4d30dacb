package ice

import (
	"net/netip"
	"slices"
	"testing"
	"time"
)

func TestTupleLimitEvictsOldestButTheSelected(t *testing.T) {
	s := newServer(t)
	addr := func(i int) Tuple {
		return Tuple{AddrPort: netip.AddrPortFrom(netip.MustParseAddr("198.51.100.1"), uint16(1000+i))}
	}
	accept(t, s, start, validCheck(t, useCandidate), addr(0))
	generation := s.Generation()
	for i := 1; i < 20; i++ {
		accept(t, s, start, validCheck(t), addr(i))
		if s.Generation() == generation {
			t.Fatalf("tuple %d did not change the generation", i)
		}
		generation = s.Generation()
	}
	want := []Tuple{addr(0)}
	for i := 13; i < 20; i++ {
		want = append(want, addr(i))
	}
	if got := s.Tuples(); !slices.Equal(got, want) {
		t.Errorf("tuples: got %v, want %v", got, want)
	}
	for i := range 20 {
		if got, want := s.IsValid(addr(i)), i == 0 || i >= 13; got != want {
			t.Errorf("IsValid(%v): got %v, want %v", addr(i), got, want)
		}
	}
	wantSelected(t, s, StateCompleted, addr(0))

	accept(t, s, start, validCheck(t), addr(15))
	if s.Generation() != generation {
		t.Error("a check from a known address changed the generation")
	}

	// Once another one is selected, the first is as old as it looks.
	accept(t, s, start, validCheck(t, useCandidate), addr(19))
	accept(t, s, start, validCheck(t), addr(20))
	if s.IsValid(addr(0)) || !s.IsValid(addr(19)) {
		t.Errorf("tuples: got %v", s.Tuples())
	}
}

func TestSelectionNominatedWhileFull(t *testing.T) {
	s, err := New(Config{UsernameFragment: testUfrag, Password: testPassword, MaxTuples: 2})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		from := Tuple{AddrPort: netip.AddrPortFrom(victim.Addr(), uint16(1000+i))}
		accept(t, s, start, validCheck(t, useCandidate), from)
		wantSelected(t, s, StateCompleted, from)
		if got := len(s.Tuples()); got > 2 {
			t.Fatalf("%d tuples", got)
		}
	}
}

func TestConsent(t *testing.T) {
	a := udp("198.51.100.1:1")
	b := udp("198.51.100.1:2")
	c := udp("198.51.100.1:3")
	after := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

	t.Run("nothing to lose", func(t *testing.T) {
		s := newServer(t)
		if s.CheckConsent(after(1000)) {
			t.Error("a new server lost consent")
		}
		wantSelected(t, s, StateNew, Tuple{})
	})
	t.Run("checks keep it", func(t *testing.T) {
		s := newServer(t)
		accept(t, s, start, validCheck(t, useCandidate), a)
		for i := 5; i < 120; i += 5 {
			accept(t, s, after(i), validCheck(t), a)
			if s.CheckConsent(after(i + 29)) {
				t.Fatalf("consent lost after %d s", i)
			}
		}
	})
	t.Run("an unused address is forgotten", func(t *testing.T) {
		s := newServer(t)
		accept(t, s, start, validCheck(t), b)
		accept(t, s, after(20), validCheck(t, useCandidate), a)
		generation := s.Generation()
		if s.CheckConsent(after(31)) {
			t.Error("losing an unused address changed the selection")
		}
		if s.IsValid(b) || !s.IsValid(a) || s.Generation() == generation {
			t.Errorf("tuples: got %v", s.Tuples())
		}
	})
	t.Run("the selected one is lost, the latest other follows", func(t *testing.T) {
		s := newServer(t)
		accept(t, s, start, validCheck(t, useCandidate), a)
		accept(t, s, after(25), validCheck(t), c)
		accept(t, s, after(24), validCheck(t), b)
		if !s.CheckConsent(after(31)) {
			t.Error("no change")
		}
		wantSelected(t, s, StateCompleted, c)
		if s.IsValid(a) {
			t.Error("the lost address is still valid")
		}
	})
	t.Run("lost once, then revived", func(t *testing.T) {
		s := newServer(t)
		accept(t, s, start, validCheck(t, nomination(7)), a)
		if !s.CheckConsent(after(30)) || s.CheckConsent(after(31)) {
			t.Error("want one change")
		}
		wantSelected(t, s, StateDisconnected, Tuple{})
		if !accept(t, s, after(40), validCheck(t), b) {
			t.Error("a new check did not change anything")
		}
		wantSelected(t, s, StateConnected, b)
		accept(t, s, after(41), validCheck(t, nomination(1)), b)
		wantSelected(t, s, StateCompleted, b)
	})
	t.Run("the timeout is settable", func(t *testing.T) {
		s, err := New(Config{UsernameFragment: testUfrag, Password: testPassword, ConsentTimeout: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		accept(t, s, start, validCheck(t), a)
		if s.CheckConsent(after(4)) || !s.CheckConsent(after(5)) {
			t.Error("consent was not lost after 5 s")
		}
	})
}

// A connection that has ended takes its address along at once; another from the
// same address is another.
func TestForget(t *testing.T) {
	s := newServer(t)
	first, again := victim, victim
	first.Stream, again.Stream = 1, 2
	accept(t, s, start, validCheck(t, useCandidate), first)
	accept(t, s, start, validCheck(t), again)
	accept(t, s, start, validCheck(t), attacker)
	if s.Forget(udp("192.0.2.1:1")) || s.Forget(again) || s.IsValid(again) || s.IsValid(victim) {
		t.Error("what was not selected changes nothing")
	}
	wantSelected(t, s, StateCompleted, first)
	if !s.Forget(first) {
		t.Error("the selected one is gone")
	}
	wantSelected(t, s, StateCompleted, attacker)
	if !s.Forget(attacker) || s.Forget(attacker) {
		t.Error("the last one is gone, once")
	}
	wantSelected(t, s, StateDisconnected, Tuple{})
	accept(t, s, start, validCheck(t, useCandidate), again)
	wantSelected(t, s, StateCompleted, again)
}

// A NAT gives the peer another port: the peer's checks go on without a
// nomination, and its media tells which address is in force.
func TestHeardAfterRebinding(t *testing.T) {
	s := newServer(t)
	rebound := udp("198.51.100.1:50001")
	accept(t, s, start, validCheck(t, useCandidate), victim)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	if s.Heard(at(0), victim) || s.Heard(at(900), rebound) {
		t.Error("an address without a check changes nothing")
	}
	wantSelected(t, s, StateCompleted, victim)
	accept(t, s, at(1000), validCheck(t), rebound)
	wantSelected(t, s, StateCompleted, victim)
	if !s.Heard(at(1010), rebound) || s.Heard(at(1020), rebound) {
		t.Error("media tells once")
	}
	wantSelected(t, s, StateCompleted, rebound)
	if s.Heard(at(1100), victim) {
		t.Error("what was under way is no rebinding")
	}
	wantSelected(t, s, StateCompleted, rebound)
	if got := s.LastHeard(); got != at(1100) {
		t.Errorf("last heard at %v", got)
	}
	s.Close()
	if s.Heard(at(9000), victim) {
		t.Error("changed after the end")
	}
}
