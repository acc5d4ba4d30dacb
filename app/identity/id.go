package identity

import (
	"strings"

	"github.com/google/uuid"
)

const (
	minNameBytes = 3
	maxNameBytes = 20
	// RFC 1035 section 2.3.4, without the bytes that only the wire has.
	maxDomainBytes = 253
	maxLabelBytes  = 63
)

// ID is a user's takos id, name@domain, with the domain in lower case.
type ID string

// ParseID reads a takos id; the domain has no port.
func ParseID(text string) (ID, error) {
	name, domain, found := strings.Cut(text, "@")
	if !found || !isName(name) {
		return "", ErrBadID
	}
	domain, err := ParseDomain(domain)
	if err != nil {
		return "", ErrBadID
	}
	return ID(name + "@" + domain), nil
}

// MakeID is the id of a name at a domain.
func MakeID(name, domain string) (ID, error) {
	if !isName(name) {
		return "", ErrBadName
	}
	domain, err := ParseDomain(domain)
	if err != nil {
		return "", err
	}
	return ID(name + "@" + domain), nil
}

// Name is what stands before the @.
func (id ID) Name() string {
	name, _, _ := strings.Cut(string(id), "@")
	return name
}

// Domain is what stands behind the @.
func (id ID) Domain() string {
	_, domain, _ := strings.Cut(string(id), "@")
	return domain
}

// GroupID is a group's id, uuid@domain, in lower case.
type GroupID string

// ParseGroupID reads a group's id, and also the name of its room, g{uuid}@domain.
func ParseGroupID(text string) (GroupID, error) {
	local, domain, found := strings.Cut(text, "@")
	if !found {
		return "", ErrBadGroupID
	}
	if inner, isRoom := strings.CutPrefix(local, "g{"); isRoom {
		if local, isRoom = strings.CutSuffix(inner, "}"); !isRoom {
			return "", ErrBadGroupID
		}
	}
	id, err := uuid.Parse(local)
	if err != nil || len(local) != len(id.String()) {
		return "", ErrBadGroupID
	}
	if domain, err = ParseDomain(domain); err != nil {
		return "", ErrBadGroupID
	}
	return GroupID(id.String() + "@" + domain), nil
}

// Room is the name of the group's room.
func (g GroupID) Room() string { return "g{" + g.local() + "}@" + g.Domain() }

// Domain is the group's server.
func (g GroupID) Domain() string {
	_, domain, _ := strings.Cut(string(g), "@")
	return domain
}

func (g GroupID) local() string {
	local, _, _ := strings.Cut(string(g), "@")
	return local
}

// ParseDomain takes a host name of letters, digits and hyphens (RFC 1123 section
// 2.1) and gives it in lower case. What could be taken for an address is refused.
func ParseDomain(text string) (string, error) {
	if text == "" || len(text) > maxDomainBytes {
		return "", ErrBadDomain
	}
	labels := strings.Split(text, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return "", ErrBadDomain
		}
	}
	if last := labels[len(labels)-1]; last[0] >= '0' && last[0] <= '9' {
		return "", ErrBadDomain
	}
	return strings.ToLower(text), nil
}

func isLabel(label string) bool {
	if label == "" || len(label) > maxLabelBytes || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for _, c := range []byte(label) {
		if !isLetterOrDigit(c) && c != '-' {
			return false
		}
	}
	return true
}

// isName holds a name to ^[a-zA-Z0-9_]{3,20}$.
func isName(name string) bool {
	if len(name) < minNameBytes || len(name) > maxNameBytes {
		return false
	}
	for _, c := range []byte(name) {
		if !isLetterOrDigit(c) && c != '_' {
			return false
		}
	}
	return true
}

func isLetterOrDigit(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
