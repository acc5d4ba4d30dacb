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
