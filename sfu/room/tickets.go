package room

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"
)

// secretBytes is twice what docs/protocol.md asks of a token.
const secretBytes = 32

// ticketKey is the SHA-256 of a resume secret, the only form that is kept.
// Looking it up in a map gives nothing away: who guesses learns the time it
// takes to compare hashes that cannot be chosen.
type ticketKey [sha256.Size]byte

// ticket lets one user back into one room.
type ticket struct {
	roomID, user string
	callType     CallType
	// peer is who holds the ticket, nil once it has left the room.
	peer *peer
	// expires is zero while the peer is in the room: then the room's own limit
	// for peers without a socket counts.
	expires time.Time
}

// tickets are the resume secrets of all rooms; they outlive an empty room.
type tickets struct {
	mu    sync.Mutex
	byKey map[ticketKey]ticket // mu protects
}

func newTickets() *tickets {
	return &tickets{byKey: map[ticketKey]ticket{}}
}

// issue keeps t and returns the secret that redeems it.
func (ts *tickets) issue(now time.Time, t ticket) (secret string, key ticketKey) {
	random := make([]byte, secretBytes)
	rand.Read(random) // never fails (crypto/rand)
	secret = base64.RawURLEncoding.EncodeToString(random)
	key = sha256.Sum256([]byte(secret))
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.purgeLocked(now)
	ts.byKey[key] = t
	return secret, key
}

// redeem takes the ticket out: a secret works once.
func (ts *tickets) redeem(now time.Time, secret string) (ticket, bool) {
	key := ticketKey(sha256.Sum256([]byte(secret)))
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t, ok := ts.byKey[key]
	delete(ts.byKey, key)
	return t, ok && !t.expired(now)
}

// leave marks the ticket's peer as gone; until expires its user may come anew.
func (ts *tickets) leave(key ticketKey, expires time.Time) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if t, ok := ts.byKey[key]; ok {
		t.peer, t.expires = nil, expires
		ts.byKey[key] = t
	}
}

func (ts *tickets) revoke(key ticketKey) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	delete(ts.byKey, key)
}

// revokeUser forgets the tickets by which an earlier peer of that name could
// come back, such as when the newest join wins; of "", those of the whole room.
func (ts *tickets) revokeUser(roomID, user string) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for key, t := range ts.byKey {
		if t.roomID == roomID && (user == "" || t.user == user) {
			delete(ts.byKey, key)
		}
	}
}

// holds says whether a user who has left may come back into the room.
func (ts *tickets) holds(now time.Time, roomID, user string) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for _, t := range ts.byKey {
		if t.roomID == roomID && t.user == user && t.peer == nil && !t.expired(now) {
			return true
		}
	}
	return false
}

// purgeLocked drops what has expired, so that the map stays as large as the
// rooms and half a minute of leaving.
func (ts *tickets) purgeLocked(now time.Time) {
	for key, t := range ts.byKey {
		if t.expired(now) {
			delete(ts.byKey, key)
		}
	}
}

func (t ticket) expired(now time.Time) bool {
	return !t.expires.IsZero() && !now.Before(t.expires)
}
