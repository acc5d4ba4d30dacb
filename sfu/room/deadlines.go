package room

import "time"

// expire removes who did not come back, and who never connected.
func (r *Room) expire(now time.Time) {
	for _, p := range append([]*peer(nil), r.peers...) {
		switch {
		case reached(now, p.awayUntil):
			r.remove(p)
		case reached(now, p.connectUntil):
			r.dismiss(p, ReasonNeverConnected)
		}
	}
}

// watchWaiting starts and stops the time that a peer has for its first
// connect: it runs while there is something to consume.
func (r *Room) watchWaiting(now time.Time) {
	total := 0
	for _, p := range r.peers {
		total += p.media.presentCount()
	}
	for _, p := range r.peers {
		idle := p.link != nil && !p.media.connected && total > p.media.presentCount()
		switch {
		case !idle:
			p.connectUntil = time.Time{}
		case p.connectUntil.IsZero():
			p.connectUntil = now.Add(r.rooms.config.Limits.ConnectTTL)
		}
	}
}

// nextDeadline is zero if time alone changes nothing.
func (r *Room) nextDeadline() time.Time {
	next := sooner(r.marks.next(), r.speakers.next())
	for _, p := range r.peers {
		next = sooner(next, sooner(p.awayUntil, p.connectUntil))
	}
	return next
}

// sooner is the first of two deadlines, each of which may be unset.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// reached reports whether a deadline that is set has come.
func reached(now, deadline time.Time) bool {
	return !deadline.IsZero() && !now.Before(deadline)
}
