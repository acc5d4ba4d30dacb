package udp

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernel stands in for sendmmsg: it takes messages apart as the real one does,
// and refuses what it is told to.
type kernel struct {
	t     *testing.T
	calls int
	// refuse is asked for each message of so many packets; 0 lets it through.
	refuse func(to netip.AddrPort, packets int) syscall.Errno
	// atMost is asked how many messages a call carries out.
	atMost func(messages int) int
	sent   map[netip.AddrPort][]uint32
	sizes  []int // packets in each message that was sent
}

// newFaultyBatch is a Batch on a kernel of the test's.
func newFaultyBatch(t *testing.T, slots int) (*Batch, *kernel) {
	t.Helper()
	k := &kernel{
		t:      t,
		refuse: func(netip.AddrPort, int) syscall.Errno { return 0 },
		atMost: func(messages int) int { return messages },
		sent:   map[netip.AddrPort][]uint32{},
	}
	s := listen(t, "[::]:0")
	s.uses.gso.Store(true)
	b := NewBatch(s, slots)
	b.writer.call = k.send
	return b, k
}

func (k *kernel) send(_ uintptr, messages []unix.Mmsghdr) (sent int, errno syscall.Errno) {
	k.calls++
	for i := range messages[:k.atMost(len(messages))] {
		to, packets := k.takeApart(&messages[i].Hdr)
		if errno := k.refuse(to, len(packets)); errno != 0 {
			if sent > 0 {
				return sent, 0
			}
			return 0, errno
		}
		for _, p := range packets {
			k.sent[to] = append(k.sent[to], binary.BigEndian.Uint32(p))
		}
		k.sizes = append(k.sizes, len(packets))
		sent++
	}
	if sent == 0 {
		return 0, unix.EINTR
	}
	return sent, 0
}

func (k *kernel) takeApart(h *unix.Msghdr) (to netip.AddrPort, packets [][]byte) {
	k.t.Helper()
	to, ok := addrPortOf((*sockaddr)(unsafe.Pointer(h.Name)))
	if !ok || h.Namelen != unix.SizeofSockaddrInet6 {
		k.t.Errorf("destination %v of %d bytes", to, h.Namelen)
	}
	var all []byte
	for _, v := range unsafe.Slice(h.Iov, h.Iovlen) {
		all = append(all, unsafe.Slice(v.Base, v.Len)...)
	}
	if len(all) > maxSegmentedBytes {
		k.t.Errorf("a message of %d bytes", len(all))
	}
	if h.Controllen == 0 {
		return to, [][]byte{all}
	}
	c := (*control)(unsafe.Pointer(h.Control))
	if c.header(0).Level != unix.SOL_UDP || c.header(0).Type != unix.UDP_SEGMENT {
		k.t.Errorf("control message %+v", c.header(0))
	}
	packets = slices.Collect(slices.Chunk(all, int(*(*uint16)(c.data(0)))))
	if len(packets) > maxSegments {
		k.t.Errorf("a message of %d segments", len(packets))
	}
	return to, packets
}

// queue adds a numbered packet.
func queue(b *Batch, number, size int, to netip.AddrPort) {
	slot := b.Slot()[:size]
	binary.BigEndian.PutUint32(slot, uint32(number))
	b.Queue(slot, to)
}

func destination(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 5000)
}

func TestBatchUsesFewCalls(t *testing.T) {
	tests := []struct {
		name                string
		destinations, burst int
		gso                 bool
		calls, messages     int
	}{
		{"one packet", 1, 1, true, 1, 1},
		{"a packet each", 50, 1, true, 1, 50},
		{"more than a chunk", 100, 1, true, 2, 100},
		{"a frame", 1, 10, true, 1, 1},
		{"a frame each", 50, 10, true, 8, 50}, // of 7 messages in a chunk
		{"a frame each without GSO", 10, 10, false, 2, 100},
		{"more than a message", 1, 100, true, 1, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, k := newFaultyBatch(t, 1000)
			b.socket.uses.gso.Store(tt.gso)
			for i := range tt.destinations {
				for n := range tt.burst {
					queue(b, n, 1200, destination(i))
				}
			}
			b.Flush()
			if k.calls != tt.calls || len(k.sizes) != tt.messages {
				t.Errorf("got %d calls with %d messages, want %d with %d", k.calls, len(k.sizes), tt.calls, tt.messages)
			}
			if len(k.sent) != tt.destinations || len(k.sent[destination(0)]) != tt.burst || b.Errors != 0 {
				t.Errorf("packets: got %d for %d, %d errors", len(k.sent[destination(0)]), len(k.sent), b.Errors)
			}
		})
	}
}

