package clientapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"takoshome/app/identity"
)

const (
	typeFriend = "friend"
	typeGroup  = "group"

	pageSize    = 10
	maxPageSize = 1000
)

type messageBody struct {
	Message string `json:"message"`
}

// requestFriend answers POST friend/request.
func (a *API) requestFriend(w http.ResponseWriter, r *http.Request, who asker) (any, error) {
	var body struct {
		UserName string `json:"userName"`
	}
	if err := readBody(w, r, &body); err != nil {
		return nil, err
	}
	id, err := identity.ParseID(body.UserName)
	if err != nil {
		return nil, errNoUser
	}
	friend, err := a.config.Store.Friend(who.session.Account, id)
	if err != nil {
		return nil, err
	}
	if friend.State == identity.StateFriends {
		return nil, errFriends
	}
	ctx, cancel := a.step()
	defer cancel()
	return messageBody{"Request sent"}, a.config.Friends.Request(ctx, who.session.Account, id)
}

// acceptFriend answers POST friend/accept.
func (a *API) acceptFriend(w http.ResponseWriter, r *http.Request, who asker) (any, error) {
	id, err := readFriendID(w, r)
	if err != nil {
		return nil, err
	}
	friend, err := a.config.Store.Friend(who.session.Account, id)
	if err != nil {
		return nil, err
	}
	if friend.State == identity.StateFriends {
		return nil, errFriends
	}
	ctx, cancel := a.step()
	defer cancel()
	return messageBody{"Request accepted"}, a.config.Friends.Accept(ctx, who.session.Account, id)
}

type friendStep func(ctx context.Context, account string, id identity.ID) error

// friendSteps are those that takos servers did not have.
func (a *API) friendSteps() map[string]friendStep {
	return map[string]friendStep{
		"decline": a.config.Friends.Decline,
		"remove":  a.config.Friends.Remove,
		"block":   a.config.Friends.Block,
		"unblock": a.config.Friends.Unblock,
	}
}

func (a *API) friendStep(step friendStep) askerHandler {
	return func(w http.ResponseWriter, r *http.Request, who asker) (any, error) {
		id, err := readFriendID(w, r)
		if err != nil {
			return nil, err
		}
		ctx, cancel := a.step()
		defer cancel()
		return statusBody{"ok"}, step(ctx, who.session.Account, id)
	}
}

// readFriendID reads {"id"}: a request is known by who sent it.
func readFriendID(w http.ResponseWriter, r *http.Request) (identity.ID, error) {
	var body struct {
		ID string `json:"id"`
	}
	if err := readBody(w, r, &body); err != nil {
		return "", err
	}
	id, err := identity.ParseID(body.ID)
	if err != nil {
		return "", errNoRequest
	}
	return id, nil
}

type requestBody struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	Sender    string    `json:"sender"`
	Receiver  string    `json:"receiver"`
	Local     bool      `json:"local"`
	Timestamp time.Time `json:"timestamp"`
}

// listRequests answers GET friend/requests?limit=&befor=.
func (a *API) listRequests(_ http.ResponseWriter, r *http.Request, who asker) (any, error) {
	page, err := a.page(r, who, identity.StateAsked)
	if err != nil {
		return nil, err
	}
	own, err := a.own(who)
	if err != nil && !errors.Is(err, identity.ErrNoDomain) {
		return nil, err
	}
	list := make([]requestBody, 0, len(page))
	for _, f := range page {
		list = append(list, requestBody{
			ID: string(f.ID), Type: typeFriend, Sender: string(f.ID), Receiver: string(own),
			Local: own != "" && f.ID.Domain() == own.Domain(), Timestamp: f.ChangedAt,
		})
	}
	return map[string]any{"requests": list}, nil
}

// listFriends answers GET friend/list?limit=&befor=.
func (a *API) listFriends(_ http.ResponseWriter, r *http.Request, who asker) (any, error) {
	page, err := a.page(r, who, identity.StateFriends)
	if err != nil {
		return nil, err
	}
	list := make([]identity.ID, 0, len(page))
	for _, f := range page {
		list = append(list, f.ID)
	}
	return list, nil
}

// page gives the newest that are older than befor, as takos servers spelled it.
func (a *API) page(r *http.Request, who asker, state identity.FriendState) ([]identity.Friend, error) {
	query := r.URL.Query()
	limit := pageSize
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, errBody
		}
		limit = min(n, maxPageSize)
	}
	var before time.Time
	if text := query.Get("befor"); text != "" {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, errBody
		}
		before = t
	}
	list, err := a.config.Store.Friends(who.session.Account)
	if err != nil {
		return nil, err
	}
	list = newestFirst(list, state)
	for !before.IsZero() && len(list) > 0 && !list[0].ChangedAt.Before(before) {
		list = list[1:]
	}
	return list[:min(limit, len(list))], nil
}
