package identity

import (
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bounds are Limits and KeyTimes that a test wants otherwise than by default.
type bounds struct {
	Limits
	KeyTimes
}

func openAt(t *testing.T, path string, wanted bounds) *Store {
	t.Helper()
	s, err := Open(Config{Path: path, Limits: wanted.Limits, Keys: wanted.KeyTimes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func newStore(t *testing.T) *Store { return newStoreWith(t, bounds{}) }

// newStoreWith is a store of alice@a.example, with carol in the family.
func newStoreWith(t *testing.T, wanted bounds) *Store {
	t.Helper()
	s := openAt(t, filepath.Join(t.TempDir(), "state.db"), wanted)
	if err := s.SetProfile(start, "alice", "a.example"); err != nil {
		t.Fatal(err)
	}
	if err := s.AddAccount(start, "carol"); err != nil {
		t.Fatal(err)
	}
	return s
}

// reopen closes a store and opens its file again.
func reopen(t *testing.T, s *Store) *Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return openAt(t, s.config.Path, bounds{s.config.Limits, s.config.Keys})
}

func must[T any](t *testing.T) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
