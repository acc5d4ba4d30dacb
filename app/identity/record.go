package identity

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"time"

	bolt "go.etcd.io/bbolt"
)

// The buckets of the file.
const (
	bucketMeta     = "meta"     // "version": number · "profile": Profile · "events": eventsRecord
	bucketKeys     = "keys"     // when it ends: keyRecord
	bucketAccounts = "accounts" // number: accountRecord
	bucketFriends  = "friends"  // account's number, id: friendRecord
	bucketGroups   = "groups"   // id: Group
	bucketSessions = "sessions" // SHA-256 of the token: sessionRecord
	bucketCalls    = "calls"    // when it began, id: callRecord
	bucketEvents   = "events"   // origin, 0, id: when it may be forgotten
	bucketExpiries = "expiries" // when it may be forgotten, key of its event: nothing
	bucketOrigins  = "origins"  // origin: number of its events
)

func allBuckets() []string {
	return []string{
		bucketMeta, bucketKeys, bucketAccounts, bucketFriends, bucketGroups,
		bucketSessions, bucketCalls, bucketEvents, bucketExpiries, bucketOrigins,
	}
}

// A record is the CRC-32C of bucket, key and JSON, and then the JSON.
const checksumBytes = 4

func checksum(bucket string, key, text []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Update(0, table, []byte(bucket))
	sum = crc32.Update(sum, table, key)
	return crc32.Update(sum, table, text)
}

func put(tx *bolt.Tx, bucket string, key []byte, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode record of %s: %w", bucket, err)
	}
	record := binary.BigEndian.AppendUint32(make([]byte, 0, checksumBytes+len(text)), checksum(bucket, key, text))
	if err := tx.Bucket([]byte(bucket)).Put(key, append(record, text...)); err != nil {
		return fmt.Errorf("write record of %s: %w", bucket, err)
	}
	return nil
}

// get leaves into as it is where there is no such record.
func get(tx *bolt.Tx, bucket string, key []byte, into any) (found bool, err error) {
	record := tx.Bucket([]byte(bucket)).Get(key)
	if record == nil {
		return false, nil
	}
	return true, decode(bucket, key, record, into)
}

func decode(bucket string, key, record []byte, into any) error {
	if len(record) < checksumBytes {
		return corrupt("a record of %s is cut off", bucket)
	}
	text := record[checksumBytes:]
	if binary.BigEndian.Uint32(record) != checksum(bucket, key, text) {
		return corrupt("a record of %s has another checksum", bucket)
	}
	if err := strictly(bytes.NewReader(text), into); err != nil {
		return corrupt("a record of %s: %v", bucket, err)
	}
	return nil
}

// strictly decodes one JSON value that has nothing unknown in it or behind it.
func strictly(from io.Reader, into any) error {
	decoder := json.NewDecoder(from)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("something follows the end")
	}
	return nil
}

func remove(tx *bolt.Tx, bucket string, key []byte) error {
	if err := tx.Bucket([]byte(bucket)).Delete(key); err != nil {
		return fmt.Errorf("remove record of %s: %w", bucket, err)
	}
	return nil
}

// each goes through the records whose keys begin with prefix, in order. fn must
// not change the bucket.
func each[T any](tx *bolt.Tx, bucket string, prefix []byte, fn func(key []byte, value T) error) error {
	cursor := tx.Bucket([]byte(bucket)).Cursor()
	for key, record := cursor.Seek(prefix); key != nil && bytes.HasPrefix(key, prefix); key, record = cursor.Next() {
		var value T
		if err := decode(bucket, key, record, &value); err != nil {
			return err
		}
		if err := fn(key, value); err != nil {
			return err
		}
	}
	return nil
}

// removeAll removes the records whose keys begin with prefix and that unwanted
// says yes to.
func removeAll[T any](tx *bolt.Tx, bucket string, prefix []byte, unwanted func(key []byte, value T) bool) error {
	var keys [][]byte
	err := each(tx, bucket, prefix, func(key []byte, value T) error {
		if unwanted(key, value) {
			keys = append(keys, bytes.Clone(key))
		}
		return nil
	})
	for _, key := range keys {
		if err == nil {
			err = remove(tx, bucket, key)
		}
	}
	return err
}

// timeKey sorts by time, to the millisecond; times before 1970 do not occur.
func timeKey(t time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(max(t.UnixMilli(), 0)))
}

func timeOf(key []byte) time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(key))).UTC()
}

// stamp is a time as it is kept.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
