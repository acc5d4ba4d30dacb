package rtpstream

import "time"

// Limits of retransmission, against receivers that ask for everything again and
// again: a share of the stream's own bitrate, but enough for slow streams, and
// a burst that repairs a key frame lost whole.
const (
	retransmitShare    = 0.5
	minRetransmitBps   = 128_000
	minRetransmitBurst = 48_000           // bytes
	retransmitSlots    = 1024             // sequence numbers remembered
	retransmitMemory   = 10 * time.Second // the number may be another packet's after that
)

// retransmitted is when a sequence number was last sent again.
type retransmitted struct {
	at  time.Duration // since the budget's epoch
	seq uint16
	set bool
}

// retransmitBudget decides which requests for retransmission are served.
type retransmitBudget struct {
	epoch  time.Time
	filled time.Duration   // when the bucket was last filled, since epoch
	bytes  float64         // in the bucket
	last   []retransmitted // ring by sequence number; made with the first request
}

// allow takes a request for the packet seq of size bytes of a stream of
// bitrateBps. It refuses one served within a round trip, whose answer is still
// under way, and one that the budget does not cover. first tells that seq was
// not sent again before.
func (b *retransmitBudget) allow(now time.Time, seq uint16, size int, bitrateBps uint64, roundTrip time.Duration) (ok, first bool) {
	if b.last == nil {
		b.last = make([]retransmitted, retransmitSlots)
		b.epoch, b.bytes = now, minRetransmitBurst
	}
	since := now.Sub(b.epoch)
	slot := &b.last[seq%retransmitSlots]
	again := slot.set && slot.seq == seq && since-slot.at < retransmitMemory
	if again && since-slot.at <= roundTrip {
		return false, false
	}
	b.fill(since, bitrateBps)
	if float64(size) > b.bytes {
		return false, false
	}
	b.bytes -= float64(max(size, 0))
	*slot = retransmitted{at: since, seq: seq, set: true}
	return true, !again
}

// fill adds what the time since the last call earned, up to one second's worth.
func (b *retransmitBudget) fill(since time.Duration, bitrateBps uint64) {
	bytesPerSecond := max(retransmitShare*float64(bitrateBps), minRetransmitBps) / 8
	if elapsed := since - b.filled; elapsed > 0 {
		b.bytes += bytesPerSecond * elapsed.Seconds()
		b.filled = since
	}
	b.bytes = min(b.bytes, max(bytesPerSecond, minRetransmitBurst))
}
