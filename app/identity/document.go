package identity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	documentFormat  = "takoshome identity"
	documentVersion = 1
	// maxDocumentBytes is far above what the limits allow.
	maxDocumentBytes = 64 << 20
	maxKeys          = 64
)

// document is everything in one piece, but for sessions, which are of one
// machine. Whoever has it can sign in this host's name.
type document struct {
	Format     string            `json:"format"`
	Version    int               `json:"version"`
	ExportedAt time.Time         `json:"exportedAt"`
	Profile    *Profile          `json:"profile"` // null before one was chosen
	Keys       []documentKey     `json:"keys"`
	Accounts   []documentAccount `json:"accounts"`
	Friends    []documentFriend  `json:"friends"`
	Groups     []Group           `json:"groups"`
	Calls      []Call            `json:"calls"`
	Events     []documentEvent   `json:"events"`
}

type documentKey struct {
	Expire    time.Time `json:"expire"`
	Seed      []byte    `json:"seed"`
	CreatedAt time.Time `json:"createdAt"`
}

type documentAccount struct {
	Name      string    `json:"name"`
	Owner     bool      `json:"owner,omitempty"`
	Password  string    `json:"password,omitempty"` // Argon2id
	CreatedAt time.Time `json:"createdAt"`
}

type documentFriend struct {
	Account string `json:"account"`
	Friend
}

// documentEvent keeps the new place from accepting again what the old one did.
type documentEvent struct {
	Origin string    `json:"origin"`
	ID     uuid.UUID `json:"id"`
	Until  time.Time `json:"until"`
}

func parseDocument(text []byte) (*document, error) {
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(text, &head); err != nil || head.Format != documentFormat {
		return nil, fmt.Errorf("%w: it is none", ErrDocument)
	}
	if head.Version > documentVersion {
		return nil, ErrDocumentNewer
	}
	var d document
	if err := strictly(bytes.NewReader(text), &d); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDocument, err)
	}
	return &d, nil
}

// check holds a document to all that the methods of a Store hold to.
func (d *document) check(limits *Limits) error {
	for _, part := range []struct {
		name string
		fine func(*Limits) bool
	}{
		{"version", func(*Limits) bool { return d.Version == documentVersion }},
		{"profile", d.isProfileFine},
		{"keys", d.areKeysFine},
		{"accounts", d.areAccountsFine},
		{"friends", d.areFriendsFine},
		{"groups", d.areGroupsFine},
		{"calls", d.areCallsFine},
		{"events", d.areEventsFine},
	} {
		if !part.fine(limits) {
			return fmt.Errorf("%w: %s", ErrDocument, part.name)
		}
	}
	return nil
}

func (d *document) isProfileFine(*Limits) bool {
	if d.Profile == nil {
		return len(d.Accounts) == 0
	}
	domain, err := ParseDomain(d.Profile.Domain)
	return isName(d.Profile.Name) && (d.Profile.Domain == "" || err == nil && domain == d.Profile.Domain)
}

func (d *document) areKeysFine(*Limits) bool {
	expires := map[int64]bool{}
	for _, key := range d.Keys {
		ms := key.Expire.UnixMilli()
		if len(key.Seed) != seedBytes || ms <= 0 || !stamp(key.Expire).Equal(key.Expire) || expires[ms] {
			return false
		}
		expires[ms] = true
	}
	return len(d.Keys) <= maxKeys
}

func (d *document) areAccountsFine(limits *Limits) bool {
	names, owners := map[string]bool{}, 0
	for _, account := range d.Accounts {
		folded := strings.ToLower(account.Name)
		if !isName(account.Name) || names[folded] {
			return false
		}
		names[folded] = true
		if account.Owner {
			owners++
			if account.Name != d.Profile.Name {
				return false
			}
		}
		if _, ok := parsePasswordHash(account.Password); account.Password != "" && !ok {
			return false
		}
	}
	return len(d.Accounts) <= limits.Accounts && (d.Profile == nil || owners == 1)
}

func (d *document) hasAccount(name string) bool {
	return slices.ContainsFunc(d.Accounts, func(a documentAccount) bool { return a.Name == name })
}

func (d *document) areFriendsFine(limits *Limits) bool {
	type pair struct {
		account string
		id      ID
	}
	seen, counts := map[pair]bool{}, map[string]int{}
	for _, friend := range d.Friends {
		id, err := ParseID(string(friend.ID))
		key := pair{friend.Account, id}
		isFine := err == nil && id == friend.ID && friend.State.isKept() && d.hasAccount(friend.Account) &&
			!seen[key] && (friend.Title == "" || isTitle(friend.Title)) &&
			(id.Name() != friend.Account || id.Domain() != d.Profile.Domain)
		if counts[friend.Account]++; !isFine || counts[friend.Account] > limits.Friends {
			return false
		}
		seen[key] = true
	}
	return true
}

func (d *document) areGroupsFine(limits *Limits) bool {
	seen := map[GroupID]bool{}
	for _, group := range d.Groups {
		id, err := ParseGroupID(string(group.ID))
		isHere := d.Profile != nil && d.Profile.Domain == id.Domain()
		isOwned := !isHere || group.hasOwnerBesides("")
		if err != nil || id != group.ID || seen[id] || !isTitle(group.Title) || !isOwned || !areMembersFine(group.Members, limits) {
			return false
		}
		seen[id] = true
	}
	return len(d.Groups) <= limits.Groups
}

func areMembersFine(members []Member, limits *Limits) bool {
	seen := map[ID]bool{}
	for _, member := range members {
		id, err := ParseID(string(member.ID))
		if err != nil || id != member.ID || seen[id] || !member.Role.isKnown() {
			return false
		}
		seen[id] = true
	}
	return len(members) > 0 && len(members) <= limits.Members
}

func (d *document) areCallsFine(limits *Limits) bool {
	seen := map[string]bool{}
	for _, call := range d.Calls {
		key, err := call.key()
		if err != nil || seen[string(key)] || !d.hasAccount(call.Account) {
			return false
		}
		seen[string(key)] = true
	}
	return len(d.Calls) <= limits.Calls
}

func (d *document) areEventsFine(limits *Limits) bool {
	for _, event := range d.Events {
		origin, err := ParseDomain(event.Origin)
		if err != nil || origin != event.Origin || event.Until.UnixMilli() <= 0 {
			return false
		}
	}
	return len(d.Events) <= limits.Events
}
