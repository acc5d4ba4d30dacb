package udp

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// control is room for control messages (cmsg(3)), each a header of length, level
// and type, and a few bytes, aligned as the kernel wants it:
//
//	UDP_SEGMENT or UDP_GRO      uint16 to the kernel, int from it
//	IP_PKTINFO or IPV6_PKTINFO  an address of this machine's
type control [8]uint64

const (
	controlSize        = 64
	sendControlSize    = 2 // UDP_SEGMENT takes a uint16
	receiveControlSize = 4 // UDP_GRO gives an int
)

func (c *control) header(offset int) *unix.Cmsghdr {
	return (*unix.Cmsghdr)(unsafe.Add(unsafe.Pointer(c), offset))
}

func (c *control) data(offset int) unsafe.Pointer {
	return unsafe.Add(unsafe.Pointer(c), offset+unix.CmsgLen(0))
}

func (c *control) bytes(size int) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(c)), size)
}

// put begins a message, and returns where it has its data and where it ends.
func (c *control) put(offset int, level, kind int32, size int) (data unsafe.Pointer, end int) {
	h := c.header(offset)
	h.Level, h.Type = level, kind
	h.SetLen(unix.CmsgLen(size))
	return c.data(offset), offset + unix.CmsgSpace(size)
}

// setSegmentSize makes c the order to take a message apart.
func (c *control) setSegmentSize(size int) (length int) {
	data, length := c.put(0, unix.SOL_UDP, unix.UDP_SEGMENT, sendControlSize)
	*(*uint16)(data) = uint16(size)
	return length
}

// setSource makes c the order to send from an address, nothing for one that is not
// valid or of the other family.
func (c *control) setSource(inet6 bool, from netip.Addr) (length int) {
	return c.addSource(0, inet6, from)
}

// addSource is setSource behind what is there. Which interface packets leave by
// stays the system's choice.
func (c *control) addSource(offset int, inet6 bool, from netip.Addr) (length int) {
	switch {
	case !from.IsValid():
		return offset
	case inet6:
		data, end := c.put(offset, unix.IPPROTO_IPV6, unix.IPV6_PKTINFO, unix.SizeofInet6Pktinfo)
		*(*unix.Inet6Pktinfo)(data) = unix.Inet6Pktinfo{Addr: from.As16()}
		return end
	case from.Is4():
		data, end := c.put(offset, unix.IPPROTO_IP, unix.IP_PKTINFO, unix.SizeofInet4Pktinfo)
		*(*unix.Inet4Pktinfo)(data) = unix.Inet4Pktinfo{Spec_dst: from.As4()}
		return end
	default:
		return offset
	}
}

// received is what the kernel says of a message: the size of the datagrams that
// it has joined, or 0, and the address that they came to, where it tells that.
// length is how much of c it has filled.
func (c *control) received(length int) (segment int, local netip.Addr) {
	for offset := 0; offset+unix.CmsgLen(0) <= min(length, controlSize); {
		h := c.header(offset)
		size := int(h.Len) - unix.CmsgLen(0)
		if size < 0 || offset+int(h.Len) > controlSize {
			break
		}
		switch data := c.data(offset); {
		case h.Level == unix.SOL_UDP && h.Type == unix.UDP_GRO && size >= receiveControlSize:
			segment = int(*(*int32)(data))
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO && size >= unix.SizeofInet4Pktinfo:
			local = netip.AddrFrom4((*unix.Inet4Pktinfo)(data).Addr)
		case h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_PKTINFO && size >= unix.SizeofInet6Pktinfo:
			local = netip.AddrFrom16((*unix.Inet6Pktinfo)(data).Addr).Unmap()
		}
		offset += unix.CmsgSpace(size)
	}
	return segment, local
}

// TellLocal makes Messages say which of the machine's addresses they came to, from
// now on. A machine with several answers by the one that it likes best, which may
// not be the one that was asked; where there is only one, it costs for nothing.
func (s *Socket) TellLocal() {
	_ = s.raw.Control(func(fd uintptr) { s.tells.Store(tellLocal(int(fd), s.inet6)) })
}

func tellLocal(fd int, inet6 bool) (ok bool) {
	if inet6 {
		return unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1) == nil
	}
	return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_PKTINFO, 1) == nil
}

// TellLocal is as Socket.TellLocal.
func (a *Aside) TellLocal() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.closed {
		a.reader.socket.tells.Store(tellLocal(a.fd, a.inet6))
	}
}
