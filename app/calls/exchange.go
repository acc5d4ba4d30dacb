package calls

import (
	"context"
	"log/slog"
	"time"

	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

// Line is how events get to other servers: a *federation.Service.
type Line interface {
	// Send brings an event to the server of domain and gives its answer.
	Send(ctx context.Context, domain string, event federation.Event) (federation.Answer, error)
}

// ExchangeConfig is what calls between people need.
type ExchangeConfig struct {
	Store *identity.Store
	Book  *Book
	// IsBusy says whether an account is in a call that the Exchange knows nothing
	// of, such as one by a link: then who rings is told so. nil: never. It is
	// asked outside of all locks.
	IsBusy func(account string) bool
	// OnOver says that a call of friends in a room of ours is over, so that nobody
	// has anything to do there any more. nil: it stays. It must not block.
	OnOver func(room string)
	// OnChange says that Calls or the history has changed. It must not block.
	OnChange func()
	// RingTime is how long a call rings. 0: 2 minutes.
	RingTime time.Duration
	Logger   *slog.Logger
	Now      func() time.Time // nil: time.Now
}

// Exchange is the call control of this host.
type Exchange struct {
	config ExchangeConfig
}

// NewExchange makes an Exchange that nobody can call through until Connect.
func NewExchange(config ExchangeConfig) (*Exchange, error) {
	return &Exchange{config: config}, nil
}

// Close ends all calls and awaits everything that runs.
func (e *Exchange) Close() {}

// Connect lets calls come and go: the people of this host are at domain, and
// line leads to other servers.
func (e *Exchange) Connect(domain string, line Line) {}

// Disconnect ends all calls, tells the other servers so as far as that goes
// within two seconds, and lets none begin. The line is used until it returns.
func (e *Exchange) Disconnect() {}

// Entered says that somebody has come into a room of this host.
func (e *Exchange) Entered(room, user string) {}

// Left says that somebody is in a room of this host no more.
func (e *Exchange) Left(room, user string) {}

// Forget ends what there is between an account and somebody whom it has
// blocked, or whose friend it is no more.
func (e *Exchange) Forget(account string, peer identity.ID) {}

// CallRequest asks for a call.
type CallRequest struct {
	CallType   room.CallType
	Encryption federation.Encryption
	// Device is who asks: DeviceWindow, or the id of a session.
	Device string
}

// Request rings at a friend's. It returns when their server has taken the
// request, or the call is over: then with an error that says why, which is the
// Err of the call.
func (e *Exchange) Request(ctx context.Context, account string, friend identity.ID, request CallRequest) (Call, error) {
	return Call{}, ErrNotHosting
}

// Answer takes a call that rings, also a group's, and gives the way into it.
func (e *Exchange) Answer(ctx context.Context, account, callID, device string) (Way, error) {
	return Way{}, ErrNoCall
}

// Decline refuses a call that rings here.
func (e *Exchange) Decline(ctx context.Context, account, callID string) error { return ErrNoCall }

// Cancel takes back a request that is not answered.
func (e *Exchange) Cancel(ctx context.Context, account, callID string) error { return ErrNoCall }

// End ends a call in whatever state it is; one that is over is fine.
func (e *Exchange) End(ctx context.Context, account, callID string) error { return ErrNoCall }

// StartGroup starts the call of a group, or joins the one that runs.
func (e *Exchange) StartGroup(ctx context.Context, account string, group identity.GroupID, request CallRequest) (Way, error) {
	return Way{}, ErrNotHosting
}

// JoinGroup joins the call of a group, or fails with ErrNoCall where none runs.
func (e *Exchange) JoinGroup(ctx context.Context, account string, group identity.GroupID, request CallRequest) (Way, error) {
	return Way{}, ErrNotHosting
}

// Running says how many people are in the call of a group of this host.
func (e *Exchange) Running(group identity.GroupID) (people int, running bool) { return 0, false }

// Find gives the live call between an account and a friend.
func (e *Exchange) Find(account string, peer identity.ID) (Call, bool) { return Call{}, false }

// Calls lists an account's calls, the newest first: the live ones, and for some
// seconds those that are over.
func (e *Exchange) Calls(account string) []Call { return nil }

// Watch tells a device of an account what happens. It begins with what rings
// now, and with an EventAccept that the device has not used yet. A reader that
// does not keep up has its channel closed; stop closes it too.
//
// What rings here is told to all devices of the account, and EventCancel as
// well to the one that has answered (Call.Device), because several windows may
// share a session. All else is told to the device that asked or answered.
func (e *Exchange) Watch(account, device string) (events <-chan Event, stop func()) {
	closed := make(chan Event)
	close(closed)
	return closed, func() {}
}

// FriendCall is for federation.Handler.
func (e *Exchange) FriendCall(ctx context.Context, event federation.FriendCall) federation.Result {
	return federation.Result{Status: federation.StatusUnavailable}
}

// GroupCall is for federation.Handler.
func (e *Exchange) GroupCall(ctx context.Context, event federation.GroupCall) federation.Result {
	return federation.Result{Status: federation.StatusUnavailable}
}
