package participant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"unicode/utf8"
)

const (
	// maxAnswerBytes bounds what the host answers over HTTP.
	maxAnswerBytes = 64 << 10
	maxNameBytes   = 256 // of rooms and people
)

// netURL spares the signature of http.Transport.Proxy an import.
type netURL = url.URL

// Info is what a room link tells before one joins.
type Info struct {
	Room, CallType string
	People         int
}

// Ask learns where a room link leads. It is ErrBadLink for another.
func Ask(ctx context.Context, l Link) (Info, error) {
	if !l.NeedsName() {
		return Info{}, fmt.Errorf("%w: not for a room", ErrBadLink)
	}
	ctx, cancel := context.WithTimeout(ctx, defaultTimeouts.Dial)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.Base+"/api/join/info", nil)
	if err != nil {
		return Info{}, fmt.Errorf("%w: %w", ErrBadLink, withoutURL(err))
	}
	r.Header.Set("X-Takos-Code", l.Code)
	var answer struct {
		Room     string `json:"room"`
		CallType string `json:"callType"`
		People   int    `json:"people"`
	}
	if err := l.do(r, netip.Addr{}, &answer); err != nil {
		return Info{}, fmt.Errorf("ask: %w", err)
	}
	return Info{
		Room:     cut(answer.Room, maxNameBytes),
		CallType: callTypeOf(answer.CallType),
		People:   max(answer.People, 0),
	}, nil
}

// Redeem turns a room link's code and a name into a token. It comes from the
// given address of ours where that is valid. The errors are those of Join.
func (l Link) Redeem(ctx context.Context, name string, from netip.Addr) (token string, err error) {
	body, err := json.Marshal(map[string]string{"code": l.Code, "name": name})
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadName, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.Base+"/api/join", bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadLink, withoutURL(err))
	}
	r.Header.Set("Content-Type", "application/json")
	var answer struct {
		Token string `json:"token"`
	}
	if err := l.do(r, from, &answer); err != nil {
		return "", fmt.Errorf("redeem the link: %w", err)
	}
	if answer.Token == "" || len(answer.Token) > maxSecretBytes {
		return "", fmt.Errorf("%w: no token", ErrHostError)
	}
	return answer.Token, nil
}

// do makes a request of its own connection and reads the JSON of its answer.
func (l Link) do(r *http.Request, from netip.Addr, into any) error {
	transport := &http.Transport{
		TLSClientConfig:        l.TLSConfig(),
		DialContext:            l.Dial(from),
		Proxy:                  l.proxy(),
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxAnswerBytes,
	}
	defer transport.CloseIdleConnections()
	client := http.Client{
		Transport: transport,
		// A host that has moved has another link.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(r)
	if err != nil {
		return problemOf(err)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes+1))
	if closeErr := response.Body.Close(); err == nil {
		err = closeErr
	}
	switch {
	case err != nil:
		return problemOf(err)
	case response.StatusCode != http.StatusOK:
		return joinProblem(response.StatusCode, body)
	case len(body) > maxAnswerBytes || json.Unmarshal(body, into) != nil:
		return fmt.Errorf("%w: unreadable answer", ErrHostError)
	}
	return nil
}

// joinProblem is what a refusal of /api/join means (docs/protocol.md section 1.3).
func joinProblem(status int, body []byte) error {
	var answer struct {
		Error string `json:"error"`
	}
	// A host of another kind says it in its own words; the status is left then.
	_ = json.Unmarshal(body, &answer)
	switch {
	case answer.Error == "badName", status == http.StatusBadRequest && answer.Error == "":
		return ErrBadName
	case answer.Error == "badCode":
		return ErrExpired
	case answer.Error == "notHosting":
		return ErrNotHosting
	case answer.Error == "full", answer.Error == "tooMany", status == http.StatusTooManyRequests:
		return ErrFull
	case status == http.StatusNotFound, status == http.StatusServiceUnavailable,
		status == http.StatusBadGateway, status == http.StatusGatewayTimeout:
		return ErrNotHosting
	}
	return fmt.Errorf("%w: status %d", ErrHostError, status)
}

// withoutURL keeps the secrets in a URL out of errors.
func withoutURL(err error) error {
	var inURL *url.Error
	if errors.As(err, &inURL) {
		return inURL.Err
	}
	return err
}

func callTypeOf(s string) string {
	if s == kindAudio || s == kindVideo {
		return s
	}
	return ""
}

// cut bounds a text without cutting a character.
func cut(s string, maxBytes int) string {
	if len(s) <= maxBytes {
		return s
	}
	for maxBytes > 0 && !utf8.RuneStart(s[maxBytes]) {
		maxBytes--
	}
	return s[:maxBytes]
}
