package identity

import (
	"slices"
	"time"
	"unicode"
	"unicode/utf8"
)

// Role is what a member may do in a group.
type Role string

// The roles, the highest first.
const (
	RoleOwner  Role = "owner"
	RoleAdmin  Role = "admin"
	RoleMember Role = "member"
)

// Right is something that a role gives.
type Right string

// The rights.
const (
	RightCall   Right = "call"   // start and join calls: every member
	RightInvite Right = "invite" // add and remove members: admins
	RightManage Right = "manage" // give roles, rename and end the group: owners
)

// May says whether a role gives a right.
func (r Role) May(right Right) bool {
	switch right {
	case RightCall:
		return r.isKnown()
	case RightInvite:
		return r == RoleOwner || r == RoleAdmin
	case RightManage:
		return r == RoleOwner
	}
	return false
}

func (r Role) isKnown() bool { return r == RoleOwner || r == RoleAdmin || r == RoleMember }

// Member is a person in a group.
type Member struct {
	ID    ID        `json:"id"`
	Role  Role      `json:"role"`
	Since time.Time `json:"since"`
}

// Group is a group that this host keeps, or one of another server that somebody
// here is in: then that server knows the members, and these are only ours.
type Group struct {
	ID        GroupID   `json:"id"`
	Title     string    `json:"title"`
	Members   []Member  `json:"members"` // the longest there first
	CreatedAt time.Time `json:"createdAt"`
}

// Role is the role of a member; false: no member.
func (g Group) Role(id ID) (Role, bool) {
	if n := g.indexOf(id); n >= 0 {
		return g.Members[n].Role, true
	}
	return "", false
}

func (g Group) indexOf(id ID) int {
	return slices.IndexFunc(g.Members, func(m Member) bool { return m.ID == id })
}

func (g Group) hasOwnerBesides(id ID) bool {
	return slices.ContainsFunc(g.Members, func(m Member) bool { return m.ID != id && m.Role == RoleOwner })
}

const maxTitleRunes = 60

// isTitle takes a name for people: some letters, and nothing unseen.
func isTitle(title string) bool {
	if !utf8.ValidString(title) || utf8.RuneCountInString(title) > maxTitleRunes {
		return false
	}
	seen := false
	for _, r := range title {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
			return false
		}
		seen = seen || unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S)
	}
	return seen
}
