package udp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"
)

// patience is far beyond what anything here takes.
const patience = 20 * time.Second

// pair is a Batch and the socket that it sends to, on systems that join and
// take apart.
func pair(t *testing.T, addr string) (*Batch, *Socket) {
	t.Helper()
	server, client := listen(t, addr), listen(t, addr)
	for _, s := range []*Socket{server, client} {
		if got, all := s.Features(), (Features{true, true, true, true}); got != all {
			t.Fatalf("this kernel has %v, want Linux 5.0 or newer with %v", got, all)
		}
		_ = s.conn.SetReadDeadline(time.Now().Add(patience))
	}
	return NewBatch(client, 100), server
}

// numbered is a packet that says what it is.
func numbered(b *Batch, number, size int) []byte {
	slot := b.Slot()[:size]
	for i := range slot {
		slot[i] = byte(number)
	}
	binary.BigEndian.PutUint32(slot, uint32(number))
	return slot
}

func TestReadBatchTakesJoinedDatagramsApart(t *testing.T) {
	tests := []struct {
		name  string
		sizes []int
	}{
		{"equal", []int{1200, 1200, 1200, 1200}},
		{"a shorter end", []int{1200, 1200, 1200, 50}},
		{"several runs", []int{1000, 1000, 999, 999, 1200, 1200, 4, 700, 700, 700}},
	}
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		for _, tt := range tests {
			t.Run(addr+"/"+tt.name, func(t *testing.T) {
				b, server := pair(t, addr)
				for i, size := range tt.sizes {
					b.Queue(numbered(b, i, size), server.LocalAddr())
				}
				b.Flush()
				ms := messageRoom(100, 1501)
				n, err := server.ReadBatch(ms)
				if err != nil || n != len(tt.sizes) {
					t.Fatalf("read %d, %v, want %d in one call", n, err, len(tt.sizes))
				}
				for i, m := range ms[:n] {
					checkNumbered(t, m, i, tt.sizes[i], b.socket.LocalAddr())
				}
			})
		}
	}
}

// GSO and GRO serve IPv4 on sockets of both families too.
func TestBatchJoinsIPv4OnASocketOfBothFamilies(t *testing.T) {
	b, server := pair(t, "[::]:0")
	to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), server.LocalAddr().Port())
	from := netip.AddrPortFrom(to.Addr(), b.socket.LocalAddr().Port())
	const packets = 20
	for i := range packets {
		b.Queue(numbered(b, i, 1200), to)
	}
	b.Flush()
	ms := messageRoom(100, 1501)
	n, err := server.ReadBatch(ms)
	if err != nil || n != packets || server.reader.count != 1 {
		t.Fatalf("read %d, %v in %d messages, want %d in one", n, err, server.reader.count, packets)
	}
	for i, m := range ms[:n] {
		checkNumbered(t, m, i, 1200, from)
	}
}

// What the caller has no room for comes with the next calls.
func TestReadBatchKeepsWhatIsLeft(t *testing.T) {
	const packets = 90
	for _, room := range []int{1, 3, 7, 64, 100} {
		t.Run(fmt.Sprint(room), func(t *testing.T) {
			b, server := pair(t, "127.0.0.1:0")
			for i := range packets {
				b.Queue(numbered(b, i, 600), server.LocalAddr())
			}
			b.Flush()
			ms := messageRoom(room, 1501)
			for next := 0; next < packets; {
				n, err := server.ReadBatch(ms)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range ms[:n] {
					checkNumbered(t, m, next, 600, b.socket.LocalAddr())
					next++
				}
			}
		})
	}
}

func TestReadBatchReadsManySenders(t *testing.T) {
	for _, gro := range []bool{true, false} {
		t.Run(fmt.Sprintf("GRO %v", gro), func(t *testing.T) {
			server := listen(t, "[::]:0")
			if !gro {
				leaveGro(server)
			}
			_ = server.conn.SetReadDeadline(time.Now().Add(patience))
			port := server.LocalAddr().Port()
			want := map[netip.AddrPort]byte{}
			for i := range 20 {
				addr := []string{"127.0.0.1", "::1"}[i%2]
				client := listen(t, net.JoinHostPort(addr, "0"))
				send(t, client, string([]byte{byte(i)}), netip.AddrPortFrom(netip.MustParseAddr(addr), port))
				want[client.LocalAddr()] = byte(i)
			}
			ms := messageRoom(32, 1501)
			n, err := server.ReadBatch(ms)
			if err != nil || n != len(want) {
				t.Fatalf("read %d, %v, want %d in one call", n, err, len(want))
			}
			for _, m := range ms[:n] {
				if i, ok := want[m.Addr]; !ok || m.N != 1 || m.Buf[0] != i {
					t.Errorf("%v from %v, want %d", m.Buf[:m.N], m.Addr, i)
				}
			}
		})
	}
}

// Among datagrams that fit, those too large leave no gap.
func TestReadBatchSkipsOversized(t *testing.T) {
	for _, gro := range []bool{true, false} {
		t.Run(fmt.Sprintf("GRO %v", gro), func(t *testing.T) {
			b, server := pair(t, "127.0.0.1:0")
			if !gro {
				leaveGro(server)
			}
			for i := range 12 {
				b.Queue(numbered(b, i, []int{100, 1500, 1500, 99}[i%4]), server.LocalAddr())
			}
			b.Flush()
			ms := messageRoom(32, 101)
			n, err := server.ReadBatch(ms)
			if err != nil || n != 6 || server.Oversized() != 6 {
				t.Fatalf("read %d, %v, %d too large; want 6 and 6", n, err, server.Oversized())
			}
			for k, m := range ms[:n] {
				i := k/2*4 + k%2*3
				checkNumbered(t, m, i, []int{100, 99}[k%2], b.socket.LocalAddr())
			}
		})
	}
}

