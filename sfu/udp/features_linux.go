package udp

import "golang.org/x/sys/unix"

// enable switches on what the system has: GSO came with Linux 4.18, GRO for
// sockets with 5.0, the others are older than what Go runs on.
func (s *Socket) enable() {
	s.uses.recvmmsg.Store(true)
	s.uses.sendmmsg.Store(true)
	_ = s.raw.Control(func(fd uintptr) {
		_, err := unix.GetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT)
		s.uses.gso.Store(err == nil)
		err = unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_GRO, 1)
		s.uses.gro.Store(err == nil)
	})
}

// readPlainly is for a system without recvmmsg. Only that tells joined
// datagrams apart.
func (s *Socket) readPlainly() {
	_ = s.raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_GRO, 0)
	})
	s.uses.recvmmsg.Store(false)
	s.uses.gro.Store(false)
}
