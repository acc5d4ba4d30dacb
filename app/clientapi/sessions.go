package clientapi

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"takoshome/app/identity"
)

// statusOK is the body of what has no more to say.
type statusBody struct {
	Status string `json:"status"`
}

// login answers POST sessions/login.
func (a *API) login(w http.ResponseWriter, r *http.Request) (any, error) {
	var body struct {
		UserName    string `json:"userName"`
		Password    string `json:"password"`
		SessionUUID string `json:"sessionUUID"`
	}
	if err := readBody(w, r, &body); err != nil {
		return nil, err
	}
	if !isUserName(body.UserName) || body.Password == "" || !isSessionUUID(body.SessionUUID) {
		return nil, errBody
	}
	if err := a.checkPassword(r, body.UserName, body.Password); err != nil {
		return nil, err
	}
	device := device{uuid: strings.ToLower(body.SessionUUID), agent: r.UserAgent()}
	token, err := a.config.Store.StartSession(a.now(), body.UserName, device.String())
	if errors.Is(err, identity.ErrNoAccount) {
		err = identity.ErrPassword // removed just now
	}
	if err != nil {
		return nil, err
	}
	setCookie(w, token)
	return struct {
		SessionID string `json:"sessionid"`
	}{token}, nil
}

// checkPassword lets nobody guess. A wrong password is paid for before it is
// known to be one, so that many tries at once are no more tries.
func (a *API) checkPassword(r *http.Request, name, password string) error {
	address := householdOf(r)
	if wait := a.byAddress.take(a.now(), address); wait > 0 {
		return waitError{wait}
	}
	if wait := a.byAccount.take(a.now(), name); wait > 0 {
		a.byAddress.giveBack(address)
		return waitError{wait}
	}
	err := a.config.Store.CheckPassword(r.Context(), name, password)
	if !errors.Is(err, identity.ErrPassword) {
		a.byAddress.giveBack(address)
		a.byAccount.giveBack(name)
	}
	return err
}

// isUserName is what a name can be, so that nothing else is remembered.
func isUserName(name string) bool {
	_, err := identity.MakeID(name, "a.example")
	return err == nil
}

// isSessionUUID takes what the client calls its device; it may leave that out.
func isSessionUUID(text string) bool {
	return text == "" || len(text) == uuidLen && uuid.Validate(text) == nil
}

// logout answers POST sessions/logout.
func (a *API) logout(w http.ResponseWriter, _ *http.Request, who asker) (any, error) {
	if err := a.config.Store.EndSession(who.token); err != nil {
		return nil, err
	}
	a.signedOut(who.session.Account, who.session.ID)
	setCookie(w, "")
	return statusBody{"success"}, nil
}

type sessionBody struct {
	UUID         string    `json:"uuid"`
	Encrypted    bool      `json:"encrypted"`
	UserAgent    string    `json:"userAgent"`
	ShareKey     *string   `json:"shareKey"`     // always null: the messenger's
	ShareKeySign *string   `json:"shareKeySign"` // likewise
	Current      bool      `json:"current"`
	CreatedAt    time.Time `json:"createdAt"`
	UsedAt       time.Time `json:"usedAt"`
}

// listSessions answers GET sessions/list.
func (a *API) listSessions(_ http.ResponseWriter, _ *http.Request, who asker) (any, error) {
	sessions, err := a.config.Store.Sessions(a.now(), who.session.Account)
	if err != nil {
		return nil, err
	}
	list := make([]sessionBody, 0, len(sessions))
	for _, s := range sessions {
		d := deviceOf(s)
		list = append(list, sessionBody{
			UUID: d.uuid, UserAgent: d.agent, Current: s.ID == who.session.ID, CreatedAt: s.CreatedAt, UsedAt: s.UsedAt,
		})
	}
	return list, nil
}

// deleteSession answers POST sessions/delete/{uuid}: one of one's own devices is
// signed out. One that is gone already is fine, as with takos servers.
func (a *API) deleteSession(_ http.ResponseWriter, r *http.Request, who asker) (any, error) {
	sessions, err := a.config.Store.Sessions(a.now(), who.session.Account)
	if err != nil {
		return nil, err
	}
	for _, s := range sessions {
		if !strings.EqualFold(deviceOf(s).uuid, r.PathValue("uuid")) {
			continue
		}
		err := a.config.Store.EndSessionByID(who.session.Account, s.ID)
		if err != nil && !errors.Is(err, identity.ErrNoSession) {
			return nil, err
		}
		a.signedOut(who.session.Account, s.ID)
	}
	return statusBody{"success"}, nil
}

// signedOut ends what a device had: its sockets, and the call that it made or
// answered. What rings at all devices of the account goes on.
func (a *API) signedOut(account, id string) {
	for _, call := range a.config.Exchange.Calls(account) {
		if call.Device == id && !call.State.IsOver() {
			_ = a.config.Exchange.End(a.life, account, call.ID) // it may be over by now
		}
	}
	a.hub.endSession(id)
}
