package identity

import (
	"encoding/json"
	"errors"
	"os"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// inspect reads the whole file, and changes nothing, before bbolt may write to
// it. It holds bbolt's lock meanwhile, so that it sees no other process's write.
func inspect(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return cause(err)
	}
	defer func() { _ = file.Close() }()
	if err := checkStart(file); err != nil {
		return err
	}
	db, err := openBolt(path, true)
	if err != nil {
		return err
	}
	return errors.Join(inspectLocked(file, db), db.Close())
}

// checkStart is what bbolt needs to open a file only to read from it.
func checkStart(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return cause(err)
	}
	if !info.Mode().IsRegular() {
		return corrupt("it is not a file")
	}
	m, err := newestMeta(file, info.Size())
	if err != nil {
		return err
	}
	if info.Size() < 2*int64(m.pageSize) {
		return corrupt("it is cut off")
	}
	return nil
}

func inspectLocked(file *os.File, db *bolt.DB) error {
	info, err := file.Stat()
	if err != nil {
		return cause(err)
	}
	if err := checkPages(file, info.Size()); err != nil {
		return err
	}
	return db.View(func(tx *bolt.Tx) error {
		if err := checkVersion(tx); err != nil {
			return err
		}
		return checkRecords(tx)
	})
}

func checkVersion(tx *bolt.Tx) error {
	if tx.Bucket([]byte(bucketMeta)) == nil {
		return corrupt("it is another program's")
	}
	var version int
	found, err := get(tx, bucketMeta, versionKey(), &version)
	switch {
	case err != nil:
		return err
	case !found || version < 1:
		return corrupt("it has no version")
	case version > schemaVersion:
		return ErrNewer
	}
	return nil
}

// checkRecords reads every record once, so that none is met first while a call
// comes in.
func checkRecords(tx *bolt.Tx) error {
	known := allBuckets()
	for _, bucket := range known {
		if tx.Bucket([]byte(bucket)) == nil {
			return corrupt("%s is missing", bucket)
		}
	}
	err := tx.ForEach(func(name []byte, _ *bolt.Bucket) error {
		if !slices.Contains(known, string(name)) {
			return corrupt("an unknown bucket")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return errors.Join(
		checkBucket[json.RawMessage](tx, bucketMeta, 0),
		checkMeta(tx),
		checkBucket[keyRecord](tx, bucketKeys, 8),
		checkBucket[accountRecord](tx, bucketAccounts, accountKeyBytes),
		checkBucket[friendRecord](tx, bucketFriends, 0),
		checkBucket[Group](tx, bucketGroups, 0),
		checkBucket[sessionRecord](tx, bucketSessions, sessionKeyBytes),
		checkBucket[callRecord](tx, bucketCalls, callKeyBytes),
		checkBucket[int64](tx, bucketEvents, 0),
		checkBucket[struct{}](tx, bucketExpiries, 0),
		checkBucket[int](tx, bucketOrigins, 0),
	)
}

func checkBucket[T any](tx *bolt.Tx, bucket string, keyBytes int) error {
	return each(tx, bucket, nil, func(key []byte, _ T) error {
		if keyBytes > 0 && len(key) != keyBytes {
			return corrupt("a key of %s has %d bytes", bucket, len(key))
		}
		return nil
	})
}

func checkMeta(tx *bolt.Tx) error {
	var profile Profile
	var events eventsRecord
	_, err := get(tx, bucketMeta, profileKey(), &profile)
	if err == nil {
		_, err = get(tx, bucketMeta, eventsKey(), &events)
	}
	return err
}
