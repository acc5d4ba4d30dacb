package signaling

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"takoshome/sfu/sockets"
)

func newTestGate() *gate {
	var limits Limits
	limits.fill()
	return newGate(limits)
}

func TestGateBySocket(t *testing.T) {
	g := newTestGate()
	addr := netip.MustParseAddr("192.0.2.1")
	for range maxSocketsPerHost {
		if err := g.enter(addr); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.enter(netip.MustParseAddr("::ffff:192.0.2.1")); !errors.Is(err, errTooManySockets) {
		t.Errorf("one more socket: got %v, want errTooManySockets", err)
	}
	if err := g.enter(netip.MustParseAddr("192.0.2.2")); err != nil {
		t.Errorf("a neighbour: %v", err)
	}
	g.leave(addr)
	if err := g.enter(addr); err != nil {
		t.Errorf("after one left: %v", err)
	}
}

func TestGateByIPv6Network(t *testing.T) {
	g := newTestGate()
	for i := range maxSocketsPerHost {
		if err := g.enter(netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", i+1))); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.enter(netip.MustParseAddr("2001:db8::ffff:1%eth0")); !errors.Is(err, errTooManySockets) {
		t.Errorf("another address of the network: got %v, want errTooManySockets", err)
	}
	if err := g.enter(netip.MustParseAddr("2001:db8:0:1::1")); err != nil {
		t.Errorf("another network: %v", err)
	}
}

func TestGateIsBounded(t *testing.T) {
	g := newTestGate()
	for i := range maxSockets {
		if err := g.enter(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.enter(netip.MustParseAddr("192.0.2.1")); !errors.Is(err, errFull) {
		t.Errorf("one more socket: got %v, want errFull", err)
	}
	for i := range maxSockets {
		g.leave(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}))
	}
	if g.total != 0 || len(g.open) != 0 {
		t.Errorf("%d sockets of %d addresses are left", g.total, len(g.open))
	}
}

func TestGateLocksWrongTokens(t *testing.T) {
	g := newTestGate()
	addr, now := netip.MustParseAddr("192.0.2.1"), time.Unix(1_800_000_000, 0)
	for range maxWrongTokens {
		if _, locked := g.locked(now, addr); locked {
			t.Fatal("locked too early")
		}
		g.wrongToken(now, addr)
	}
	now = now.Add(20 * time.Second)
	if wait, locked := g.locked(now, addr); !locked || wait != 40*time.Second {
		t.Errorf("got %v, %v, want 40 s", wait, locked)
	}
	if _, locked := g.locked(now, netip.MustParseAddr("192.0.2.2")); locked {
		t.Error("a neighbour is locked out too")
	}
	now = now.Add(40 * time.Second)
	if _, locked := g.locked(now, addr); locked {
		t.Error("still locked after a minute")
	}
	g.wrongToken(now, addr)
	if got := g.wrong[sockets.HostOf(addr)].count; got != 1 {
		t.Errorf("the count went on at %d", got)
	}
}

func TestGateForgetsWrongTokens(t *testing.T) {
	g := newTestGate()
	now := time.Unix(1_800_000_000, 0)
	guess := func(i int) { g.wrongToken(now, netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})) }
	for i := range 2 * maxWrongTokenHosts {
		guess(i)
	}
	if got := len(g.wrong); got > maxWrongTokenHosts {
		t.Errorf("%d addresses are remembered", got)
	}
	now = now.Add(wrongTokenWindow)
	guess(1 << 20)
	if got := len(g.wrong); got != 1 {
		t.Errorf("%d addresses are remembered after the window, want 1", got)
	}
}

func TestGateHasTheLimitsOfItsConfig(t *testing.T) {
	g := newGate(Limits{Sockets: 3, PerAddress: 2})
	first, second := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for i, try := range []struct {
		addr netip.Addr
		want error
	}{{first, nil}, {first, nil}, {first, errTooManySockets}, {second, nil}, {second, errFull}} {
		if err := g.enter(try.addr); !errors.Is(err, try.want) {
			t.Errorf("socket %d: got %v, want %v", i, err, try.want)
		}
	}
}
