package app

import (
	"context"
	"errors"
	"time"

	"takoshome/app/calls"
	"takoshome/app/control"
	"takoshome/app/identity"
	"takoshome/app/session"
	"takoshome/sfu/room"
)

// callWatchTime is how long a question after a call waits for news.
const callWatchTime = 5 * time.Second

// controlPeople is the App as the control socket sees it, for people.
type controlPeople struct{ a *App }

// People is whom the owner knows, without ways into calls.
func (c controlPeople) People(context.Context) (any, error) {
	s := c.a.Snapshot()
	incoming := s.Call.Incoming
	if incoming == nil {
		incoming = []session.Incoming{}
	}
	return struct {
		Identity Identity           `json:"identity"`
		People   People             `json:"people"`
		Incoming []session.Incoming `json:"incoming"`
	}{s.Identity, s.People, incoming}, nil
}

// Ask does what is wished for.
func (c controlPeople) Ask(ctx context.Context, wish control.Wish) (control.Done, error) {
	done, command, err := c.call(ctx, wish)
	if command == nil {
		if command = commandOf(wish); command == nil {
			return done, &control.Refusal{Code: control.CodeBadRequest, Message: "the request is not understood"}
		}
		err = c.a.Do(ctx, command)
	}
	if err != nil {
		return done, c.a.peopleRefusal(command, err)
	}
	return done, nil
}

// call does what has more to tell than that it was done; without a command the
// wish was another.
func (c controlPeople) call(ctx context.Context, wish control.Wish) (done control.Done, command Command, err error) {
	switch wish.Verb {
	case control.VerbNewGroup:
		group, err := c.a.newGroup(wish.Title)
		return control.Done{ID: string(group.ID)}, NewGroup{wish.Title}, err
	case control.VerbFollowGroup:
		command := FollowGroup{wish.Group, wish.Title}
		err := c.a.Do(ctx, command)
		id, _ := identity.ParseGroupID(wish.Group) // else there is an error already
		return control.Done{ID: string(id)}, command, err
	case control.VerbCall:
		command := CallFriend{ID: wish.ID, CallType: room.CallType(wish.CallType)}
		call, found := c.a.callWith(wish.ID)
		if !found {
			call, err = c.a.callFriend(ctx, command)
		}
		return c.told(call, err), command, err
	case control.VerbCallGroup:
		command := CallGroup{ID: wish.Group, CallType: room.CallType(wish.CallType)}
		way, err := c.a.callGroup(ctx, command)
		return c.toldWay(way, err), command, err
	case control.VerbAnswer:
		way, err := c.a.answer(ctx, wish.Call)
		return c.toldWay(way, err), AnswerCall{wish.Call}, err
	case control.VerbWatchCall:
		call, err := c.a.watchCall(ctx, wish.Call, calls.State(wish.State))
		return c.told(call, err), AnswerCall{wish.Call}, err
	}
	return control.Done{}, nil, nil
}

func (c controlPeople) told(call calls.Call, err error) control.Done {
	if err != nil {
		return control.Done{}
	}
	return control.Done{Call: c.a.controlCall(call)}
}

func (c controlPeople) toldWay(way calls.Way, err error) control.Done {
	if err != nil {
		return control.Done{}
	}
	call, ok := c.a.ownCall(way.CallID)
	if !ok {
		call = calls.Call{ID: way.CallID, CallType: way.CallType, State: calls.StateAccepted}
	}
	told := c.a.controlCall(call)
	if c.a.config.OpenDevices == nil {
		told.URL, told.JoinURL = c.a.linksOf(way)
	}
	return control.Done{Call: told}
}

// ownCall is a call of the owner's that goes on, or is just over.
func (a *App) ownCall(id string) (calls.Call, bool) {
	account, err := a.asOwner()
	if err != nil {
		return calls.Call{}, false
	}
	for _, call := range a.exchange.Calls(account) {
		if call.ID == id {
			return call, true
		}
	}
	return calls.Call{}, false
}

// callWith is the owner's call of somebody that goes on, so that asking for it
// again waits for it.
func (a *App) callWith(text string) (calls.Call, bool) {
	account, err := a.asOwner()
	id, idErr := identity.ParseID(text)
	if err != nil || idErr != nil {
		return calls.Call{}, false
	}
	call, found := a.exchange.Find(account, id)
	return call, found && !call.Incoming
}

