package pcp

import (
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEpoch(t *testing.T) {
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		ours   time.Duration
		theirs uint32 // after 1000
		want   bool
	}{
		{"together", time.Hour, 4600, false},
		{"a little late", time.Hour, 4500, false},
		{"from the beginning", time.Hour, 5, true},
		{"a second back", 0, 999, false},
		{"two seconds back", 0, 998, true},
		{"far ahead", time.Minute, 9000, true},
	}
	for _, test := range tests {
		var e Epoch
		if e.Saw(1000, start) {
			t.Fatal("the first count is no restart")
		}
		if got := e.Saw(test.theirs, start.Add(test.ours)); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

// Security check 45: rubbish, and answers from elsewhere, do not count, and the
// router's true answer after them does.
func TestSec45OnlyTheRouterAnswers(t *testing.T) {
	gateway, local := netip.MustParseAddr("127.45.1.1"), netip.MustParseAddr("127.45.1.2")
	router, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(gateway, Port)))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(local, 0)))
	if err != nil {
		t.Fatal(err)
	}
	request := Request{Nonce: Nonce{1}, Proto: UDP, Internal: 4000, Lifetime: time.Hour}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 100)
		n, from, err := router.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		good := append([]byte(nil), buffer[:n]...)
		good[1] |= 0x80
		copy(good[42:], []byte{0x20, 0})
		copy(good[56:60], []byte{203, 0, 113, 7})
		other := append([]byte(nil), good...)
		other[24]++ // another nonce
		_, _ = stranger.WriteToUDPAddrPort(good, from)
		for _, b := range [][]byte{{}, {2}, make([]byte, 1400), make([]byte, 61), other, good[:56], buffer[:n], good} {
			_, _ = router.WriteToUDPAddrPort(b, from)
		}
	}()
	t.Cleanup(func() { _ = router.Close(); _ = stranger.Close(); <-done })
	var ignored atomic.Int32
	c := NewClient(Config{Gateway: gateway, Local: local, Ignored: func(string, netip.AddrPort) { ignored.Add(1) }})
	got, err := c.Map(t.Context(), request)
	if err != nil || got.External != netip.MustParseAddrPort("203.0.113.7:8192") {
		t.Fatalf("got %+v, %v", got, err)
	}
	if ignored.Load() != 8 {
		t.Errorf("%d were ignored, want 8", ignored.Load())
	}
}

func FuzzAnswers(f *testing.F) {
	local := netip.MustParseAddr("192.0.2.1")
	answer := appendMap(nil, local, Request{Proto: UDP, Internal: 1, Lifetime: time.Hour})
	answer[1] |= isAnswer
	f.Add(answer)
	f.Add([]byte{0, 128, 0, 0, 0, 0, 0, 1, 192, 0, 2, 1})
	f.Add([]byte{0, 129, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 9})
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := parseMap(b); err == nil {
			if g, err := grant(a.result, a.external, a.lifetime, Request{Lifetime: time.Hour}); err == nil && (!g.External.IsValid() || g.Lifetime == 0) {
				t.Errorf("nothing was granted: %+v", g)
			}
		}
		_, _ = parseAddress(b)
		_, _ = parsePMPMap(b, TCP)
		_, _, _, _ = parseHeader(b, opcodeAnnounce)
		_ = isOldRouter(b)
	})
}
