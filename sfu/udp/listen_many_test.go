package udp

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"
)

// received is a datagram and the socket that it came to.
type received struct {
	socket  int
	payload string
	from    netip.AddrPort
}

// listenMany opens sockets that are read until the test ends.
func listenMany(t *testing.T, addr string, n int) ([]*Socket, <-chan received) {
	t.Helper()
	sockets, err := ListenMany(netip.MustParseAddrPort(addr), n)
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan received, 10_000)
	ended := make(chan struct{})
	for i, s := range sockets {
		go func() {
			ms := []Message{{Buf: make([]byte, 100)}, {Buf: make([]byte, 100)}}
			for {
				n, err := s.ReadBatch(ms)
				if err != nil {
					ended <- struct{}{}
					return
				}
				for _, m := range ms[:n] {
					out <- received{i, string(m.Buf[:m.N]), m.Addr}
				}
			}
		}()
	}
	t.Cleanup(func() {
		for _, s := range sockets {
			_ = s.Close()
		}
		for range sockets {
			<-ended
		}
	})
	return sockets, out
}

func next(t *testing.T, ch <-chan received) received {
	t.Helper()
	select {
	case r := <-ch:
		return r
	case <-time.After(20 * time.Second):
		t.Fatal("no datagram came")
		return received{}
	}
}

func TestListenManyKeepsSendersApart(t *testing.T) {
	const n, senders, each = 4, 64, 5
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0", "[::]:0"} {
		t.Run(addr, func(t *testing.T) {
			sockets, ch := listenMany(t, addr, n)
			if want := n; runtime.GOOS == "linux" && len(sockets) != want {
				t.Fatalf("%d sockets, want %d", len(sockets), want)
			}
			local := sockets[0].LocalAddr()
			for _, s := range sockets {
				if s.LocalAddr() != local {
					t.Errorf("port %v, want %v", s.LocalAddr(), local)
				}
			}
			to := local
			if local.Addr().IsUnspecified() {
				to = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), local.Port())
			}
			used := map[int]bool{}
			for range senders {
				client := listen(t, netip.AddrPortFrom(to.Addr(), 0).String())
				var socket int
				for i := range each {
					send(t, client, fmt.Sprint(i), to)
					r := next(t, ch)
					if r.from != client.LocalAddr() || r.payload != fmt.Sprint(i) {
						t.Fatalf("got %+v", r)
					}
					if i > 0 && r.socket != socket {
						t.Fatalf("a sender's datagrams came to sockets %d and %d", socket, r.socket)
					}
					socket = r.socket
				}
				used[socket] = true
				for i, s := range sockets {
					send(t, s, "answer", client.LocalAddr())
					if m := receive(t, client); m.Addr != to {
						t.Errorf("answer of socket %d comes from %v, want %v", i, m.Addr, to)
					}
				}
			}
			// 64 senders miss one of 4 sockets once in a hundred million runs.
			if len(used) != len(sockets) {
				t.Errorf("only %d of %d sockets were used", len(used), len(sockets))
			}
		})
	}
}

func TestListenManyIsListenForOne(t *testing.T) {
	for _, n := range []int{-1, 0, 1} {
		sockets, _ := listenMany(t, "127.0.0.1:0", n)
		if len(sockets) != 1 {
			t.Errorf("ListenMany(%d): %d sockets, want 1", n, len(sockets))
		}
	}
}

// A port that is shared already, even by this program, counts as taken.
func TestListenManyRefusesATakenPort(t *testing.T) {
	shared, _ := listenMany(t, "127.0.0.1:0", 2)
	alone := listen(t, "127.0.0.1:0")
	for name, addr := range map[string]netip.AddrPort{
		"shared": shared[0].LocalAddr(), "not shared": alone.LocalAddr(), "no address": {},
	} {
		sockets, err := ListenMany(addr, 2)
		if err == nil {
			t.Errorf("%s: succeeded", name)
			for _, s := range sockets {
				_ = s.Close()
			}
		}
	}
}
