package udp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
)

const (
	// A video keyframe for many viewers is sent in one burst, and a burst
	// arrives while the reader is busy: the systems' default of about 200 KiB
	// holds less than 10 ms of a busy server.
	wantedBufferBytes  = 4 << 20
	minimumBufferBytes = 256 << 10

	// No datagram from the network can make an unconnected socket fail again
	// and again; so many failures in a row mean that the socket is broken.
	maxConsecutiveReadErrors = 64
)

// Message is one datagram: Buf[:N] came from Addr.
type Message struct {
	// Buf is the reader's memory. A datagram that fills it to the last byte
	// may be cut off and is never delivered, so give a byte more than the
	// largest packet worth reading.
	Buf []byte
	// N is the datagram's length.
	N int
	// Addr is the sender, always unmapped: an IPv4 sender is an IPv4 address,
	// also on a socket that serves both families.
	Addr netip.AddrPort
	// Local is the machine's address that it came to, unmapped; not valid unless
	// the Socket tells it.
	Local netip.Addr
}

// Socket is one UDP port.
type Socket struct {
	conn      *net.UDPConn
	raw       syscall.RawConn
	localAddr netip.AddrPort
	inet6     bool // the system's socket is of the IPv6 family
	uses      features
	// tells that Messages have Local.
	tells atomic.Bool

	closing atomic.Bool // Close was called: a reader with no end of datagrams must look

	reading sync.Mutex // protects reader, and is held while a read waits
	reader  *reader    // nil before the first read

	senders sync.Pool // of *sender, for WriteTo

	sendErrors atomic.Uint64
	sendsFull  atomic.Uint64
	readErrors atomic.Uint64
	oversized  atomic.Uint64
}

// Listen opens the UDP port of addr; port 0 picks a free one. The unspecified
// IPv6 address serves IPv6 and IPv4 where the system can, every other address
// its own family alone. Socket buffers are made as large as the system allows.
func Listen(addr netip.AddrPort) (*Socket, error) {
	if !addr.IsValid() {
		return nil, fmt.Errorf("listen udp: %w", ErrInvalidAddress)
	}
	addr = unmap(addr)
	conn, err := net.ListenUDP(network(addr.Addr()), net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, fmt.Errorf("listen udp: %w", err)
	}
	return newSocket(conn, addr.Addr().Is6())
}

// newSocket owns the connection, and closes it where it fails.
func newSocket(conn *net.UDPConn, inet6 bool) (*Socket, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("listen udp: %w", err)
	}
	enlarge(conn.SetReadBuffer)
	enlarge(conn.SetWriteBuffer)

	s := &Socket{conn: conn, raw: raw, localAddr: localAddr(conn), inet6: inet6}
	s.senders.New = func() any { return newSender(s) }
	s.enable()
	return s, nil
}

// LocalAddr is the address the socket is bound to, with the port the system
// picked where Listen was asked for port 0.
func (s *Socket) LocalAddr() netip.AddrPort {
	return s.localAddr
}

