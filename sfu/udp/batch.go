package udp

import "net/netip"

// SlotSize is the room of one outgoing packet: an Ethernet frame's payload
// (1,500 bytes) and some more for what encryption appends.
const SlotSize = 1600

// Batch gathers packets and sends them together. The sender takes a Slot,
// writes a packet into it, queues it for a destination, and flushes when the
// input at hand is used up, so that gathering never waits for more. Not safe
// for concurrent use: one Batch a goroutine.
type Batch struct {
	// Errors counts this batch's packets that the system refused to send. A
	// refused packet is lost, as one dropped on the way would be.
	Errors uint64

	socket *Socket
	sender *sender
	memory []byte
	queue  []outgoing
}

type outgoing struct {
	packet []byte
	to     netip.AddrPort
}

// NewBatch makes a batch of the given number of slots, at least one.
func NewBatch(s *Socket, slots int) *Batch {
	slots = max(slots, 1)
	return &Batch{
		socket: s,
		sender: newSender(s),
		memory: make([]byte, slots*SlotSize),
		queue:  make([]outgoing, 0, slots),
	}
}

// Slot is free memory of SlotSize bytes (length and capacity) for the next
// packet. Until Queue is called it is always the same slot, so one that was
// not used needs no giving back.
func (b *Batch) Slot() []byte {
	start := len(b.queue) * SlotSize
	return b.memory[start : start+SlotSize : start+SlotSize]
}

// Queue adds a packet, which lies in the last Slot (or in memory of the
// caller's that stays as it is until Flush), and sends all when every slot
// is used.
func (b *Batch) Queue(packet []byte, to netip.AddrPort) {
	b.queue = append(b.queue, outgoing{packet: packet, to: to})
	if len(b.queue) == cap(b.queue) {
		b.Flush()
	}
}

// Len is the number of packets queued and not yet sent.
func (b *Batch) Len() int {
	return len(b.queue)
}

// Flush sends what is queued, in order, and frees the slots. Each packet is
// tried once.
func (b *Batch) Flush() {
	for i := range b.queue {
		out := &b.queue[i]
		if err := b.sender.send(out.packet, unmap(out.to)); err != nil {
			b.Errors++
			b.socket.sendErrors.Add(1)
		}
		out.packet = nil
	}
	b.queue = b.queue[:0]
}
