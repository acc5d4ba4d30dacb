package loadtest

import (
	"time"
)

// seqRange is how far sequence numbers may lie apart and still tell their order.
const seqRange = 1 << 15

// Counts are what subscribers found.
type Counts struct {
	Received   uint64 `json:"received"`
	Bytes      uint64 `json:"bytes"` // of RTP packets, decrypted
	Lost       uint64 `json:"lost"`
	Duplicated uint64 `json:"duplicated"`
	Reordered  uint64 `json:"reordered"`
	// Wrong are packets whose content, numbers or timestamps are not what was
	// sent; Bad could not be decrypted.
	Wrong uint64 `json:"wrong"`
	Bad   uint64 `json:"bad"`
}

func (c *Counts) add(other Counts) {
	c.Received += other.Received
	c.Bytes += other.Bytes
	c.Lost += other.Lost
	c.Duplicated += other.Duplicated
	c.Reordered += other.Reordered
	c.Wrong += other.Wrong
	c.Bad += other.Bad
}

// track checks one stream as a subscriber receives it. Its transport's lock
// protects it.
type track struct {
	ssrc        uint32
	payloadType uint8
	source      *source // nil before the first packet says whose it is
	streamID    uint32
	isVideo     bool

	started   bool
	sequence  uint16 // the highest
	seen      uint64 // bit n: the number n below the highest has come
	cycles    uint32
	base      uint64 // the first, extended
	timestamp uint32 // of the highest
	counter   uint64 // of the highest
	total     uint64 // packets since the stream began
	counts    Counts // within the window
	prior     struct{ expected, received uint64 }

	reportNtp uint32 // the newest sender report's, the middle 32 bits
	reportAt  time.Time
}

// take checks a packet of the stream.
func (t *track) take(p *received, s stamp, atNs int64, figures *delays) {
	t.total++
	if !t.started {
		t.begin(p, s)
	} else if !t.follow(p, s) {
		return
	}
	if t.source == nil || !t.source.inWindow(s.counter) {
		return
	}
	t.counts.Received++
	t.counts.Bytes += uint64(p.size)
	figures.add(time.Duration(atNs - s.sentNs))
}

func (t *track) begin(p *received, s stamp) {
	t.started = true
	t.sequence, t.timestamp, t.counter = p.sequence, p.timestamp, s.counter
	t.base, t.seen = uint64(p.sequence), 1
	t.streamID = s.stream
}

// follow reports false for a packet that is not to be counted as received.
func (t *track) follow(p *received, s stamp) bool {
	ahead := p.sequence - t.sequence
	switch {
	case s.stream != t.streamID:
		t.counts.Wrong++
		return false
	case ahead == 0 || ahead >= seqRange:
		return t.takeLate(-ahead)
	}
	// Numbers follow the counter: what is missing here was lost on the way, or was
	// skipped by the host because it waits for a keyframe.
	if s.counter <= t.counter || int32(p.timestamp-t.timestamp) < 0 || s.counter-t.counter < uint64(ahead) {
		t.counts.Wrong++
	}
	if p.sequence < t.sequence {
		t.cycles++
	}
	t.seen = t.seen<<ahead | 1
	t.sequence, t.timestamp, t.counter = p.sequence, p.timestamp, s.counter
	return true
}

// takeLate tells a packet that was overtaken from one that comes again.
func (t *track) takeLate(behind uint16) bool {
	if behind < 64 && t.seen>>behind&1 == 1 {
		t.counts.Duplicated++
		return false
	}
	if behind < 64 {
		t.seen |= 1 << behind
	}
	t.counts.Reordered++
	return true
}

// extended is the highest number with its cycles.
func (t *track) extended() uint32 { return t.cycles<<16 | uint32(t.sequence) }

// fractionLost is the loss since the last call, in 1/256 (RFC 3550 A.3).
func (t *track) fractionLost() (fraction uint8, lost uint32) {
	expected := uint64(t.extended()) - t.base + 1
	since, received := expected-t.prior.expected, t.total-t.prior.received
	t.prior.expected, t.prior.received = expected, t.total
	if expected > t.total {
		lost = uint32(min(expected-t.total, 0x7FFFFF))
	}
	if since == 0 || received >= since {
		return 0, lost
	}
	return uint8(min((since-received)<<8/since, 255)), lost
}

// received is the header of a decrypted packet.
type received struct {
	sequence    uint16
	timestamp   uint32
	ssrc        uint32
	payloadType uint8
	marker      bool
	extension   []byte // the one-byte or two-byte elements
	twoByte     bool
	payload     []byte
	size        int
}
