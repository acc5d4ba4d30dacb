package sfu

import (
	"time"
)

// Pause stops forwarding the stream, as Producer.pause() does in mediasoup. Its
// packets are still received and counted, and its silence is no longer taken for
// its end. A stream that had been gone is there again: the client knows of it.
func (p *Producer) Pause() {
	if p.paused.Swap(true) {
		return
	}
	p.restartPresence()
}

// Resume forwards again what the client sends: sound at once, video from a
// keyframe on, for which the client is asked. For those who receive it the
// sequence numbers go on by one and the timestamps with the time that passed.
func (p *Producer) Resume() {
	if !p.Paused() {
		return
	}
	p.restartPresence()
	for _, c := range *p.consumers.Load() {
		c.restart()
	}
	p.paused.Store(false)
	if p.parserFor() == nil {
		return
	}
	now := time.Now()
	for _, s := range p.streams {
		p.requestKeyFrame(now, s)
	}
}

// Paused reports whether the Producer is paused.
func (p *Producer) Paused() bool { return p.paused.Load() }

// restartPresence forgets how long the stream has been silent.
func (p *Producer) restartPresence() {
	p.transport.in.mu.Lock()
	wasGone := p.presence.restartLocked()
	p.transport.in.mu.Unlock()
	if wasGone {
		p.presence.notifier.changed()
	}
}

// restart lets the Consumer begin anew with the next packet that can be played
// without those before it.
func (c *Consumer) restart() {
	c.transport.out.mu.Lock()
	defer c.transport.out.mu.Unlock()
	c.layer = -1
}
