package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"
)

const (
	maxJoinBytes = 4 << 10

	// One household may join together; a guesser of codes has ten wrong ones a
	// minute, as with tokens (docs/protocol.md section 5).
	joinBurst      = 30
	joinPerSecond  = 0.5
	wrongBurst     = 10
	wrongPerSecond = 10.0 / 60
)

// The words of a refusal (docs/protocol.md section 1.3).
const (
	wordBadName    = "badName"
	wordBadCode    = "badCode"
	wordTooMany    = "tooMany"
	wordFull       = "full"
	wordNotHosting = "notHosting"
)

// joinAPI turns room links into tokens.
type joinAPI struct {
	guests  Guests
	now     func() time.Time
	origins *http.CrossOriginProtection
	joins   *limiter
	wrong   *limiter // counts wrong codes only
}

func newJoinAPI(c *Config) (*joinAPI, error) {
	a := &joinAPI{
		guests:  c.Guests,
		now:     c.Now,
		origins: http.NewCrossOriginProtection(),
		joins:   newLimiter(joinPerSecond, joinBurst),
		wrong:   newLimiter(wrongPerSecond, wrongBurst),
	}
	for _, origin := range c.Origins {
		if err := a.origins.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// join answers POST /api/join.
func (a *joinAPI) join(w http.ResponseWriter, r *http.Request) {
	if err := a.origins.Check(r); err != nil {
		http.Error(w, "This page may not ask for invitations here.", http.StatusForbidden)
		return
	}
	if wait := a.joins.take(a.now(), addressOf(r)); wait > 0 {
		tooMany(w, wait)
		return
	}
	request, ok := readJoin(w, r)
	if !ok {
		writeError(w, http.StatusBadRequest, wordBadName)
		return
	}
	a.guarded(w, r, func() (any, error) {
		token, user, err := a.guests.Join(request.Code, request.Name)
		return struct {
			Token string `json:"token"`
			User  string `json:"user"`
		}{token, user}, err
	})
}

// info answers GET /api/join/info. The code travels in a header, which keeps it
// out of logs and histories, and which a foreign page may not set.
func (a *joinAPI) info(w http.ResponseWriter, r *http.Request) {
	a.guarded(w, r, func() (any, error) {
		return a.guests.Info(r.Header.Get("X-Takos-Code"))
	})
}

// guarded answers with what ask gives, and counts wrong codes against the
// client's address. The wrong code is paid for before it is known to be one, so
// that many requests at once get no more tries.
func (a *joinAPI) guarded(w http.ResponseWriter, r *http.Request, ask func() (any, error)) {
	client := addressOf(r)
	if wait := a.wrong.take(a.now(), client); wait > 0 {
		tooMany(w, wait)
		return
	}
	answer, err := ask()
	if !errors.Is(err, ErrBadCode) {
		a.wrong.giveBack(client)
	}
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, answer)
	case errors.Is(err, ErrBadCode):
		writeError(w, http.StatusNotFound, wordBadCode)
	case errors.Is(err, ErrBadName):
		writeError(w, http.StatusBadRequest, wordBadName)
	case errors.Is(err, ErrFull):
		writeError(w, http.StatusServiceUnavailable, wordFull)
	default:
		writeError(w, http.StatusServiceUnavailable, wordNotHosting)
	}
}

type joinRequest struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func readJoin(w http.ResponseWriter, r *http.Request) (request joinRequest, ok bool) {
	// Any other type could be sent by a foreign page's form without asking.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return request, false
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJoinBytes))
	if err := decoder.Decode(&request); err != nil {
		return request, false
	}
	_, err := decoder.Token()
	return request, errors.Is(err, io.EOF)
}

func writeError(w http.ResponseWriter, status int, word string) {
	writeJSON(w, status, struct {
		Error string `json:"error"`
	}{word})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		status, text = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
