package udp

import (
	"errors"

	"golang.org/x/sys/unix"
)

// steer gives what matches to the socket that joined the port last. The system
// asks a program of ours (SO_ATTACH_REUSEPORT_CBPF, socket(7)) which of the port's
// sockets a datagram is for, by their order of joining.
func (s *Socket) steer(n int, match Match) (err error) {
	filter := steering(n, match)
	controlErr := s.raw.Control(func(fd uintptr) {
		err = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_REUSEPORT_CBPF,
			&unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]})
	})
	return errors.Join(controlErr, err)
}

// steering is a program that returns the number of a socket: the one behind all
// n others for what matches, else one of those by the sender's address and port,
// so that each sender has its own. It sees the UDP payload; the header of IP is
// found relative to SKF_NET_OFF.
func steering(n int, match Match) []unix.SockFilter {
	const (
		networkOffset = 0xFFF00000 // SKF_NET_OFF as the unsigned number it is in an instruction
		golden        = 0x9E3779B1 // spreads neighbouring ports

		loadByte = unix.BPF_LD | unix.BPF_B | unix.BPF_ABS
		loadHalf = unix.BPF_LD | unix.BPF_H | unix.BPF_ABS
		loadWord = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		ifEqual  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		skip     = unix.BPF_JMP | unix.BPF_JA
		and      = unix.BPF_ALU | unix.BPF_AND | unix.BPF_K
		mul      = unix.BPF_ALU | unix.BPF_MUL | unix.BPF_K
		shift    = unix.BPF_ALU | unix.BPF_RSH | unix.BPF_K
		mod      = unix.BPF_ALU | unix.BPF_MOD | unix.BPF_K
		xorKept  = unix.BPF_ALU | unix.BPF_XOR | unix.BPF_X
		keep     = unix.BPF_MISC | unix.BPF_TAX
		answer   = unix.BPF_RET | unix.BPF_K
		result   = unix.BPF_RET | unix.BPF_A
	)
	return []unix.SockFilter{
		{Code: loadHalf, K: 0}, // a shorter datagram ends here with 0
		{Code: and, K: uint32(match.Mask)},
		{Code: ifEqual, K: uint32(match.Want), Jf: 1},
		{Code: answer, K: uint32(n)},

		{Code: loadByte, K: networkOffset},
		{Code: and, K: 0xF0},
		{Code: ifEqual, K: 0x60, Jt: 4},
		{Code: loadWord, K: networkOffset + 12}, // IPv4: sender
		{Code: keep},
		{Code: loadHalf, K: networkOffset + 20}, // port, behind a header without options
		{Code: skip, K: 3},
		{Code: loadWord, K: networkOffset + 20}, // IPv6: the end of the sender's address
		{Code: keep},
		{Code: loadHalf, K: networkOffset + 40},

		{Code: xorKept},
		{Code: mul, K: golden},
		{Code: shift, K: 16},
		{Code: mod, K: uint32(n)},
		{Code: result},
	}
}