// An empty datagram between joined ones is one as well.
func TestReadBatchReportsEmptyDatagrams(t *testing.T) {
	b, server := pair(t, "127.0.0.1:0")
	sizes := []int{0, 500, 500, 0, 0}
	for _, size := range sizes {
		b.Queue(b.Slot()[:size], server.LocalAddr())
	}
	b.Flush()
	ms := messageRoom(32, 1501)
	n, err := server.ReadBatch(ms)
	if err != nil || n != len(sizes) {
		t.Fatalf("read %d, %v", n, err)
	}
	for i, size := range sizes {
		if ms[i].N != size {
			t.Errorf("datagram %d of %d bytes, want %d", i, ms[i].N, size)
		}
	}
}

// Several goroutines may read: each datagram goes to one of them, and Close
// ends all.
func TestReadBatchFromManyGoroutines(t *testing.T) {
	const packets = 90
	b, server := pair(t, "127.0.0.1:0")
	got := make(chan int)
	ended := make(chan struct{})
	const readers = 4
	for range readers {
		go func() {
			ms := messageRoom(8, 1501)
			for {
				n, err := server.ReadBatch(ms)
				if err != nil {
					ended <- struct{}{}
					return
				}
				for _, m := range ms[:n] {
					got <- int(binary.BigEndian.Uint32(m.Buf))
				}
			}
		}()
	}
	for i := range packets {
		b.Queue(numbered(b, i, 600), server.LocalAddr())
	}
	b.Flush()
	seen := map[int]bool{}
	for range packets {
		seen[<-got] = true
	}
	if len(seen) != packets {
		t.Errorf("%d packets arrived, want %d", len(seen), packets)
	}
	_ = server.Close()
	for range readers {
		<-ended
	}
}

func TestBatchesDoNotAllocate(t *testing.T) {
	for _, gro := range []bool{true, false} {
		t.Run(fmt.Sprintf("GRO %v", gro), func(t *testing.T) {
			b, server := pair(t, "127.0.0.1:0")
			if !gro {
				leaveGro(server)
			}
			ms := messageRoom(32, 1501)
			allocs := testing.AllocsPerRun(100, func() {
				for i := range 20 {
					b.Queue(b.Slot()[:1000+i/10], server.LocalAddr())
				}
				b.Flush()
				for read := 0; read < 20; {
					n, err := server.ReadBatch(ms)
					if err != nil {
						t.Fatal(err)
					}
					read += n
				}
			})
			if allocs != 0 || b.Errors != 0 {
				t.Errorf("%v allocations, %d errors", allocs, b.Errors)
			}
		})
	}
}

func TestFeatures(t *testing.T) {
	for want, f := range map[string]Features{
		"one datagram a call":       {},
		"recvmmsg GRO sendmmsg GSO": {true, true, true, true},
		"recvmmsg sendmmsg":         {Recvmmsg: true, Sendmmsg: true},
	} {
		if got := f.String(); got != want {
			t.Errorf("%+v: got %q, want %q", f, got, want)
		}
	}
	if got, want := (Features{true, true, false, true}).And(Features{true, false, true, true}), (Features{Recvmmsg: true, Gso: true}); got != want {
		t.Errorf("both have %v, want %v", got, want)
	}
	s := listen(t, "127.0.0.1:0")
	s.readPlainly()
	if f := s.Features(); f.Recvmmsg || f.Gro {
		t.Errorf("got %v after a read without recvmmsg", f)
	}
}

func TestReadDropsAreCounted(t *testing.T) {
	b, server := pair(t, "127.0.0.1:0")
	if err := server.conn.SetReadBuffer(1); err != nil {
		t.Fatal(err)
	}
	const packets = 50
	for i := range packets {
		b.Queue(b.Slot()[:100+i], server.LocalAddr())
	}
	b.Flush()
	n, err := server.ReadBatch(messageRoom(packets, 1501))
	if got, want := server.ReadDrops(), uint64(packets-n); err != nil || got != want || got == 0 {
		t.Errorf("got %d, want %d after a read of %d, %v", got, want, n, err)
	}
	_ = server.Close()
	if got := server.ReadDrops(); got != 0 {
		t.Errorf("got %d after Close", got)
	}
}

func checkNumbered(t *testing.T, m Message, number, size int, from netip.AddrPort) {
	t.Helper()
	want := bytes.Repeat([]byte{byte(number)}, size)
	binary.BigEndian.PutUint32(want, uint32(number))
	if m.Addr != from || !bytes.Equal(m.Buf[:m.N], want) {
		t.Errorf("got %d bytes with %v from %v, want %d with %d from %v", m.N, m.Buf[:min(4, m.N)], m.Addr, size, number, from)
	}
}

func messageRoom(n, size int) []Message {
	ms := make([]Message, n)
	for i := range ms {
		ms[i].Buf = make([]byte, size)
	}
	return ms
}
