package clientapi

import (
	"context"
	"errors"
	"net/http"

	"takoshome/app/calls"
	"takoshome/app/federation"
	"takoshome/app/identity"
	"takoshome/sfu/room"
)

// maxKeyHashBytes is more than the hash of any key has; it is carried as it is.
const maxKeyHashBytes = 1024

// friendBody is what is asked about the call with a friend.
type friendBody struct {
	FriendID    string `json:"friendId"`
	RoomKeyHash string `json:"roomKeyHash"`
}

// wayBody lets a device into a call: with the token, at the domain.
type wayBody struct {
	Status  string `json:"status"`
	Token   string `json:"token"`
	Domain  string `json:"domain"`
	CallID  string `json:"callId"`
	GroupID string `json:"groupId,omitempty"`
}

// readFriend reads whom a request about a call is about.
func readFriend(w http.ResponseWriter, r *http.Request) (body friendBody, id identity.ID, mode room.CallType, err error) {
	if mode, err = modeOf(r); err != nil {
		return body, id, mode, err
	}
	if err := readBody(w, r, &body); err != nil {
		return body, id, mode, err
	}
	id, err = identity.ParseID(body.FriendID)
	if err != nil || len(body.RoomKeyHash) > maxKeyHashBytes {
		return body, id, mode, errBody
	}
	return body, id, mode, nil
}

func modeOf(r *http.Request) (room.CallType, error) {
	switch mode := room.CallType(r.PathValue("mode")); mode {
	case room.CallAudio, room.CallVideo:
		return mode, nil
	}
	return "", errBody
}

func wish(mode room.CallType, roomKeyHash, device string) calls.CallRequest {
	return calls.CallRequest{
		CallType: mode,
		// Clients that send a hash have a key; takos servers said no more of it.
		Encryption: federation.Encryption{Encrypted: roomKeyHash != "", RoomKeyHash: roomKeyHash},
		Device:     device,
	}
}

// requestCall answers POST call/friend/{mode}/request: it rings.
func (a *API) requestCall(w http.ResponseWriter, r *http.Request, who asker) (any, error) {
	body, id, mode, err := readFriend(w, r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := a.step()
	defer cancel()
	call, err := a.config.Exchange.Request(ctx, who.session.Account, id, wish(mode, body.RoomKeyHash, who.session.ID))
	return callBody{"ok", call.ID}, err
}

type callBody struct {
	Status string `json:"status"`
	CallID string `json:"callId,omitempty"`
}

// acceptCall answers POST call/friend/{mode}/accept. The mode is the caller's to
// choose, so what stands in the path means nothing here or below.
func (a *API) acceptCall(w http.ResponseWriter, r *http.Request, who asker) (any, error) {
	_, id, _, err := readFriend(w, r)
	if err != nil {
		return nil, err
	}
	call, found := a.config.Exchange.Find(who.session.Account, id)
	if !found || !call.Incoming {
		return nil, errNoCall
	}
	ctx, cancel := a.step()
	defer cancel()
	way, err := a.config.Exchange.Answer(ctx, who.session.Account, call.ID, who.session.ID)
	return wayBody{Status: "ok", Token: way.Token, Domain: way.Domain, CallID: way.CallID}, err
}

// rejectCall answers POST call/friend/{mode}/reject.
func (a *API) rejectCall(w http.ResponseWriter, r *http.Request, who asker) (any, error) {
	_, id, _, err := readFriend(w, r)
	if err != nil {
		return nil, err
	}
	call, found := a.config.Exchange.Find(who.session.Account, id)
	if !found || !call.Incoming {
		return nil, errNoCall
	}
	ctx, cancel := a.step()
	defer cancel()
	return callBody{"ok", call.ID}, a.config.Exchange.Decline(ctx, who.session.Account, call.ID)
}

// cancelCall answers POST call/friend/{mode}/cancel: no such call is fine. Where
// the friend has said yes a moment ago, the call ends.
func (a *API) cancelCall(w http.ResponseWriter, r *http.Request, who asker) (any, error) {
	return a.stop(w, r, func(ctx context.Context, call calls.Call) error {
		switch {
		case call.Incoming:
			return nil
		case call.State == calls.StateCalling || call.State == calls.StateRinging:
			return a.config.Exchange.Cancel(ctx, who.session.Account, call.ID)
		}
		return a.config.Exchange.End(ctx, who.session.Account, call.ID)
	}, who)
}

// endCall answers POST call/friend/{mode}/end: no such call is fine. One that
// rings is another call than the one that is to end.
func (a *API) endCall(w http.ResponseWriter, r *http.Request, who asker) (any, error) {
	return a.stop(w, r, func(ctx context.Context, call calls.Call) error {
		if call.State == calls.StateCalling || call.State == calls.StateRinging {
			return nil
		}
		return a.config.Exchange.End(ctx, who.session.Account, call.ID)
	}, who)
}

// stop does what ends the live call with a friend, where there is one.
func (a *API) stop(w http.ResponseWriter, r *http.Request, end func(context.Context, calls.Call) error, who asker) (any, error) {
	_, id, _, err := readFriend(w, r)
	if err != nil {
		return nil, err
	}
	call, found := a.config.Exchange.Find(who.session.Account, id)
	if !found {
		return callBody{Status: "ok"}, nil
	}
	ctx, cancel := a.step()
	defer cancel()
	// It may be over by now, and that is all that was asked for.
	if err := end(ctx, call); err != nil && !errors.Is(err, calls.ErrNoCall) {
		return nil, err
	}
	return callBody{"ok", call.ID}, nil
}

type groupStep func(e *calls.Exchange, ctx context.Context, account string, group identity.GroupID, request calls.CallRequest) (calls.Way, error)

// groupCall answers POST call/group/{mode}/start and join.
func (a *API) groupCall(step groupStep) askerHandler {
	return func(w http.ResponseWriter, r *http.Request, who asker) (any, error) {
		mode, err := modeOf(r)
		if err != nil {
			return nil, err
		}
		var body struct {
			GroupID     string `json:"groupId"`
			RoomKeyHash string `json:"roomKeyHash"`
		}
		if err := readBody(w, r, &body); err != nil {
			return nil, err
		}
		group, err := identity.ParseGroupID(body.GroupID)
		if err != nil || len(body.RoomKeyHash) > maxKeyHashBytes {
			return nil, errBody
		}
		ctx, cancel := a.step()
		defer cancel()
		way, err := step(a.config.Exchange, ctx, who.session.Account, group, wish(mode, body.RoomKeyHash, who.session.ID))
		return wayBody{Status: "ok", Token: way.Token, Domain: way.Domain, CallID: way.CallID, GroupID: string(group)}, err
	}
}
