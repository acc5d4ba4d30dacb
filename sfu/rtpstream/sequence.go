package rtpstream

// Limits of sequence number validation: the bounds of RFC 3550 A.1, the
// misorder widened to what mediasoup allows so that late retransmissions pass.
const (
	maxDropout  = 3000 // a forward jump this big or bigger is no gap
	maxMisorder = 1500 // a packet this far behind or further is too old
	seenWindow  = 2048 // numbers remembered for duplicates; covers maxMisorder
)

// verdict says what a sequence number is to its stream.
type verdict uint8

const (
	seqDiscard   verdict = iota // too far from the others to believe
	seqDuplicate                // received before
	seqLate                     // out of order, not received before
	seqNewest                   // the highest so far
	seqRestart                  // the sender began anew
)

// arrival is what became of one sequence number.
type arrival struct {
	verdict  verdict
	extended uint64
	skipped  uint64 // with seqNewest: the first number between it and the last newest
}

// sequence validates the sequence numbers of one SSRC and knows how many
// packets were expected and received (RFC 3550 A.1 and A.3).
type sequence struct {
	extender   Extender
	base       uint64 // extended number the current run began with
	received   uint64 // packets of the current run, duplicates included
	lostBefore int64  // packets lost in the runs before the last restart
	badNext    uint16 // number that would confirm a restart, if badSeen
	badSeen    bool
	seen       [seenWindow / 64]uint64 // received numbers, a ring of bits

	expectedPrior, receivedPrior uint64 // at the last report
}

// receive validates the number of a packet that came on the stream's own SSRC.
func (s *sequence) receive(seq uint16) arrival {
	highest, started := s.extender.Highest()
	if !started {
		return s.begin(s.extender.Extend(seq), seqNewest)
	}
	switch ahead := seq - uint16(highest); {
	case ahead < maxDropout, ahead > seqCycle-maxMisorder:
		s.received++
		return s.mark(seq)
	case s.badSeen && seq == s.badNext:
		// Two in a row: the other side restarted without telling.
		s.lostBefore = s.lost()
		return s.begin(s.extender.Restart(seq), seqRestart)
	default:
		s.badNext, s.badSeen = seq+1, true
		return arrival{verdict: seqDiscard}
	}
}

// restore validates the number of a packet restored from a retransmission. It
// neither starts nor restarts the stream and does not count as received: the
// report tells the sender what was lost, not what was repaired.
func (s *sequence) restore(seq uint16) arrival {
	highest, started := s.extender.Highest()
	ahead := seq - uint16(highest)
	if !started || ahead >= maxDropout && ahead <= seqCycle-maxMisorder {
		return arrival{verdict: seqDiscard}
	}
	return s.mark(seq)
}

// mark notes a number within the bounds as seen.
func (s *sequence) mark(seq uint16) arrival {
	highest, _ := s.extender.Highest()
	result := arrival{verdict: seqDuplicate, extended: s.extender.Extend(seq), skipped: highest + 1}
	switch {
	case result.extended > highest:
		for skipped := result.skipped; skipped < result.extended; skipped++ {
			s.setSeen(skipped, false)
		}
		result.verdict = seqNewest
	case !s.hasSeen(result.extended):
		result.verdict = seqLate
		s.base = min(s.base, result.extended) // overtaken by the first packet
	}
	s.setSeen(result.extended, true)
	return result
}

// begin starts a run of numbers.
func (s *sequence) begin(extended uint64, as verdict) arrival {
	s.base, s.received = extended, 1
	s.expectedPrior, s.receivedPrior = 0, 0
	s.badSeen = false
	clear(s.seen[:])
	s.setSeen(extended, true)
	return arrival{verdict: as, extended: extended, skipped: extended}
}

func (s *sequence) setSeen(extended uint64, seen bool) {
	word, bit := extended/64%uint64(len(s.seen)), uint64(1)<<(extended%64)
	if seen {
		s.seen[word] |= bit
	} else {
		s.seen[word] &^= bit
	}
}

func (s *sequence) hasSeen(extended uint64) bool {
	return s.seen[extended/64%uint64(len(s.seen))]&(1<<(extended%64)) != 0
}

// expected returns the packets the sender sent in the current run, as far as
// the numbers tell.
func (s *sequence) expected() uint64 {
	highest, started := s.extender.Highest()
	if !started {
		return 0
	}
	return highest - s.base + 1
}

// lost returns the packets lost over the stream's whole life. It is negative
// when duplicates outweigh losses (RFC 3550 §6.4.1).
func (s *sequence) lost() int64 {
	return s.lostBefore + int64(s.expected()) - int64(s.received)
}

// highestReported is the extended highest number of a report: cycles in the
// upper half. It goes on upwards over restarts.
func (s *sequence) highestReported() uint32 {
	highest, started := s.extender.Highest()
	if !started {
		return 0
	}
	return uint32(highest - seqCycle)
}

// fractionLost returns the loss since the last call as a fixed point fraction
// of 256 (RFC 3550 A.3).
func (s *sequence) fractionLost() uint8 {
	expected := s.expected()
	expectedNow := int64(expected - s.expectedPrior)
	lostNow := expectedNow - int64(s.received-s.receivedPrior)
	s.expectedPrior, s.receivedPrior = expected, s.received
	if expectedNow <= 0 || lostNow <= 0 {
		return 0
	}
	return uint8(min(lostNow<<8/expectedNow, 255))
}
