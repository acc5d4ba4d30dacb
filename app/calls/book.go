package calls

import (
	"sync"
	"time"

	"takoshome/sfu/room"
)

// Config bounds what a Book keeps.
type Config struct {
	TokenTTL       time.Duration // an unused token's life where nobody says otherwise
	InvitationTTL  time.Duration // a room link's
	InvitationUses int
	MaxTokens      int
	MaxInvitations int
}

// DefaultConfig has the lives and numbers of docs/protocol.md.
var DefaultConfig = Config{
	TokenTTL:       time.Minute,
	InvitationTTL:  24 * time.Hour,
	InvitationUses: 10,
	MaxTokens:      4096,
	MaxInvitations: 256,
}

func (c *Config) validate() error {
	if c.TokenTTL <= 0 || c.InvitationTTL <= 0 || c.InvitationUses <= 0 || c.MaxTokens <= 0 || c.MaxInvitations <= 0 {
		return errBadLimits
	}
	return nil
}

// arrivalGrace is how long a name stays taken after its token was used: until
// then its owner shows up in the room.
const arrivalGrace = 30 * time.Second

// Grant is what a token entitles to.
type Grant struct {
	Room, User string
	CallType   room.CallType
}

// Book keeps the open tokens and invitations. It is safe for concurrent use.
type Book struct {
	config Config

	// mu protects all that follows; it is a leaf.
	mu          sync.Mutex
	tokens      map[secretHash]*token
	codes       map[secretHash]*invitation
	invitations []*invitation // newest first
	arrivals    []arrival     // oldest first
}

// token is one person's way in, not yet used.
type token struct {
	grant      Grant
	expiresAt  time.Time
	invitation *invitation
}

// invitation is for one user, whose token's hash it knows, or is a room link.
type invitation struct {
	id        string
	hash      secretHash
	grant     Grant // User is empty for a room link
	uses      int
	used      int
	pending   int // tokens given out that are neither used nor expired
	expiresAt time.Time
	secret    string // the token or code where the caller wants to show it again
}

// arrival is a person whose token was just used.
type arrival struct {
	room, user string
	until      time.Time
}

// New makes an empty Book.
func New(config Config) (*Book, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	return &Book{
		config: config,
		tokens: map[secretHash]*token{},
		codes:  map[secretHash]*invitation{},
	}, nil
}

// Lookup says what a token is for, and leaves it as it is.
func (b *Book) Lookup(now time.Time, secret string) (Grant, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tokens[hashOf(secret)]
	if t == nil || !now.Before(t.expiresAt) {
		return Grant{}, ErrToken
	}
	return t.grant, nil
}

// Redeem uses up a token. Of several callers at the same moment exactly one
// gets the Grant, all others ErrToken.
func (b *Book) Redeem(now time.Time, secret string) (Grant, error) {
	hash := hashOf(secret)
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tokens[hash]
	if t == nil {
		return Grant{}, ErrToken
	}
	delete(b.tokens, hash)
	t.invitation.pending--
	if !now.Before(t.expiresAt) {
		return Grant{}, ErrToken
	}
	t.invitation.used++
	if t.invitation.used >= t.invitation.uses {
		b.forgetLocked(t.invitation)
	}
	b.arrivals = append(b.arrivals, arrival{t.grant.Room, t.grant.User, now.Add(arrivalGrace)})
	if len(b.arrivals) > b.config.MaxTokens {
		b.arrivals = b.arrivals[1:]
	}
	return t.grant, nil
}

// sweepLocked forgets what has expired.
func (b *Book) sweepLocked(now time.Time) {
	for hash, t := range b.tokens {
		if !now.Before(t.expiresAt) {
			t.invitation.pending--
			delete(b.tokens, hash)
		}
	}
	kept := b.invitations[:0]
	for _, i := range b.invitations {
		if now.Before(i.expiresAt) {
			kept = append(kept, i)
		} else {
			delete(b.codes, i.hash)
		}
	}
	clear(b.invitations[len(kept):])
	b.invitations = kept
	for len(b.arrivals) > 0 && !now.Before(b.arrivals[0].until) {
		b.arrivals = b.arrivals[1:]
	}
}

// forgetLocked takes an invitation out of the list; its tokens stay good.
func (b *Book) forgetLocked(gone *invitation) {
	delete(b.codes, gone.hash)
	for n, i := range b.invitations {
		if i == gone {
			b.invitations = append(b.invitations[:n], b.invitations[n+1:]...)
			return
		}
	}
}
