package calls

import (
	"time"

	"takoshome/app/identity"
)

// Entered says that somebody has come into a room of this host.
func (e *Exchange) Entered(room, user string) {
	e.mu.Lock()
	defer e.unlock()
	if at := (seat{room, user}); e.isBarredLocked(e.config.Now(), at) {
		e.ended = append(e.ended, at)
		return
	}
	if c := e.board.groups[room]; c != nil {
		e.enteredGroupLocked(c, user)
		return
	}
	l := e.board.rooms[room]
	if l == nil {
		e.tooLateLocked(room)
		return
	}
	if !l.pair.has(user) {
		return
	}
	l.came[user], l.present[user] = true, true
	delete(l.gone, user)
	if len(l.present) == len(l.came) {
		l.deadline = time.Time{}
	}
	e.inLocked(l, user)
	if partner := e.board.partner(l); partner != nil {
		e.inLocked(partner, user)
	}
}

// tooLateLocked says once more that a call is over: somebody has used a token in
// the moment in which it ended.
func (e *Exchange) tooLateLocked(room string) {
	for _, l := range e.board.over {
		if !l.pair.incoming && l.room != "" && l.room == room {
			e.ended = append(e.ended, seat{room: room})
			return
		}
	}
}

func (p pair) has(user string) bool { return user == string(p.caller) || user == string(p.callee) }

// inLocked is a call that somebody is in now.
func (e *Exchange) inLocked(l *leg, user string) {
	e.moveLocked(l, stepEnter)
	if user == l.call.Account+"@"+l.link.domain {
		l.way = Way{}
	}
}

func (e *Exchange) enteredGroupLocked(c *conference, user string) {
	c.present[user] = true
	delete(c.gone, user)
	delete(c.tokens, user)
	c.deadline = time.Time{}
	e.isDirty = true
	if l := e.placeOf(c, user); l != nil {
		l.deadline = time.Time{}
		e.inLocked(l, user)
	}
}

// placeOf is a local person's part in a group's call.
func (e *Exchange) placeOf(c *conference, user string) *leg {
	if e.link == nil || identity.ID(user).Domain() != e.link.domain {
		return nil
	}
	return e.board.places[place{identity.ID(user).Name(), c.group}]
}

// Left says that somebody is in a room of this host no more, but may come back.
func (e *Exchange) Left(room, user string) { e.left(room, user, false) }

// Gone says that somebody has left a room of this host for good.
func (e *Exchange) Gone(room, user string) { e.left(room, user, true) }

func (e *Exchange) left(room, user string, forGood bool) {
	e.mu.Lock()
	defer e.unlock()
	if c := e.board.groups[room]; c != nil {
		e.leftGroupLocked(c, user, forGood)
		return
	}
	l := e.board.rooms[room]
	if l == nil || !l.present[user] {
		return
	}
	delete(l.present, user)
	if forGood || l.gone[user] {
		e.overLocked(l, stepEnd, "")
		e.sayLocked(l)
		return
	}
	l.deadline = e.config.Now().Add(returnTime)
	e.isDirty = true
}

func (e *Exchange) leftGroupLocked(c *conference, user string, forGood bool) {
	if !c.present[user] {
		return
	}
	now := e.config.Now()
	forGood = forGood || c.gone[user]
	delete(c.present, user)
	delete(c.gone, user)
	e.isDirty = true
	if l := e.placeOf(c, user); l != nil && l.call.State == StateActive {
		if forGood {
			e.overLocked(l, stepEnd, "")
		} else {
			l.deadline = now.Add(returnTime)
		}
	}
	switch {
	case len(c.present) > 0:
	case len(c.tokens) > 0:
		c.deadline = now.Add(entryTime)
	case forGood:
		e.endGroupLocked(c)
	default:
		c.deadline = now.Add(returnTime)
	}
}
