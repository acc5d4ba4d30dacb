package udp

import (
	"errors"
	"fmt"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// steer gives what matches to the socket that joined the port last. The system
// asks a program of ours (SO_ATTACH_REUSEPORT_CBPF, socket(7)) which of the port's
// sockets a datagram is for, by their order of joining.
func (s *Socket) steer(n int, match Match) error {
	program, err := bpf.Assemble(steering(n, match))
	if err != nil {
		return fmt.Errorf("assemble: %w", err)
	}
	filter := make([]unix.SockFilter, len(program))
	for i, instruction := range program {
		filter[i] = unix.SockFilter{Code: instruction.Op, Jt: instruction.Jt, Jf: instruction.Jf, K: instruction.K}
	}
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
func steering(n int, match Match) []bpf.Instruction {
	const (
		networkOffset = 0xFFF00000 // SKF_NET_OFF as the unsigned number it is in an instruction
		golden        = 0x9E3779B1 // spreads neighbouring ports
	)
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: 0, Size: 2}, // a shorter datagram ends here with 0
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: uint32(match.Mask)},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(match.Want), SkipTrue: 1},
		bpf.RetConstant{Val: uint32(n)},

		bpf.LoadAbsolute{Off: networkOffset, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xF0},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0x60, SkipTrue: 4},
		bpf.LoadAbsolute{Off: networkOffset + 12, Size: 4}, // IPv4: sender
		bpf.TAX{},
		bpf.LoadAbsolute{Off: networkOffset + 20, Size: 2}, // port, behind a header without options
		bpf.Jump{Skip: 3},
		bpf.LoadAbsolute{Off: networkOffset + 20, Size: 4}, // IPv6: the end of the sender's address
		bpf.TAX{},
		bpf.LoadAbsolute{Off: networkOffset + 40, Size: 2},

		bpf.ALUOpX{Op: bpf.ALUOpXor},
		bpf.ALUOpConstant{Op: bpf.ALUOpMul, Val: golden},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 16},
		bpf.ALUOpConstant{Op: bpf.ALUOpMod, Val: uint32(n)},
		bpf.RetA{},
	}
}
