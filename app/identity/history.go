package identity

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"
)

// Outcome is how a call ended.
type Outcome string

// The outcomes.
const (
	OutcomeAnswered  Outcome = "answered"
	OutcomeMissed    Outcome = "missed"    // nobody here answered, or there in time
	OutcomeDeclined  Outcome = "declined"  // by who was called
	OutcomeCancelled Outcome = "cancelled" // by who called
	OutcomeBusy      Outcome = "busy"
	OutcomeFailed    Outcome = "failed"
)

// Call is a call of the history.
type Call struct {
	// ID is a UUID, which NewCallID makes. Recording a call again, with the
	// same ID and StartedAt, replaces it.
	ID      string `json:"id"`
	Account string `json:"account"`
	// Peer is the other one; in a group's call, who started it.
	Peer      ID        `json:"peer"`
	Group     GroupID   `json:"group,omitempty"`
	Incoming  bool      `json:"incoming,omitempty"`
	Video     bool      `json:"video,omitempty"`
	Outcome   Outcome   `json:"outcome"`
	StartedAt time.Time `json:"startedAt"` // when it rang
	EndedAt   time.Time `json:"endedAt,omitzero"`
	Seen      bool      `json:"seen,omitempty"` // a missed call somebody looked at
}

type callRecord struct {
	Account  accountKey `json:"account"`
	Peer     ID         `json:"peer"`
	Group    GroupID    `json:"group,omitempty"`
	Incoming bool       `json:"incoming,omitempty"`
	Video    bool       `json:"video,omitempty"`
	Outcome  Outcome    `json:"outcome"`
	EndedAt  time.Time  `json:"endedAt,omitzero"`
	Seen     bool       `json:"seen,omitempty"`
}

const callKeyBytes = 8 + 16

// NewCallID makes the ID of a call.
func NewCallID() string { return uuid.NewString() }

func (c Call) key() ([]byte, error) {
	id, err := uuid.Parse(c.ID)
	isKnown := slices.Contains([]Outcome{
		OutcomeAnswered, OutcomeMissed, OutcomeDeclined, OutcomeCancelled, OutcomeBusy, OutcomeFailed,
	}, c.Outcome)
	peer, peerErr := ParseID(string(c.Peer))
	if err != nil || id.String() != c.ID || !isKnown || peerErr != nil || peer != c.Peer || c.StartedAt.UnixMilli() <= 0 {
		return nil, ErrBadCall
	}
	if group, err := ParseGroupID(string(c.Group)); c.Group != "" && (err != nil || group != c.Group) {
		return nil, ErrBadCall
	}
	return append(timeKey(c.StartedAt), id[:]...), nil
}

func (c Call) record(account accountKey) callRecord {
	record := callRecord{
		Account: account, Peer: c.Peer, Group: c.Group, Incoming: c.Incoming, Video: c.Video,
		Outcome: c.Outcome, Seen: c.Seen,
	}
	if !c.EndedAt.IsZero() {
		record.EndedAt = stamp(c.EndedAt)
	}
	return record
}

func (r callRecord) call(key []byte, account string) Call {
	return Call{
		ID: uuid.UUID(key[8:]).String(), Account: account, Peer: r.Peer, Group: r.Group,
		Incoming: r.Incoming, Video: r.Video, Outcome: r.Outcome,
		StartedAt: timeOf(key), EndedAt: r.EndedAt, Seen: r.Seen,
	}
}

// RecordCall puts a call into the history, whose oldest gives way.
func (s *Store) RecordCall(call Call) error {
	key, err := call.key()
	if err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		account, _, err := findAccount(tx, call.Account)
		if err != nil {
			return err
		}
		if err := put(tx, bucketCalls, key, call.record(account)); err != nil {
			return err
		}
		return s.trimCalls(tx)
	})
}

// trimCalls looks at keys alone: a full history is trimmed with each call.
func (s *Store) trimCalls(tx *bolt.Tx) error {
	var old [][]byte
	count := 0
	cursor := tx.Bucket([]byte(bucketCalls)).Cursor()
	for key, _ := cursor.Last(); key != nil; key, _ = cursor.Prev() {
		if count++; count > s.config.Limits.Calls {
			old = append(old, bytes.Clone(key))
		}
	}
	for _, key := range old {
		if err := remove(tx, bucketCalls, key); err != nil {
			return err
		}
	}
	return nil
}

// Calls lists an account's calls, the newest first, at most limit of them.
func (s *Store) Calls(account string, limit int) ([]Call, error) {
	var list []Call
	err := s.view(func(tx *bolt.Tx) error {
		wanted, _, err := findAccount(tx, account)
		if err != nil {
			return err
		}
		cursor := tx.Bucket([]byte(bucketCalls)).Cursor()
		for key, value := cursor.Last(); key != nil && len(list) < limit; key, value = cursor.Prev() {
			var record callRecord
			if err := decode(bucketCalls, key, value, &record); err != nil {
				return err
			}
			if record.Account == wanted {
				list = append(list, record.call(key, account))
			}
		}
		return nil
	})
	return list, err
}

// SeeCalls marks an account's calls as looked at.
func (s *Store) SeeCalls(account string) error {
	return s.update(func(tx *bolt.Tx) error {
		wanted, _, err := findAccount(tx, account)
		if err != nil {
			return err
		}
		unseen := map[string]callRecord{}
		err = each(tx, bucketCalls, nil, func(key []byte, r callRecord) error {
			if r.Account == wanted && !r.Seen {
				r.Seen = true
				unseen[string(key)] = r
			}
			return nil
		})
		for key, record := range unseen {
			if err == nil {
				err = put(tx, bucketCalls, []byte(key), record)
			}
		}
		return err
	})
}

// ForgetCalls empties an account's history.
func (s *Store) ForgetCalls(account string) error {
	return s.update(func(tx *bolt.Tx) error {
		wanted, _, err := findAccount(tx, account)
		if err != nil {
			return err
		}
		return removeAll(tx, bucketCalls, nil, func(_ []byte, r callRecord) bool { return r.Account == wanted })
	})
}