// controlCall is a call as the control socket tells it.
func (a *App) controlCall(call calls.Call) *control.Call {
	known := a.record.get(a.store)
	told := &control.Call{
		ID:       call.ID,
		Peer:     string(call.Peer),
		Group:    string(call.Group),
		Title:    orElse(known.groupTitle(call.Group), known.titleOf(call.Peer)),
		CallType: string(call.CallType),
		State:    string(call.State),
		Window:   a.config.OpenDevices != nil,
	}
	if call.Err != nil && call.State.IsOver() {
		p := problemOf(call.Err)
		told.Code, told.Args = p.code, p.args(map[string]string{"domain": call.Peer.Domain()})
	}
	if way, ok := a.stay.wayInto(call.ID); ok && !call.State.IsOver() {
		told.URL, told.JoinURL = a.linksOf(way)
	}
	return told
}

// linksOf are the ways into a call for whoever has no window.
func (a *App) linksOf(way calls.Way) (socket, page string) {
	socket = socketURL("https://"+way.Domain, way.Token)
	if h := a.running(); h != nil && way.Domain == a.domain() {
		page = joinURL(h.base(), way.Token, "", way.CallType, h.fingerprint())
	}
	return socket, page
}

// watchCall waits until a call is in another state than the given one, or for some
// seconds.
func (a *App) watchCall(ctx context.Context, id string, state calls.State) (calls.Call, error) {
	ctx, cancel := context.WithTimeout(ctx, callWatchTime)
	defer cancel()
	news := make(chan struct{}, 1)
	stop := a.Watch(func(*Snapshot) {
		select {
		case news <- struct{}{}:
		default:
		}
	})
	defer stop()
	for {
		call, ok := a.ownCall(id)
		switch {
		case !ok:
			return call, ErrNoIncoming
		case call.State != state && !a.awaitsWay(call):
			return call, nil
		}
		select {
		case <-news:
		case <-a.stop:
			return call, ErrClosed
		case <-ctx.Done():
			return call, nil
		}
	}
}

// awaitsWay says whether somebody has answered, and the way in is not here yet.
func (a *App) awaitsWay(call calls.Call) bool {
	if a.config.OpenDevices != nil || call.State != calls.StateAccepted {
		return false
	}
	_, known := a.stay.wayInto(call.ID)
	return !known
}

// commandOf is the Command of a wish; nil: there is none.
func commandOf(w control.Wish) Command {
	switch w.Verb {
	case control.VerbSetIdentity:
		return SetIdentity{w.Name, w.Domain}
	case control.VerbExport:
		return ExportIdentity{w.Path}
	case control.VerbImport:
		return ImportIdentity{w.Path}
	case control.VerbSeeCalls:
		return SeeCalls{}
	case control.VerbForgetCalls:
		return ForgetCalls{}
	case control.VerbAddAccount:
		return AddAccount{w.Name, w.Password}
	case control.VerbRemoveAccount:
		return RemoveAccount{w.Name}
	case control.VerbSetPassword:
		return SetPassword{w.Name, w.Password}
	case control.VerbDecline:
		return DeclineCall{w.Call}
	case control.VerbCancel:
		return CancelCall{}
	}
	if c := friendCommandOf(w); c != nil {
		return c
	}
	return groupCommandOf(w)
}

func friendCommandOf(w control.Wish) Command {
	switch w.Verb {
	case control.VerbAddFriend:
		return AddFriend{w.ID}
	case control.VerbAcceptFriend:
		return AcceptFriend{w.ID}
	case control.VerbDeclineFriend:
		return DeclineFriend{w.ID}
	case control.VerbRemoveFriend:
		return RemoveFriend{w.ID}
	case control.VerbBlockFriend:
		return BlockFriend{w.ID}
	case control.VerbUnblockFriend:
		return UnblockFriend{w.ID}
	case control.VerbNameFriend:
		return NameFriend{w.ID, w.Title}
	}
	return nil
}

func groupCommandOf(w control.Wish) Command {
	switch w.Verb {
	case control.VerbRenameGroup:
		return RenameGroup{w.Group, w.Title}
	case control.VerbLeaveGroup:
		return LeaveGroup{w.Group}
	case control.VerbDeleteGroup:
		return DeleteGroup{w.Group}
	case control.VerbAddMember:
		return AddMember{w.Group, w.ID}
	case control.VerbRemoveMember:
		return RemoveMember{w.Group, w.ID}
	case control.VerbSetRole:
		return SetRole{w.Group, w.ID, identity.Role(w.Role)}
	}
	return nil
}

// peopleRefusal is an error as the control socket tells it.
func (a *App) peopleRefusal(command Command, err error) *control.Refusal {
	p := problemOf(err)
	switch {
	case errors.Is(err, session.ErrInCall):
		p.code = control.CodeInCall
	case errors.Is(err, ErrBusy):
		p.code = control.CodeTooMany
	}
	return &control.Refusal{Code: p.code, Message: err.Error(), Args: p.args(a.subjectOf(command))}
}
