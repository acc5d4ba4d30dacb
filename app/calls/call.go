package calls

import (
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

// State is where a call between people stands.
type State string

// The states. A call is over in all but the first four.
const (
	StateCalling  State = "calling"  // our request is on its way to the other server
	StateRinging  State = "ringing"  // with the callee
	StateAccepted State = "accepted" // somebody said yes, nobody is in the room yet
	StateActive   State = "active"   // at least one of both is in the room

	StateRejected  State = "rejected"
	StateCancelled State = "cancelled"
	StateBusy      State = "busy"
	StateTimeout   State = "timeout"
	StateFailed    State = "failed" // the other server could not be reached, or refuses
	StateEnded     State = "ended"  // after it was active
)

// IsOver tells the states that a call stays in.
func (s State) IsOver() bool {
	switch s {
	case StateCalling, StateRinging, StateAccepted, StateActive:
		return false
	}
	return true
}

// Call is a call between people as one account of this host has it. Two accounts
// of one host that call each other have one each.
type Call struct {
	// ID is a UUID, the same as in the history.
	ID      string
	Account string // the local name of whose call it is
	// Peer is the other one; in a group's call, who started it.
	Peer  identity.ID
	Group identity.GroupID // empty: a call between friends
	// Incoming says that the other one rang here. A call that crossed with one of
	// this account's stays the account's own, whoever is the caller in the end.
	Incoming bool
	CallType room.CallType
	State    State
	// Encryption is what the caller's client says of it, for the callee's.
	Encryption federation.Encryption
	// Device is who asked for the call or answers it: "window", or the id of a
	// session; empty while it rings here.
	Device    string
	StartedAt time.Time
	// Err is why a call failed: a *federation.SendError, or one of this
	// package's errors.
	Err error
}

// DeviceWindow is the device of the owner that is no session.
const DeviceWindow = "window"

// Way leads into a call: a token for the SFU of a domain, which may be ours.
type Way struct {
	CallID   string
	Domain   string
	Token    string `json:"-"` // secret
	CallType room.CallType
}

// String leaves the token out: what is printed may end in a log.
func (w Way) String() string { return w.CallID + " at " + w.Domain }

// EventType is what happened with a call of an account.
type EventType string

// The event types, as the notification WebSocket has them.
const (
	EventRequest EventType = "callRequest" // it rings here
	EventAccept  EventType = "callAccept"  // the callee comes; to the asking device alone
	EventReject  EventType = "callReject"
	EventCancel  EventType = "callCancel" // it rings no longer: Reason says why
	EventBusy    EventType = "callBusy"
	EventEnd     EventType = "callEnd"
)

// Reason is why an incoming call rings no longer.
type Reason string

// The reasons.
const (
	ReasonCancelled Reason = "cancelled" // by the caller
	ReasonTimeout   Reason = "timeout"
	ReasonAnswered  Reason = "answered" // on another device of the account
	ReasonDeclined  Reason = "declined" // likewise
	ReasonFailed    Reason = "failed"
)

// Event is something that happened with a call, for the devices of its account.
type Event struct {
	Type   EventType
	Call   Call
	Reason Reason // of EventCancel and EventEnd
	Way    Way    // of EventAccept
}
