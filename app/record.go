package app

import (
	"errors"
	"sync/atomic"

	"takoshome/app/identity"
)

// record is what is stored, as it was when somebody last looked: looking goes
// through the whole of it.
type record struct {
	age    atomic.Uint64 // of what is stored
	latest atomic.Pointer[stored]
}

// stored is one look at the store.
type stored struct {
	age      uint64
	profile  identity.Profile // empty before it was chosen
	friends  []identity.Friend
	groups   []identity.Group
	history  []identity.Call
	accounts []identity.Account
}

func (r *record) outdate() { r.age.Add(1) }

// get looks only if something has changed. What cannot be read stays as it was.
func (r *record) get(store *identity.Store) *stored {
	age := r.age.Load()
	last := r.latest.Load()
	if last == nil {
		last = &stored{}
	} else if last.age == age {
		return last
	}
	if store == nil {
		return last
	}
	fresh, err := read(store)
	if err != nil {
		return last
	}
	fresh.age = age
	r.latest.Store(fresh)
	return fresh
}

// maxHistory is how many calls are shown.
const maxHistory = 100

func read(store *identity.Store) (*stored, error) {
	profile, err := store.Profile()
	if errors.Is(err, identity.ErrNoProfile) {
		return &stored{}, nil
	}
	if err != nil {
		return nil, err
	}
	s := &stored{profile: profile}
	if s.friends, err = store.Friends(profile.Name); err != nil {
		return nil, err
	}
	if s.history, err = store.Calls(profile.Name, maxHistory); err != nil {
		return nil, err
	}
	if s.accounts, err = store.Accounts(); err != nil {
		return nil, err
	}
	if id, err := profile.ID(); err == nil {
		if s.groups, err = store.Groups(id); err != nil {
			return nil, err
		}
	}
	return s, nil
}
