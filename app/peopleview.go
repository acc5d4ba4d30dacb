package app

import (
	"os/user"
	"strings"

	"takoshome/app/calls"
	"takoshome/app/identity"
)

const (
	fallbackName = "owner"
	maxNameBytes = 20
	minNameBytes = 3
)

// showPeople adds to a Snapshot who this host is and whom its owner knows.
func (a *App) showPeople(s *Snapshot) {
	s.Identity = a.identity()
	s.People = People{Friends: []Friend{}, Groups: []Group{}, History: []PastCall{}, Accounts: []Account{}}
	if a.store == nil {
		return
	}
	known := a.record.get(a.store)
	s.People.Friends = append(s.People.Friends, known.friends...)
	s.People.History = append(s.People.History, known.history...)
	s.People.Accounts = append(s.People.Accounts, known.accounts...)
	for _, g := range known.groups {
		s.People.Groups = append(s.People.Groups, known.shown(g, s.Rooms))
	}
	for _, c := range known.history {
		if c.Incoming && c.Outcome == identity.OutcomeMissed && !c.Seen {
			s.People.Missed++
		}
	}
	account := known.profile.Name
	if a.exchange == nil || account == "" {
		return
	}
	s.Call.Incoming = a.incoming(account, known)
	if call, ok := a.outgoing(account); ok {
		s.People.Outgoing = known.outgoing(call)
	}
}

// identity says who this host is, or might be.
func (a *App) identity() Identity {
	if a.store == nil {
		if a.trouble == nil {
			return Identity{State: IdentityNew} // not started yet
		}
		key, args := identityProblem(a.trouble)
		return Identity{State: IdentityBroken, Problem: key, ProblemArgs: args}
	}
	profile := a.record.get(a.store).profile
	id, err := profile.ID()
	switch {
	case profile.Name == "":
		wanted := a.config.Settings.Federation
		return Identity{
			State:  IdentityNew,
			Name:   orElse(string(wanted.Name), suggestedName()),
			Domain: string(wanted.Domain),
		}
	case err != nil:
		return Identity{State: IdentityLinks, Name: profile.Name}
	}
	return Identity{State: IdentityReady, Name: profile.Name, Domain: profile.Domain, ID: string(id)}
}

// suggestedName is what the system calls who runs this, as far as a takos id can
// have it.
func suggestedName() string {
	current, err := user.Current()
	if err != nil {
		return fallbackName
	}
	name := current.Username[strings.LastIndexByte(current.Username, '\\')+1:] // DOMAIN\name on Windows
	name = strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, name)
	if len(name) < minNameBytes {
		return fallbackName
	}
	return name[:min(len(name), maxNameBytes)]
}

// titleOf is what the owner calls somebody, empty for nothing.
func (s *stored) titleOf(id identity.ID) string {
	for _, f := range s.friends {
		if f.ID == id {
			return f.Title
		}
	}
	return ""
}

// groupTitle is a group's title, or its id where nothing is known of it.
func (s *stored) groupTitle(id identity.GroupID) string {
	for _, g := range s.groups {
		if g.ID == id {
			return g.Title
		}
	}
	return string(id)
}

// shown is a group as the owner sees it.
func (s *stored) shown(g identity.Group, rooms []Room) Group {
	shown := Group{Group: g, Own: g.ID.Domain() == s.profile.Domain}
	if shown.Own {
		me, err := s.profile.ID()
		if err == nil {
			shown.Role, _ = g.Role(me)
		}
		name := g.ID.Room()
		for _, r := range rooms {
			if r.ID == name {
				shown.People = len(r.Peers)
			}
		}
	}
	return shown
}

// outgoing is a call that the owner makes, as it shows.
func (s *stored) outgoing(call calls.Call) *OutgoingCall {
	shown := &OutgoingCall{
		ID:        call.ID,
		Peer:      string(call.Peer),
		Title:     s.titleOf(call.Peer),
		CallType:  call.CallType,
		State:     string(call.State),
		StartedAt: call.StartedAt,
	}
	if call.Err != nil && call.State == calls.StateFailed {
		p := problemOf(call.Err)
		shown.Problem = p.key
		shown.ProblemArgs = p.args(map[string]string{"peer": orElse(shown.Title, shown.Peer), "domain": call.Peer.Domain()})
	}
	return shown
}
