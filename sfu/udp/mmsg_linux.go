package udp

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendmmsg and recvmmsg never wait, so they are called without telling the
// scheduler, which costs more than a datagram's share of the call. The calling
// thread keeps its place meanwhile: what one call carries is bounded.

func sendmmsg(fd uintptr, messages []unix.Mmsghdr) (sent int, errno syscall.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SENDMMSG, fd,
		uintptr(unsafe.Pointer(unsafe.SliceData(messages))), uintptr(len(messages)),
		unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

func recvmmsg(fd uintptr, messages []unix.Mmsghdr) (received int, errno syscall.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, fd,
		uintptr(unsafe.Pointer(unsafe.SliceData(messages))), uintptr(len(messages)),
		unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

// control is room for one control message of up to four bytes, of the form
//
//	+-------------+-------+------+----------------------+
//	| length      | level | type | segment size         |
//	+-------------+-------+------+----------------------+
//	  a word        int     int    uint16 to the kernel, int from it
//
// aligned as the kernel wants it (cmsg(3)).
type control [3]uint64

const (
	sendControlSize    = 2 // UDP_SEGMENT takes a uint16
	receiveControlSize = 4 // UDP_GRO gives an int
)

func (c *control) header() *unix.Cmsghdr {
	return (*unix.Cmsghdr)(unsafe.Pointer(c))
}

func (c *control) data() unsafe.Pointer {
	return unsafe.Add(unsafe.Pointer(c), unix.CmsgLen(0))
}

// setSegmentSize makes c the order to take a message apart.
func (c *control) setSegmentSize(size int) {
	h := c.header()
	h.Level, h.Type = unix.SOL_UDP, unix.UDP_SEGMENT
	h.SetLen(unix.CmsgLen(sendControlSize))
	*(*uint16)(c.data()) = uint16(size)
}

// segmentSize is that of the datagrams that the kernel has joined, or 0.
// length is how much of c the kernel has filled.
func (c *control) segmentSize(length int) int {
	h := c.header()
	if length < unix.CmsgLen(receiveControlSize) || h.Level != unix.SOL_UDP || h.Type != unix.UDP_GRO {
		return 0
	}
	return int(*(*int32)(c.data()))
}
