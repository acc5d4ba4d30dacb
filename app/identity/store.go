package identity

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// schemaVersion is what this program writes, and the newest it reads.
const schemaVersion = 1

// lockWait is how long a process that is just ending may still hold the file.
const lockWait = 500 * time.Millisecond

// Writes that come together share a transaction; the first of them waits this
// long for the others.
const (
	batchDelay = 2 * time.Millisecond
	growBytes  = 1 << 20
)

// Store is the stored state of this host.
type Store struct {
	config  Config
	db      *bolt.DB
	keyring keyring
	hashing chan struct{} // a place for each password that is being hashed
	waiting chan struct{} // and for each that waits for that
}

// Open opens the file, or makes it where there is none. Every error about the
// file is a *FileError; the file is then as it was.
func Open(config Config) (*Store, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	db, err := open(config.Path)
	if err != nil {
		return nil, &FileError{Path: config.Path, Err: err}
	}
	return &Store{
		config:  config,
		db:      db,
		hashing: make(chan struct{}, hashesAtOnce),
		waiting: make(chan struct{}, hashesWaiting),
	}, nil
}

func open(path string) (*bolt.DB, error) {
	switch _, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
		if err := create(path); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, cause(err)
	}
	if err := inspect(path); err != nil {
		return nil, err
	}
	db, err := openBolt(path, false)
	if err != nil {
		return nil, err
	}
	// Somebody may have copied the file about.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(cause(err), db.Close())
	}
	return db, nil
}

func openBolt(path string, readOnly bool) (*bolt.DB, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{
		Timeout:      lockWait,
		ReadOnly:     readOnly,
		FreelistType: bolt.FreelistMapType,
		MaxSize:      maxFileBytes,
		NoStatistics: true,
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, ErrInUse
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return nil, corrupt("%v", err)
	case err != nil:
		return nil, cause(err)
	}
	db.MaxBatchDelay = batchDelay
	db.AllocSize = growBytes
	return db, nil
}

// cause leaves out the path, which *FileError says.
func cause(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// create makes a whole file beside its place and puts it there in one step: a
// crash leaves no half of one.
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return cause(err)
	}
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cause(err)
	}
	if err := fill(fresh); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	if err := os.Rename(fresh, path); err != nil {
		return errors.Join(cause(err), os.Remove(fresh))
	}
	syncFolder(filepath.Dir(path))
	return nil
}

func fill(path string) error {
	db, err := openBolt(path, false)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, bucket := range allBuckets() {
			if _, err := tx.CreateBucket([]byte(bucket)); err != nil {
				return err
			}
		}
		return put(tx, bucketMeta, versionKey(), schemaVersion)
	})
	return errors.Join(err, db.Close())
}

// syncFolder makes a new name in it last. Systems without such a thing keep
// names by themselves.
func syncFolder(path string) {
	if folder, err := os.Open(path); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

// Close lets running transactions end. The Store is of no use afterwards.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close stored state: %w", err)
	}
	return nil
}

func (s *Store) view(fn func(*bolt.Tx) error) error { return s.db.View(fn) }

// update returns nil once the transaction is on the disk; after any error
// nothing of it is.
func (s *Store) update(fn func(*bolt.Tx) error) error { return s.db.Update(fn) }

func versionKey() []byte { return []byte("version") }
