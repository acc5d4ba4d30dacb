package room

import (
	"cmp"
	"slices"
	"time"
)

// Snapshot is what all rooms look like now, ordered by their id.
func (rs *Rooms) Snapshot() []Snapshot {
	rooms := rs.list()
	snapshots := make([]Snapshot, 0, len(rooms))
	for _, r := range rooms {
		var s Snapshot
		if r.do(func(time.Time) { s = r.snapshot() }) == nil {
			snapshots = append(snapshots, s)
		}
	}
	slices.SortFunc(snapshots, func(a, b Snapshot) int { return cmp.Compare(a.ID, b.ID) })
	return snapshots
}

// HasPeer reports whether the user is in the room, with a socket or about to
// come back.
func (rs *Rooms) HasPeer(roomID, user string) bool {
	return rs.in(roomID, func(r *Room) error {
		if r.peer(user) == nil {
			return ErrNoPeer
		}
		return nil
	}) == nil
}

// Users are the people in the room, with a socket or about to come back.
func (rs *Rooms) Users(roomID string) []string {
	var users []string
	// No room, no people: that is no error here.
	_ = rs.in(roomID, func(r *Room) error {
		users = make([]string, 0, len(r.peers))
		for _, p := range r.peers {
			users = append(users, p.id)
		}
		return nil
	})
	return users
}

// MayReturn reports whether the user has left the room in a way that one may come
// back from, such as the reload of a page, and still may.
func (rs *Rooms) MayReturn(roomID, user string) bool {
	return rs.tickets.holds(time.Now(), roomID, user)
}

// People is the number of peers in the room, 0 for a room that is not there.
func (rs *Rooms) People(roomID string) int {
	people := 0
	// No room, no people: that is no error here.
	_ = rs.in(roomID, func(r *Room) error {
		people = len(r.peers)
		return nil
	})
	return people
}

// RemovePeer takes a person out of a room, without a way to resume.
func (rs *Rooms) RemovePeer(roomID, user string) error {
	rs.tickets.revokeUser(roomID, user)
	return rs.in(roomID, func(r *Room) error {
		p := r.peer(user)
		if p == nil {
			return ErrNoPeer
		}
		r.dismiss(p, ReasonRemoved)
		return nil
	})
}

// End puts everybody out of a room: the host ends the call. A room that is not
// there is over already.
func (rs *Rooms) End(roomID string) {
	rs.tickets.revokeUser(roomID, "")
	_ = rs.in(roomID, func(r *Room) error {
		r.end()
		return nil
	})
}

// CloseProducer ends one stream of a person, and tells that person too.
func (rs *Rooms) CloseProducer(roomID, user, producerID string) error {
	return rs.in(roomID, func(r *Room) error {
		p := r.peer(user)
		if p == nil {
			return ErrNoPeer
		}
		producer := p.media.producer(producerID)
		if producer == nil {
			return ErrNoProducer
		}
		r.closeProducer(producer)
		p.tell(ProducerClosed{ProducerID: producerID, PeerID: p.id})
		return nil
	})
}

// in runs fn in a room that exists.
func (rs *Rooms) in(roomID string, fn func(*Room) error) error {
	r := rs.find(roomID)
	if r == nil {
		return ErrNoRoom
	}
	var err error
	if r.do(func(time.Time) { err = fn(r) }) != nil {
		return ErrNoRoom
	}
	return err
}
