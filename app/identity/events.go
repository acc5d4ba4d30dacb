package identity

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"
)

// sweepAtOnce bounds what one acceptance clears away, and is more than it adds.
const sweepAtOnce = 64

// eventsRecord is what is known of all events together.
type eventsRecord struct {
	Count int `json:"count"`
	// Horizon is the latest time, in ms, that a forgotten event was remembered
	// for. Should the clock go back, what was remembered no longer than this may
	// be one of them.
	Horizon int64 `json:"horizonMs"`
}

func eventsKey() []byte { return []byte("events") }

// AcceptEvent is nil exactly once for each id from an origin, of however many
// that ask at the same moment, across restarts, until until; the caller refuses
// the event by its own time afterwards. ErrSeen: it was accepted before.
// ErrStale: until is past. ErrFull: no more can be remembered, so none is accepted;
// servers of friends and of groups' members have half of it to themselves.
func (s *Store) AcceptEvent(now time.Time, origin string, id uuid.UUID, until time.Time) error {
	// Whoever has an event's bytes can repeat them: that costs no write.
	seen := false
	err := s.view(func(tx *bolt.Tx) error {
		seen = tx.Bucket([]byte(bucketEvents)).Get(eventKey(origin, id)) != nil
		return nil
	})
	switch {
	case err != nil:
		return err
	case seen:
		return ErrSeen
	}
	var verdict error
	err = s.db.Batch(func(tx *bolt.Tx) error {
		// Of a batch that fails as a whole each is tried again alone.
		verdict = nil
		var err error
		verdict, err = s.acceptEvent(tx, now, origin, id, until)
		return err
	})
	if err != nil {
		return err
	}
	return verdict
}

func (s *Store) acceptEvent(tx *bolt.Tx, now time.Time, origin string, id uuid.UUID, until time.Time) (verdict, err error) {
	var all eventsRecord
	if _, err := get(tx, bucketMeta, eventsKey(), &all); err != nil {
		return nil, err
	}
	if err := sweepEvents(tx, now, &all); err != nil {
		return nil, err
	}
	key, count := eventKey(origin, id), 0
	if _, err := get(tx, bucketOrigins, []byte(origin), &count); err != nil {
		return nil, err
	}
	switch {
	case tx.Bucket([]byte(bucketEvents)).Get(key) != nil:
		verdict = ErrSeen
	case !until.After(now) || until.UnixMilli() <= all.Horizon:
		verdict = ErrStale
	case count >= s.config.Limits.EventsPerOrigin:
		verdict = ErrFull
	case all.Count >= s.config.Limits.Events/2:
		if verdict, err = s.refuseStranger(tx, all, origin); err != nil {
			return nil, err
		}
	}
	if verdict == nil {
		all.Count++
		if err := addEvent(tx, origin, key, count+1, until); err != nil {
			return nil, err
		}
	}
	return verdict, put(tx, bucketMeta, eventsKey(), all)
}

// refuseStranger keeps the second half for servers that somebody here has to do
// with: anybody can have any number of domains, and fill the first.
func (s *Store) refuseStranger(tx *bolt.Tx, all eventsRecord, origin string) (verdict, err error) {
	if all.Count >= s.config.Limits.Events {
		return ErrFull, nil
	}
	known := false
	err = each(tx, bucketFriends, nil, func(key []byte, r friendRecord) error {
		isOurs := r.State == StateFriends || r.State == StateRequested
		known = known || (isOurs && r.friend(key).ID.Domain() == origin)
		return nil
	})
	if err != nil || known {
		return nil, err
	}
	err = each(tx, bucketGroups, nil, func(_ []byte, group Group) error {
		for _, member := range group.Members {
			known = known || member.ID.Domain() == origin
		}
		known = known || group.ID.Domain() == origin
		return nil
	})
	if err == nil && !known {
		verdict = ErrFull
	}
	return verdict, err
}

func addEvent(tx *bolt.Tx, origin string, key []byte, count int, until time.Time) error {
	if err := put(tx, bucketEvents, key, until.UnixMilli()); err != nil {
		return err
	}
	if err := put(tx, bucketExpiries, append(timeKey(until), key...), struct{}{}); err != nil {
		return err
	}
	return put(tx, bucketOrigins, []byte(origin), count)
}

// sweepEvents forgets what is over, the oldest first.
func sweepEvents(tx *bolt.Tx, now time.Time, all *eventsRecord) error {
	var over [][]byte
	cursor := tx.Bucket([]byte(bucketExpiries)).Cursor()
	for key, _ := cursor.First(); key != nil && len(over) < sweepAtOnce; key, _ = cursor.Next() {
		if len(key) < 8 || timeOf(key).After(now) {
			break
		}
		over = append(over, bytes.Clone(key))
	}
	for _, expiry := range over {
		if err := forgetEvent(tx, expiry, all); err != nil {
			return err
		}
	}
	return nil
}

func forgetEvent(tx *bolt.Tx, expiry []byte, all *eventsRecord) error {
	key := expiry[8:]
	origin, _, _ := strings.Cut(string(key), "\x00")
	all.Count--
	all.Horizon = max(all.Horizon, int64(binary.BigEndian.Uint64(expiry)))
	count := 0
	if _, err := get(tx, bucketOrigins, []byte(origin), &count); err != nil {
		return err
	}
	if err := remove(tx, bucketExpiries, expiry); err != nil {
		return err
	}
	if err := remove(tx, bucketEvents, key); err != nil {
		return err
	}
	if count <= 1 {
		return remove(tx, bucketOrigins, []byte(origin))
	}
	return put(tx, bucketOrigins, []byte(origin), count-1)
}

func eventKey(origin string, id uuid.UUID) []byte {
	return append(append([]byte(origin), 0), id[:]...)
}
