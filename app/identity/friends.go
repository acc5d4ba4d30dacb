package identity

import (
	"time"

	bolt "go.etcd.io/bbolt"
)

// Friend is somebody whom an account knows, or has blocked.
type Friend struct {
	ID        ID          `json:"id"`
	State     FriendState `json:"state"`
	Title     string      `json:"title,omitempty"` // what the account calls them
	ChangedAt time.Time   `json:"changedAt"`       // when the state last did
}

type friendRecord struct {
	State     FriendState `json:"state"`
	Title     string      `json:"title,omitempty"`
	ChangedAt time.Time   `json:"changedAt"`
}

func (r friendRecord) friend(key []byte) Friend {
	return Friend{ID: ID(key[accountKeyBytes:]), State: r.State, Title: r.Title, ChangedAt: r.ChangedAt}
}

// FriendChange is what a step has changed. Where Before and After are alike, the
// step had been taken before.
type FriendChange struct {
	Before, After FriendState
}

func friendKey(account accountKey, id ID) []byte { return append(account[:], id...) }

// Friend says how an account and somebody stand; with a stranger, StateNone.
func (s *Store) Friend(account string, id ID) (friend Friend, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		key, _, err := findAccount(tx, account)
		if err != nil {
			return err
		}
		record := friendRecord{State: StateNone}
		_, err = get(tx, bucketFriends, friendKey(key, id), &record)
		friend = record.friend(friendKey(key, id))
		return err
	})
	return friend, err
}

// Friends lists all that an account stands in any state with, by id.
func (s *Store) Friends(account string) ([]Friend, error) {
	var list []Friend
	err := s.view(func(tx *bolt.Tx) error {
		account, _, err := findAccount(tx, account)
		if err != nil {
			return err
		}
		return each(tx, bucketFriends, account[:], func(key []byte, r friendRecord) error {
			list = append(list, r.friend(key))
			return nil
		})
	})
	return list, err
}

// ChangeFriend takes a step of friendship. ErrFull bounds how many people an
// account knows, and how many, of one domain and in all, may wait for an answer.
func (s *Store) ChangeFriend(now time.Time, account string, id ID, step FriendStep) (change FriendChange, err error) {
	if parsed, err := ParseID(string(id)); err != nil || parsed != id {
		return change, ErrBadID
	}
	err = s.update(func(tx *bolt.Tx) error {
		key, _, err := findAccount(tx, account)
		if err != nil {
			return err
		}
		if err := refuseSelf(tx, account, id); err != nil {
			return err
		}
		record := friendRecord{State: StateNone}
		if _, err := get(tx, bucketFriends, friendKey(key, id), &record); err != nil {
			return err
		}
		change.Before = record.State
		if change.After, err = record.State.after(step); err != nil || change.After == change.Before {
			return err
		}
		if err := s.roomForFriend(tx, key, id, change); err != nil {
			return err
		}
		record.State, record.ChangedAt = change.After, stamp(now)
		if change.After == StateNone {
			return remove(tx, bucketFriends, friendKey(key, id))
		}
		return put(tx, bucketFriends, friendKey(key, id), record)
	})
	if err != nil {
		change.After = change.Before
	}
	return change, err
}

func refuseSelf(tx *bolt.Tx, account string, id ID) error {
	profile, err := profileOf(tx)
	if err != nil {
		return err
	}
	if profile.Domain == id.Domain() && account == id.Name() {
		return ErrSelf
	}
	return nil
}

// roomForFriend lets nobody fill the list; what is in it may always change.
func (s *Store) roomForFriend(tx *bolt.Tx, account accountKey, id ID, change FriendChange) error {
	isAsked := change.After == StateAsked
	if change.Before != StateNone {
		return nil
	}
	all, asked, fromPeer := 0, 0, 0
	err := each(tx, bucketFriends, account[:], func(key []byte, r friendRecord) error {
		all++
		if r.State == StateAsked {
			asked++
			if r.friend(key).ID.Domain() == id.Domain() {
				fromPeer++
			}
		}
		return nil
	})
	limits := &s.config.Limits
	// A block is never refused: it is what helps against a full list.
	isFull := all >= limits.Friends && change.After != StateBlocked
	if err == nil && (isFull || isAsked && (asked >= limits.Requests || fromPeer >= limits.RequestsPerPeer)) {
		err = ErrFull
	}
	return err
}

// NameFriend keeps what an account calls somebody it knows; "" for nothing.
func (s *Store) NameFriend(account string, id ID, title string) error {
	if title != "" && !isTitle(title) {
		return ErrBadTitle
	}
	return s.update(func(tx *bolt.Tx) error {
		key, _, err := findAccount(tx, account)
		if err != nil {
			return err
		}
		var record friendRecord
		found, err := get(tx, bucketFriends, friendKey(key, id), &record)
		switch {
		case err != nil:
			return err
		case !found:
			return ErrTransition
		}
		record.Title = title
		return put(tx, bucketFriends, friendKey(key, id), record)
	})
}
