package records

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

const maxAnswerBytes = 1 << 20

// rest is an interface by JSON over HTTP with a token in a header.
type rest struct {
	client        *http.Client
	base          string
	authorization string // the whole header
}

// do sends body, nil for none, and reads the answer into answer, nil for nowhere.
func (r *rest) do(ctx context.Context, method, path string, body, answer any) error {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, r.base+path, reader)
	if err != nil {
		return fmt.Errorf("%w: its address", ErrConfig)
	}
	request.Header.Set("Authorization", r.authorization)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "TakosHome")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := r.client.Do(request)
	if err != nil {
		return withoutURL(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		return withoutURL(err)
	}
	if err := refusalOf(response.StatusCode); err != nil {
		return err
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("%w: its answer is no JSON of the kind expected", ErrRefused)
	}
	return nil
}

// withoutURL drops the address of a request, whose query may have a token.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

func refusalOf(status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return &StatusError{status, ErrDenied}
	}
	return &StatusError{status, ErrRefused}
}

func isNotFound(err error) bool {
	var refusal *StatusError
	return errors.As(err, &refusal) && refusal.Status == http.StatusNotFound
}

// firstZone is the first of the name's zones that has says is the account's.
func firstZone(name string, has func(zone string) (bool, error)) (string, error) {
	for _, zone := range zonesOf(name) {
		found, err := has(zone)
		if err != nil {
			return "", err
		}
		if found {
			return zone, nil
		}
	}
	return "", ErrNoZone
}
