package identity

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"
)

func TestOpenMakesAPrivateFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "state.db")
	s := openAt(t, path, bounds{})
	if _, err := s.Profile(); !errors.Is(err, ErrNoProfile) {
		t.Errorf("profile of a new file: %v", err)
	}
	reopen(t, s)
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
	if info := must[os.FileInfo](t)(os.Stat(path)); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
}

// Security check 40: the file is made private again after it was copied about.
func TestSec40OpenTightensTheFile(t *testing.T) {
	s := newStore(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.config.Path, 0o644); err != nil {
		t.Fatal(err)
	}
	openAt(t, s.config.Path, bounds{})
	if info := must[os.FileInfo](t)(os.Stat(s.config.Path)); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
}

func TestOpenOnlyOnce(t *testing.T) {
	s := newStore(t)
	_, err := Open(Config{Path: s.config.Path})
	if file := (*FileError)(nil); !errors.As(err, &file) || file.Path != s.config.Path || !errors.Is(err, ErrInUse) {
		t.Errorf("got %v, want ErrInUse with the path", err)
	}
}

func TestOpenAfterACrashWhileMaking(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path+".new", []byte("half of it"), 0o600); err != nil {
		t.Fatal(err)
	}
	openAt(t, path, bounds{})
	if _, err := os.Stat(path + ".new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the rest is still there: %v", err)
	}
}

func TestOpenRefusesAndLeavesUntouched(t *testing.T) {
	for _, test := range []struct {
		name   string
		damage func(t *testing.T, path string)
		want   error
	}{
		{"newer", func(t *testing.T, path string) {
			edit(t, path, func(tx *bolt.Tx) error { return put(tx, bucketMeta, versionKey(), schemaVersion+1) })
		}, ErrNewer},
		{"newer with more in it", func(t *testing.T, path string) {
			edit(t, path, func(tx *bolt.Tx) error {
				_, err := tx.CreateBucket([]byte("thoughts"))
				return errors.Join(err, put(tx, bucketMeta, versionKey(), schemaVersion+1))
			})
		}, ErrNewer},
		{"no version", func(t *testing.T, path string) {
			edit(t, path, func(tx *bolt.Tx) error { return remove(tx, bucketMeta, versionKey()) })
		}, ErrCorrupt},
		{"unknown bucket", func(t *testing.T, path string) {
			edit(t, path, func(tx *bolt.Tx) error {
				_, err := tx.CreateBucket([]byte("thoughts"))
				return err
			})
		}, ErrCorrupt},
		{"missing bucket", func(t *testing.T, path string) {
			edit(t, path, func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte(bucketFriends)) })
		}, ErrCorrupt},
		{"another program's", func(t *testing.T, path string) {
			edit(t, path, func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte(bucketMeta)) })
		}, ErrCorrupt},
		{"unknown field", func(t *testing.T, path string) {
			edit(t, path, func(tx *bolt.Tx) error {
				return put(tx, bucketMeta, profileKey(), map[string]string{"name": "alice", "pet": "tako"})
			})
		}, ErrCorrupt},
		{"record of another key", func(t *testing.T, path string) {
			edit(t, path, func(tx *bolt.Tx) error {
				b := tx.Bucket([]byte(bucketAccounts))
				return b.Put([]byte{0, 0, 0, 9}, bytes.Clone(b.Get([]byte{0, 0, 0, 1})))
			})
		}, ErrCorrupt},
		{"key of another length", func(t *testing.T, path string) {
			edit(t, path, func(tx *bolt.Tx) error { return put(tx, bucketAccounts, []byte{9}, accountRecord{}) })
		}, ErrCorrupt},
		{"text", func(t *testing.T, path string) { write(t, path, []byte("hello")) }, ErrCorrupt},
		{"empty", func(t *testing.T, path string) { write(t, path, nil) }, ErrCorrupt},
		{"zeros", func(t *testing.T, path string) { write(t, path, make([]byte, 1<<16)) }, ErrCorrupt},
		{"first half", func(t *testing.T, path string) {
			whole := must[[]byte](t)(os.ReadFile(path))
			write(t, path, whole[:len(whole)/2])
		}, ErrCorrupt},
		{"first page", func(t *testing.T, path string) {
			write(t, path, must[[]byte](t)(os.ReadFile(path))[:4096])
		}, ErrCorrupt},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStore(t)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			test.damage(t, s.config.Path)
			before := must[[]byte](t)(os.ReadFile(s.config.Path))
			got, err := Open(Config{Path: s.config.Path})
			if file := (*FileError)(nil); !errors.As(err, &file) || !errors.Is(err, test.want) || got != nil {
				t.Errorf("got %v, want %v in a FileError", err, test.want)
			}
			if after := must[[]byte](t)(os.ReadFile(s.config.Path)); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
	t.Run("folder", func(t *testing.T) {
		if _, err := Open(Config{Path: t.TempDir()}); !errors.Is(err, ErrCorrupt) {
			t.Errorf("got %v", err)
		}
	})
}

