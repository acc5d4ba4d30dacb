package udp

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestSocketCarriesDatagrams(t *testing.T) {
	tests := []struct {
		name, listen, sender, seenAs string
	}{
		{"IPv4", "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1"},
		{"IPv6", "[::1]:0", "[::1]:0", "::1"},
		{"IPv4 on a socket of both families", "[::]:0", "127.0.0.1:0", "127.0.0.1"},
		{"IPv6 on a socket of both families", "[::]:0", "[::1]:0", "::1"},
		{"an IPv4 address in IPv6 spelling", "[::ffff:127.0.0.1]:0", "127.0.0.1:0", "127.0.0.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server, client := listen(t, tt.listen), listen(t, tt.sender)
			to := netip.AddrPortFrom(netip.MustParseAddr(tt.seenAs), server.LocalAddr().Port())

			send(t, client, "question", to)
			question := receive(t, server)
			if got, want := question.Addr, client.LocalAddr(); got != want {
				t.Errorf("sender: got %v, want %v", got, want)
			}
			if question.Addr.Addr().Is4In6() {
				t.Errorf("sender %v is mapped", question.Addr)
			}
			if got := string(question.Buf[:question.N]); got != "question" {
				t.Errorf("payload: got %q", got)
			}

			send(t, server, "answer", question.Addr)
			answer := receive(t, client)
			if got := string(answer.Buf[:answer.N]); got != "answer" {
				t.Errorf("payload: got %q", got)
			}
		})
	}
}

func TestSocketWritesToMappedAddress(t *testing.T) {
	server, client := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	mapped := netip.AddrPortFrom(netip.MustParseAddr("::ffff:127.0.0.1"), server.LocalAddr().Port())
	send(t, client, "x", mapped)
	receive(t, server)
}

func TestSocketWritesToScopedAddress(t *testing.T) {
	server, client := listen(t, "[::1]:0"), listen(t, "[::1]:0")
	scoped := netip.AddrPortFrom(netip.MustParseAddr("::1%1"), server.LocalAddr().Port())
	send(t, client, "x", scoped)
	receive(t, server)
}

func TestSocketDropsOversizedDatagrams(t *testing.T) {
	server, client := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	for range maxConsecutiveReadErrors + 1 {
		send(t, client, string(make([]byte, 200)), server.LocalAddr())
	}
	send(t, client, string(make([]byte, 100)), server.LocalAddr())
	send(t, client, "fits", server.LocalAddr())

	m := receive(t, server)
	if got := string(m.Buf[:m.N]); got != "fits" {
		t.Errorf("payload: got %d bytes, want those of the one that fits", m.N)
	}
	if got, want := server.Oversized(), uint64(maxConsecutiveReadErrors+2); got != want {
		t.Errorf("oversized: got %d, want %d", got, want)
	}
}

func TestSocketReportsAnEmptyDatagram(t *testing.T) {
	server, client := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	send(t, client, "", server.LocalAddr())
	if m := receive(t, server); m.N != 0 || m.Addr != client.LocalAddr() {
		t.Errorf("got %d bytes from %v", m.N, m.Addr)
	}
}

func TestReadBatchNeedsABuffer(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	for _, ms := range [][]Message{nil, {}, {{}}} {
		if _, err := s.ReadBatch(ms); !errors.Is(err, ErrNoBuffer) {
			t.Errorf("ReadBatch(%v): got %v, want ErrNoBuffer", ms, err)
		}
	}
}

func TestCloseEndsReadBatch(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	ended := make(chan error)
	go func() {
		_, err := s.ReadBatch([]Message{{Buf: make([]byte, 100)}})
		ended <- err
	}()
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("ReadBatch after Close: got %v, want net.ErrClosed", err)
	}
	if err := s.WriteTo([]byte("x"), s.LocalAddr()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("WriteTo after Close: got %v, want net.ErrClosed", err)
	}
	if got := s.SendErrors(); got != 1 {
		t.Errorf("send errors: got %d, want 1", got)
	}
}

