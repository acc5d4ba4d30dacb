package udp

import (
	"strings"
	"sync/atomic"
)

// Features are the system's calls that a Socket uses. What a system or an
// interface lacks is found out when the Socket is opened or at the first
// packet that is refused, and from then on left out; packets are then carried
// one a call.
type Features struct {
	// Recvmmsg reads many datagrams with one system call.
	Recvmmsg bool `json:"recvmmsg"`
	// Gro takes what the system has joined of a sender's neighbouring
	// datagrams in one piece (generic receive offload).
	Gro bool `json:"gro"`
	// Sendmmsg writes datagrams for many destinations with one system call.
	Sendmmsg bool `json:"sendmmsg"`
	// Gso gives neighbouring datagrams for one destination to the system in one
	// piece, which takes them apart as late as it can (generic segmentation
	// offload).
	Gso bool `json:"gso"`
}

// String lists what is in use, for people who know the names.
func (f Features) String() string {
	var names []string
	for _, feature := range []struct {
		name string
		used bool
	}{
		{"recvmmsg", f.Recvmmsg},
		{"GRO", f.Gro},
		{"sendmmsg", f.Sendmmsg},
		{"GSO", f.Gso},
	} {
		if feature.used {
			names = append(names, feature.name)
		}
	}
	if len(names) == 0 {
		return "one datagram a call"
	}
	return strings.Join(names, " ")
}

// And are the features that both have.
func (f Features) And(other Features) Features {
	return Features{
		Recvmmsg: f.Recvmmsg && other.Recvmmsg,
		Gro:      f.Gro && other.Gro,
		Sendmmsg: f.Sendmmsg && other.Sendmmsg,
		Gso:      f.Gso && other.Gso,
	}
}

// features is what a Socket uses at the moment; each goes from true to false
// at most once after Listen.
type features struct {
	recvmmsg, gro, sendmmsg, gso atomic.Bool
}

// Features are the system's calls in use at the moment.
func (s *Socket) Features() Features {
	return Features{
		Recvmmsg: s.uses.recvmmsg.Load(),
		Gro:      s.uses.gro.Load(),
		Sendmmsg: s.uses.sendmmsg.Load(),
		Gso:      s.uses.gso.Load(),
	}
}
