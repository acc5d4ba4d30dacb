package udp

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestBatchSendsInOrder(t *testing.T) {
	const slots, packets = 4, 11
	server, client := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	b := NewBatch(client, slots)
	for i := range packets {
		slot := b.Slot()
		n := copy(slot, fmt.Sprintf("packet %d", i))
		b.Queue(slot[:n], server.LocalAddr())
		if got, want := b.Len(), (i+1)%slots; got != want {
			t.Fatalf("queued after packet %d: got %d, want %d", i, got, want)
		}
	}
	b.Flush()
	b.Flush()
	for i := range packets {
		m := receive(t, server)
		if got, want := string(m.Buf[:m.N]), fmt.Sprintf("packet %d", i); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if b.Errors != 0 {
		t.Errorf("errors: got %d", b.Errors)
	}
}

func TestBatchSlots(t *testing.T) {
	b := NewBatch(listen(t, "127.0.0.1:0"), 0)
	if got := b.Slot(); len(got) != SlotSize || cap(got) != SlotSize {
		t.Errorf("slot of %d bytes, capacity %d, want %d", len(got), cap(got), SlotSize)
	}

	b = NewBatch(listen(t, "127.0.0.1:0"), 2)
	first := b.Slot()
	if unused := b.Slot(); &unused[0] != &first[0] {
		t.Error("a slot that was not queued is not handed out again")
	}
	b.Queue(first[:1], b.socket.LocalAddr())
	if second := b.Slot(); &second[0] == &first[0] {
		t.Error("a queued slot was handed out again before Flush")
	}
	b.Flush()
	if again := b.Slot(); &again[0] != &first[0] {
		t.Error("Flush did not free the slots")
	}
}

func TestBatchReserve(t *testing.T) {
	server, client := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	b := NewBatch(client, 8)
	for _, step := range []struct{ reserve, before, after int }{{7, 0, 0}, {4, 3, 3}, {5, 3, 0}, {1, 6, 6}, {1, 7, 0}} {
		for b.Len() < step.before {
			b.Queue(b.Slot()[:10], server.LocalAddr())
		}
		b.Reserve(step.reserve)
		if got := b.Len(); got != step.after {
			t.Errorf("with %d queued, Reserve(%d) leaves %d, want %d", step.before, step.reserve, got, step.after)
		}
	}
}

// A packet may begin anywhere in its slot, or lie elsewhere: nothing is
// overwritten before it is sent.
func TestBatchTakesPacketsFromAnywhere(t *testing.T) {
	server, client := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	b := NewBatch(client, 8)
	b.Queue(append(b.Slot()[:0], "aaaa"...), server.LocalAddr())
	b.Queue(append(b.Slot()[:10], "bbbb"...)[10:], server.LocalAddr())
	b.Queue([]byte("cccc"), server.LocalAddr())
	b.Queue(nil, server.LocalAddr())
	b.Queue(append(b.Slot()[:SlotSize-4], "dddd"...)[SlotSize-4:], server.LocalAddr())
	b.Queue(append(b.Slot()[:0], "eeee"...), server.LocalAddr())
	b.Flush()
	for _, want := range []string{"aaaa", "bbbb", "cccc", "", "dddd", "eeee"} {
		if m := receive(t, server); string(m.Buf[:m.N]) != want {
			t.Errorf("got %q, want %q", m.Buf[:m.N], want)
		}
	}
}

// A batch has room for its slots whatever their packets' sizes.
func TestBatchSlotsAreLargeToTheLast(t *testing.T) {
	server, client := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	b := NewBatch(client, 5)
	for range 15 {
		slot := b.Slot()
		if len(slot) != SlotSize {
			t.Fatalf("slot of %d bytes", len(slot))
		}
		b.Queue(slot, server.LocalAddr())
	}
	if b.Len() != 0 || b.Errors != 0 {
		t.Errorf("%d queued, %d errors", b.Len(), b.Errors)
	}
}

func TestBatchSendsToManyDestinations(t *testing.T) {
	client := listen(t, "[::]:0")
	servers := []*Socket{listen(t, "127.0.0.1:0"), listen(t, "[::1]:0"), listen(t, "127.0.0.1:0")}
	b := NewBatch(client, 8)
	for i, s := range servers {
		b.Queue(append(b.Slot()[:0], byte(i)), s.LocalAddr())
	}
	b.Flush()
	for i, s := range servers {
		if m := receive(t, s); m.N != 1 || m.Buf[0] != byte(i) {
			t.Errorf("server %d received %v", i, m.Buf[:m.N])
		}
	}
}

func TestBatchCountsErrorsAndGoesOn(t *testing.T) {
	server, client := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	b := NewBatch(client, 8)
	b.Queue(b.Slot()[:10], netip.MustParseAddrPort("[::1]:9"))
	b.Queue(make([]byte, 70_000), server.LocalAddr())
	b.Queue(append(b.Slot()[:0], "good"...), server.LocalAddr())
	b.Flush()
	if m := receive(t, server); string(m.Buf[:m.N]) != "good" {
		t.Errorf("received %q", m.Buf[:m.N])
	}
	if b.Errors != 2 || client.SendErrors() != 2 {
		t.Errorf("errors: batch %d, socket %d, want 2", b.Errors, client.SendErrors())
	}
}

func TestBatchDoesNotAllocate(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(addr, func(t *testing.T) {
			server, client := listen(t, addr), listen(t, addr)
			b := NewBatch(client, 4)
			allocs := testing.AllocsPerRun(100, func() {
				for range 6 {
					b.Queue(b.Slot()[:1200], server.LocalAddr())
				}
				b.Flush()
			})
			if allocs != 0 {
				t.Errorf("got %v allocations, want 0", allocs)
			}
			if b.Errors != 0 {
				t.Errorf("errors: got %d", b.Errors)
			}
		})
	}
}

func BenchmarkBatch(b *testing.B) {
	server, client := listen(b, "127.0.0.1:0"), listen(b, "127.0.0.1:0")
	batch := NewBatch(client, 32)
	b.ReportAllocs()
	for b.Loop() {
		batch.Queue(batch.Slot()[:1130], server.LocalAddr())
	}
	batch.Flush()
}
