package federation

import (
	"slices"

	"takoshome/app/identity"
)

// Event is one of FriendCall, GroupCall and Friendship.
type Event interface {
	// Sender is the user in whose name the event comes. The user's server signs it.
	Sender() identity.ID
	// Receiver is the domain of the server that the event is for.
	Receiver() string

	// names are the event's names, the one that is sent first.
	names() []string
	payload() map[string]any
	isWhole() bool
	// isRepeatable says whether a second one does no more than the first.
	isRepeatable() bool
	// hasToken says whether the answer has a token in it.
	hasToken() bool
}

// CallType is what a call begins with.
type CallType string

// The call types.
const (
	CallAudio CallType = "audio"
	CallVideo CallType = "video"
)

// CallStep is what happens in the calling of a friend.
type CallStep string

// The steps of a call, as the events' names have them.
const (
	CallRequest CallStep = "request" // the caller's server rings
	CallAccept  CallStep = "accept"  // the callee's server wants a token for its user
	CallReject  CallStep = "reject"  // the callee will not come
	CallCancel  CallStep = "cancel"  // the caller rings no more
)

// FriendCall is t.friend.call.request, accept, reject or cancel. Request and
// cancel come from the caller's server, accept and reject from the callee's.
type FriendCall struct {
	Step     CallStep
	Caller   identity.ID // userId
	Callee   identity.ID // friendId
	CallType CallType    // of request and accept; audio where nothing is said
	Encryption
}

// Encryption is what a request says of it, for clients; the host adds nothing to it.
type Encryption struct {
	// Encrypted is what isEncrypt says, where there is a RoomKeyHash.
	Encrypted   bool
	RoomKeyHash string
}

// Sender is the caller, or the callee where they answer.
func (e FriendCall) Sender() identity.ID {
	if e.isAnswer() {
		return e.Callee
	}
	return e.Caller
}

// Receiver is the other one's server.
func (e FriendCall) Receiver() string {
	if e.isAnswer() {
		return e.Caller.Domain()
	}
	return e.Callee.Domain()
}

func (e FriendCall) isAnswer() bool     { return e.Step == CallAccept || e.Step == CallReject }
func (e FriendCall) names() []string    { return []string{"t.friend.call." + string(e.Step)} }
func (e FriendCall) isRepeatable() bool { return e.Step != CallAccept }
func (e FriendCall) hasToken() bool     { return e.Step == CallAccept }

func (e FriendCall) isWhole() bool {
	return slices.Contains([]CallStep{CallRequest, CallAccept, CallReject, CallCancel}, e.Step) &&
		isID(e.Caller) && isID(e.Callee) && e.CallType.isKnown() && e.isFine()
}

// GroupStep is what happens in a group's call.
type GroupStep string

// The steps, as the events' names have them.
const (
	GroupRequest GroupStep = "request" // starts a call
	GroupJoin    GroupStep = "join"
)

// GroupCall is t.group.call.request or join: a member's server wants a token for
// its user from the group's.
type GroupCall struct {
	Step     GroupStep
	Group    identity.GroupID // roomId, either as the group's id or as its room
	User     identity.ID
	CallType CallType // of request; audio where nothing is said
	Encryption
}

// Sender is the member.
func (e GroupCall) Sender() identity.ID { return e.User }

// Receiver is the group's server.
func (e GroupCall) Receiver() string { return e.Group.Domain() }

func (e GroupCall) names() []string    { return []string{"t.group.call." + string(e.Step)} }
func (e GroupCall) isRepeatable() bool { return false }
func (e GroupCall) hasToken() bool     { return true }

func (e GroupCall) isWhole() bool {
	group, err := identity.ParseGroupID(string(e.Group))
	return (e.Step == GroupRequest || e.Step == GroupJoin) && err == nil && group == e.Group &&
		isID(e.User) && e.CallType.isKnown() && e.isFine()
}

// FriendStep is what happens between people who become friends.
type FriendStep string

// The steps.
const (
	FriendRequest FriendStep = "request"
	FriendAccept  FriendStep = "accept"
	FriendCancel  FriendStep = "cancel" // of a request that was not answered
	FriendRemove  FriendStep = "remove"
)

// Friendship is t.friend.request, accept, cancel or remove. Documentation and
// servers name the first three differently; both names are understood.
type Friendship struct {
	Step FriendStep
	From identity.ID // userId
	To   identity.ID // friendId
}

// Sender is who takes the step.
func (e Friendship) Sender() identity.ID { return e.From }

// Receiver is the other one's server.
func (e Friendship) Receiver() string { return e.To.Domain() }

func (e Friendship) names() []string {
	switch e.Step {
	case FriendRequest:
		return []string{"t.friend.request", "t.friend.request.send"}
	case FriendAccept:
		return []string{"t.friend.accept", "t.friend.request.accept"}
	case FriendCancel:
		return []string{"t.friend.cancel", "t.friend.request.cancel"}
	}
	return []string{"t.friend.remove"}
}

func (e Friendship) isRepeatable() bool { return true }
func (e Friendship) hasToken() bool     { return false }

func (e Friendship) isWhole() bool {
	return slices.Contains([]FriendStep{FriendRequest, FriendAccept, FriendCancel, FriendRemove}, e.Step) &&
		isID(e.From) && isID(e.To)
}

func (c CallType) isKnown() bool { return c == "" || c == CallAudio || c == CallVideo }

const maxRoomKeyHash = 256

func (e Encryption) isFine() bool {
	for _, c := range []byte(e.RoomKeyHash) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(e.RoomKeyHash) <= maxRoomKeyHash && (!e.Encrypted || e.RoomKeyHash != "")
}

func isID(id identity.ID) bool {
	parsed, err := identity.ParseID(string(id))
	return err == nil && parsed == id
}
