package identity

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// samplePages is a file with branches, leaves, buckets of both sizes, values
// over several pages, and free pages.
func samplePages(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sample.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: 1024, FreelistType: bolt.FreelistMapType})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		err := db.Update(func(tx *bolt.Tx) error {
			for _, name := range []string{"large", "small"} {
				b, err := tx.CreateBucketIfNotExists([]byte(name))
				if err != nil {
					return err
				}
				for n := range map[string]int{"large": 200, "small": 2}[name] {
					if err := b.Put(fmt.Appendf(nil, "key %d", n*(round+1)), bytes.Repeat([]byte("v"), 20+n)); err != nil {
						return err
					}
				}
			}
			b, err := tx.Bucket([]byte("large")).CreateBucketIfNotExists([]byte("within"))
			if err != nil {
				return err
			}
			return b.Put([]byte("long"), bytes.Repeat([]byte("w"), 5000))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for n := range 50 {
			if err := tx.Bucket([]byte("large")).Delete(fmt.Appendf(nil, "key %d", n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

func TestCheckPagesTakesWholeFiles(t *testing.T) {
	whole := samplePages(t)
	if err := checkPages(bytes.NewReader(whole), int64(len(whole))); err != nil {
		t.Error(err)
	}
	// The power went while either meta page was being written.
	for _, page := range []int{0, 1} {
		torn := bytes.Clone(whole)
		clear(torn[page*1024+40 : page*1024+100])
		if err := checkPages(bytes.NewReader(torn), int64(len(torn))); err != nil {
			t.Errorf("without meta page %d: %v", page, err)
		}
	}
}

// What bbolt itself writes passes, whatever was put in and taken out.
func TestCheckPagesAfterMuchUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "used.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: 1024, FreelistType: bolt.FreelistMapType, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	random := rand.New(rand.NewPCG(3, 4))
	for round := range 400 {
		if err := db.Update(func(tx *bolt.Tx) error { return useRandomly(tx, random) }); err != nil {
			t.Fatal(err)
		}
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkPages(bytes.NewReader(whole), int64(len(whole))); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

func useRandomly(tx *bolt.Tx, random *rand.Rand) error {
	name := fmt.Appendf(nil, "bucket %d", random.IntN(6))
	if random.IntN(20) == 0 && tx.Bucket(name) != nil {
		return tx.DeleteBucket(name)
	}
	b, err := tx.CreateBucketIfNotExists(name)
	for range random.IntN(60) {
		key := fmt.Appendf(nil, "%d", random.IntN(400))
		switch {
		case err != nil:
			return err
		case random.IntN(3) == 0:
			err = b.Delete(key)
		case random.IntN(40) == 0:
			err = b.Put(key, make([]byte, random.IntN(9000)))
		default:
			err = b.Put(key, make([]byte, random.IntN(90)))
		}
	}
	return err
}

// A file that passes can be read, written and read again by bbolt, which
// trusts what it finds; one that does not pass is only read here.
func FuzzCheckPages(f *testing.F) {
	whole := samplePages(f)
	patch := func(at uint32, b byte) []byte { return append(binary.BigEndian.AppendUint32(nil, at), b) }
	f.Add([]byte{})
	f.Add(patch(2*1024+10, 9))    // how many elements
	f.Add(patch(3*1024+8, 1))     // which kind
	f.Add(patch(4*1024+16, 0xff)) // where an element is
	f.Add(patch(4*1024+24, 0xff)) // how long it is
	f.Add(patch(4*1024+100, 0xff))
	f.Add(patch(0, 0xff))
	path := filepath.Join(f.TempDir(), "fuzzed.db")
	f.Fuzz(func(t *testing.T, patches []byte) {
		image := bytes.Clone(whole)
		for ; len(patches) >= 5; patches = patches[5:] {
			at := binary.BigEndian.Uint32(patches) % uint32(len(image))
			image[at] ^= patches[4]
		}
		image = image[:len(image)-len(patches)] // the rest cuts it off
		if checkPages(bytes.NewReader(image), int64(len(image))) != nil {
			return
		}
		if err := os.WriteFile(path, image, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := bolt.Open(path, 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType, NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := db.View(func(tx *bolt.Tx) error { return tx.ForEach(readThrough) }); err != nil {
				t.Error(err)
			}
			err := db.Update(func(tx *bolt.Tx) error {
				b, err := tx.CreateBucketIfNotExists([]byte("more"))
				if err != nil {
					return err
				}
				return b.Put([]byte("key"), bytes.Repeat([]byte("x"), 3000))
			})
			if err != nil {
				t.Error(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

func readThrough(_ []byte, b *bolt.Bucket) error {
	return b.ForEach(func(k, v []byte) error {
		if v == nil && b.Bucket(k) != nil {
			return readThrough(k, b.Bucket(k))
		}
		return nil
	})
}