// ReadBatch waits for at least one datagram and fills ms from its start, with
// no wait for more; n says how many were filled. What Bufs the Messages have may
// be exchanged among them. It returns an error that wraps
// net.ErrClosed after Close, and another only when the socket itself is broken:
// what a single datagram does wrong is counted and skipped. Calls of several
// goroutines take turns.
func (s *Socket) ReadBatch(ms []Message) (n int, err error) {
	if !haveBuffers(ms) {
		return 0, ErrNoBuffer
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.reader == nil {
		s.reader = newReader(s)
	}
	for failures := 0; failures < maxConsecutiveReadErrors; {
		n, err = s.reader.read(ms)
		switch {
		case n > 0:
			return n, nil
		case err == nil:
			failures = 0
		case errors.Is(err, net.ErrClosed):
			return 0, fmt.Errorf("read udp: %w", err)
		default:
			s.readErrors.Add(1)
			failures++
		}
	}
	return 0, fmt.Errorf("read udp: %w", err)
}

// Serve reads until the Socket is closed: each time that datagrams have come, it
// fills ms from its start and calls handle with their number. It costs a system
// call less than ReadBatch in a loop. handle must not close the Socket. The error
// is as ReadBatch's.
func (s *Socket) Serve(ms []Message, handle func(n int)) error {
	if !haveBuffers(ms) {
		return ErrNoBuffer
	}
	for s.uses.recvmmsg.Load() {
		if err := s.serve(ms, handle); err != nil {
			return fmt.Errorf("read udp: %w", err)
		}
	}
	for {
		n, err := s.ReadBatch(ms)
		if err != nil {
			return err
		}
		handle(n)
	}
}

func haveBuffers(ms []Message) bool {
	for i := range ms {
		if len(ms[i].Buf) == 0 {
			return false
		}
	}
	return len(ms) > 0
}

// WriteTo sends p as one datagram. It does not wait: what the system has no
// room for is refused, as the network might drop it.
func (s *Socket) WriteTo(p []byte, to netip.AddrPort) error {
	return s.WriteFrom(p, netip.Addr{}, to)
}

// WriteFrom is WriteTo with the sender's address, one of the machine's, where it
// is valid and the system can do that.
func (s *Socket) WriteFrom(p []byte, from netip.Addr, to netip.AddrPort) error {
	out, _ := s.senders.Get().(*sender)
	defer s.senders.Put(out)
	if err := out.send(p, from, unmap(to)); err != nil {
		s.sendErrors.Add(1)
		s.countRefused(err, 1)
		return fmt.Errorf("write udp: %w", err)
	}
	return nil
}

// SendErrors counts the datagrams that the system refused to send, through
// WriteTo and every Batch.
func (s *Socket) SendErrors() uint64 {
	return s.sendErrors.Load()
}

// SendsFull counts those of SendErrors that the system had no room for.
func (s *Socket) SendsFull() uint64 {
	return s.sendsFull.Load()
}

// countRefused tells a full buffer from other reasons to refuse n datagrams.
func (s *Socket) countRefused(err error, n int) {
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ENOBUFS) {
		s.sendsFull.Add(uint64(n))
	}
}

// ReadErrors counts failed reads that were skipped.
func (s *Socket) ReadErrors() uint64 {
	return s.readErrors.Load()
}

// Oversized counts datagrams that did not fit into the buffer given to
// ReadBatch and were dropped.
func (s *Socket) Oversized() uint64 {
	return s.oversized.Load()
}

// ReadDrops counts the datagrams that came while the receive buffer was full, as
// far as the system tells: on Linux while the Socket is open, elsewhere it is 0.
// What was dropped for a bad checksum is among them.
func (s *Socket) ReadDrops() uint64 {
	return s.drops()
}

// Close frees the port and ends a waiting ReadBatch. Closing again does nothing.
func (s *Socket) Close() error {
	s.closing.Store(true)
	if err := s.conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("close udp: %w", err)
	}
	return nil
}

func localAddr(conn *net.UDPConn) netip.AddrPort {
	addr, ok := conn.LocalAddr().(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	return unmap(addr.AddrPort())
}

// network is the family to open for an unmapped address.
func network(addr netip.Addr) string {
	switch {
	case addr.Is4():
		return "udp4"
	case addr.IsUnspecified():
		return "udp"
	default:
		return "udp6"
	}
}

// unmap turns ::ffff:a.b.c.d into a.b.c.d, so that one peer has one address
// however the socket came to know it.
func unmap(addr netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
}

// enlarge asks for a large buffer and for half of it where the system refuses;
// Linux takes any figure and gives what net.core.rmem_max allows.
func enlarge(set func(bytes int) error) {
	for size := wantedBufferBytes; size >= minimumBufferBytes; size /= 2 {
		if set(size) == nil {
			return
		}
	}
}
