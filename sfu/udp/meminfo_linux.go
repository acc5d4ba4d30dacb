package udp

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// drops asks the kernel how many datagrams it dropped for want of room.
func (s *Socket) drops() (n uint64) {
	_ = s.raw.Control(func(fd uintptr) { n = dropsOf(fd) })
	return n
}

func dropsOf(fd uintptr) uint64 {
	var info [unix.SK_MEMINFO_VARS]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return 0
	}
	return uint64(info[unix.SK_MEMINFO_DROPS])
}
