package identity

import (
	"fmt"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
)

// keyRecord is what is kept of a server key.
type keyRecord struct {
	Seed      []byte    `json:"seed"`
	CreatedAt time.Time `json:"createdAt"`
}

// keyring keeps what seeds expand to: that costs about as much as a signature.
type keyring struct {
	mu   sync.Mutex
	keys map[[seedBytes]byte]ServerKey // mu protects it; at most maxKeys
}

func (k *keyring) key(record keyRecord, expire time.Time) (ServerKey, error) {
	if len(record.Seed) != seedBytes {
		return ServerKey{}, corrupt("a server key has %d bytes", len(record.Seed))
	}
	seed := [seedBytes]byte(record.Seed)
	k.mu.Lock()
	key, known := k.keys[seed]
	k.mu.Unlock()
	if !known {
		key = keyFromSeed(seed, expire)
		k.keep(seed, key)
	}
	key.Expire = expire
	return key, nil
}

func (k *keyring) keep(seed [seedBytes]byte, key ServerKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil || len(k.keys) >= maxKeys {
		k.keys = map[[seedBytes]byte]ServerKey{} // of an earlier import
	}
	k.keys[seed] = key
}

// SigningKey gives the newest server key, after making a new one where there is
// none or it ends soon. A key that ends later than one made now would was made
// while the clock was wrong, and is passed over.
func (s *Store) SigningKey(now time.Time) (ServerKey, error) {
	var newest ServerKey
	err := s.view(func(tx *bolt.Tx) (err error) {
		newest, err = s.newestKey(tx, now)
		return err
	})
	if err != nil || newest.Public != nil {
		return newest, err
	}
	err = s.update(func(tx *bolt.Tx) (err error) {
		// Another may have been as quick.
		if newest, err = s.newestKey(tx, now); err != nil || newest.Public != nil {
			return err
		}
		newest, err = s.makeKey(tx, now)
		return err
	})
	if err != nil {
		return ServerKey{}, fmt.Errorf("make server key: %w", err)
	}
	return newest, nil
}

// newestKey gives the key to sign with, or none.
func (s *Store) newestKey(tx *bolt.Tx, now time.Time) (ServerKey, error) {
	cursor := tx.Bucket([]byte(bucketKeys)).Cursor()
	for key, value := cursor.Last(); key != nil; key, value = cursor.Prev() {
		expire := timeOf(key)
		if expire.After(now.Add(s.config.Keys.Life)) {
			continue
		}
		if !expire.After(now.Add(s.config.Keys.Renew)) {
			break
		}
		var record keyRecord
		if err := decode(bucketKeys, key, value, &record); err != nil {
			return ServerKey{}, err
		}
		return s.keyring.key(record, expire)
	}
	return ServerKey{}, nil
}

// makeKey also drops the keys that nobody asks for any more.
func (s *Store) makeKey(tx *bolt.Tx, now time.Time) (ServerKey, error) {
	err := removeAll(tx, bucketKeys, nil, func(key []byte, _ keyRecord) bool {
		return timeOf(key).Before(now.Add(-s.config.Keys.Keep))
	})
	if err != nil {
		return ServerKey{}, err
	}
	seed, expire := newSeed(), stamp(now.Add(s.config.Keys.Life))
	record := keyRecord{Seed: seed[:], CreatedAt: stamp(now)}
	if err := put(tx, bucketKeys, timeKey(expire), record); err != nil {
		return ServerKey{}, err
	}
	return keyFromSeed(seed, expire), nil
}

// PublicKey gives the public key that ends at expire, or ErrNoKey. Keys past
// their end are given too: somebody may check a signature late.
func (s *Store) PublicKey(expire time.Time) ([]byte, error) {
	var key ServerKey
	err := s.view(func(tx *bolt.Tx) error {
		var record keyRecord
		found, err := get(tx, bucketKeys, timeKey(expire), &record)
		if err != nil {
			return err
		}
		if !found || !stamp(expire).Equal(expire) {
			return ErrNoKey
		}
		key, err = s.keyring.key(record, expire)
		return err
	})
	return key.Public, err
}
