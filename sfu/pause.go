package sfu

import (
	"sync/atomic"
	"time"
)

// pauses counts a Producer's pauses and resumes: while the count is odd it is
// paused, and each even value is one stretch in which packets pass. So whoever
// forwards a packet learns in one look whether it may, and whether something was
// left out since the packet before.
type pauses struct{ count atomic.Uint32 }

func (p *pauses) now() (stretch uint32, paused bool) {
	stretch = p.count.Load()
	return stretch, stretch&1 == 1
}

// set reports whether that is a change.
func (p *pauses) set(paused bool) bool {
	stretch, was := p.now()
	return was != paused && p.count.CompareAndSwap(stretch, stretch+1)
}

// Pause stops forwarding the stream, as Producer.pause() does in mediasoup. Its
// packets are still received and counted, and its silence is no longer taken for
// its end. A stream that had been gone is there again: the client knows of it.
func (p *Producer) Pause() {
	if p.pauses.set(true) {
		p.restartPresence()
	}
}

// Resume forwards again what the client sends: sound at once, video from a
// keyframe on, for which the client is asked. For those who receive it the
// sequence numbers go on by one and the timestamps with the time that passed.
func (p *Producer) Resume() {
	if !p.Paused() {
		return
	}
	p.restartPresence() // before the silence so far can be taken for the end
	if !p.pauses.set(false) || p.parserFor() == nil {
		return
	}
	now := time.Now()
	for _, s := range p.streams {
		p.requestKeyFrame(now, s)
	}
}

// Paused reports whether the Producer is paused.
func (p *Producer) Paused() bool {
	_, paused := p.pauses.now()
	return paused
}

// restartPresence forgets how long the stream has been silent.
func (p *Producer) restartPresence() {
	p.transport.in.mu.Lock()
	wasGone := p.presence.restartLocked()
	p.transport.in.mu.Unlock()
	if wasGone {
		p.presence.notifier.changed()
	}
}
