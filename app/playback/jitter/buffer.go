package jitter

import (
	"time"

	"github.com/pion/rtp"

	"takoshome/app/media"
	"takoshome/app/playback/numbering"
	"takoshome/sfu/codec"
	"takoshome/sfu/rtpstream"
)

const (
	// slots is how many packets the buffer can hold: 2.5 s of 20 ms.
	slots = 128
	// maxPayload is more than Opus makes of 20 ms at any bitrate it has.
	maxPayload = 4096
	// maxLevel is how much sound may wait before the oldest is dropped, in samples.
	maxLevel = SampleRate * 300 / 1000
	// leap is a step in sequence numbers that no loss explains.
	leap = 3000
	// idleAfter is after how much concealment with nothing to play the sound
	// is taken to have ended, and what comes next to be a beginning.
	idleAfter = fadeEnd
	// dtxIdleAfter is the same where the sender said that it is silent: it
	// sends a packet each 400 ms (RFC 7587 §3.1.3).
	dtxIdleAfter = SampleRate
)

// packet is one slot of the buffer. An empty payload is padding.
type packet struct {
	filled    bool
	missed    bool // its turn has come without it
	seq       uint64
	timestamp int64
	samples   int // that it lasts
	// at is when it came, or when it would have been needed.
	at      time.Time
	shift   time.Duration // of the buffer, when it would have been needed
	payload []byte
}

// buffer keeps packets in the order of their sequence numbers, and decides what
// is to be played. Its owner locks it.
type buffer struct {
	ring    [slots]packet
	numbers numbering.Numbering
	played  bool // something of this stream

	next      uint64 // the sequence number to be played next
	position  int64  // the timestamp expected of it
	lastStamp int64  // of the packet that came last, for unwrapping
	samples   int    // a packet's, lately
	dtx       bool   // the last one played was silence
	idle      bool   // nothing is played: begin with what comes, after a wait

	// The shift is how much later than at first things are played: produced,
	// the samples made so far, minus position, plus anchor.
	produced int64
	anchor   int64
	delays   delays

	stats   media.VoiceStats
	pending time.Duration // concealed, with nothing to tell whether it was a pause
}

func newBuffer() *buffer {
	return &buffer{numbers: numbering.Numbering{Leap: leap}, idle: true, samples: SampleRate / 50}
}

// put takes a packet; what is late, double or no Opus is counted at most.
func (b *buffer) put(now time.Time, p *rtp.Packet) {
	if len(p.Payload) > maxPayload || (len(p.Payload) > 0 && durationOf(p.Payload) == 0) {
		return
	}
	seq, place := b.numbers.Of(p)
	switch place {
	case numbering.Nowhere:
		return
	case numbering.Anew:
		b.begin(seq, p.Timestamp)
	case numbering.Here:
	}
	ahead := int64(seq - b.next)
	if ahead < 0 && !b.canBeginAt(seq) {
		b.late(now, seq)
		return
	}
	if ahead >= slots {
		b.skipTo(seq - slots + 1)
	}
	b.keep(now, seq, p)
}

// begin forgets the stream before, but neither the figures nor the delays.
func (b *buffer) begin(seq uint64, timestamp uint32) {
	for i := range b.ring {
		b.ring[i].filled, b.ring[i].missed = false, false
	}
	b.next, b.lastStamp = seq, int64(timestamp)
	b.played, b.dtx, b.idle, b.pending = false, false, true, 0
}

// canBeginAt tells whether a packet that came out of order is from before the
// first one, while nothing was played yet.
func (b *buffer) canBeginAt(seq uint64) bool {
	if b.played || b.next-seq >= slots/2 {
		return false
	}
	b.next = seq
	return true
}

func (b *buffer) slot(seq uint64) *packet { return &b.ring[seq%slots] }

func (b *buffer) keep(now time.Time, seq uint64, p *rtp.Packet) {
	s := b.slot(seq)
	if s.filled && s.seq == seq {
		return
	}
	stamp := b.lastStamp + int64(rtpstream.TimestampDiff(p.Timestamp, uint32(b.lastStamp)))
	b.lastStamp = stamp
	*s = packet{
		filled: true, seq: seq, timestamp: stamp, at: now,
		samples: durationOf(p.Payload), payload: append(s.payload[:0], p.Payload...),
	}
	b.stats.Packets++
}

// late learns from a packet that came after its turn how late it was.
func (b *buffer) late(now time.Time, seq uint64) {
	s := b.slot(seq)
	if s.missed && s.seq == seq {
		s.missed = false
		b.delays.add(s.at.Sub(now) - s.shift)
	}
}

// skipTo gives up everything before a packet.
func (b *buffer) skipTo(seq uint64) {
	for ; b.next < seq; b.next++ {
		s := b.slot(b.next)
		if !s.filled || s.seq != b.next || len(s.payload) > 0 {
			b.stats.Lost++
		}
		s.filled = false
	}
}

// first finds the earliest packet there is, nil if there is none.
func (b *buffer) first() *packet {
	for seq := b.next; seq <= b.numbers.Highest(); seq++ {
		if s := b.slot(seq); s.filled && s.seq == seq {
			return s
		}
	}
	return nil
}

// level is how much sound waits, in samples a channel.
func (b *buffer) level() int64 {
	highest := b.numbers.Highest()
	first, last := b.first(), b.slot(highest)
	if first == nil || !last.filled || last.seq != highest {
		return 0
	}
	return last.timestamp + int64(last.samples) - first.timestamp
}

func (b *buffer) shift() time.Duration {
	return inTime(b.produced - b.position + b.anchor)
}

// excess is how much longer than needed packets wait; below 0, how much less.
func (b *buffer) excess() time.Duration {
	if b.delays.count < enough {
		return 0
	}
	return b.delays.mean + b.shift() - b.delays.target()
}

func inTime(samples int64) time.Duration {
	return time.Duration(samples) * time.Second / SampleRate
}

// isSilence tells a packet without sound, after which a sender that saves
// bytes sends nothing for a while.
func isSilence(payload []byte) bool { return codec.OpusIsDtx(payload) }
