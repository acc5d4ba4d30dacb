package clientapi

import (
	"errors"
	"net/http"
	"sort"
	"time"

	"takoshome/app/identity"
)

// signedOutBody is what status tells who has no session.
type signedOutBody struct {
	Login     bool    `json:"login"`
	Setup     bool    `json:"setup"`
	DeviceKey *string `json:"deviceKey"`
}

// signedInBody is what it tells who has. What belongs to the messenger is there
// as takos servers have it, and empty.
type signedInBody struct {
	signedOutBody
	Encrypted          bool          `json:"encrypted"`
	UserID             string        `json:"userId,omitempty"`
	Requests           []requestInfo `json:"requests"`
	FriendInfo         [][2]*string  `json:"friendInfo"` // id, and null for a message's id
	GroupInfo          [][2]*string  `json:"groupInfo"`
	UpdatedAccountKeys []string      `json:"updatedAccountKeys"`
}

type requestInfo struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	Sender    string    `json:"sender"`
	Query     *string   `json:"query"`
	Timestamp time.Time `json:"timestamp"`
}

// status answers GET sessions/status.
func (a *API) status(_ http.ResponseWriter, r *http.Request) (any, error) {
	who, err := a.asker(cookieOf(r))
	if errors.Is(err, errUnauthorized) {
		return signedOutBody{}, nil
	}
	if err != nil {
		return nil, err
	}
	list, err := a.config.Store.Friends(who.session.Account)
	if err != nil {
		return nil, err
	}
	body := signedInBody{
		signedOutBody: signedOutBody{Login: true, Setup: true},
		Requests:      []requestInfo{}, FriendInfo: [][2]*string{}, GroupInfo: [][2]*string{}, UpdatedAccountKeys: []string{},
	}
	for _, friend := range newestFirst(list, identity.StateAsked) {
		id := string(friend.ID)
		body.Requests = append(body.Requests, requestInfo{ID: id, Type: typeFriend, Sender: id, Timestamp: friend.ChangedAt})
	}
	for _, friend := range newestFirst(list, identity.StateFriends) {
		id := string(friend.ID)
		body.FriendInfo = append(body.FriendInfo, [2]*string{&id})
	}
	own, err := a.own(who)
	if errors.Is(err, identity.ErrNoDomain) {
		return body, nil
	}
	if err != nil {
		return nil, err
	}
	body.UserID = string(own)
	groups, err := a.config.Store.Groups(own)
	for _, group := range groups {
		id := string(group.ID)
		body.GroupInfo = append(body.GroupInfo, [2]*string{&id})
	}
	return body, err
}

// own is the takos id of who asks.
func (a *API) own(who asker) (identity.ID, error) {
	profile, err := a.config.Store.Profile()
	if err != nil {
		return "", err
	}
	if profile.Domain == "" {
		return "", identity.ErrNoDomain
	}
	return identity.MakeID(who.session.Account, profile.Domain)
}

// newestFirst picks those of a list in one state.
func newestFirst(list []identity.Friend, state identity.FriendState) []identity.Friend {
	var picked []identity.Friend
	for _, friend := range list {
		if friend.State == state {
			picked = append(picked, friend)
		}
	}
	sort.SliceStable(picked, func(i, j int) bool { return picked[i].ChangedAt.After(picked[j].ChangedAt) })
	return picked
}
