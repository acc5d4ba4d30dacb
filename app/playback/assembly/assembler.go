package assembly

import (
	"time"

	"github.com/pion/rtp"

	"takoshome/sfu/rtpstream"
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
	sequence rtpstream.Extender
	ssrc     uint32
	started  bool
	strange  uint16 // a sequence number after a leap; the next one proves it
	leapt    bool
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
	return &Assembler{format: format, ring: make([]slot, slots), needKey: true}, nil
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
func (a *Assembler) Waits() bool { return a.started && a.next <= a.highest }

// Put takes a packet that came from the network; it keeps nothing of it.
func (a *Assembler) Put(now time.Time, p *rtp.Packet) {
	if a.started && p.SSRC != a.ssrc {
		a.restart()
	}
	if !a.started {
		a.begin(p)
	}
	seq := a.sequence.Peek(p.SequenceNumber)
	ahead := int64(seq - a.next)
	if ahead >= leap || ahead <= -leap {
		if !a.leapt || p.SequenceNumber != a.strange {
			a.leapt, a.strange = true, p.SequenceNumber+1
			return
		}
		a.restart()
		a.begin(p)
		seq, ahead = a.next, 0
	}
	a.leapt = false
	if ahead < 0 || (a.slot(seq).filled && a.slot(seq).seq == seq) {
		return
	}
	if ahead >= slots {
		a.giveUpTo(seq - slots + 1)
	}
	a.keep(now, seq, p)
}

func (a *Assembler) begin(p *rtp.Packet) {
	a.started, a.ssrc, a.needKey = true, p.SSRC, true
	a.next = a.sequence.Restart(p.SequenceNumber)
	a.highest = a.next - 1
}

func (a *Assembler) restart() {
	clear(a.ring)
	a.started, a.leapt = false, false
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
	a.sequence.Extend(p.SequenceNumber)
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
