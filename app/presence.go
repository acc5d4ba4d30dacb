package app

import (
	"sync"
	"time"

	"takoshome/sfu/room"
)

const (
	// maxPlaces bounds the people who are looked for.
	maxPlaces = 8192
	// placeTime is how long somebody is looked for who has not come, or has left
	// and may come back.
	placeTime = time.Minute
)

// place is somebody in a room.
type place struct{ room, user string }

// attendance hears who comes and goes.
type attendance interface {
	Entered(room, user string)
	Left(room, user string) // and may come back
	Gone(room, user string) // for good
}

// presence tells who of those with tokens is in which room, and empties rooms.
// Rooms say only that something has changed.
type presence struct {
	rooms *room.Rooms
	tell  attendance    // nil: nobody hears
	moved chan struct{} // has room for one
	stop  chan struct{} // closed by close
	gone  sync.WaitGroup

	// mu protects all that follows; it is a leaf.
	mu     sync.Mutex
	places map[place]*presentPerson
	over   []place // to be emptied; without a user, the whole room
}

type presentPerson struct {
	inside bool
	since  time.Time
}

// newPresence starts looking.
func newPresence(rooms *room.Rooms, tell attendance) *presence {
	p := &presence{
		rooms:  rooms,
		tell:   tell,
		moved:  make(chan struct{}, 1),
		stop:   make(chan struct{}),
		places: map[place]*presentPerson{},
	}
	p.gone.Go(p.run)
	return p
}

// expect says that somebody's token for a room was just used.
func (p *presence) expect(room, user string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := place{room, user}
	switch known := p.places[at]; {
	case known != nil:
		known.since = time.Now()
	case p.tell != nil && len(p.places) < maxPlaces:
		p.places[at] = &presentPerson{since: time.Now()}
	}
}

// empty has somebody put out of a room; everybody, where user is empty.
func (p *presence) empty(room, user string) {
	p.mu.Lock()
	p.over = append(p.over, place{room, user})
	if len(p.over) > maxPlaces {
		p.over = p.over[1:]
	}
	p.mu.Unlock()
	p.look()
}

// look says that somebody may have come or left; it returns at once.
func (p *presence) look() {
	select {
	case p.moved <- struct{}{}:
	default: // it will look anyway
	}
}

// run is the goroutine that looks.
func (p *presence) run() {
	for {
		select {
		case <-p.stop:
			return
		case <-p.moved:
			p.emptyRooms()
			p.lookAround(time.Now())
		}
	}
}

func (p *presence) emptyRooms() {
	p.mu.Lock()
	over := p.over
	p.over = nil
	p.mu.Unlock()
	for _, at := range over {
		if at.user == "" {
			p.rooms.End(at.room)
		} else {
			_ = p.rooms.RemovePeer(at.room, at.user) // who is not there need not go
		}
	}
}

// lookAround asks each room once, however many are looked for there.
func (p *presence) lookAround(now time.Time) {
	for id, users := range p.all() {
		there := map[string]bool{}
		for _, user := range p.rooms.Users(id) {
			there[user] = true
		}
		for _, user := range users {
			p.lookFor(now, place{id, user}, there[user])
		}
	}
}

func (p *presence) lookFor(now time.Time, at place, inside bool) {
	switch entered, left := p.note(now, at, inside); {
	case entered:
		p.tell.Entered(at.room, at.user)
	case left && p.rooms.MayReturn(at.room, at.user):
		p.tell.Left(at.room, at.user)
	case left:
		p.tell.Gone(at.room, at.user)
	}
}

// all are those who are looked for, by room.
func (p *presence) all() map[string][]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	users := map[string][]string{}
	for at := range p.places {
		users[at.room] = append(users[at.room], at.user)
	}
	return users
}

// note keeps where somebody is, and forgets who is no longer looked for.
func (p *presence) note(now time.Time, at place, inside bool) (entered, left bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.places[at]
	switch {
	case inside != known.inside:
		known.inside, known.since = inside, now
		return inside, !inside
	case !inside && now.Sub(known.since) > placeTime:
		delete(p.places, at)
	}
	return false, false
}

// close ends looking, and awaits it.
func (p *presence) close() {
	close(p.stop)
	p.gone.Wait()
}
