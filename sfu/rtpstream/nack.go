package rtpstream

import (
	"slices"
	"time"
)

// Limits of the NACK list, those of mediasoup's worker but for the shortest
// interval: a list asked at every packet of a LAN stream would otherwise spend
// its retries in a few milliseconds.
const (
	maxNacks         = 1000
	maxNackAge       = 10_000 // packets
	maxNackSends     = 10
	defaultRoundTrip = 100 * time.Millisecond
	minNackInterval  = 20 * time.Millisecond
	// maxNackPause is the longest silence whose packets are asked for: after a longer
	// one, as in a computer that slept, they are too old for anybody to play.
	maxNackPause = 2 * time.Second
)

// missing is a packet that was skipped and not received since.
type missing struct {
	seq      uint64        // extended
	noticed  time.Duration // since the stream's epoch
	lastSent time.Duration
	sends    uint8
}

// nackList holds the missing packets in order of sequence and says when to ask
// for them again.
type nackList struct {
	list     []missing
	keyFrame uint64 // extended number of the newest key frame's first packet
	full     bool   // packets were given up; only a key frame helps
}

// add notes the numbers from first to before end as missing.
func (n *nackList) add(first, end uint64, since time.Duration) {
	n.forgetBefore(end - min(end, maxNackAge))
	count := int(end - first)
	if len(n.list)+count > maxNacks {
		n.forgetBefore(n.keyFrame) // what a newer key frame makes useless
	}
	if len(n.list)+count > maxNacks {
		n.list = n.list[:0]
		n.full = true
		return
	}
	for seq := first; seq < end; seq++ {
		n.list = append(n.list, missing{seq: seq, noticed: since})
	}
}

// remove takes a number off the list, and reports whether it was asked for.
func (n *nackList) remove(seq uint64) (asked bool) {
	i, found := n.find(seq)
	if !found {
		return false
	}
	asked = n.list[i].sends > 0
	n.list = slices.Delete(n.list, i, i+1)
	return asked
}

// due appends to dst the numbers to ask for now: those never asked for and
// noticed delay ago, and those asked for a round trip ago. A number leaves the
// list with its tenth request.
func (n *nackList) due(since, delay, roundTrip time.Duration, dst []uint16) []uint16 {
	kept := n.list[:0]
	for _, m := range n.list {
		first := m.sends == 0 && since-m.noticed >= delay
		again := m.sends > 0 && since-m.lastSent >= roundTrip
		if first || again {
			dst = append(dst, uint16(m.seq))
			m.lastSent = since
			m.sends++
		}
		if m.sends < maxNackSends {
			kept = append(kept, m)
		}
	}
	n.list = kept
	return dst
}

// takeFull reports once that packets were given up.
func (n *nackList) takeFull() bool {
	full := n.full
	n.full = false
	return full
}

// giveUp asks for nothing of what is missing; a key frame must do.
func (n *nackList) giveUp() {
	n.list = n.list[:0]
	n.full = true
}

func (n *nackList) reset() {
	n.list = n.list[:0]
	n.keyFrame = 0
	n.full = false
}

func (n *nackList) forgetBefore(seq uint64) {
	if len(n.list) == 0 || n.list[0].seq >= seq {
		return
	}
	i, _ := n.find(seq)
	n.list = slices.Delete(n.list, 0, i)
}

func (n *nackList) find(seq uint64) (int, bool) {
	return slices.BinarySearchFunc(n.list, seq, func(m missing, seq uint64) int {
		switch {
		case m.seq < seq:
			return -1
		case m.seq > seq:
			return 1
		}
		return 0
	})
}
