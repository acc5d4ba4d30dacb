package loadtest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	canShare = true // one socket can be many addresses of loopback

	readMessages = 64
	plainSize    = 2048    // of a read without GRO
	joinedSize   = 1 << 16 // and with
	sendMessages = 64
	rcvBufBytes  = 32 << 20
	sndBufBytes  = 8 << 20
	pollInterval = time.Millisecond
	// controlBytes are for IP_PKTINFO, SO_TIMESTAMPNS and UDP_GRO.
	controlBytes = 128
)

// hub is one UDP socket and all transports that live on it. Where the host is
// on this computer, each of them has an address of loopback's of its own on the
// same socket: a thousand sockets would cost the tester, and on loopback the host
// too, far more than what is to be measured.
//
// A shared socket is looked at once in pollInterval, and nobody waits for it:
// waking who waits is charged to the sender, which on a network is another
// machine's work.
type hub struct {
	conn   *net.UDPConn // nil where it is shared
	raw    syscall.RawConn
	fd     int           // where it is shared
	closed chan struct{} // where it is shared
	inet6  bool
	shared bool
	port   uint16

	messages []unix.Mmsghdr
	vectors  []unix.Iovec
	names    []unix.RawSockaddrInet6
	controls [][controlBytes]byte
	memory   []byte
	stride   int
}

// openHub opens a socket for one family.
func openHub(inet6, shared, gro bool) (*hub, error) {
	if shared {
		return openShared(gro)
	}
	network := "udp4"
	if inet6 {
		network = "udp6"
	}
	conn, err := net.ListenUDP(network, nil)
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	h := &hub{conn: conn, raw: raw, inet6: inet6}
	if local, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		h.port = uint16(local.Port)
	}
	var setErr error
	err = raw.Control(func(fd uintptr) { setErr = h.setOptions(int(fd), gro) })
	if err = errors.Join(err, setErr); err != nil {
		return nil, errors.Join(fmt.Errorf("set socket options: %w", err), conn.Close())
	}
	h.prepare(gro)
	return h, nil
}

// openShared opens a socket that the runtime's poller does not know of.
func openShared(gro bool) (*hub, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", os.NewSyscallError("socket", err))
	}
	h := &hub{fd: fd, shared: true, closed: make(chan struct{})}
	err = os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrInet4{}))
	if err == nil {
		err = h.setOptions(fd, gro)
	}
	local, nameErr := unix.Getsockname(fd)
	if err = errors.Join(err, nameErr); err != nil {
		return nil, errors.Join(fmt.Errorf("open a socket: %w", err), unix.Close(fd))
	}
	if local, ok := local.(*unix.SockaddrInet4); ok {
		h.port = uint16(local.Port)
	}
	h.prepare(gro)
	return h, nil
}

func (h *hub) setOptions(fd int, gro bool) error {
	// Whoever may exceeds the system's limit: a burst for many arrives at once.
	for option, size := range map[int]int{unix.SO_RCVBUF: rcvBufBytes, unix.SO_SNDBUF: sndBufBytes} {
		force := unix.SO_RCVBUFFORCE
		if option == unix.SO_SNDBUF {
			force = unix.SO_SNDBUFFORCE
		}
		if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, size) != nil {
			_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, size)
		}
	}
	// The time of arrival is the kernel's, so that the tester's own queue is no
	// part of the delay.
	err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	if h.shared {
		err = errors.Join(err, unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_PKTINFO, 1))
	}
	if gro {
		err = errors.Join(err, unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_GRO, 1))
	}
	return err
}

