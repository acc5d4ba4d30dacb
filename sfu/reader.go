package sfu

import (
	"errors"
	"net"
	"time"

	"takoshome/sfu/ice"
	"takoshome/sfu/udp"
)

const (
	// readBatchSize is how many datagrams one read brings at most: a keyframe's
	// packets, so that they go on together.
	readBatchSize = 64
	// sendBatchSize is how many packets are gathered at most before they are sent;
	// more than a read brings, so that a client's are not divided.
	sendBatchSize = 128
	// maxPacketSize is the largest packet taken in: what crosses an Ethernet
	// link without fragments. One byte more tells a cut-off packet.
	maxPacketSize = 1500
)

// reader is what a reader goroutine owns: memory for the packets that one read
// brought, and the batch in which all that it sends is gathered.
//
// Packets are forwarded when the whole read has been decrypted, each Producer's
// to one client after another: the packets for a client are then neighbours in
// the batch, which the system takes together.
type reader struct {
	out     *udp.Batch
	packets [readBatchSize]packet
	used    int     // packets that are to be forwarded
	bursts  []burst // these, by Producer
	repeat  packet  // one that is sent again
	scratch [maxPacketSize]byte
}

// burst is what a read brought of one Producer, in the order it came.
type burst struct {
	producer *Producer
	packets  []*packet
}

func newReader(socket *udp.Socket) *reader {
	return &reader{out: udp.NewBatch(socket, sendBatchSize)}
}

// read is a reader goroutine: every packet goes its whole way here.
func (s *WebRtcServer) read(socket *udp.Socket) {
	messages := newMessages()
	r := newReader(socket)
	err := socket.Serve(messages, func(n int) {
		now := time.Now()
		for i := range messages[:n] {
			s.demux(now, messages[i].Buf[:messages[i].N], udpTuple(&messages[i]), r)
		}
		r.flush()
	})
	if !errors.Is(err, net.ErrClosed) {
		s.log.Error("media socket broke", "error", err)
	}
}

func udpTuple(m *udp.Message) ice.Tuple { return ice.Tuple{AddrPort: m.Addr, Local: m.Local} }

// newMessages is room for what one read brings.
func newMessages() []udp.Message {
	messages := make([]udp.Message, readBatchSize)
	for i := range messages {
		messages[i].Buf = make([]byte, maxPacketSize+1)
	}
	return messages
}

// next is memory for a packet, the same until keep is called.
func (r *reader) next() *packet {
	if r.used == len(r.packets) {
		r.forward()
	}
	return &r.packets[r.used]
}

// keep holds the next packet, which lies in the memory it was read into, until
// it is forwarded.
func (r *reader) keep(p *packet) {
	r.used++
	producer := p.stream.producer
	for i := range r.bursts {
		if b := &r.bursts[i]; b.producer == producer {
			b.packets = append(b.packets, p)
			return
		}
	}
	if len(r.bursts) < cap(r.bursts) {
		r.bursts = r.bursts[:len(r.bursts)+1] // with the memory of a former burst
	} else {
		r.bursts = append(r.bursts, burst{})
	}
	b := &r.bursts[len(r.bursts)-1]
	b.producer = producer
	b.packets = append(b.packets[:0], p)
}

// forward gives what was kept to the clients.
func (r *reader) forward() {
	for i := range r.bursts {
		b := &r.bursts[i]
		b.producer.forward(b.packets, r.out)
		b.producer = nil // do not hold one that has ended
	}
	r.bursts = r.bursts[:0]
	r.used = 0
}

// flush forwards what was kept, and sends it with all else.
func (r *reader) flush() {
	r.forward()
	r.out.Flush()
}
