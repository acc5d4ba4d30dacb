// Package numbering unwraps the sequence numbers of one friend's RTP stream, and
// notices where another stream begins under the same roof: with another SSRC, or
// with numbers that no loss explains (RFC 3550 §5.1, appendix A.1).
//
// It is pure, starts no goroutine and has no lock: its owner locks it.
package numbering

import (
	"github.com/pion/rtp"

	"takoshome/sfu/rtpstream"
)

// Numbering is one stream's. The zero value is ready but for Leap.
type Numbering struct {
	// Leap is the step from the highest number so far, forwards or backwards,
	// that no loss explains.
	Leap int64

	sequence rtpstream.Extender
	ssrc     uint32
	started  bool
	strange  uint16 // what follows a number after a leap
	leapt    bool
}

// Place is where a packet belongs.
type Place int

const (
	// Nowhere is where one packet after a leap belongs, which proves nothing.
	Nowhere Place = iota
	// Here is the stream that is known.
	Here
	// Anew is another stream, which begins with the packet.
	Anew
)

// Of gives a packet's number, which goes on upwards where a stream begins anew.
func (n *Numbering) Of(p *rtp.Packet) (number uint64, _ Place) {
	if !n.started || p.SSRC != n.ssrc {
		return n.begin(p)
	}
	highest, _ := n.sequence.Highest()
	if ahead := int64(n.sequence.Peek(p.SequenceNumber) - highest); ahead >= n.Leap || ahead <= -n.Leap {
		if n.leapt && p.SequenceNumber == n.strange {
			return n.begin(p)
		}
		n.leapt, n.strange = true, p.SequenceNumber+1
		return 0, Nowhere
	}
	n.leapt = false
	return n.sequence.Extend(p.SequenceNumber), Here
}

// Highest is the highest number so far, 0 before the first.
func (n *Numbering) Highest() uint64 {
	highest, _ := n.sequence.Highest()
	return highest
}

func (n *Numbering) begin(p *rtp.Packet) (uint64, Place) {
	n.started, n.leapt, n.ssrc = true, false, p.SSRC
	return n.sequence.Restart(p.SequenceNumber), Anew
}
