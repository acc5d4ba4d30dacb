package identity

import (
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// CreateGroup makes a group on this host, owned by owner.
func (s *Store) CreateGroup(now time.Time, title string, owner ID) (group Group, err error) {
	if !isTitle(title) {
		return group, ErrBadTitle
	}
	if owner, err = ParseID(string(owner)); err != nil {
		return group, err
	}
	err = s.update(func(tx *bolt.Tx) error {
		profile, err := profileOf(tx)
		if err == nil && profile.Domain == "" {
			err = ErrNoDomain
		}
		if err != nil {
			return err
		}
		group = Group{
			ID:        GroupID(NewUUID(now).String() + "@" + profile.Domain),
			Title:     title,
			Members:   []Member{{ID: owner, Role: RoleOwner, Since: stamp(now)}},
			CreatedAt: stamp(now),
		}
		return s.addGroup(tx, group)
	})
	return group, err
}

// FollowGroup remembers that somebody here is in another server's group.
func (s *Store) FollowGroup(now time.Time, id GroupID, title string, member ID) error {
	if parsed, err := ParseGroupID(string(id)); err != nil || parsed != id {
		return ErrBadGroupID
	}
	if !isTitle(title) {
		return ErrBadTitle
	}
	member, err := ParseID(string(member))
	if err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) error {
		profile, err := profileOf(tx)
		if err == nil && id.Domain() == profile.Domain {
			err = ErrBadGroupID
		}
		if err != nil {
			return err
		}
		var group Group
		found, err := get(tx, bucketGroups, []byte(id), &group)
		if err != nil {
			return err
		}
		ours := Member{ID: member, Role: RoleMember, Since: stamp(now)}
		if !found {
			return s.addGroup(tx, Group{ID: id, Title: title, Members: []Member{ours}, CreatedAt: stamp(now)})
		}
		group.Title = title
		if group.indexOf(member) < 0 {
			group.Members = append(group.Members, ours)
		}
		return s.keepGroup(tx, group)
	})
}

func (s *Store) addGroup(tx *bolt.Tx, group Group) error {
	count := 0
	err := each(tx, bucketGroups, nil, func([]byte, Group) error {
		count++
		return nil
	})
	if err == nil && count >= s.config.Limits.Groups {
		err = ErrFull
	}
	if err != nil {
		return err
	}
	return s.keepGroup(tx, group)
}

func (s *Store) keepGroup(tx *bolt.Tx, group Group) error {
	if len(group.Members) > s.config.Limits.Members {
		return ErrFull
	}
	return put(tx, bucketGroups, []byte(group.ID), group)
}

// Group gives a group, or ErrNoGroup.
func (s *Store) Group(id GroupID) (group Group, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		group, err = groupOf(tx, id)
		return err
	})
	return group, err
}

func groupOf(tx *bolt.Tx, id GroupID) (group Group, err error) {
	found, err := get(tx, bucketGroups, []byte(id), &group)
	if err == nil && !found {
		err = ErrNoGroup
	}
	return group, err
}

// Groups lists the groups that member is in, the oldest first; of "", all.
func (s *Store) Groups(member ID) ([]Group, error) {
	var list []Group
	err := s.view(func(tx *bolt.Tx) error {
		return each(tx, bucketGroups, nil, func(_ []byte, group Group) error {
			if member == "" || group.indexOf(member) >= 0 {
				list = append(list, group)
			}
			return nil
		})
	})
	slices.SortStableFunc(list, func(a, b Group) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return list, err
}

func (s *Store) changeGroup(id GroupID, change func(*Group) error) error {
	return s.update(func(tx *bolt.Tx) error {
		group, err := groupOf(tx, id)
		if err != nil {
			return err
		}
		if err := change(&group); err != nil {
			return err
		}
		return s.keepGroup(tx, group)
	})
}

// RenameGroup gives a group another title.
func (s *Store) RenameGroup(id GroupID, title string) error {
	if !isTitle(title) {
		return ErrBadTitle
	}
	return s.changeGroup(id, func(g *Group) error {
		g.Title = title
		return nil
	})
}

// AddMember puts somebody into a group.
func (s *Store) AddMember(now time.Time, id GroupID, member ID, role Role) error {
	if parsed, err := ParseID(string(member)); err != nil || parsed != member {
		return ErrBadID
	}
	if !role.isKnown() {
		return ErrBadRole
	}
	return s.changeGroup(id, func(g *Group) error {
		if g.indexOf(member) >= 0 {
			return ErrMember
		}
		g.Members = append(g.Members, Member{ID: member, Role: role, Since: stamp(now)})
		return nil
	})
}

// SetRole gives a member another role. A group of this host keeps an owner.
func (s *Store) SetRole(id GroupID, member ID, role Role) error {
	if !role.isKnown() {
		return ErrBadRole
	}
	return s.changeGroup(id, func(g *Group) error {
		n := g.indexOf(member)
		switch {
		case n < 0:
			return ErrNoMember
		case role != RoleOwner && g.Members[n].Role == RoleOwner && !g.hasOwnerBesides(member):
			return ErrLastOwner
		}
		g.Members[n].Role = role
		return nil
	})
}

// RemoveMember takes somebody out of a group. The last owner stays while there
// are others; who goes last takes the group along.
func (s *Store) RemoveMember(id GroupID, member ID) error {
	return s.update(func(tx *bolt.Tx) error {
		group, err := groupOf(tx, id)
		if err != nil {
			return err
		}
		n := group.indexOf(member)
		switch {
		case n < 0:
			return ErrNoMember
		case len(group.Members) == 1:
			return remove(tx, bucketGroups, []byte(id))
		case group.Members[n].Role == RoleOwner && !group.hasOwnerBesides(member):
			return ErrLastOwner
		}
		group.Members = slices.Delete(group.Members, n, n+1)
		return s.keepGroup(tx, group)
	})
}

// DeleteGroup removes a group; one that is gone already is fine.
func (s *Store) DeleteGroup(id GroupID) error {
	return s.update(func(tx *bolt.Tx) error { return remove(tx, bucketGroups, []byte(id)) })
}

// leaveGroups takes somebody out of every group.
func leaveGroups(tx *bolt.Tx, id ID) error {
	var groups []Group
	err := each(tx, bucketGroups, nil, func(_ []byte, group Group) error {
		if group.indexOf(id) >= 0 {
			groups = append(groups, group)
		}
		return nil
	})
	for _, group := range groups {
		if err == nil {
			err = leaveGroup(tx, group, id)
		}
	}
	return err
}

func leaveGroup(tx *bolt.Tx, group Group, id ID) error {
	n := group.indexOf(id)
	wasOwner := group.Members[n].Role == RoleOwner
	group.Members = slices.Delete(group.Members, n, n+1)
	if len(group.Members) == 0 {
		return remove(tx, bucketGroups, []byte(group.ID))
	}
	if wasOwner && !group.hasOwnerBesides(id) {
		group.Members[0].Role = RoleOwner
	}
	return put(tx, bucketGroups, []byte(group.ID), group)
}
