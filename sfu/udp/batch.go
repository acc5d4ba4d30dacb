package udp

import (
	"net/netip"
	"unsafe"
)

// SlotSize is the room of one outgoing packet: an Ethernet frame's payload
// (1,500 bytes) and some more for what encryption appends.
const SlotSize = 1600

// Batch gathers packets and sends them together. The sender takes a Slot,
// writes a packet into it, queues it for a destination, and flushes when the
// input at hand is used up, so that gathering never waits for more. Packets for
// one destination cost least when they are queued one after another. Not safe
// for concurrent use: one Batch a goroutine.
type Batch struct {
	// Errors counts this batch's packets that the system refused to send. A
	// refused packet is lost, as one dropped on the way would be.
	Errors uint64

	socket *Socket
	writer *writer
	memory []byte // packets lie one right behind the other: the system copies a run in one piece
	used   int    // bytes of memory
	queue  []outgoing
}

// outgoing is a packet on its way; the addresses are unmapped.
type outgoing struct {
	packet []byte
	from   netip.Addr // not valid: as the system likes
	to     netip.AddrPort
}

// NewBatch makes a batch of the given number of slots, at least one.
func NewBatch(s *Socket, slots int) *Batch {
	slots = max(slots, 1)
	return &Batch{
		socket: s,
		writer: newWriter(s),
		memory: make([]byte, slots*SlotSize),
		queue:  make([]outgoing, 0, slots),
	}
}

// Slot is free memory of SlotSize bytes (length and capacity) for the next
// packet, right behind the one before. Until Queue is called it is always the same slot, so one that was
// not used needs no giving back.
func (b *Batch) Slot() []byte {
	return b.memory[b.used : b.used+SlotSize : b.used+SlotSize]
}

// Queue adds a packet, which lies in the last Slot (or in memory of the
// caller's that stays as it is until Flush), and sends all when every slot
// is used.
func (b *Batch) Queue(packet []byte, to netip.AddrPort) {
	b.QueueFrom(packet, netip.Addr{}, to)
}

// QueueFrom is Queue with the sender's address, one of the machine's, where it is
// valid and the system can do that.
func (b *Batch) QueueFrom(packet []byte, from netip.Addr, to netip.AddrPort) {
	b.queue = append(b.queue, outgoing{packet: packet, from: from, to: unmap(to)})
	slot := unsafe.SliceData(b.memory[b.used:])
	if offset := address(unsafe.SliceData(packet)) - address(slot); offset < SlotSize {
		b.used += int(offset) + len(packet)
	}
	if len(b.queue) == cap(b.queue) {
		b.Flush()
	}
}

// Reserve makes sure that n packets, fewer than there are slots, can be queued
// with nothing sent meanwhile.
func (b *Batch) Reserve(n int) {
	if len(b.queue)+n >= cap(b.queue) {
		b.Flush()
	}
}

// Len is the number of packets queued and not yet sent.
func (b *Batch) Len() int {
	return len(b.queue)
}

// Flush sends what is queued, in order, and frees the slots. Each packet is
// tried once and none is waited for.
func (b *Batch) Flush() {
	if len(b.queue) == 0 {
		return
	}
	if lost := uint64(b.writer.write(b.queue)); lost > 0 {
		b.Errors += lost
		b.socket.sendErrors.Add(lost)
	}
	clear(b.queue)
	b.queue = b.queue[:0]
	b.used = 0
}

// address is for comparing places in memory, not for going there.
func address(p *byte) uintptr {
	return uintptr(unsafe.Pointer(p))
}
