package udp

import (
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// readMessages is how many messages one system call reads at most.
	readMessages = 32
	// joinedSize holds the largest message: the kernel joins up to 64 KiB.
	joinedSize = 1 << 16
	// joinedStride spreads the beginnings of messages over the cache's sets.
	joinedStride = joinedSize + 1536
)

// reader reads many datagrams with one system call. With GRO a message may be
// many datagrams of one sender, all of the segment size but the last: it goes
// to memory of the reader's (2 MiB, most of it never touched) and is copied out
// datagram by datagram; what the caller has no room for is delivered first the
// next time.
type reader struct {
	socket *Socket
	plain  *plainReader

	// receive, made once so that a read does not allocate a closure.
	whenReadable func(fd uintptr) (done bool)

	want  int // messages to ask for
	errno syscall.Errno

	count  int            // messages that the last call read
	next   int            // the first message that is not wholly delivered
	offset int            // of its first datagram that is not delivered
	from   netip.AddrPort // of that message, once offset is beyond 0
	local  netip.Addr     // the same
	joined int            // the same: the size of its datagrams, 0 for a single one
	memory []byte         // nil without GRO

	messages [readMessages]unix.Mmsghdr
	names    [readMessages]sockaddr
	controls [readMessages]control
	vectors  [readMessages]unix.Iovec
}

func newReader(s *Socket) *reader {
	r := &reader{socket: s, plain: newPlainReader(s)}
	r.whenReadable = r.receive
	if s.uses.gro.Load() {
		r.memory = make([]byte, readMessages*joinedStride)
	}
	for i := range r.messages {
		h := &r.messages[i].Hdr
		h.Name = (*byte)(unsafe.Pointer(&r.names[i]))
		h.Iov = &r.vectors[i]
		h.SetIovlen(1)
	}
	return r
}

// read waits where nothing is left from the last time, and returns how many
// datagrams it delivered: none where all were too large.
func (r *reader) read(ms []Message) (n int, err error) {
	switch {
	case !r.socket.uses.recvmmsg.Load():
		return r.plain.read(ms)
	case r.next < r.count:
		return r.deliverJoined(ms), nil
	}
	r.prepare(ms)
	if err := r.socket.raw.Read(r.whenReadable); err != nil {
		return 0, err
	}
	switch r.errno {
	case 0:
		return r.deliverAny(ms), nil
	case unix.ENOSYS:
		r.socket.readPlainly()
		return 0, nil
	default:
		return 0, r.errno
	}
}

// serve is Serve until the Socket is closed or recvmmsg turns out to be missing.
// Who reads everything that there is need not ask for more before the next
// datagram comes: the poller tells of each that comes from then on, as long as
// one and the same Read waits for it.
func (s *Socket) serve(ms []Message, handle func(n int)) (err error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.reader == nil {
		s.reader = newReader(s)
	}
	r := s.reader
	for failures := 0; failures < maxConsecutiveReadErrors; failures++ {
		err = s.raw.Read(func(fd uintptr) (done bool) {
			for {
				if r.next == r.count {
					r.prepare(ms)
					if !r.receive(fd) {
						return false
					}
					if r.errno != 0 {
						return true
					}
				}
				failures = 0
				if n := r.deliverAny(ms); n > 0 {
					handle(n)
				}
				if r.next == r.count && r.count < r.want {
					return false // there was no more
				}
				if s.closing.Load() {
					return true // Close waits for this Read
				}
			}
		})
		switch {
		case err != nil:
			return err
		case r.errno == 0:
			continue // it is closed, which the next Read tells
		case r.errno == unix.ENOSYS:
			s.readPlainly()
			return nil
		}
		err = r.errno
		s.readErrors.Add(1)
	}
	return err
}

func (r *reader) deliverAny(ms []Message) (n int) {
	if r.memory != nil {
		return r.deliverJoined(ms)
	}
	return r.deliver(ms)
}

// prepare says where messages are to go: without GRO, right into ms.
func (r *reader) prepare(ms []Message) {
	r.count, r.next, r.offset = 0, 0, 0
	r.want = min(len(ms), readMessages)
	tells := r.socket.tells.Load()
	for i := range r.want {
		h := &r.messages[i].Hdr
		h.Namelen = unix.SizeofSockaddrInet6
		h.Control = nil
		h.SetControllen(0)
		if tells || r.memory != nil {
			h.Control = (*byte)(unsafe.Pointer(&r.controls[i]))
			h.SetControllen(controlSize)
		}
		if r.memory == nil {
			r.vectors[i].Base = unsafe.SliceData(ms[i].Buf)
			r.vectors[i].SetLen(len(ms[i].Buf))
			continue
		}
		r.vectors[i].Base = &r.memory[i*joinedStride]
		r.vectors[i].SetLen(joinedSize)
	}
}

// receive reports done unless it must be called again when there is something
// to read.
func (r *reader) receive(fd uintptr) (done bool) {
	for {
		r.count, r.errno = recvmmsg(fd, r.messages[:r.want])
		switch r.errno {
		case unix.EAGAIN:
			r.count = 0
			return false
		case unix.EINTR:
		default:
			return true
		}
	}
}

// deliver completes what the kernel has written into ms, and closes the gaps
// that datagrams leave which are not delivered.
func (r *reader) deliver(ms []Message) (n int) {
	for i := range r.count {
		size := int(r.messages[i].Len)
		from, ok := addrPortOf(&r.names[i])
		if !ok || size >= len(ms[i].Buf) {
			r.socket.oversized.Add(1)
			continue
		}
		ms[n].Buf, ms[i].Buf = ms[i].Buf, ms[n].Buf
		_, local := r.controls[i].received(int(r.messages[i].Hdr.Controllen))
		ms[n].N, ms[n].Addr, ms[n].Local = size, from, local
		n++
	}
	r.next = r.count
	return n
}

// deliverJoined copies datagrams out of the reader's memory.
func (r *reader) deliverJoined(ms []Message) (n int) {
	for r.next < r.count && n < len(ms) {
		if r.copyNext(&ms[n]) {
			n++
		}
	}
	return n
}

// copyNext takes the next datagram, and reports false where it is too large.
func (r *reader) copyNext(m *Message) (ok bool) {
	message := &r.messages[r.next]
	if r.offset == 0 {
		r.from, _ = addrPortOf(&r.names[r.next])
		r.joined, r.local = r.controls[r.next].received(int(message.Hdr.Controllen))
	}
	rest := r.memory[r.next*joinedStride:][r.offset:message.Len]
	size := len(rest)
	if r.joined > 0 {
		size = min(size, r.joined)
	}
	if r.offset += size; size == len(rest) {
		r.next, r.offset = r.next+1, 0
	}
	if size >= len(m.Buf) || !r.from.IsValid() {
		r.socket.oversized.Add(1)
		return false
	}
	m.N, m.Addr, m.Local = copy(m.Buf, rest[:size]), r.from, r.local
	return true
}
