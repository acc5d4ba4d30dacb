package identity

import (
	"fmt"
	"io"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Import puts what a document of Export says in the place of everything here,
// in one transaction, after all of it was found to be in order. Events that were
// accepted here stay accepted, and all sessions end.
func (s *Store) Import(now time.Time, r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, maxDocumentBytes+1))
	if err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	if len(text) > maxDocumentBytes {
		return fmt.Errorf("%w: it is too long", ErrDocument)
	}
	d, err := parseDocument(text)
	if err != nil {
		return err
	}
	if err := d.check(&s.config.Limits); err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) error { return s.replace(tx, now, d) })
}

func (s *Store) replace(tx *bolt.Tx, now time.Time, d *document) error {
	for _, bucket := range []string{bucketKeys, bucketAccounts, bucketFriends, bucketGroups, bucketSessions, bucketCalls} {
		if err := tx.DeleteBucket([]byte(bucket)); err != nil {
			return err
		}
		if _, err := tx.CreateBucket([]byte(bucket)); err != nil {
			return err
		}
	}
	for _, write := range []func(*bolt.Tx) error{d.writeProfile, d.writeKeys, d.writePeople, d.writeGroups, d.writeCalls} {
		if err := write(tx); err != nil {
			return err
		}
	}
	for _, event := range d.Events {
		// One that is over, was seen here, or is one too many, needs no more.
		if _, err := s.acceptEvent(tx, now, event.Origin, event.ID, event.Until); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) writeProfile(tx *bolt.Tx) error {
	if d.Profile == nil {
		return remove(tx, bucketMeta, profileKey())
	}
	return put(tx, bucketMeta, profileKey(), d.Profile)
}

func (d *document) writeKeys(tx *bolt.Tx) error {
	for _, key := range d.Keys {
		if err := put(tx, bucketKeys, timeKey(key.Expire), keyRecord{key.Seed, key.CreatedAt}); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) writePeople(tx *bolt.Tx) error {
	for _, account := range d.Accounts {
		if err := newAccount(tx, accountRecord(account)); err != nil {
			return err
		}
	}
	for _, friend := range d.Friends {
		account, _, err := findAccount(tx, friend.Account)
		if err != nil {
			return err
		}
		record := friendRecord{friend.State, friend.Title, friend.ChangedAt}
		if err := put(tx, bucketFriends, friendKey(account, friend.ID), record); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) writeGroups(tx *bolt.Tx) error {
	for _, group := range d.Groups {
		if err := put(tx, bucketGroups, []byte(group.ID), group); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) writeCalls(tx *bolt.Tx) error {
	for _, call := range d.Calls {
		account, _, err := findAccount(tx, call.Account)
		if err != nil {
			return err
		}
		key, err := call.key()
		if err != nil {
			return err
		}
		if err := put(tx, bucketCalls, key, call.record(account)); err != nil {
			return err
		}
	}
	return nil
}
