package clientapi

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"takoshome/app/calls"
	"takoshome/app/federation"
	"takoshome/app/friends"
	"takoshome/app/identity"
)

// wireError is how a refusal stands in an answer: the message is the one that
// takos servers had, where they had one; the code is for programs.
type wireError struct {
	status        int
	code, message string
}

// waitError is errTooMany with the time after which to try again.
type waitError struct{ wait time.Duration }

func (e waitError) Error() string { return errTooMany.Error() }
func (e waitError) Unwrap() error { return errTooMany }

// refusals are looked through in this order.
func refusals() []struct {
	err  error
	wire wireError
} {
	return []struct {
		err  error
		wire wireError
	}{
		{errUnauthorized, wireError{http.StatusUnauthorized, "unauthorized", "Unauthorized"}},
		{errForeign, wireError{http.StatusForbidden, "foreignOrigin", "Forbidden"}},
		{errNoSession, wireError{http.StatusBadRequest, "noSession", "Invalid session"}},
		{identity.ErrNoSession, wireError{http.StatusBadRequest, "noSession", "Invalid session"}},
		{errNotJSON, wireError{http.StatusUnsupportedMediaType, "notJSON", "Invalid request"}},
		{errTooLarge, wireError{http.StatusRequestEntityTooLarge, "tooLarge", "Invalid request"}},
		{errSlowBody, wireError{http.StatusRequestTimeout, "slow", "Invalid request"}},
		{errBody, wireError{http.StatusBadRequest, "badRequest", "Invalid request"}},
		{errTooMany, wireError{http.StatusTooManyRequests, "tooMany", "You have tried too many times"}},
		{errFull, wireError{http.StatusServiceUnavailable, "full", "Too many connections"}},
		{errClosed, wireError{http.StatusServiceUnavailable, "notHosting", "Not now"}},
		{identity.ErrPassword, wireError{http.StatusBadRequest, "password", "Invalid username or password"}},
		{identity.ErrBusy, wireError{http.StatusServiceUnavailable, "busyNow", "Try again"}},

		{errNoUser, wireError{http.StatusBadRequest, "noUser", "Invalid userName"}},
		{identity.ErrBadID, wireError{http.StatusBadRequest, "noUser", "Invalid userName"}},
		{identity.ErrSelf, wireError{http.StatusBadRequest, "self", "Invalid userName"}},
		{federation.ErrNoUser, wireError{http.StatusBadRequest, "noUser", "Invalid userName"}},
		{federation.ErrBadDomain, wireError{http.StatusBadRequest, "noUser", "Invalid userName"}},
		{errFriends, wireError{http.StatusBadRequest, "friends", "Already friend"}},
		{identity.ErrBlocked, wireError{http.StatusBadRequest, "blocked", "Blocked"}},
		{errNoRequest, wireError{http.StatusBadRequest, "noRequest", "Invalid request"}},
		{friends.ErrNoRequest, wireError{http.StatusBadRequest, "noRequest", "Invalid request"}},
		{identity.ErrTransition, wireError{http.StatusBadRequest, "noRequest", "Invalid request"}},
		{identity.ErrFull, wireError{http.StatusInsufficientStorage, "full", "Too many friends"}},

		{errNoCall, wireError{http.StatusBadRequest, "noCall", "Invalid call"}},
		{calls.ErrNoCall, wireError{http.StatusBadRequest, "noCall", "Invalid call"}},
		{federation.ErrNoRequest, wireError{http.StatusBadRequest, "noCall", "Invalid call"}},
		{calls.ErrAnswered, wireError{http.StatusConflict, "answered", "Invalid call"}},
		{calls.ErrCancelled, wireError{http.StatusConflict, "cancelled", "Invalid call"}},
		{calls.ErrInCall, wireError{http.StatusConflict, "inCall", "Already in a call"}},
		{calls.ErrEncryption, wireError{http.StatusBadRequest, "badRequest", "Invalid request"}},
		{calls.ErrNotFriends, wireError{http.StatusBadRequest, "notFriends", "Invalid friend"}},
		{federation.ErrNotFriends, wireError{http.StatusBadRequest, "notFriends", "Invalid friend"}},
		{federation.ErrNoGroup, wireError{http.StatusBadRequest, "noGroup", "Invalid groupId"}},
		{identity.ErrNoGroup, wireError{http.StatusBadRequest, "noGroup", "Invalid groupId"}},
		{identity.ErrBadGroupID, wireError{http.StatusBadRequest, "noGroup", "Invalid groupId"}},
		{calls.ErrNotMember, wireError{http.StatusForbidden, "notMember", "Not a member"}},
		{federation.ErrNotMember, wireError{http.StatusForbidden, "notMember", "Not a member"}},
		{federation.ErrBusy, wireError{http.StatusConflict, "busy", "Busy"}},
		{calls.ErrCallsFull, wireError{http.StatusServiceUnavailable, "full", "Too many calls"}},
		{calls.ErrTooMany, wireError{http.StatusServiceUnavailable, "full", "Too many calls"}},
		{federation.ErrTooMany, wireError{http.StatusTooManyRequests, "tooMany", "Too many requests"}},
		{calls.ErrNotHosting, wireError{http.StatusServiceUnavailable, "notHosting", "Not now"}},
		{friends.ErrNotHosting, wireError{http.StatusServiceUnavailable, "notHosting", "Not now"}},
		{identity.ErrNoDomain, wireError{http.StatusServiceUnavailable, "notHosting", "Not now"}},
		{federation.ErrSlow, wireError{http.StatusGatewayTimeout, "slow", "Server does not answer"}},
	}
}

func wireErrorOf(err error) wireError {
	for _, r := range refusals() {
		if errors.Is(err, r.err) {
			return r.wire
		}
	}
	var sending *federation.SendError
	if errors.As(err, &sending) {
		return wireError{http.StatusBadGateway, "unreachable", "Server cannot be reached"}
	}
	return wireError{http.StatusInternalServerError, "failed", "server error"}
}

// refuse tells why not, without anything of the inside.
func (a *API) refuse(w http.ResponseWriter, err error) {
	wire := wireErrorOf(err)
	if wire.status == http.StatusInternalServerError {
		a.config.Logger.Error("request of a device failed", "err", err)
	}
	var wait waitError
	switch {
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int((wait.wait+time.Second-1)/time.Second))))
	case wire.status == http.StatusTooManyRequests, wire.status == http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "5")
	}
	writeJSON(w, wire.status, refusalBody{Status: "error", Message: wire.message, Code: wire.code})
}

type refusalBody struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	Code    string `json:"code"`
}
