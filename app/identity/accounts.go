package identity

import (
	"encoding/binary"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Account is a person of this host: its owner, or somebody of the family.
type Account struct {
	Name        string    `json:"name"`
	Owner       bool      `json:"owner,omitempty"`
	HasPassword bool      `json:"hasPassword,omitempty"` // without one nobody can sign in
	CreatedAt   time.Time `json:"createdAt"`
}

type accountRecord struct {
	Name      string    `json:"name"`
	Owner     bool      `json:"owner,omitempty"`
	Password  string    `json:"password,omitempty"` // as passwordHash writes it
	CreatedAt time.Time `json:"createdAt"`
}

func (r accountRecord) account() Account {
	return Account{Name: r.Name, Owner: r.Owner, HasPassword: r.Password != "", CreatedAt: r.CreatedAt}
}

// accountKey is the number that an account keeps when it is renamed.
type accountKey [accountKeyBytes]byte

const accountKeyBytes = 4

// Accounts lists all, the owner's first, and then by age.
func (s *Store) Accounts() ([]Account, error) {
	var list []Account
	err := s.view(func(tx *bolt.Tx) error {
		return each(tx, bucketAccounts, nil, func(_ []byte, r accountRecord) error {
			list = append(list, r.account())
			return nil
		})
	})
	return list, err
}

// Account gives the account of that name, or ErrNoAccount.
func (s *Store) Account(name string) (account Account, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		_, record, err := findAccount(tx, name)
		account = record.account()
		return err
	})
	return account, err
}

// AddAccount makes an account, without a password. Names that differ in case
// alone are taken, since people would take one for the other.
func (s *Store) AddAccount(now time.Time, name string) error {
	if !isName(name) {
		return ErrBadName
	}
	return s.update(func(tx *bolt.Tx) error {
		if _, err := profileOf(tx); err != nil {
			return err
		}
		return s.addAccount(tx, name, accountRecord{CreatedAt: stamp(now)})
	})
}

func (s *Store) addAccount(tx *bolt.Tx, name string, record accountRecord) error {
	count := 0
	err := each(tx, bucketAccounts, nil, func(_ []byte, other accountRecord) error {
		if count++; strings.EqualFold(other.Name, name) {
			return ErrTaken
		}
		return nil
	})
	if err != nil {
		return err
	}
	if count >= s.config.Limits.Accounts {
		return ErrFull
	}
	record.Name = name
	return newAccount(tx, record)
}

func newAccount(tx *bolt.Tx, record accountRecord) error {
	number, err := tx.Bucket([]byte(bucketAccounts)).NextSequence()
	if err != nil {
		return err
	}
	return put(tx, bucketAccounts, binary.BigEndian.AppendUint32(nil, uint32(number)), record)
}

func renameAccount(tx *bolt.Tx, from, to string) error {
	key, record, err := findAccount(tx, from)
	if err != nil {
		return err
	}
	err = each(tx, bucketAccounts, nil, func(other []byte, r accountRecord) error {
		if accountKey(other) != key && strings.EqualFold(r.Name, to) {
			return ErrTaken
		}
		return nil
	})
	if err != nil {
		return err
	}
	record.Name = to
	return put(tx, bucketAccounts, key[:], record)
}

// RemoveAccount removes an account with all that is its own: friends, history,
// sessions, and its places in groups. A group that it alone owned goes to the
// member who has been there longest.
func (s *Store) RemoveAccount(name string) error {
	return s.update(func(tx *bolt.Tx) error {
		key, record, err := findAccount(tx, name)
		switch {
		case err != nil:
			return err
		case record.Owner:
			return ErrOwner
		}
		profile, err := profileOf(tx)
		if err != nil {
			return err
		}
		if err := remove(tx, bucketAccounts, key[:]); err != nil {
			return err
		}
		if err := removeAll(tx, bucketFriends, key[:], func([]byte, friendRecord) bool { return true }); err != nil {
			return err
		}
		if err := endSessions(tx, key); err != nil {
			return err
		}
		if err := removeAll(tx, bucketCalls, nil, func(_ []byte, c callRecord) bool { return c.Account == key }); err != nil {
			return err
		}
		if profile.Domain == "" {
			return nil
		}
		return leaveGroups(tx, ID(name+"@"+profile.Domain))
	})
}

// findAccount goes through all of the few accounts.
func findAccount(tx *bolt.Tx, name string) (key accountKey, record accountRecord, err error) {
	err = each(tx, bucketAccounts, nil, func(k []byte, r accountRecord) error {
		if r.Name == name {
			key, record = accountKey(k), r
		}
		return nil
	})
	if err == nil && record.Name == "" {
		err = ErrNoAccount
	}
	return key, record, err
}

// accountNames gives the name of every account.
func accountNames(tx *bolt.Tx) (map[accountKey]string, error) {
	names := map[accountKey]string{}
	err := each(tx, bucketAccounts, nil, func(k []byte, r accountRecord) error {
		names[accountKey(k)] = r.Name
		return nil
	})
	return names, err
}
