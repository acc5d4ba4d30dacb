package app

import (
	"time"

	"takoshome/app/identity"
	"takoshome/sfu/room"
)

// Identity says who this host is for others.
type Identity struct {
	State IdentityState `json:"state"`
	// Name and Domain make the takos id, name@domain; Domain may be empty.
	Name   string `json:"name,omitempty"`
	Domain string `json:"domain,omitempty"`
	ID     string `json:"id,omitempty"`
	// Problem names the sentence of StateBroken in the translations, and
	// ProblemArgs fill its places.
	Problem     string            `json:"problem,omitempty"`
	ProblemArgs map[string]string `json:"problemArgs,omitempty"`
}

// IdentityState says how far one can be called by name.
type IdentityState string

// The states of an identity.
const (
	IdentityNew    IdentityState = "new"    // nobody has chosen yet: the first start
	IdentityLinks  IdentityState = "links"  // a name without a domain: calls by links only
	IdentityReady  IdentityState = "ready"  // a takos id
	IdentityBroken IdentityState = "broken" // the stored state cannot be read, and is left as it is
)

// People is whom the owner knows, and what calls there were.
type People struct {
	Friends []Friend `json:"friends"`
	Groups  []Group  `json:"groups"`
	// History has the owner's calls, the newest first, at most 100.
	History []PastCall `json:"history"`
	// Missed is how many missed calls nobody looked at.
	Missed int `json:"missed"`
	// Outgoing is the call that rings at somebody else's, or just ended there
	// unanswered; nil: none.
	Outgoing *OutgoingCall `json:"outgoing,omitempty"`
	// Accounts are the people of this host.
	Accounts []Account `json:"accounts"`
}

// Friend is somebody whom the owner knows, asked, was asked by, or has blocked.
type Friend = identity.Friend

// Account is a person of this host.
type Account = identity.Account

// PastCall is a call of the history.
type PastCall = identity.Call

// Group is a group that the owner is in.
type Group struct {
	identity.Group
	// Own says that this host keeps the group; else another server does.
	Own bool `json:"own"`
	// Role is the owner's role in a group of this host.
	Role identity.Role `json:"role,omitempty"`
	// People are in its call right now, as far as this host knows.
	People int `json:"people"`
}

// OutgoingCall is a call that the owner makes.
type OutgoingCall struct {
	ID       string        `json:"id"`
	Peer     string        `json:"peer"`
	Title    string        `json:"title,omitempty"` // what the owner calls them
	CallType room.CallType `json:"callType"`
	// State is one of calls.State. A call that is over stays for some seconds,
	// so that one sees why.
	State string `json:"state"`
	// Problem names the sentence of why it failed in the translations.
	Problem     string            `json:"problem,omitempty"`
	ProblemArgs map[string]string `json:"problemArgs,omitempty"`
	StartedAt   time.Time         `json:"startedAt"`
}

// SetIdentity chooses name and domain ("" for none).
type SetIdentity struct{ Name, Domain string }

// AddFriend asks somebody to be friends, or says yes to who asked.
type AddFriend struct{ ID string }

// AcceptFriend says yes to who asked.
type AcceptFriend struct{ ID string }

// DeclineFriend says no to who asked; they are not told.
type DeclineFriend struct{ ID string }

// RemoveFriend ends a friendship, or takes a request back.
type RemoveFriend struct{ ID string }

// BlockFriend lets somebody neither ask nor ring; they are not told.
type BlockFriend struct{ ID string }

// UnblockFriend ends BlockFriend.
type UnblockFriend struct{ ID string }

// NameFriend keeps what the owner calls somebody.
type NameFriend struct{ ID, Title string }

// CallFriend rings at a friend's; once they answer, the owner goes in.
type CallFriend struct {
	ID       string
	CallType room.CallType
}

// CancelCall stops ringing at the friend's, or takes away what is left of the
// call in People.Outgoing.
type CancelCall struct{}

// CallGroup starts or joins a group's call.
type CallGroup struct {
	ID       string
	CallType room.CallType
}

// NewGroup makes a group on this host.
type NewGroup struct{ Title string }

// FollowGroup remembers a group of another server.
type FollowGroup struct{ ID, Title string }

// RenameGroup gives a group another title.
type RenameGroup struct{ ID, Title string }

// LeaveGroup takes the owner out of a group.
type LeaveGroup struct{ ID string }

// DeleteGroup ends a group of this host.
type DeleteGroup struct{ ID string }

// AddMember puts somebody into a group of this host.
type AddMember struct{ Group, ID string }

// RemoveMember takes somebody out of a group of this host.
type RemoveMember struct{ Group, ID string }

// SetRole gives a member another role.
type SetRole struct {
	Group, ID string
	Role      identity.Role
}

// SeeCalls marks the missed calls as looked at.
type SeeCalls struct{}

// ForgetCalls empties the history.
type ForgetCalls struct{}

// AddAccount makes an account for somebody of this household.
type AddAccount struct{ Name, Password string }

// RemoveAccount removes one.
type RemoveAccount struct{ Name string }

// SetPassword gives an account another password and ends its sessions.
type SetPassword struct{ Name, Password string }

// ExportIdentity writes everything that is stored to a new file.
type ExportIdentity struct{ Path string }

// ImportIdentity puts what such a file says in the place of everything stored.
type ImportIdentity struct{ Path string }

func (SetIdentity) isCommand()    {}
func (AddFriend) isCommand()      {}
func (AcceptFriend) isCommand()   {}
func (DeclineFriend) isCommand()  {}
func (RemoveFriend) isCommand()   {}
func (BlockFriend) isCommand()    {}
func (UnblockFriend) isCommand()  {}
func (NameFriend) isCommand()     {}
func (CallFriend) isCommand()     {}
func (CancelCall) isCommand()     {}
func (CallGroup) isCommand()      {}
func (NewGroup) isCommand()       {}
func (FollowGroup) isCommand()    {}
func (RenameGroup) isCommand()    {}
func (LeaveGroup) isCommand()     {}
func (DeleteGroup) isCommand()    {}
func (AddMember) isCommand()      {}
func (RemoveMember) isCommand()   {}
func (SetRole) isCommand()        {}
func (SeeCalls) isCommand()       {}
func (ForgetCalls) isCommand()    {}
func (AddAccount) isCommand()     {}
func (RemoveAccount) isCommand()  {}
func (SetPassword) isCommand()    {}
func (ExportIdentity) isCommand() {}
func (ImportIdentity) isCommand() {}
