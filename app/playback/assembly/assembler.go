package assembly

import (
	"time"

	"github.com/pion/rtp"

	"takoshome/app/playback/numbering"
)

const (
	// slots is how many packets are kept at most: a frame of 2 MB.
	slots = 2048
	// maxPayload is more than a packet on any network carries.
	maxPayload = 9000
	// maxFrame bounds a frame's bytes.
	maxFrame = 4 << 20
	// leap is a step in sequence numbers that no loss explains.
	leap = 6000
)

// Frame is one encoded picture.
type Frame struct {
	Parts     [][]byte // to be decoded one after the other; the last gives the picture
	KeyFrame  bool
	Alone     bool // no other frame builds on it
	Timestamp uint32
	At        time.Time // when its last packet came
}

// slot is the place of one packet.
type slot struct {
	payload
	filled bool
	bad    bool // nothing that could be read
	marker bool
	stamp  uint32
	seq    uint64
	// at is when the packet came, or was found missing.
	at time.Time
}

// Assembler puts packets together to frames.
type Assembler struct {
	format   format
	ring     []slot
	numbers  numbering.Numbering
	next     uint64 // the sequence number after the last frame
	highest  uint64
	needKey  bool
	begun    uint64    // keyframes
	stuck    time.Time // since when a packet has been missing; zero: none is
	patience patience
}

// New reads what a codec of this MIME type sends.
func New(mimeType string) (*Assembler, error) {
	format, err := formatOf(mimeType)
	if err != nil {
		return nil, err
	}
	return &Assembler{format: format, numbers: numbering.Numbering{Leap: leap}, next: 1, ring: make([]slot, slots), needKey: true}, nil
}

// NeedsKeyFrame tells whether nothing comes out before a keyframe does, or likely
// so, and none is on its way.
func (a *Assembler) NeedsKeyFrame(now time.Time) bool {
	if a.needKey && (!a.Waits() || !a.slot(a.next).filled || !a.slot(a.next).key) {
		return true
	}
	return !a.stuck.IsZero() && now.Sub(a.stuck) > a.patience.doubt()
}

// KeyFramesBegun is how many packets came with which a keyframe begins.
func (a *Assembler) KeyFramesBegun() uint64 { return a.begun }

// Break gives up what follows up to the next keyframe, as the decoder does.
func (a *Assembler) Break() { a.needKey = true }

// Waits tells whether the passing of time alone may change something.
func (a *Assembler) Waits() bool { return a.next <= a.highest }

// Put takes a packet that came from the network; it keeps nothing of it.
func (a *Assembler) Put(now time.Time, p *rtp.Packet) {
	seq, place := a.numbers.Of(p)
	switch place {
	case numbering.Nowhere:
		return
	case numbering.Anew:
		a.begin(seq)
	case numbering.Here:
	}
	ahead := int64(seq - a.next)
	if ahead < 0 || (a.slot(seq).filled && a.slot(seq).seq == seq) {
		return
	}
	if ahead >= slots {
		a.giveUpTo(seq - slots + 1)
	}
	a.keep(now, seq, p)
}

func (a *Assembler) begin(seq uint64) {
	clear(a.ring)
	a.next, a.highest, a.needKey = seq, seq-1, true
}

func (a *Assembler) slot(seq uint64) *slot { return &a.ring[seq%slots] }

// keep reads a packet. One without payload is padding.
func (a *Assembler) keep(now time.Time, seq uint64, p *rtp.Packet) {
	var read payload
	bad := len(p.Payload) > maxPayload
	if len(p.Payload) > 0 && !bad {
		var ok bool
		read, ok = a.format.read(p.Payload)
		bad = !ok
	}
	if read.key {
		a.begun++
	}
	if seq <= a.highest {
		a.patience.filled(now.Sub(a.slot(seq).at))
	}
	for ; a.highest < seq; a.highest++ {
		*a.slot(a.highest + 1) = slot{seq: a.highest + 1, at: now}
	}
	*a.slot(seq) = slot{payload: read, filled: true, bad: bad, marker: p.Marker, stamp: p.Timestamp, seq: seq, at: now}
}

// giveUpTo drops everything before a packet.
func (a *Assembler) giveUpTo(seq uint64) {
	for ; a.next < seq && a.next <= a.highest; a.next++ {
		*a.slot(a.next) = slot{}
	}
	a.next = seq
	a.highest = max(a.highest, seq-1)
	a.needKey = true
}
