package udp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"
)

// feedback matches datagrams that begin with 8F CD, or AF CD.
var feedback = Match{Mask: 0xDFFF, Want: 0x8FCD}

// What matches comes to the Socket aside, whoever sent it; all else to the
// others, each sender's to one of them.
func TestListenAside(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0", "[::]:0"} {
		for _, n := range []int{1, 3} {
			t.Run(fmt.Sprint(addr, " ", n), func(t *testing.T) {
				sockets, aside, err := ListenAside(netip.MustParseAddrPort(addr), n, feedback)
				if err != nil || aside == nil || len(sockets) != n {
					t.Fatalf("got %d sockets, aside %v, %v", len(sockets), aside, err)
				}
				t.Cleanup(func() { _ = aside.Close() })
				var all []readyReader
				for _, s := range sockets {
					t.Cleanup(func() { _ = s.Close() })
					all = append(all, newReadSoon(s))
				}
				all = append(all, aside)
				to := sockets[0].LocalAddr()
				if to.Addr().IsUnspecified() {
					to = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), to.Port())
				}
				used := map[int]bool{}
				for range 64 {
					used[checkSteering(t, all, to)] = true
				}
				if len(used) != n {
					t.Errorf("%d of %d sockets were used", len(used), n)
				}
			})
		}
	}
}

// checkSteering sends from a new address and returns the socket it has.
func checkSteering(t *testing.T, all []readyReader, to netip.AddrPort) (home int) {
	t.Helper()
	client := listen(t, netip.AddrPortFrom(to.Addr(), 0).String())
	home = -1
	for _, datagram := range []struct {
		first  uint16
		length int
		aside  bool
	}{
		{0x8FCD, 100, true},
		{0x80C9, 100, false},
		{0xAFCD, 100, true},
		{0x81CD, 20, false},
		{0x9060, 1200, false},
		{0x8FCE, 2, false},
		{0x8FCD, 2, true},
	} {
		payload := make([]byte, datagram.length)
		binary.BigEndian.PutUint16(payload, datagram.first)
		send(t, client, string(payload), to)
		at := whereItCame(t, all, client.LocalAddr())
		if isAside := at == len(all)-1; isAside != datagram.aside {
			t.Fatalf("%x of %d bytes came to socket %d of %d", datagram.first, datagram.length, at, len(all))
		}
		if datagram.aside {
			continue
		}
		if home >= 0 && at != home {
			t.Fatalf("one sender has sockets %d and %d", home, at)
		}
		home = at
	}
	return home
}

// readyReader is an Aside, or a Socket that is looked at like one.
type readyReader interface {
	ReadReady(ms []Message) (int, error)
}

type readSoon struct{ *Socket }

func newReadSoon(s *Socket) readSoon { return readSoon{s} }

// ReadReady waits for no longer than a datagram may take on this computer.
func (s readSoon) ReadReady(ms []Message) (int, error) {
	_ = s.conn.SetReadDeadline(time.Now().Add(time.Millisecond))
	n, err := s.ReadBatch(ms)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return 0, nil
	}
	return n, err
}

func whereItCame(t *testing.T, all []readyReader, from netip.AddrPort) int {
	t.Helper()
	ms := messageRoom(4, 1501)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		for i, s := range all {
			n, err := s.ReadReady(ms)
			if err != nil {
				t.Fatal(err)
			}
			if n == 1 && ms[0].Addr == from {
				return i
			}
			if n > 0 {
				t.Fatalf("%d datagrams, the first from %v", n, ms[0].Addr)
			}
		}
	}
	t.Fatal("no datagram came")
	return 0
}

// Serve hands over every datagram, also those that come while it handles others.
func TestServe(t *testing.T) {
	for _, way := range []string{"joined", "apart", "plain"} {
		t.Run(way, func(t *testing.T) {
			b, server := pair(t, "127.0.0.1:0")
			switch way {
			case "apart":
				leaveGro(server)
			case "plain":
				server.readPlainly()
			}
			const rounds, burst = 200, 50
			numbers := make(chan uint32, rounds*burst)
			ended := make(chan error, 1)
			go func() {
				ms := messageRoom(20, 1501)
				ended <- server.Serve(ms, func(n int) {
					for _, m := range ms[:n] {
						numbers <- binary.BigEndian.Uint32(m.Buf[:m.N])
					}
				})
			}()
			for round := range rounds {
				for i := range burst {
					b.Queue(numbered(b, round*burst+i, 100+i%3), server.LocalAddr())
				}
				b.Flush()
				for i := range burst {
					select {
					case got := <-numbers:
						if want := uint32(round*burst + i); got != want {
							t.Fatalf("datagram %d came, want %d", got, want)
						}
					case <-time.After(patience):
						t.Fatalf("round %d: only %d came", round, i)
					}
				}
			}
			_ = server.Close()
			if err := <-ended; err == nil {
				t.Error("Serve ended without a reason")
			}
		})
	}
}

func TestAsideDoesNotWait(t *testing.T) {
	sockets, aside, err := ListenAside(netip.MustParseAddrPort("127.0.0.1:0"), 1, feedback)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sockets[0].Close() })
	if n, err := aside.ReadReady(messageRoom(1, 100)); n != 0 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	if _, err := aside.ReadReady(nil); !errors.Is(err, ErrNoBuffer) {
		t.Errorf("without memory: got %v", err)
	}
	for range 2 {
		if err := aside.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := aside.ReadReady(messageRoom(1, 100)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed: got %v", err)
	}
}

// What comes while nobody reads is lost, and told.
func TestAsideTellsWhatItLost(t *testing.T) {
	sockets, aside, err := ListenAside(netip.MustParseAddrPort("127.0.0.1:0"), 1, feedback)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sockets[0].Close() })
	client := listen(t, "127.0.0.1:0")
	payload := make([]byte, 1400)
	binary.BigEndian.PutUint16(payload, feedback.Want)
	for deadline := time.Now().Add(patience); aside.ReadDrops() == 0; {
		if time.Now().After(deadline) {
			t.Fatal("nothing was lost")
		}
		send(t, client, string(payload), sockets[0].LocalAddr())
	}
	lost := aside.ReadDrops()
	_ = aside.Close()
	if aside.ReadDrops() != lost {
		t.Errorf("%d were lost, then %d", lost, aside.ReadDrops())
	}
}
