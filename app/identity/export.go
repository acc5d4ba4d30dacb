package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"
)

// Export writes everything as one JSON document: domain, keys, accounts with
// their password hashes, friends, groups and history. Who reads it can sign in
// this host's name, so it is to be kept like a key.
func (s *Store) Export(now time.Time, w io.Writer) error {
	d := document{
		Format: documentFormat, Version: documentVersion, ExportedAt: stamp(now),
		Keys: []documentKey{}, Accounts: []documentAccount{}, Friends: []documentFriend{},
		Groups: []Group{}, Calls: []Call{}, Events: []documentEvent{},
	}
	err := s.view(func(tx *bolt.Tx) error { return d.readFrom(tx, now) })
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(d); err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	return nil
}

// ExportFile writes the document to a new file, readable to its owner alone. It
// does not touch a file that is there.
func (s *Store) ExportFile(now time.Time, path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return &FileError{Path: path, Err: fs.ErrExist}
	}
	fresh, err := os.CreateTemp(filepath.Dir(path), ".export-*") // made with 0600
	if err != nil {
		return &FileError{Path: path, Err: cause(err)}
	}
	err = s.Export(now, fresh)
	if err == nil {
		err = fresh.Sync()
	}
	err = errors.Join(err, fresh.Close())
	if err == nil {
		err = os.Rename(fresh.Name(), path)
	}
	if err != nil {
		return &FileError{Path: path, Err: errors.Join(cause(err), os.Remove(fresh.Name()))}
	}
	syncFolder(filepath.Dir(path))
	return nil
}

func (d *document) readFrom(tx *bolt.Tx, now time.Time) error {
	profile, err := profileOf(tx)
	if err == nil {
		d.Profile = &profile
	} else if !errors.Is(err, ErrNoProfile) {
		return err
	}
	names, err := accountNames(tx)
	if err != nil {
		return err
	}
	return errors.Join(
		each(tx, bucketKeys, nil, func(key []byte, r keyRecord) error {
			d.Keys = append(d.Keys, documentKey{timeOf(key), r.Seed, r.CreatedAt})
			return nil
		}),
		each(tx, bucketAccounts, nil, func(_ []byte, r accountRecord) error {
			d.Accounts = append(d.Accounts, documentAccount(r))
			return nil
		}),
		each(tx, bucketFriends, nil, func(key []byte, r friendRecord) error {
			account := names[accountKey(key[:accountKeyBytes])]
			d.Friends = append(d.Friends, documentFriend{account, r.friend(key)})
			return nil
		}),
		each(tx, bucketGroups, nil, func(_ []byte, group Group) error {
			d.Groups = append(d.Groups, group)
			return nil
		}),
		each(tx, bucketCalls, nil, func(key []byte, r callRecord) error {
			d.Calls = append(d.Calls, r.call(key, names[r.Account]))
			return nil
		}),
		each(tx, bucketEvents, nil, func(key []byte, untilMs int64) error {
			origin, id, _ := strings.Cut(string(key), "\x00")
			if until := time.UnixMilli(untilMs).UTC(); until.After(now) && len(id) == len(uuid.UUID{}) {
				d.Events = append(d.Events, documentEvent{origin, uuid.UUID([]byte(id)), until})
			}
			return nil
		}),
	)
}