// Whatever bit rots, the file is refused as it lies, or what it says is true.
func TestOpenWithRottenBits(t *testing.T) {
	s := populated(t)
	older := export(t, s)
	if err := s.NameFriend("alice", "bob@b.example", "Bobby"); err != nil {
		t.Fatal(err)
	}
	newest := export(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := must[[]byte](t)(os.ReadFile(s.config.Path))
	path := filepath.Join(t.TempDir(), "rotten.db")
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 250 {
		at := random.IntN(len(whole))
		rotten := bytes.Clone(whole)
		rotten[at] ^= 1 << random.IntN(8)
		write(t, path, rotten)
		opened, err := Open(Config{Path: path})
		if err != nil {
			refused++
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("byte %d: %v", at, err)
			}
			if after := must[[]byte](t)(os.ReadFile(path)); !bytes.Equal(rotten, after) {
				t.Fatalf("byte %d: the file was changed", at)
			}
			continue
		}
		// A bit of the newest meta page is like a crash before it was written.
		if got := export(t, opened); got != newest && got != older {
			t.Fatalf("byte %d: it was accepted with other contents:\n%s", at, got)
		}
		if err := opened.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
	t.Logf("%d of 250 were refused", refused)
}

// populated is a store with something of everything, and pages of all kinds.
func populated(t *testing.T) *Store {
	t.Helper()
	s := newStore(t)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must[ServerKey](t)(s.SigningKey(start))
	must[FriendChange](t)(s.ChangeFriend(start, "alice", "bob@b.example", StepRequest))
	must[FriendChange](t)(s.ChangeFriend(start, "alice", "bob@b.example", StepTheyAccept))
	must[FriendChange](t)(s.ChangeFriend(start, "carol", "mallory@m.example", StepBlock))
	must[Group](t)(s.CreateGroup(start, "Tea", "alice@a.example"))
	must[string](t)(s.StartSession(start, "carol", "phone"))
	for n := range 120 {
		check(s.RecordCall(Call{
			ID: uuid.NewString(), Account: "alice", Peer: "bob@b.example", Outcome: OutcomeMissed,
			StartedAt: start.Add(time.Duration(n) * time.Minute),
		}))
		check(s.AcceptEvent(start, "b.example", uuid.New(), start.Add(time.Hour)))
	}
	return s
}

func export(t *testing.T, s *Store) string {
	t.Helper()
	var text bytes.Buffer
	if err := s.Export(start, &text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func edit(t *testing.T, path string, change func(*bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(change), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestConfigRefuses(t *testing.T) {
	for name, config := range map[string]Config{
		"no path":        {},
		"limit below 0":  {Path: "x", Limits: Limits{Calls: -1}},
		"time below 0":   {Path: "x", Keys: KeyTimes{Keep: -1}},
		"renewed always": {Path: "x", Keys: KeyTimes{Life: time.Hour, Renew: time.Hour}},
	} {
		if _, err := Open(config); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
