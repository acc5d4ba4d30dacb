package session

import (
	"time"

	"takoshome/app/media"
)

// listen reads the meters, ten times a second.
func (o *owner) listen(now time.Time) {
	a := o.attempt
	a.hearSelf(now)
	for _, p := range a.people.list {
		p.hear(now)
		for _, t := range p.tracks {
			t.look(now)
		}
	}
}

func (a *attempt) hearSelf(now time.Time) {
	s := &a.self
	s.level = 0
	if m := &a.gear.microphone; m.isOpen && m.troubleNow() == media.TroubleNone {
		s.level = m.device.Level()
	}
	speaking := s.speech.hear(s.level, now)
	// The keys of push-to-talk are muted on purpose most of the time.
	s.hinted = s.hint.hear(speaking, s.muted && !s.pushToTalk && a.isIn(), now)
	s.audible = speaking && s.live(now)
}

// hear goes by what arrives here; where nothing is played, by the host's word.
func (p *person) hear(now time.Time) {
	level, played := 0.0, false
	for _, t := range p.tracks {
		if t.voice != nil && !t.paused {
			level, played = max(level, t.voice.Level()), true
		}
	}
	p.speaking = p.speech.hear(level, now)
	if !played {
		p.speaking = p.byHost && !p.isMuted()
	}
}

// look watches a picture for standing still.
func (t *track) look(now time.Time) {
	if t.picture == nil {
		return
	}
	t.stats = t.picture.Stats()
	patience := frozenAfter
	if t.source == sourceScreen {
		patience = frozenScreenAfter
	}
	last := t.stats.LastFrame
	if last.IsZero() {
		patience = max(patience, slowStart)
	}
	if last.Before(t.since) {
		last = t.since
	}
	t.frozen = !t.paused && now.Sub(last) >= patience
}

// judge says how good the connections are, once a second.
func (a *attempt) judge() {
	stats := a.call.Stats()
	friends := make([]friendLine, len(a.people.list))
	for i, p := range a.people.list {
		friends[i] = p.line(stats.DownLoss[p.id])
	}
	own := line{
		rtt:     stats.RTT,
		upLoss:  stats.UpLoss,
		upBps:   stats.EstimateBps,
		filming: a.self.video.producer != nil || a.self.screen.producer != nil,
		broken:  a.state == StateReconnecting,
	}
	var theirs []Quality
	a.self.quality, theirs = rate(own, friends)
	for i, p := range a.people.list {
		p.quality = theirs[i]
	}
}

func (p *person) line(loss float64) friendLine {
	f := friendLine{loss: loss}
	for _, t := range p.tracks {
		if t.paused {
			continue
		}
		f.known = true
		f.frozen = f.frozen || t.frozen
	}
	return f
}

// lookForFirst watches for the first picture of the call.
func (o *owner) lookForFirst(now time.Time) {
	a := o.attempt
	if !a.isLive() || !a.first.IsZero() || now.Sub(a.asked) > peekTime {
		return
	}
	for _, p := range a.people.list {
		for _, t := range p.tracks {
			if t.picture != nil && t.picture.Stats().Frames > 0 {
				a.first = now
				return
			}
		}
	}
	if o.peek == nil {
		o.peek = time.After(peekInterval)
	}
}
