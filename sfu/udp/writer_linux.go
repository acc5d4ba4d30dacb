package udp

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// One system call carries this many packets and less than a message more:
	// about 0.2 ms for which the thread cannot be used for anything else.
	chunkPackets  = 64
	chunkMessages = chunkPackets
	chunkVectors  = chunkPackets + maxSegments - 1
)

// writer sends a queue of packets with few system calls. A message is one
// packet, or several for one destination that the kernel takes apart; a chunk
// is the messages of one call. Each packet is sent once or lost. A message that
// was refused is lost, except one of several packets where that may be the
// reason: its packets get one more try, one a message.
type writer struct {
	socket *Socket
	plain  *plainWriter
	call   func(fd uintptr, messages []unix.Mmsghdr) (sent int, errno syscall.Errno)

	// sendAll, made once so that a flush does not allocate a closure.
	withDescriptor func(fd uintptr)

	queue []outgoing // what is still to be sent; the chunk is made from its front
	lost  int
	// single is how many packets from the front of the queue go one a message.
	// suspect says that this is for a reason that may concern every message of
	// several packets.
	single  int
	suspect bool

	// The chunk.
	count    int // of messages
	messages [chunkMessages]unix.Mmsghdr
	packets  [chunkMessages]int // in each message
	names    [chunkMessages]sockaddr
	controls [chunkMessages]control
	vectors  [chunkVectors]unix.Iovec // one a packet
}

func newWriter(s *Socket) *writer {
	w := &writer{socket: s, plain: newPlainWriter(s), call: sendmmsg}
	w.withDescriptor = w.sendAll
	for i := range w.messages {
		w.messages[i].Hdr.Name = (*byte)(unsafe.Pointer(&w.names[i]))
	}
	return w
}

// write sends the queue in order and returns how many packets were lost.
func (w *writer) write(queue []outgoing) (lost int) {
	if !w.socket.uses.sendmmsg.Load() {
		return w.plain.write(queue)
	}
	w.queue, w.lost, w.single, w.suspect = queue, 0, 0, false
	if w.socket.raw.Control(w.withDescriptor) != nil {
		w.lose(len(w.queue)) // closed
	}
	w.queue = nil
	return w.lost
}

func (w *writer) sendAll(fd uintptr) {
	for len(w.queue) > 0 {
		w.makeChunk()
		if w.count == 0 {
			w.sendPlain(1)
			continue
		}
		w.sendChunk(fd)
	}
}

// makeChunk makes messages of the packets at the front of the queue, up to one
// that add cannot take: none where that is the first.
func (w *writer) makeChunk() {
	w.count = 0
	gso := w.socket.uses.gso.Load()
	end := min(len(w.queue), chunkPackets)
	if w.suspect {
		end = min(end, w.single) // the others wait for what becomes of these
	}
	for taken := 0; taken < end; {
		rest, n := w.queue[taken:], 1
		if gso && taken >= w.single {
			n = segments(rest)
		}
		if !w.add(rest[:n], w.vectors[taken:taken+n]) {
			return
		}
		taken += n
	}
}

// add makes a message. It reports false for a destination that is not of the
// socket's family, or whose zone only the net package can find.
func (w *writer) add(packets []outgoing, vectors []unix.Iovec) (ok bool) {
	i := w.count
	nameSize, ok := setSockaddr(&w.names[i], w.socket.inet6, packets[0].to)
	if !ok {
		return false
	}
	h := &w.messages[i].Hdr
	h.Namelen = nameSize
	h.Iov = &vectors[0]
	h.SetIovlen(gather(packets, vectors))
	c, length := &w.controls[i], 0
	if len(packets) > 1 {
		length = c.setSegmentSize(len(packets[0].packet))
	}
	length = c.addSource(length, w.socket.inet6, packets[0].from)
	h.Control = nil
	h.SetControllen(length)
	if length > 0 {
		h.Control = (*byte)(unsafe.Pointer(c))
	}
	w.packets[i] = len(packets)
	w.count++
	return true
}

// gather says where the packets are, in a vector for each piece of memory: the
// kernel is quicker with one than with many.
func gather(packets []outgoing, vectors []unix.Iovec) (pieces int) {
	var end uintptr
	for i := range packets {
		p := packets[i].packet
		start := address(unsafe.SliceData(p))
		if i > 0 && start == end {
			vectors[pieces-1].SetLen(int(vectors[pieces-1].Len) + len(p))
		} else {
			vectors[pieces].Base = unsafe.SliceData(p)
			vectors[pieces].SetLen(len(p))
			pieces++
		}
		end = start + uintptr(len(p))
	}
	return pieces
}

// sendChunk sends the messages. sendmmsg stops at the one that is refused, and
// says why only when it is the first: so the next call begins with it.
func (w *writer) sendChunk(fd uintptr) {
	for done := 0; done < w.count; {
		sent, errno := w.call(fd, w.messages[done:w.count])
		n := w.packets[done]
		switch {
		case sent > 0:
			w.sentMessages(w.packets[done : done+sent])
			done += sent
		case errno == unix.EINTR:
		case errno == unix.ENOSYS:
			w.socket.uses.sendmmsg.Store(false)
			w.sendPlain(len(w.queue))
			return
		case n > 1 && refusesSegments(errno):
			// Too large a segment is the fault of the way to one destination.
			w.single, w.suspect = n, errno != unix.EMSGSIZE
			return
		default:
			w.suspect = false
			w.socket.countRefused(errno, n)
			w.lose(n)
			done++
		}
	}
}

// refusesSegments reports whether an error may be because the packets are
// several: EINVAL and EIO come from ways that cannot compute their checksums,
// EMSGSIZE where a segment does not fit the MTU, though a packet may go in
// fragments.
func refusesSegments(errno syscall.Errno) bool {
	switch errno {
	case unix.EINVAL, unix.EIO, unix.EMSGSIZE, unix.EOPNOTSUPP:
		return true
	default:
		return false
	}
}

// sentMessages takes messages of so many packets each off the queue.
func (w *writer) sentMessages(packets []int) {
	if w.suspect {
		// What was refused as one message goes as several: that is the reason.
		w.suspect = false
		w.socket.uses.gso.Store(false)
	}
	for _, n := range packets {
		w.drop(n)
	}
}

// sendPlain sends the next n packets without sendmmsg.
func (w *writer) sendPlain(n int) {
	w.lost += w.plain.write(w.queue[:n])
	w.drop(n)
}

// lose gives up the next n packets.
func (w *writer) lose(n int) {
	w.lost += n
	w.drop(n)
}

// drop takes n packets off the queue.
func (w *writer) drop(n int) {
	w.queue = w.queue[n:]
	w.single = max(w.single-n, 0)
}
