package identity

import (
	"errors"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Profile is who this host is: its owner's name, and its domain where it has one.
type Profile struct {
	Name      string    `json:"name"`
	Domain    string    `json:"domain"` // empty: links only
	CreatedAt time.Time `json:"createdAt"`
}

// ID is the owner's takos id, or ErrNoDomain.
func (p Profile) ID() (ID, error) {
	if p.Domain == "" {
		return "", ErrNoDomain
	}
	return MakeID(p.Name, p.Domain)
}

func profileKey() []byte { return []byte("profile") }

// Profile gives the profile, or ErrNoProfile before the first start's dialog.
func (s *Store) Profile() (p Profile, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		p, err = profileOf(tx)
		return err
	})
	return p, err
}

func profileOf(tx *bolt.Tx) (p Profile, err error) {
	found, err := get(tx, bucketMeta, profileKey(), &p)
	if err == nil && !found {
		err = ErrNoProfile
	}
	return p, err
}

// SetProfile chooses the owner's name and the domain ("" for none). The first
// time it makes the owner's account; later it renames that, and gives the
// groups that are kept here, and the local people in them, their new ids. Other
// servers are not told: friends know nobody by the new id until they are asked
// again.
func (s *Store) SetProfile(now time.Time, name, domain string) error {
	if !isName(name) {
		return ErrBadName
	}
	if domain != "" {
		parsed, err := ParseDomain(domain)
		if err != nil {
			return err
		}
		domain = parsed
	}
	return s.update(func(tx *bolt.Tx) error {
		before, err := profileOf(tx)
		isFirst := errors.Is(err, ErrNoProfile)
		if err != nil && !isFirst {
			return err
		}
		after := Profile{Name: name, Domain: domain, CreatedAt: before.CreatedAt}
		if isFirst {
			after.CreatedAt = stamp(now)
			err = s.addAccount(tx, name, accountRecord{Owner: true, CreatedAt: stamp(now)})
		} else {
			err = rename(tx, before, after)
		}
		if err != nil {
			return err
		}
		return put(tx, bucketMeta, profileKey(), after)
	})
}

// rename moves all that is known by the old profile's name and domain.
func rename(tx *bolt.Tx, before, after Profile) error {
	if after.Name != before.Name {
		if err := renameAccount(tx, before.Name, after.Name); err != nil {
			return err
		}
	}
	if before.Domain == "" || after.Domain == "" || before == after {
		return nil
	}
	return moveGroups(tx, before, after)
}

func moveGroups(tx *bolt.Tx, before, after Profile) error {
	var groups []Group
	err := each(tx, bucketGroups, nil, func(_ []byte, group Group) error {
		groups = append(groups, group)
		return nil
	})
	for _, group := range groups {
		if err == nil {
			err = remove(tx, bucketGroups, []byte(group.ID))
		}
	}
	for _, group := range groups {
		if group.ID.Domain() == before.Domain {
			group.ID = GroupID(group.ID.local() + "@" + after.Domain)
		}
		for n, member := range group.Members {
			group.Members[n].ID = moved(member.ID, before, after)
		}
		if err == nil {
			err = put(tx, bucketGroups, []byte(group.ID), group)
		}
	}
	return err
}

func moved(id ID, before, after Profile) ID {
	switch {
	case id.Domain() != before.Domain:
		return id
	case id.Name() == before.Name:
		return ID(after.Name + "@" + after.Domain)
	}
	return ID(id.Name() + "@" + after.Domain)
}
