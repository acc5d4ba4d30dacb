package address

import (
	"net/netip"
	"slices"
	"time"
)

// verdict is what the servers of one family say together.
type verdict struct {
	mapped  netip.AddrPort // invalid where it is not known
	nat     NAT
	problem Problem
}

// judge believes an address when two servers say it, or the only one that was
// asked does. own are the addresses of this machine, local is the port that was
// asked from.
func judge(asked int, answers []answer, own []netip.Addr, local uint16) verdict {
	if asked == 0 {
		return verdict{nat: NATUnknown, problem: ProblemNames}
	}
	if len(answers) == 0 {
		return verdict{nat: NATUnknown, problem: ProblemNoAnswer}
	}
	agreeing := most(answers)
	if len(agreeing) < min(2, asked) {
		if len(answers) < 2 {
			return verdict{nat: NATUnknown, problem: ProblemNoAnswer}
		}
		// A NAT with several addresses that gives out one for each server.
		return verdict{nat: NATSymmetric, problem: ProblemDisagree}
	}
	return verdict{mapped: agreeing[0].mapped, nat: natOf(agreeing, own, local)}
}

// most are the answers with the address that most give, the first such.
func most(answers []answer) (best []answer) {
	for _, a := range answers {
		var same []answer
		for _, b := range answers {
			if b.mapped.Addr() == a.mapped.Addr() {
				same = append(same, b)
			}
		}
		if len(same) > len(best) {
			best = same
		}
	}
	return best
}

// natOf compares the ports that servers at different addresses see.
func natOf(answers []answer, own []netip.Addr, local uint16) NAT {
	first := answers[0]
	if slices.Contains(own, first.mapped.Addr()) && first.mapped.Port() == local {
		return NATNone
	}
	others := 0
	for _, a := range answers[1:] {
		if a.mapped.Port() != first.mapped.Port() {
			return NATSymmetric
		}
		if a.server.Addr() != first.server.Addr() {
			others++
		}
	}
	if others == 0 {
		return NATUnknown
	}
	return NATCone
}

// belief is what is held of one family from one check to the next.
type belief struct {
	verdict
	confirmed time.Time // when the address was last
	// answering are the servers that have answered the last time all were asked,
	// and of which one is asked in between.
	answering []netip.AddrPort
	turn      int
}

// take takes a new verdict. Where nobody answers, the address of before is
// believed for a while: a network that has stumbled is no news.
func (b *belief) take(now time.Time, v verdict, keep time.Duration) {
	if v.problem == ProblemNoAnswer && b.mapped.IsValid() && now.Sub(b.confirmed) < keep {
		b.problem = v.problem
		return
	}
	b.verdict = v
	if v.mapped.IsValid() {
		b.confirmed = now
	}
}
