package clientapi

import (
	"errors"
	"net/http"

	"takoshome/app/identity"
)

const (
	cookieName = "sessionid"
	// maxTokenBytes is more than a session's token has.
	maxTokenBytes = 128
	// cookieSeconds is as long as browsers keep one; the host ends a session
	// that is not used much sooner.
	cookieSeconds = 400 * 24 * 60 * 60
)

// asker is whose device asks.
type asker struct {
	session identity.Session
	token   string // secret
}

type (
	publicHandler func(w http.ResponseWriter, r *http.Request) (body any, err error)
	askerHandler  func(w http.ResponseWriter, r *http.Request, who asker) (body any, err error)
)

// public answers anybody's requests from pages that may ask.
func (a *API) public(handle publicHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if a.origins.Check(r) != nil {
			a.refuse(w, errForeign)
			return
		}
		body, err := handle(w, r)
		if err != nil {
			a.refuse(w, err)
			return
		}
		writeJSON(w, http.StatusOK, body)
	}
}

// signedIn answers those who have a session.
func (a *API) signedIn(handle askerHandler) http.HandlerFunc {
	return a.public(func(w http.ResponseWriter, r *http.Request) (any, error) {
		who, err := a.asker(cookieOf(r))
		if err != nil {
			return nil, err
		}
		return handle(w, r, who)
	})
}

// session is signedIn for what is about sessions: takos servers had another
// word there.
func (a *API) session(handle askerHandler) http.HandlerFunc {
	return a.public(func(w http.ResponseWriter, r *http.Request) (any, error) {
		who, err := a.asker(cookieOf(r))
		if errors.Is(err, errUnauthorized) {
			return nil, errNoSession
		}
		if err != nil {
			return nil, err
		}
		return handle(w, r, who)
	})
}

// asker says whose session a token is, or errUnauthorized.
func (a *API) asker(token string) (asker, error) {
	if token == "" || len(token) > maxTokenBytes {
		return asker{}, errUnauthorized
	}
	session, err := a.config.Store.Session(a.now(), token)
	if errors.Is(err, identity.ErrNoSession) || err == nil && session.Account == "" {
		return asker{}, errUnauthorized
	}
	if err != nil {
		return asker{}, err
	}
	return asker{session: session, token: token}, nil
}

func cookieOf(r *http.Request) string {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// setCookie hands a session to the browser; "" takes it back. Pages cannot read
// it, and other sites' requests do not bring it along (RFC 6265bis section 5.6).
func setCookie(w http.ResponseWriter, token string) {
	seconds := cookieSeconds
	if token == "" {
		seconds = -1
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: token, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode,
	})
}
