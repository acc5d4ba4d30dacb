package federation

import (
	"encoding/json"
	"errors"
	"net/http"
)

// Result is what a Handler makes of an event.
type Result struct {
	Status Status
	// Token lets the sender's user into the call: with StatusOK, of FriendCall's
	// accept and of GroupCall.
	Token string
}

// Status is how an event fared.
type Status int

// The statuses. The zero value is a fault of this host's, so that a forgotten
// one lets nobody in.
const (
	StatusFailed     Status = iota
	StatusOK                // done, or done before
	StatusNoUser            // nobody here has that id
	StatusNotFriends        // strangers, and those who are blocked: they are not told
	StatusNoRequest         // there is nothing to accept, reject or cancel
	StatusNoGroup
	StatusNotMember
	StatusBusy    // the callee is in another call
	StatusTooMany // the caller rings too often
	StatusUnavailable
)

// wireError is how a refusal stands in an answer: the word in "error", for
// programs, is the one that takos servers used where they had one.
type wireError struct {
	status        int
	word, message string
}

// refusal says how everything that is refused is told.
func refusal(err error) wireError {
	for _, r := range []struct {
		err error
		wireError
	}{
		{errNoAuthorization, wireError{http.StatusUnauthorized, "Authorization header is missing", ""}},
		{errBadAuthorization, wireError{http.StatusUnauthorized, "Invalid Authorization header", ""}},
		{errBadOrigin, wireError{http.StatusUnauthorized, wordUnauthorized, ""}},
		{errBadExpire, wireError{http.StatusUnauthorized, wordUnauthorized, ""}},
		{errNotVerified, wireError{http.StatusUnauthorized, wordUnauthorized, ""}},
		{errNoKey, wireError{http.StatusUnauthorized, wordUnauthorized, ""}},
		{errForeign, wireError{http.StatusForbidden, "Forbidden", ""}},
		{errTooLarge, wireError{http.StatusRequestEntityTooLarge, "Body is too large", ""}},
		{errSlowBody, wireError{http.StatusRequestTimeout, "Body is too slow", ""}},
		{errBadEnvelope, wireError{http.StatusBadRequest, "Invalid body", ""}},
		{errBadEventID, wireError{http.StatusBadRequest, "Invalid eventId", ""}},
		{errClock, wireError{http.StatusBadRequest, wordClock, ""}},
		{errUnknownEvent, wireError{http.StatusBadRequest, wordUnknownEvent, ""}},
		{errBadPayload, wireError{http.StatusBadRequest, "Invalid payload", ""}},
		{errNotLocal, wireError{http.StatusBadRequest, wordNoUser, ""}},
		{errSeen, wireError{http.StatusConflict, "Duplicate eventId", ""}},
		{errRate, wireError{http.StatusTooManyRequests, wordTooMany, ""}},
		{errTooManyFetches, wireError{http.StatusTooManyRequests, wordTooMany, ""}},
		{errFull, wireError{http.StatusServiceUnavailable, wordUnavailable, ""}},
		{errOverload, wireError{http.StatusServiceUnavailable, wordUnavailable, ""}},
		{errClosed, wireError{http.StatusServiceUnavailable, wordUnavailable, ""}},
	} {
		if errors.Is(err, r.err) {
			r.message = r.err.Error()
			return r.wireError
		}
	}
	return wireError{http.StatusInternalServerError, "Internal server error", ""}
}

// The words that Send knows again.
const (
	wordUnauthorized = "Invalid Authorization"
	wordUnknownEvent = "Invalid event"
	wordClock        = "Invalid clock"
	wordNoUser       = "Invalid friendId"
	wordNotFriends   = "Not friends"
	wordNoRequest    = "Request not found"
	wordNoGroup      = "Invalid roomId"
	wordNotMember    = "Not a member"
	wordBusy         = "Busy"
	wordTooMany      = "Too many requests"
	wordUnavailable  = "Unavailable"
)

// refused is how a Handler's no is told.
func (s Status) refused() wireError {
	switch s {
	case StatusNoUser:
		return wireError{http.StatusBadRequest, wordNoUser, ErrNoUser.Error()}
	case StatusNotFriends:
		return wireError{http.StatusForbidden, wordNotFriends, ErrNotFriends.Error()}
	case StatusNoRequest:
		return wireError{http.StatusBadRequest, wordNoRequest, ErrNoRequest.Error()}
	case StatusNoGroup:
		return wireError{http.StatusBadRequest, wordNoGroup, ErrNoGroup.Error()}
	case StatusNotMember:
		return wireError{http.StatusForbidden, wordNotMember, ErrNotMember.Error()}
	case StatusBusy:
		return wireError{http.StatusConflict, wordBusy, ErrBusy.Error()}
	case StatusTooMany:
		return wireError{http.StatusTooManyRequests, wordTooMany, ErrTooMany.Error()}
	case StatusUnavailable:
		return wireError{http.StatusServiceUnavailable, wordUnavailable, "not now"}
	}
	return wireError{http.StatusInternalServerError, "Internal server error", ""}
}

// wordErrors are the refusals that Send tells apart by their words.
func wordErrors() map[string]error {
	return map[string]error{
		wordUnknownEvent: ErrUnknownEvent,
		wordClock:        ErrClock,
		wordNoUser:       ErrNoUser,
		wordNotFriends:   ErrNotFriends,
		wordNoRequest:    ErrNoRequest,
		wordNoGroup:      ErrNoGroup,
		wordNotMember:    ErrNotMember,
		wordBusy:         ErrBusy,
		wordTooMany:      ErrTooMany,
	}
}

// write answers with a Result. A yes without a token, where the event is to have
// one, is a fault of this host's.
func (r Result) write(w http.ResponseWriter, event Event) {
	switch {
	case r.Status != StatusOK:
		r.Status.refused().write(w)
	case event.hasToken() && r.Token == "":
		StatusFailed.refused().write(w)
	case event.hasToken():
		writeJSON(w, http.StatusOK, map[string]any{"status": "ok", "ok": true, "token": r.Token})
	default:
		if _, isFriendship := event.(Friendship); isFriendship {
			writeJSON(w, http.StatusOK, http.StatusOK) // as takos servers answer it
			return
		}
		writeJSON(w, http.StatusOK, map[string]any{"status": "ok"})
	}
}

func (e wireError) write(w http.ResponseWriter) {
	if e.status == http.StatusTooManyRequests || e.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	body := map[string]any{"status": "error", "error": e.word}
	if e.message != "" {
		body["message"] = e.message
	}
	writeJSON(w, e.status, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store") // a token may stand in it
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever asked may be gone
}
