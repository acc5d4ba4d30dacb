package address

import (
	"net/netip"
	"slices"
	"time"
)

// Source says how a public address is known.
type Source string

// The sources.
const (
	// FromInterface is an address of the machine's own that is valid everywhere.
	// Whether a firewall lets anybody in is another question.
	FromInterface Source = "interface"
	// FromSTUN is what servers outside see.
	FromSTUN Source = "stun"
)

// NAT is what the router does to ports, as seen from several servers (RFC 4787
// section 4.1); it is about IPv4.
type NAT string

// Kinds of NAT.
const (
	NATUnknown NAT = "unknown" // fewer than two servers have answered
	NATNone    NAT = "none"    // packets arrive as they left
	// NATCone gives a port of ours the same port outside, whoever it talks to.
	NATCone NAT = "cone"
	// NATSymmetric gives it another for each that it talks to: only a mapped port
	// is of use to anybody.
	NATSymmetric NAT = "symmetric"
)

// Problem says why the public address is not known. The empty one: nothing is wrong.
type Problem string

// Problems.
const (
	ProblemOff      Problem = "off"       // no servers are configured
	ProblemOffline  Problem = "offline"   // there is no network to ask by
	ProblemNames    Problem = "names"     // no server's name could be resolved
	ProblemNoAnswer Problem = "no_answer" // no server answers
	ProblemDisagree Problem = "disagree"  // no two servers say the same
)

// Public is an address of ours that is valid in the whole internet.
type Public struct {
	Addr   netip.Addr `json:"addr"`
	Source Source     `json:"source"`
	// Port is the port outside of the socket that asked, 0 if that is not known.
	// It is not the media port.
	Port uint16 `json:"port,omitempty"`
}

// State is what is known at one moment; it is the caller's to keep.
type State struct {
	// Interfaces are the machine's usable addresses: no loopback, no link-local
	// ones. Those that packets to the internet leave by come first.
	Interfaces []netip.Addr `json:"interfaces"`
	Public     []Public     `json:"public"`
	NAT        NAT          `json:"nat"`
	// Online says that there is a route to the internet, not that it works.
	Online bool `json:"online"`
	// CheckedAt is when servers were last asked, zero before.
	CheckedAt time.Time `json:"checkedAt,omitzero"`
	// MovedAt is when servers first saw another IPv4 address than before, zero where
	// it has always been the same.
	MovedAt time.Time `json:"movedAt,omitzero"`
	Problem Problem   `json:"problem,omitempty"`
}

func (s State) clone() State {
	s.Interfaces, s.Public = slices.Clone(s.Interfaces), slices.Clone(s.Public)
	return s
}

// same compares all but times.
func (s State) same(o State) bool {
	return slices.Equal(s.Interfaces, o.Interfaces) && samePublic(s.Public, o.Public) &&
		s.NAT == o.NAT && s.Online == o.Online && s.Problem == o.Problem
}
