package room

import (
	"time"
)

// peer is one person in the room. It belongs to the room's goroutine.
type peer struct {
	id       string
	granted  CallType // the token's
	callType CallType // what the room leaves of it
	joinedAt time.Time
	via      string // what its socket came by, see JoinRequest
	media    *media

	link *Membership // the WebSocket that holds the peer, nil while it is away
	// resumeKey is the ticket by which the peer may come back.
	resumeKey ticketKey
	// awayUntil is when a peer without a socket is given up, zero with one.
	awayUntil time.Time
	// connectUntil is when a peer that did not connect is given up, zero while
	// nothing is expected of it.
	connectUntil time.Time
}

// tell adds an event to what the peer hears of this step. Nobody is told while
// the peer is away: Welcome tells all when it comes back.
func (p *peer) tell(e Event) {
	if p.link != nil {
		p.link.tell(e)
	}
}

// Membership is one WebSocket's hold on its peer. Its methods wait for the
// room and may be called from any goroutine but the room's.
type Membership struct {
	room    *Room
	peer    *peer
	notify  func([]Event)
	pending []Event // of the step that runs; the room's goroutine's
}

// PeerID is the user's name.
func (m *Membership) PeerID() string { return m.peer.id }

// RoomID is the room's name.
func (m *Membership) RoomID() string { return m.room.id }

// Leave ends the membership in the way the socket ended. For a membership that
// a newer one has replaced it does nothing.
func (m *Membership) Leave(how Departure) { m.LeaveSince(how, time.Time{}) }

// LeaveSince is Leave for a client that was last heard some time ago: it is
// waited for from then on. The zero Time is now.
func (m *Membership) LeaveSince(how Departure, heard time.Time) {
	// A room that has ended needs no leaving.
	_ = m.room.do(func(now time.Time) {
		if heard.IsZero() || heard.After(now) {
			heard = now
		}
		if m.peer.link == m {
			m.room.leave(heard, m.peer, how)
		}
	})
}

func (m *Membership) tell(e Event) {
	if len(m.pending) == 0 {
		m.room.told = append(m.room.told, m)
	}
	m.pending = append(m.pending, e)
}

// do runs fn on the room's goroutine while the membership holds its peer.
func (m *Membership) do(fn func(now time.Time, p *peer) error) error {
	err := ErrNotMember
	if m.room.do(func(now time.Time) {
		if m.peer.link == m {
			err = fn(now, m.peer)
		}
	}) != nil {
		return ErrNotMember
	}
	return err
}
