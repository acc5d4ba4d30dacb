package calls

import (
	"slices"
	"strings"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

// pair names a call between friends as one of both has it. Of each there is one
// live call at most.
type pair struct {
	caller, callee identity.ID
	incoming       bool // as the callee has it
}

// place is an account's part in a group's call.
type place struct {
	account string
	group   identity.GroupID
}

// leg is a call as one account of this host has it. Exchange.mu protects it.
type leg struct {
	call Call
	link *link // over which it began
	pair pair  // of a call of friends

	room     string    // where it is held, if that is here and known
	deadline time.Time // when something is due by itself; zero: never

	// settled is closed once the request was taken or the call is over.
	settled chan struct{}
	// answering is there while the other server is asked for a token, and is
	// closed when that has come to an end.
	answering chan struct{}
	isSending bool // our request or answer is on its way
	hasRung   bool // the devices were told by EventRequest
	// wasTakenBack says that the caller's server ended it.
	wasTakenBack bool
	// wasRejected says that the other server has said its no to an answered call.
	wasRejected bool
	isTold      bool // the device learns the way by EventAccept

	crossing crossing
	tokens   []string // of ours, for caller and callee
	way      Way      // that the device was told of by EventAccept, until it is used
	wayUntil time.Time

	came, present, gone map[string]bool // in the room, by user
	answeredAt          time.Time
	overAt              time.Time
}

// crossing is about a request that crossed with ours.
type crossing struct {
	isOn     bool
	callType room.CallType // of theirs
	giveUp   time.Time     // until when they may answer ours
	isTaking bool          // we answer theirs
	failure  error         // of ours
}

func newLeg(call Call, link *link) *leg {
	return &leg{
		call: call, link: link, settled: make(chan struct{}),
		came: map[string]bool{}, present: map[string]bool{}, gone: map[string]bool{},
	}
}

func (l *leg) isGroup() bool   { return l.call.Group != "" }
func (l *leg) rings() bool     { return l.call.Incoming && l.call.State == StateRinging }
func (l *leg) isLive() bool    { return !l.call.State.IsOver() }
func (l *leg) place() place    { return place{l.call.Account, l.call.Group} }
func (l *leg) isEngaged() bool { return l.call.State.isTaken() || l.answering != nil }

// isElsewhere says that the media is on another server, so that nothing here
// hears who comes and goes.
func (l *leg) isElsewhere() bool {
	if l.isGroup() {
		return l.call.Group.Domain() != l.link.domain
	}
	return l.pair.caller.Domain() != l.link.domain
}

// settle lets go whoever waits for the request.
func (l *leg) settle() {
	select {
	case <-l.settled:
	default:
		close(l.settled)
	}
}

// answered lets go whoever waits for the answer.
func (l *leg) answered() {
	if l.answering != nil {
		close(l.answering)
		l.answering = nil
	}
}

// event is the step of a call between friends for the other server.
func (l *leg) event(step federation.CallStep) federation.FriendCall {
	return federation.FriendCall{
		Step: step, Caller: l.pair.caller, Callee: l.pair.callee, CallType: federation.CallType(l.call.CallType),
	}
}

// record is what the history keeps.
func (l *leg) record(now time.Time) identity.Call {
	return identity.Call{
		ID: l.call.ID, Account: l.call.Account, Peer: l.call.Peer, Group: l.call.Group,
		Incoming: l.call.Incoming, Video: l.call.CallType == room.CallVideo,
		Outcome: outcome(l.call.State, l.call.Incoming), StartedAt: l.call.StartedAt, EndedAt: now,
	}
}

// maxRoomBytes is what a room's name has at most, as roomName has it.
const maxRoomBytes = maxRoomRunes

// roomOf names the room of a call between friends: no call has the room of
// another one, since a late token or resume secret would lead into it.
func roomOf(id string, p pair) string {
	name := string(p.caller) + "-" + string(p.callee) + "-" + id[:8]
	if len(name) > maxRoomBytes {
		return "call-" + id
	}
	return name
}

// groupRoom is the room of a group's call.
func groupRoom(id identity.GroupID) string {
	name := id.Room()
	if len(name) > maxRoomBytes {
		name, _, _ = strings.Cut(name, "@")
	}
	return name
}

// isKeyHash takes what may stand for a room key.
func isKeyHash(e federation.Encryption) bool {
	isOdd := func(c byte) bool { return c <= ' ' || c > '~' }
	return len(e.RoomKeyHash) <= maxKeyHash && !slices.ContainsFunc([]byte(e.RoomKeyHash), isOdd) &&
		(!e.Encrypted || e.RoomKeyHash != "")
}

const maxKeyHash = 256