func (h *hub) prepare(gro bool) {
	h.stride = plainSize
	if gro {
		h.stride = joinedSize
	}
	h.messages = make([]unix.Mmsghdr, readMessages)
	h.vectors = make([]unix.Iovec, readMessages)
	h.names = make([]unix.RawSockaddrInet6, readMessages)
	h.controls = make([][controlBytes]byte, readMessages)
	h.memory = make([]byte, readMessages*h.stride)
	for i := range h.messages {
		h.vectors[i].Base = &h.memory[i*h.stride]
		h.vectors[i].SetLen(h.stride)
		header := &h.messages[i].Hdr
		header.Name = (*byte)(unsafe.Pointer(&h.names[i]))
		header.Iov = &h.vectors[i]
		header.SetIovlen(1)
		header.Control = &h.controls[i][0]
	}
}

// read waits for datagrams and hands each on, with the address of ours that it
// came to and the time it did. It returns after one system call.
func (h *hub) read(deliver func(to netip.Addr, from netip.AddrPort, packet []byte, atNs int64)) error {
	for i := range h.messages {
		h.messages[i].Hdr.Namelen = unix.SizeofSockaddrInet6
		h.messages[i].Hdr.SetControllen(controlBytes)
	}
	count, err := h.receive()
	if err != nil || count == 0 {
		return err
	}
	nowNs := time.Now().UnixNano()
	for i := range count {
		h.deliver(i, nowNs, deliver)
	}
	return nil
}

// receive waits, and returns 0 where it is to be called again.
func (h *hub) receive() (count int, err error) {
	var errno syscall.Errno
	if h.shared {
		if count, errno = h.recvmmsg(uintptr(h.fd)); errno == unix.EAGAIN {
			return 0, h.rest()
		}
	} else if err = h.raw.Read(func(fd uintptr) bool {
		count, errno = h.recvmmsg(fd)
		return errno != unix.EAGAIN
	}); err != nil {
		return 0, err
	}
	switch errno {
	case 0:
		return count, nil
	case unix.EINTR, unix.ECONNREFUSED:
		return 0, nil
	default:
		return 0, os.NewSyscallError("recvmmsg", errno)
	}
}

func (h *hub) recvmmsg(fd uintptr) (int, syscall.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, fd,
		uintptr(unsafe.Pointer(unsafe.SliceData(h.messages))), uintptr(len(h.messages)), unix.MSG_DONTWAIT, 0, 0)
	return int(n), errno
}

// rest waits until the socket is to be looked at again.
func (h *hub) rest() error {
	select {
	case <-h.closed:
		return net.ErrClosed
	case <-time.After(pollInterval):
		return nil
	}
}

func (h *hub) deliver(i int, atNs int64, deliver func(netip.Addr, netip.AddrPort, []byte, int64)) {
	header := &h.messages[i].Hdr
	to, segment := netip.Addr{}, 0
	control := h.controls[i][:min(int(header.Controllen), controlBytes)]
	for len(control) >= unix.SizeofCmsghdr {
		c := (*unix.Cmsghdr)(unsafe.Pointer(unsafe.SliceData(control)))
		size := int(c.Len)
		if size < unix.SizeofCmsghdr || size > len(control) {
			break
		}
		data := control[unix.CmsgLen(0):size]
		switch {
		case c.Level == unix.IPPROTO_IP && c.Type == unix.IP_PKTINFO && len(data) >= unix.SizeofInet4Pktinfo:
			to = netip.AddrFrom4([4]byte(data[8:12])) // ipi_addr, where it came to
		case c.Level == unix.SOL_SOCKET && c.Type == unix.SO_TIMESTAMPNS && len(data) >= 16:
			atNs = int64(binary.NativeEndian.Uint64(data))*1_000_000_000 + int64(binary.NativeEndian.Uint64(data[8:]))
		case c.Level == unix.SOL_UDP && c.Type == unix.UDP_GRO && len(data) >= 4:
			segment = int(binary.NativeEndian.Uint32(data))
		}
		control = control[min((size+unix.SizeofPtr-1)&^(unix.SizeofPtr-1), len(control)):]
	}
	packet := h.memory[i*h.stride:][:h.messages[i].Len]
	if segment == 0 {
		segment = len(packet)
	}
	for len(packet) > 0 {
		n := min(segment, len(packet))
		deliver(to, addrPortOf(&h.names[i]), packet[:n:n], atNs)
		packet = packet[n:]
	}
}

