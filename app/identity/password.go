package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/crypto/argon2"
)

// Argon2id with 19 MiB, two passes and one lane, the least that OWASP's
// password storage cheat sheet names; RFC 9106 section 4 has more memory than a
// home machine may have to spare.
const (
	argonTime      = 2
	argonMemoryKiB = 19 << 10
	argonLanes     = 1
	argonSalt      = 16
	argonHash      = 32

	// What an imported document may ask for.
	maxArgonTime      = 16
	maxArgonMemoryKiB = 256 << 10

	minPasswordRunes = 8
	maxPasswordBytes = 256

	// Hashing is slow on purpose: strangers who try passwords get no more of
	// the machine than this.
	hashesAtOnce  = 2
	hashesWaiting = 16
)

// passwordHash is written $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH, as PHC's
// string format has it.
type passwordHash struct {
	time, memoryKiB uint32
	lanes           uint8
	salt, hash      []byte
}

func hashPassword(password string) passwordHash {
	h := passwordHash{time: argonTime, memoryKiB: argonMemoryKiB, lanes: argonLanes, salt: make([]byte, argonSalt)}
	_, _ = rand.Read(h.salt) // never fails, see its documentation
	h.hash = argon2.IDKey([]byte(password), h.salt, h.time, h.memoryKiB, h.lanes, argonHash)
	return h
}

func (h passwordHash) String() string {
	base := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memoryKiB, h.time, h.lanes,
		base.EncodeToString(h.salt), base.EncodeToString(h.hash))
}

func parsePasswordHash(text string) (h passwordHash, ok bool) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memoryKiB, &h.time, &h.lanes); err != nil {
		return h, false
	}
	var saltErr, hashErr error
	h.salt, saltErr = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	h.hash, hashErr = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	isWhole := saltErr == nil && hashErr == nil && len(h.salt) >= 8 && len(h.salt) <= 64 && len(h.hash) == argonHash
	isMeasured := h.time >= 1 && h.time <= maxArgonTime && h.lanes >= 1 && h.lanes <= 16 &&
		h.memoryKiB >= 8*uint32(h.lanes) && h.memoryKiB <= maxArgonMemoryKiB
	return h, isWhole && isMeasured && h.String() == text
}

func (h passwordHash) matches(password string) bool {
	got := argon2.IDKey([]byte(password), h.salt, h.time, h.memoryKiB, h.lanes, uint32(len(h.hash)))
	return subtle.ConstantTimeCompare(got, h.hash) == 1
}

// SetPassword gives an account a password and ends its sessions. ErrBusy says
// that too many are being hashed.
func (s *Store) SetPassword(ctx context.Context, name, password string) error {
	if utf8.RuneCountInString(password) < minPasswordRunes || len(password) > maxPasswordBytes || !utf8.ValidString(password) {
		return ErrBadPassword
	}
	if _, err := s.Account(name); err != nil {
		return err
	}
	var hash passwordHash
	if err := s.hash(ctx, func() { hash = hashPassword(password) }); err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		key, record, err := findAccount(tx, name)
		if err != nil {
			return err
		}
		record.Password = hash.String()
		if err := put(tx, bucketAccounts, key[:], record); err != nil {
			return err
		}
		return endSessions(tx, key)
	})
}

// CheckPassword is nil for the right password. ErrPassword takes as long, and
// tells as little, for an account that does not exist or has no password.
func (s *Store) CheckPassword(ctx context.Context, name, password string) error {
	var record accountRecord
	err := s.view(func(tx *bolt.Tx) (err error) {
		_, record, err = findAccount(tx, name)
		return err
	})
	if err != nil {
		record = accountRecord{}
	}
	hash, known := parsePasswordHash(record.Password)
	if !known {
		hash = passwordHash{
			time: argonTime, memoryKiB: argonMemoryKiB, lanes: argonLanes,
			salt: make([]byte, argonSalt), hash: make([]byte, argonHash),
		}
	}
	matches := false
	if len(password) <= maxPasswordBytes {
		if err := s.hash(ctx, func() { matches = hash.matches(password) }); err != nil {
			return err
		}
	}
	if !matches || !known {
		return ErrPassword
	}
	return nil
}

// hash runs work when it is its turn.
func (s *Store) hash(ctx context.Context, work func()) error {
	select {
	case s.waiting <- struct{}{}:
		defer func() { <-s.waiting }()
	default:
		return ErrBusy
	}
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	work()
	return nil
}
