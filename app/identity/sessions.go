package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"sort"
	"time"
	"unicode/utf8"

	bolt "go.etcd.io/bbolt"
)

const (
	sessionTokenBytes = 32
	sessionKeyBytes   = sha256.Size
	sessionIDBytes    = 8
	maxDeviceBytes    = 200
	// useStep is how exactly it is kept when a session was last used.
	useStep = time.Hour
)

// Session is a device on which somebody signed in.
type Session struct {
	ID        string    `json:"id"` // names it in a list; lets nobody in
	Account   string    `json:"account"`
	Device    string    `json:"device,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
	UsedAt    time.Time `json:"usedAt"` // to the hour
}

type sessionRecord struct {
	Account   accountKey `json:"account"`
	Device    string     `json:"device,omitempty"`
	CreatedAt time.Time  `json:"createdAt"`
	UsedAt    time.Time  `json:"usedAt"`
}

func (r sessionRecord) session(key []byte, name string) Session {
	return Session{
		ID: hex.EncodeToString(key[:sessionIDBytes]), Account: name, Device: r.Device,
		CreatedAt: r.CreatedAt, UsedAt: r.UsedAt,
	}
}

// StartSession signs an account in and gives the token that Session takes; only
// its hash is kept.
func (s *Store) StartSession(now time.Time, name, device string) (token string, err error) {
	secret := make([]byte, sessionTokenBytes)
	_, _ = rand.Read(secret) // never fails, see its documentation
	token = base64.RawURLEncoding.EncodeToString(secret)
	hash := sha256.Sum256([]byte(token))
	err = s.update(func(tx *bolt.Tx) error {
		key, _, err := findAccount(tx, name)
		if err != nil {
			return err
		}
		if err := s.makeRoom(tx, now, key); err != nil {
			return err
		}
		return put(tx, bucketSessions, hash[:], sessionRecord{
			Account: key, Device: cut(device, maxDeviceBytes), CreatedAt: stamp(now), UsedAt: stamp(now),
		})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// makeRoom ends what has run out, and the longest unused session of an account
// that has all it may have.
func (s *Store) makeRoom(tx *bolt.Tx, now time.Time, account accountKey) error {
	err := removeAll(tx, bucketSessions, nil, func(_ []byte, r sessionRecord) bool { return s.isOver(now, r) })
	if err != nil {
		return err
	}
	count := 0
	var oldest []byte
	var usedAt time.Time
	err = each(tx, bucketSessions, nil, func(key []byte, r sessionRecord) error {
		if r.Account != account {
			return nil
		}
		if count++; oldest == nil || r.UsedAt.Before(usedAt) {
			oldest, usedAt = append([]byte(nil), key...), r.UsedAt
		}
		return nil
	})
	if err != nil || count < s.config.Limits.Sessions {
		return err
	}
	return remove(tx, bucketSessions, oldest)
}

func (s *Store) isOver(now time.Time, r sessionRecord) bool {
	return !now.Before(r.UsedAt.Add(s.config.Limits.SessionLife))
}

// Session says whose session a token is, or ErrNoSession.
func (s *Store) Session(now time.Time, token string) (session Session, err error) {
	hash := sha256.Sum256([]byte(token))
	var record sessionRecord
	err = s.view(func(tx *bolt.Tx) error {
		found, err := get(tx, bucketSessions, hash[:], &record)
		switch {
		case err != nil:
			return err
		case !found || s.isOver(now, record):
			return ErrNoSession
		}
		names, err := accountNames(tx)
		session = record.session(hash[:], names[record.Account])
		return err
	})
	if err != nil || now.Sub(record.UsedAt) < useStep {
		return session, err
	}
	// A full disk is no reason to keep somebody out, and the next use tries again.
	_ = s.update(func(tx *bolt.Tx) error {
		// It may just have been ended.
		if found, err := get(tx, bucketSessions, hash[:], &record); err != nil || !found {
			return err
		}
		record.UsedAt = stamp(now)
		return put(tx, bucketSessions, hash[:], record)
	})
	return session, nil
}

// Sessions lists an account's sessions, the last used first.
func (s *Store) Sessions(now time.Time, name string) ([]Session, error) {
	var list []Session
	err := s.view(func(tx *bolt.Tx) error {
		account, _, err := findAccount(tx, name)
		if err != nil {
			return err
		}
		return each(tx, bucketSessions, nil, func(key []byte, r sessionRecord) error {
			if r.Account == account && !s.isOver(now, r) {
				list = append(list, r.session(key, name))
			}
			return nil
		})
	})
	sort.SliceStable(list, func(i, j int) bool { return list[i].UsedAt.After(list[j].UsedAt) })
	return list, err
}

// EndSession signs out the session of a token; one that is over already is fine.
func (s *Store) EndSession(token string) error {
	hash := sha256.Sum256([]byte(token))
	return s.update(func(tx *bolt.Tx) error { return remove(tx, bucketSessions, hash[:]) })
}

// EndSessionByID signs out one of an account's sessions from the list.
func (s *Store) EndSessionByID(name, id string) error {
	return s.update(func(tx *bolt.Tx) error {
		account, _, err := findAccount(tx, name)
		if err != nil {
			return err
		}
		found := false
		err = removeAll(tx, bucketSessions, nil, func(key []byte, r sessionRecord) bool {
			isIt := r.Account == account && r.session(key, name).ID == id
			found = found || isIt
			return isIt
		})
		if err == nil && !found {
			err = ErrNoSession
		}
		return err
	})
}

func endSessions(tx *bolt.Tx, account accountKey) error {
	return removeAll(tx, bucketSessions, nil, func(_ []byte, r sessionRecord) bool { return r.Account == account })
}

// cut shortens text to so many bytes, between characters.
func cut(text string, maxBytes int) string {
	if len(text) <= maxBytes {
		return text
	}
	for maxBytes > 0 && !utf8.RuneStart(text[maxBytes]) {
		maxBytes--
	}
	return text[:maxBytes]
}
