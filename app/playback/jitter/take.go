package jitter

import "time"

// step is what to play next.
type step int

const (
	// wait: nothing is there. The position stays, what is concealed meanwhile
	// makes the buffer longer.
	wait step = iota
	// decode the payload.
	decode
	// correct: the payload is the packet behind a missing one, and tells of it.
	correct
	// conceal a missing packet.
	conceal
)

// order is what take wants done.
type order struct {
	step    step
	payload []byte
	samples int // to conceal, or to correct
	begins  bool
	silence bool // the payload is, or the sender is silent
}

// take decides what to play when the sound made so far will be over after the
// time ahead. held is how many samples were concealed since there was nothing.
// The payload is copied to scratch.
func (b *buffer) take(now time.Time, ahead time.Duration, held int, scratch []byte) order {
	due := now.Add(ahead)
	b.dropBacklog()
	p := b.first()
	switch {
	case p == nil:
		return b.takeNothing(held)
	case b.idle:
		return b.takeFirst(due, p, scratch)
	case len(p.payload) == 0 && p.seq == b.next:
		b.pass(p)
		return b.take(now, ahead, held, scratch)
	case p.seq == b.next && p.timestamp == b.position:
		return b.takeNext(due, p, scratch)
	case p.seq == b.next || !b.fits(p):
		return b.takeFirst(due, p, scratch)
	}
	return b.takeMissing(due, p, held, scratch)
}

// takeNothing ends the sound once the concealment has faded.
func (b *buffer) takeNothing(held int) order {
	limit := idleAfter
	if b.dtx {
		limit = dtxIdleAfter
	}
	if held >= limit {
		b.idle, b.pending = true, 0
	}
	if !b.idle && !b.dtx {
		b.pending += inTime(block)
	}
	return order{step: wait, silence: b.dtx}
}

// takeFirst begins, or goes on behind a leap of the timestamps, when the packet
// has waited for as long as packets should on average.
func (b *buffer) takeFirst(due time.Time, p *packet, scratch []byte) order {
	waited := due.Sub(p.at)
	if waited < b.delays.target() && b.level() < maxLevel/2 {
		return order{step: wait, silence: b.dtx}
	}
	begins := b.idle
	b.skipTo(p.seq)
	b.idle, b.position = false, p.timestamp
	b.anchor = b.position - b.produced
	if b.delays.count > 0 {
		b.anchor += int64((waited - b.delays.mean) * SampleRate / time.Second)
	}
	o := b.takeNext(due, p, scratch)
	o.begins = begins
	return o
}

func (b *buffer) takeNext(due time.Time, p *packet, scratch []byte) order {
	if len(p.payload) == 0 {
		b.pass(p)
		return order{step: wait, silence: b.dtx}
	}
	waited := due.Sub(p.at)
	b.delays.add(waited - b.shift())
	b.noteDelay(waited + inTime(int64(p.samples)))
	b.position += int64(p.samples)
	b.samples, b.dtx, b.played = p.samples, isSilence(p.payload), true
	b.stats.Concealed += b.pending
	b.pending = 0
	b.pass(p)
	return order{step: decode, payload: append(scratch[:0], p.payload...), silence: b.dtx}
}

// noteDelay averages what the buffer holds of one packet: from when it comes to
// when it has been played.
func (b *buffer) noteDelay(delay time.Duration) {
	const share = 1.0 / 32
	now := delay.Seconds() * 1000
	if b.stats.DelayMs == 0 {
		b.stats.DelayMs = now
	}
	b.stats.DelayMs += share * (now - b.stats.DelayMs)
}

func (b *buffer) pass(p *packet) {
	p.filled, b.next = false, p.seq+1
}

// fits tells whether the timestamps between here and a later packet are those
// of the packets that are missing.
func (b *buffer) fits(p *packet) bool {
	missing, gap := int64(p.seq-b.next), p.timestamp-b.position
	return gap >= missing*minPacket && gap <= missing*maxPacket && gap <= SampleRate*2
}

// takeMissing goes on over a packet that is not there although later ones are.
func (b *buffer) takeMissing(due time.Time, p *packet, held int, scratch []byte) order {
	missing, gap := int64(p.seq-b.next), p.timestamp-b.position
	if int64(held) >= gap { // all of it was concealed while waiting
		b.skipTo(p.seq)
		b.position = p.timestamp
		return b.takeNext(due, p, scratch)
	}
	samples := gap
	if missing > 1 {
		samples = min(int64(b.samples), gap-(missing-1)*minPacket)
	}
	b.miss(due, samples)
	if missing == 1 && held <= int(samples)/2 && samples%minPacket == 0 && hasCorrection(p.payload) {
		b.stats.Recovered++
		return order{step: correct, payload: append(scratch[:0], p.payload...), samples: int(samples)}
	}
	b.stats.Concealed += inTime(samples)
	return order{step: conceal, samples: int(samples)}
}

// miss remembers when the next packet would have been needed, for when it comes.
func (b *buffer) miss(due time.Time, samples int64) {
	s := b.slot(b.next)
	*s = packet{missed: true, seq: b.next, at: due, shift: b.shift(), payload: s.payload}
	b.next++
	b.position += samples
	b.played = true
	b.stats.Lost++
}

// dropBacklog gives up the oldest sound when far too much of it waits, as after
// a network that stood still.
func (b *buffer) dropBacklog() {
	if b.level() <= maxLevel {
		return
	}
	keep := int64((b.delays.target() + minWait) * SampleRate / time.Second)
	for p := b.first(); p != nil && b.level() > keep; p = b.first() {
		b.skipTo(p.seq + 1)
		b.position = p.timestamp + int64(p.samples)
	}
}
