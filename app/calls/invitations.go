package calls

import (
	"slices"
	"time"

	"takoshome/sfu/room"
)

// Request asks for an invitation.
type Request struct {
	Room     string
	User     string // empty: a room link for several guests
	CallType room.CallType
	Uses     int           // of a room link; 0: the default
	TTL      time.Duration // 0: the default
	// KeepSecret lets Invitations tell the token or code again. A room link's
	// code is always kept, because one link is given to many.
	KeepSecret bool
}

// Link is the answer to a Request.
type Link struct {
	ID        string
	Token     string // of an invitation for one user
	Code      string // of a room link
	ExpiresAt time.Time
}

// Invitation is an open one as the window shows it.
type Invitation struct {
	ID         string
	Room, User string
	CallType   room.CallType
	UsesLeft   int
	ExpiresAt  time.Time
	Token      string // empty where it is not kept
	Code       string
}

// Ticket is what a guest gets for a room link's code.
type Ticket struct{ Token, User string }

// Invite makes an invitation for one user or a room link.
func (b *Book) Invite(now time.Time, request Request) (Link, error) {
	grant, err := request.grant()
	if err != nil {
		return Link{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sweepLocked(now)
	if len(b.invitations) >= b.config.MaxInvitations {
		return Link{}, ErrTooMany
	}
	if grant.User != "" {
		return b.inviteUserLocked(now, grant, request)
	}
	return b.inviteGuestsLocked(now, grant, request), nil
}

func (r Request) grant() (Grant, error) {
	roomID, err := roomName(r.Room)
	if err != nil {
		return Grant{}, err
	}
	if !r.CallType.Valid() {
		return Grant{}, ErrCallType
	}
	grant := Grant{Room: roomID, CallType: r.CallType}
	if r.User != "" {
		grant.User, err = userName(r.User)
	}
	return grant, err
}

func (b *Book) inviteUserLocked(now time.Time, grant Grant, request Request) (Link, error) {
	i := &invitation{
		id:        newSecret(idBytes),
		grant:     grant,
		uses:      1,
		expiresAt: now.Add(orDefault(request.TTL, b.config.TokenTTL)),
	}
	secret, err := b.issueLocked(i, grant, i.expiresAt)
	if err != nil {
		return Link{}, err
	}
	if request.KeepSecret {
		i.secret = secret
	}
	b.invitations = slices.Insert(b.invitations, 0, i)
	return Link{ID: i.id, Token: secret, ExpiresAt: i.expiresAt}, nil
}

func (b *Book) inviteGuestsLocked(now time.Time, grant Grant, request Request) Link {
	code := newSecret(codeBytes)
	i := &invitation{
		id:        newSecret(idBytes),
		hash:      hashOf(code),
		grant:     grant,
		uses:      orDefault(request.Uses, b.config.InvitationUses),
		expiresAt: now.Add(orDefault(request.TTL, b.config.InvitationTTL)),
		secret:    code,
	}
	b.codes[i.hash] = i
	b.invitations = slices.Insert(b.invitations, 0, i)
	return Link{ID: i.id, Code: code, ExpiresAt: i.expiresAt}
}

// issueLocked makes a token that counts as a use of i once it is redeemed.
func (b *Book) issueLocked(i *invitation, grant Grant, expiresAt time.Time) (string, error) {
	if len(b.tokens) >= b.config.MaxTokens {
		return "", ErrTooMany
	}
	secret := newSecret(tokenBytes)
	b.tokens[hashOf(secret)] = &token{grant: grant, expiresAt: expiresAt, invitation: i}
	i.pending++
	return secret, nil
}

// Issue gives a token that belongs to no invitation, for as long as ttl.
func (b *Book) Issue(now time.Time, grant Grant, ttl time.Duration) (string, error) {
	request := Request{Room: grant.Room, User: grant.User, CallType: grant.CallType}
	grant, err := request.grant()
	if err != nil {
		return "", err
	}
	if grant.User == "" {
		return "", ErrUser
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sweepLocked(now)
	return b.issueLocked(&invitation{uses: 1}, grant, now.Add(ttl))
}

// Withdraw makes a token useless; one that is used or unknown is fine.
func (b *Book) Withdraw(secret string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	hash := hashOf(secret)
	if t := b.tokens[hash]; t != nil {
		t.invitation.pending--
		delete(b.tokens, hash)
	}
}

// Join turns a room link's code into a token for a guest. present are the
// people in the room; a name that one of them or somebody expected has is made
// distinct. A use is counted when the token is, so one that expires unused
// costs the link nothing.
func (b *Book) Join(now time.Time, code, name string, present []string) (Ticket, error) {
	name, err := GuestName(name)
	if err != nil {
		return Ticket{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sweepLocked(now)
	i := b.codes[hashOf(code)]
	if i == nil || i.used+i.pending >= i.uses {
		return Ticket{}, ErrCode
	}
	grant := i.grant
	grant.User = distinct(name, b.takenLocked(grant.Room, present))
	secret, err := b.issueLocked(i, grant, now.Add(b.config.TokenTTL))
	if err != nil {
		return Ticket{}, err
	}
	return Ticket{Token: secret, User: grant.User}, nil
}

// takenLocked are the keys of all names that the room has or expects.
func (b *Book) takenLocked(roomID string, present []string) map[string]bool {
	taken := map[string]bool{}
	for _, name := range present {
		taken[nameKey(name)] = true
	}
	for _, t := range b.tokens {
		if t.grant.Room == roomID {
			taken[nameKey(t.grant.User)] = true
		}
	}
	for _, a := range b.arrivals {
		if a.room == roomID {
			taken[nameKey(a.user)] = true
		}
	}
	return taken
}

// Room tells what room a code is for, without using it.
func (b *Book) Room(now time.Time, code string) (Grant, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.codes[hashOf(code)]
	if i == nil || !now.Before(i.expiresAt) {
		return Grant{}, ErrCode
	}
	return i.grant, nil
}

// Revoke makes an invitation useless, with every token it gave that is not
// used yet.
func (b *Book) Revoke(id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := slices.IndexFunc(b.invitations, func(i *invitation) bool { return i.id == id })
	if n < 0 {
		return ErrNoInvitation
	}
	gone := b.invitations[n]
	for hash, t := range b.tokens {
		if t.invitation == gone {
			delete(b.tokens, hash)
		}
	}
	b.forgetLocked(gone)
	return nil
}

// Invitations lists the open ones, newest first.
func (b *Book) Invitations(now time.Time) []Invitation {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sweepLocked(now)
	list := make([]Invitation, 0, len(b.invitations))
	for _, i := range b.invitations {
		shown := Invitation{
			ID:        i.id,
			Room:      i.grant.Room,
			User:      i.grant.User,
			CallType:  i.grant.CallType,
			UsesLeft:  i.uses - i.used,
			ExpiresAt: i.expiresAt,
		}
		if i.grant.User == "" {
			shown.Code = i.secret
		} else {
			shown.Token = i.secret
		}
		list = append(list, shown)
	}
	return list
}

// NextExpiry tells when the list of Invitations next grows shorter by itself.
func (b *Book) NextExpiry() (at time.Time, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range b.invitations {
		if !ok || i.expiresAt.Before(at) {
			at, ok = i.expiresAt, true
		}
	}
	return at, ok
}

func orDefault[T int | time.Duration](value, standard T) T {
	if value > 0 {
		return value
	}
	return standard
}