func addrPortOf(name *unix.RawSockaddrInet6) netip.AddrPort {
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&name.Port))[:])
	if name.Family == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(name)).Addr), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(name.Addr).Unmap(), port)
}

// sender sends from one address of a hub. It belongs to one goroutine at a time.
type sender struct {
	hub      *hub
	name     unix.RawSockaddrInet6
	nameSize uint32
	control  [64]byte // IP_PKTINFO: the address to send from
	messages []unix.Mmsghdr
	vectors  []unix.Iovec
}

// newSender sends from the given address, which is the zero Addr on a hub of one.
func (h *hub) newSender(from netip.Addr, to netip.AddrPort) *sender {
	s := &sender{hub: h}
	s.setRemote(to)
	if h.shared && from.IsValid() {
		c := (*unix.Cmsghdr)(unsafe.Pointer(&s.control[0]))
		c.Level, c.Type = unix.IPPROTO_IP, unix.IP_PKTINFO
		c.SetLen(unix.CmsgLen(unix.SizeofInet4Pktinfo))
		addr := from.As4()
		copy(s.control[unix.CmsgLen(0)+4:], addr[:]) // ipi_spec_dst
	}
	return s
}

func (s *sender) setRemote(to netip.AddrPort) {
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&s.name.Port))[:], to.Port())
	if s.hub.inet6 {
		s.name.Family, s.name.Addr = unix.AF_INET6, to.Addr().As16()
		s.nameSize = unix.SizeofSockaddrInet6
		return
	}
	s.name.Family = unix.AF_INET
	(*unix.RawSockaddrInet4)(unsafe.Pointer(&s.name)).Addr = to.Addr().As4()
	s.nameSize = unix.SizeofSockaddrInet4
}

// send sends packets in order, each as one datagram. What the system does not
// take is lost, as on any network.
func (s *sender) send(packets ...[]byte) {
	for len(packets) > 0 {
		n := min(len(packets), sendMessages)
		s.sendSome(packets[:n])
		packets = packets[n:]
	}
}

func (s *sender) sendSome(packets [][]byte) {
	if len(s.messages) < len(packets) {
		s.messages = make([]unix.Mmsghdr, len(packets))
		s.vectors = make([]unix.Iovec, len(packets))
	}
	for i, p := range packets {
		s.vectors[i].Base = unsafe.SliceData(p)
		s.vectors[i].SetLen(len(p))
		header := &s.messages[i].Hdr
		header.Name = (*byte)(unsafe.Pointer(&s.name))
		header.Namelen = s.nameSize
		header.Iov = &s.vectors[i]
		header.SetIovlen(1)
		if s.hub.shared {
			header.Control = &s.control[0]
			header.SetControllen(unix.CmsgSpace(unix.SizeofInet4Pktinfo))
		}
	}
	if rest := s.messages[:len(packets)]; s.hub.shared {
		sendmmsg(uintptr(s.hub.fd), rest)
	} else {
		// Closed already: then it is lost too.
		_ = s.hub.raw.Control(func(fd uintptr) { sendmmsg(fd, rest) })
	}
}

// sendmmsg leaves out what the system refuses.
func sendmmsg(fd uintptr, messages []unix.Mmsghdr) {
	for len(messages) > 0 {
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, fd,
			uintptr(unsafe.Pointer(unsafe.SliceData(messages))), uintptr(len(messages)), unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
		case unix.EINTR:
			n = 0
		default:
			n = 1
		}
		messages = messages[n:]
	}
}

// close ends reading; a shared socket is closed by release.
func (h *hub) close() error {
	if h.shared {
		close(h.closed)
		return nil
	}
	return h.conn.Close()
}

// release is called when nobody reads or writes any more.
func (h *hub) release() error {
	if !h.shared {
		return nil
	}
	return os.NewSyscallError("close", unix.Close(h.fd))
}
