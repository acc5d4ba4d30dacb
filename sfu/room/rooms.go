package room

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// JoinRequest is somebody with a valid token.
type JoinRequest struct {
	Room, User string
	CallType   CallType
	// Via is the host's "NAME:PORT" by which the client came, for the Relay; "" for
	// one that leads elsewhere, such as a proxy's.
	Via string
	// Notify is told all that happens, beginning with Welcome; see Event.
	Notify func([]Event)
}

// ResumeRequest is somebody who was here a moment ago.
type ResumeRequest struct {
	Secret string
	// KeepMedia means that the client's transports, producers and consumers are
	// alive and are to go on.
	KeepMedia bool
	Via       string // as JoinRequest's
	// Allow, if given, may still refuse the user whom the secret belongs to.
	Allow  func(user string) error
	Notify func([]Event)
}

// Rooms are all calls of the host. A room is made by its first join and ends
// with its last peer.
type Rooms struct {
	config  Config
	tickets *tickets
	deafen  func()         // ends candidatesChanged
	workers sync.WaitGroup // the rooms' goroutines

	mu      sync.Mutex
	byID    map[string]*Room // mu protects
	stopped bool             // mu protects
}

// NewRooms makes a host without calls.
func NewRooms(config Config) (*Rooms, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("rooms: %w", err)
	}
	rs := &Rooms{config: config, tickets: newTickets(), byID: map[string]*Room{}}
	rs.deafen = config.Server.OnCandidates(rs.candidatesChanged)
	return rs, nil
}

// Join brings a user into a room. The same user already being there, the newer
// one takes its place.
func (rs *Rooms) Join(req JoinRequest) (*Membership, error) {
	if req.Room == "" || req.User == "" || !req.CallType.Valid() || req.Notify == nil {
		return nil, fmt.Errorf("join: %w", ErrBadRequest)
	}
	return rs.enter(req.Room, func(r *Room, now time.Time) (*Membership, error) {
		return r.join(now, req)
	})
}

// Resume brings a peer back under its earlier name.
func (rs *Rooms) Resume(req ResumeRequest) (*Membership, error) {
	if req.Notify == nil {
		return nil, fmt.Errorf("resume: %w", ErrBadRequest)
	}
	t, ok := rs.tickets.redeem(time.Now(), req.Secret)
	if !ok {
		return nil, ErrBadResume
	}
	if req.Allow != nil {
		if err := req.Allow(t.user); err != nil {
			return nil, err
		}
	}
	if t.peer != nil && rs.find(t.roomID) == nil {
		return nil, ErrBadResume // its time ran out just now
	}
	return rs.enter(t.roomID, func(r *Room, now time.Time) (*Membership, error) {
		return r.resume(now, t, req)
	})
}

// Close ends every call, tells everybody, and waits for the rooms. It is
// idempotent.
func (rs *Rooms) Close() {
	rs.deafen()
	for _, r := range rs.stop() {
		// A room that has ended meanwhile needs no ending.
		_ = r.do(func(time.Time) { r.end() })
	}
	rs.workers.Wait()
}

func (rs *Rooms) stop() []*Room {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.stopped = true
	return rs.listLocked()
}

// enter runs fn in the named room, which is made if need be.
func (rs *Rooms) enter(id string, fn func(*Room, time.Time) (*Membership, error)) (*Membership, error) {
	for {
		r, err := rs.findOrMake(id)
		if err != nil {
			return nil, err
		}
		var m *Membership
		var enterErr error
		err = r.do(func(now time.Time) { m, enterErr = fn(r, now) })
		if errors.Is(err, errRoomClosed) {
			continue // its last peer left between finding and entering
		}
		return m, enterErr
	}
}

func (rs *Rooms) findOrMake(id string) (*Room, error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.stopped {
		return nil, ErrStopping
	}
	if r := rs.byID[id]; r != nil {
		return r, nil
	}
	if len(rs.byID) >= rs.config.Limits.Rooms {
		return nil, fmt.Errorf("rooms: %w", ErrFull)
	}
	r := newRoom(rs, id)
	rs.byID[id] = r
	rs.workers.Go(r.run)
	return r, nil
}

func (rs *Rooms) find(id string) *Room {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.byID[id]
}

// forget is called by a room that ends, before it stops listening.
func (rs *Rooms) forget(r *Room) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.byID[r.id] == r {
		delete(rs.byID, r.id)
	}
}

func (rs *Rooms) list() []*Room {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.listLocked()
}

func (rs *Rooms) listLocked() []*Room {
	rooms := make([]*Room, 0, len(rs.byID))
	for _, r := range rs.byID {
		rooms = append(rooms, r)
	}
	return rooms
}
