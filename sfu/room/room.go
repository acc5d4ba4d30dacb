package room

import (
	"log/slog"
	"time"

	"takoshome/sfu"
)

// Room is one call. Its fields below mailbox belong to the goroutine run.
type Room struct {
	rooms   *Rooms
	id      string
	log     *slog.Logger
	inbox   *inbox
	mailbox chan command
	done    chan struct{} // closed when run has ended

	router   *sfu.Router // made by the first join
	callType CallType    // the first join's
	peers    []*peer     // in order of their coming
	told     []*Membership
	changed  bool

	addresses *addresses
	observer  *sfu.AudioLevelObserver // made with the router
	speakers  speakers
	chat      chat
	marks     marks
}

// command is a function to run on the room's goroutine.
type command struct {
	fn  func(now time.Time)
	ran chan struct{}
}

func newRoom(rooms *Rooms, id string) *Room {
	return &Room{
		rooms:     rooms,
		id:        id,
		log:       rooms.config.Logger.With("room", id),
		inbox:     newInbox(),
		addresses: &addresses{told: rooms.config.Server.Candidates()},
		mailbox:   make(chan command),
		done:      make(chan struct{}),
	}
}

// do runs fn on the room's goroutine and returns when what it led to has been
// handed to everybody. A function that was taken is always run.
func (r *Room) do(fn func(now time.Time)) error {
	c := command{fn: fn, ran: make(chan struct{})}
	select {
	case r.mailbox <- c:
		<-c.ran
		return nil
	case <-r.done:
		return errRoomClosed
	}
}

// run is the room's goroutine. A room begins with a command, its first join,
// and ends when a step leaves it without peers.
func (r *Room) run() {
	defer close(r.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		var ran chan struct{}
		select {
		case c := <-r.mailbox:
			c.fn(time.Now())
			ran = c.ran
		case <-r.inbox.wake:
			r.look()
		case <-timer.C:
			r.expire(time.Now())
		}
		ended := r.finishStep(time.Now(), timer)
		if ran != nil {
			close(ran)
		}
		if ended {
			return
		}
	}
}

// finishStep hands out what the step led to and reports whether the room ended.
func (r *Room) finishStep(now time.Time, timer *time.Timer) bool {
	r.watchWaiting(now)
	r.tellMarks(now)
	r.tellSpeaking(now)
	r.flush()
	ended := len(r.peers) == 0
	if ended {
		r.rooms.forget(r)
		if r.router != nil {
			r.router.Close()
		}
	} else if next := r.nextDeadline(); !next.IsZero() {
		timer.Reset(next.Sub(now))
	}
	if r.changed {
		r.changed = false
		r.rooms.config.OnChange()
	}
	return ended
}

// flush hands every peer what it is to be told of this step.
func (r *Room) flush() {
	for _, m := range r.told {
		events := m.pending
		m.pending = nil
		m.notify(events)
	}
	r.told = r.told[:0]
}

// look reads what the media path has marked.
func (r *Room) look() {
	for _, m := range r.inbox.take() {
		m.looked(r)
	}
}

// end removes everybody: the host ends the call.
func (r *Room) end() {
	for len(r.peers) > 0 {
		r.dismiss(r.peers[0], ReasonEnded)
	}
}

func (r *Room) peer(user string) *peer {
	for _, p := range r.peers {
		if p.id == user {
			return p
		}
	}
	return nil
}

// others calls fn for everybody but p.
func (r *Room) others(p *peer, fn func(*peer)) {
	for _, other := range r.peers {
		if other != p {
			fn(other)
		}
	}
}