func TestBatchOnFaultyKernels(t *testing.T) {
	tests := []struct {
		name   string
		refuse func(to netip.AddrPort, packets int) syscall.Errno
		want   []int  // packets that each of three destinations gets of 5
		full   uint64 // of the others, those there was no room for
		gso    bool   // still in use
		calls  int
	}{
		{
			"all is well", func(netip.AddrPort, int) syscall.Errno { return 0 },
			[]int{5, 5, 5},
			0, true, 1,
		},
		{
			"no room for one destination's",
			func(to netip.AddrPort, _ int) syscall.Errno { return either(to == destination(1), unix.EAGAIN) },
			[]int{5, 0, 5},
			5, true, 3,
		},
		{
			"no room at all", func(netip.AddrPort, int) syscall.Errno { return unix.EAGAIN },
			[]int{0, 0, 0},
			15, true, 3,
		},
		{
			"one cannot be reached",
			func(to netip.AddrPort, _ int) syscall.Errno { return either(to == destination(0), unix.ENETUNREACH) },
			[]int{0, 5, 5},
			0, true, 2,
		},
		{
			"no checksum offload",
			func(_ netip.AddrPort, packets int) syscall.Errno { return either(packets > 1, unix.EIO) },
			[]int{5, 5, 5},
			0, false, 3,
		},
		{
			"no checksums",
			func(_ netip.AddrPort, packets int) syscall.Errno { return either(packets > 1, unix.EINVAL) },
			[]int{5, 5, 5},
			0, false, 3,
		},
		{
			"a small MTU to one destination",
			func(to netip.AddrPort, packets int) syscall.Errno {
				return either(to == destination(1) && packets > 1, unix.EMSGSIZE)
			},
			[]int{5, 5, 5},
			0, true, 3,
		},
		{
			"a destination that is always refused",
			func(to netip.AddrPort, _ int) syscall.Errno { return either(to == destination(1), unix.EINVAL) },
			[]int{5, 0, 5},
			0, true, 8,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, k := newFaultyBatch(t, 100)
			k.refuse = tt.refuse
			for i := range 3 {
				for n := range 5 {
					queue(b, n, 1000, destination(i))
				}
			}
			b.Flush()
			var lost uint64
			for i, want := range tt.want {
				if got := k.sent[destination(i)]; !slices.Equal(got, []uint32{0, 1, 2, 3, 4}[:want]) {
					t.Errorf("destination %d got packets %v, want %d", i, got, want)
				}
				lost += uint64(5 - want)
			}
			if b.Errors != lost || b.socket.SendErrors() != lost || b.socket.SendsFull() != tt.full {
				t.Errorf("errors: batch %d, socket %d, no room %d; want %d and %d",
					b.Errors, b.socket.SendErrors(), b.socket.SendsFull(), lost, tt.full)
			}
			if got := b.socket.Features().Gso; got != tt.gso {
				t.Errorf("GSO in use: got %v, want %v", got, tt.gso)
			}
			if k.calls != tt.calls {
				t.Errorf("calls: got %d, want %d", k.calls, tt.calls)
			}
		})
	}
}

func either(is bool, errno syscall.Errno) syscall.Errno {
	if is {
		return errno
	}
	return 0
}

// Whatever the kernel does, a packet is sent once or counted as lost, and those
// for one destination stay in order.
func TestBatchOnRandomKernels(t *testing.T) {
	errnos := []syscall.Errno{unix.EAGAIN, unix.ENOBUFS, unix.EINVAL, unix.EIO, unix.EMSGSIZE, unix.EPERM, unix.EINTR, unix.ENETDOWN}
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 6))
			b, k := newFaultyBatch(t, 1+r.IntN(200))
			often, many := r.Float64()*r.Float64(), r.Float64()
			k.refuse = func(netip.AddrPort, int) syscall.Errno {
				return either(r.Float64() < often, errnos[r.IntN(len(errnos))])
			}
			k.atMost = func(messages int) int {
				if r.Float64() < many {
					return messages
				}
				return r.IntN(messages + 1)
			}
			const packets = 1000
			to, size := 0, 1000
			for n := range packets {
				if r.IntN(5) == 0 {
					to = r.IntN(8)
				}
				if r.IntN(5) == 0 {
					size = 4 + r.IntN(SlotSize-4)
				}
				queue(b, n, size, destination(to))
			}
			b.Flush()
			got := 0
			for to, numbers := range k.sent {
				got += len(numbers)
				if !slices.IsSorted(numbers) || len(slices.Compact(slices.Clone(numbers))) != len(numbers) {
					t.Fatalf("%v got %v", to, numbers)
				}
			}
			if got+int(b.Errors) != packets {
				t.Errorf("%d sent, %d lost, want %d together", got, b.Errors, packets)
			}
		})
	}
}

func TestBatchWithoutSendmmsg(t *testing.T) {
	server, client := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	b := NewBatch(client, 8)
	calls := 0
	b.writer.call = func(uintptr, []unix.Mmsghdr) (int, syscall.Errno) {
		calls++
		return 0, unix.ENOSYS
	}
	for range 2 {
		for i := range 3 {
			b.Queue(append(b.Slot()[:0], byte('a'+i)), server.LocalAddr())
		}
		b.Flush()
		for i := range 3 {
			if m := receive(t, server); m.N != 1 || m.Buf[0] != byte('a'+i) {
				t.Errorf("received %q", m.Buf[:m.N])
			}
		}
	}
	if got := client.Features(); got.Sendmmsg || calls != 1 || b.Errors != 0 {
		t.Errorf("%v after %d calls, %d errors", got, calls, b.Errors)
	}
}