func TestListenRefuses(t *testing.T) {
	taken := listen(t, "127.0.0.1:0")
	tests := []struct {
		name string
		addr netip.AddrPort
	}{
		{"no address", netip.AddrPort{}},
		{"a taken port", taken.LocalAddr()},
		{"an address of another machine", netip.MustParseAddrPort("203.0.113.1:0")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if s, err := Listen(tt.addr); err == nil {
				_ = s.Close()
				t.Errorf("Listen(%v) succeeded", tt.addr)
			}
		})
	}
	if _, err := Listen(netip.AddrPort{}); !errors.Is(err, ErrInvalidAddress) {
		t.Errorf("got %v, want ErrInvalidAddress", err)
	}
}

func TestWriteToRefusesUnreachableFamilies(t *testing.T) {
	tests := []struct{ name, listen, to string }{
		{"IPv6 from an IPv4 socket", "127.0.0.1:0", "[::1]:9"},
		{"no address", "127.0.0.1:0", ""},
		{"no address on IPv6", "[::1]:0", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := listen(t, tt.listen)
			var to netip.AddrPort
			if tt.to != "" {
				to = netip.MustParseAddrPort(tt.to)
			}
			if err := s.WriteTo([]byte("x"), to); err == nil {
				t.Errorf("WriteTo(%v) succeeded", to)
			}
			if got := s.SendErrors(); got != 1 {
				t.Errorf("send errors: got %d, want 1", got)
			}
		})
	}
}

func TestWriteToFromManyGoroutines(t *testing.T) {
	const writers, each = 8, 20
	server, client := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			p := bytes.Repeat([]byte{byte('a' + w)}, 50)
			for range each {
				if err := client.WriteTo(p, server.LocalAddr()); err != nil {
					t.Errorf("WriteTo: %v", err)
				}
			}
		})
	}
	wg.Wait()
	seen := map[byte]int{}
	for range writers * each {
		m := receive(t, server)
		if m.N != 50 || !bytes.Equal(m.Buf[:m.N], bytes.Repeat(m.Buf[:1], 50)) {
			t.Fatalf("mixed-up packet %q", m.Buf[:m.N])
		}
		seen[m.Buf[0]]++
	}
	if len(seen) != writers {
		t.Errorf("packets of %d writers arrived, want %d", len(seen), writers)
	}
}

func TestReadAndWriteDoNotAllocate(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(addr, func(t *testing.T) {
			server, client := listen(t, addr), listen(t, addr)
			packet := make([]byte, 1200)
			ms := []Message{{Buf: make([]byte, 1600)}}
			allocs := testing.AllocsPerRun(100, func() {
				if err := client.WriteTo(packet, server.LocalAddr()); err != nil {
					t.Fatal(err)
				}
				if _, err := server.ReadBatch(ms); err != nil {
					t.Fatal(err)
				}
			})
			if allocs != 0 {
				t.Errorf("got %v allocations a packet, want 0", allocs)
			}
		})
	}
}

func BenchmarkWriteTo(b *testing.B) {
	client := listen(b, "127.0.0.1:0")
	server := listen(b, "127.0.0.1:0")
	packet := make([]byte, 1130)
	b.ReportAllocs()
	for b.Loop() {
		if err := client.WriteTo(packet, server.LocalAddr()); err != nil {
			b.Fatal(err)
		}
	}
}

func listen(t testing.TB, addr string) *Socket {
	t.Helper()
	s, err := Listen(netip.MustParseAddrPort(addr))
	if err != nil {
		t.Fatalf("Listen(%s): %v", addr, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func send(t testing.TB, s *Socket, payload string, to netip.AddrPort) {
	t.Helper()
	if err := s.WriteTo([]byte(payload), to); err != nil {
		t.Fatalf("WriteTo(%v): %v", to, err)
	}
}

func receive(t testing.TB, s *Socket) Message {
	t.Helper()
	ms := []Message{{Buf: make([]byte, 100)}}
	n, err := s.ReadBatch(ms)
	if err != nil || n != 1 {
		t.Fatalf("ReadBatch: got %d, %v", n, err)
	}
	return ms[0]
}
